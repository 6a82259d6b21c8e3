"""The command line of the cutover."""

from __future__ import annotations

import click

from console import CONTEXT_SETTINGS, ExitCode, Program, command, json_option, print_result, target_option
from operations.cutover import texts
from operations.cutover.context import open_context


@click.group(cls=Program, context_settings=CONTEXT_SETTINGS)
def main() -> None:
    """Move production over, one step at a time, and go back.

    Exit status: 0 done, 1 something failed or is not as it should be (the rest is done), 2 wrong use or configuration
    (nothing done), 3 a run holds the lock.
    """


@main.command("status")
@target_option
@json_option
@command
def status_command(*, target: str | None, as_json: bool) -> ExitCode:
    """List the steps that were done, the latest first."""
    found = open_context(target).log.entries()
    print_result({"steps": found}, as_json=as_json, human=lambda: texts.entries(found))
    return ExitCode.OK
