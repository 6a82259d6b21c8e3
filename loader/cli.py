"""Command line of the loader."""

from __future__ import annotations

from pathlib import Path

import click

from console import CONTEXT_SETTINGS, ExitCode, Program, command, json_option, print_result, target_option
from loader.forget import forget
from loader.land import land
from loader.limits import Limits
from loader.results import LandResult
from warehouse import load_target, open_warehouse


@click.group(cls=Program, context_settings=CONTEXT_SETTINGS)
def main() -> None:
    """Land order list workbooks as raw tables, one table per workbook, every cell as text."""


@main.command("land")
@target_option
@click.option("--source", help="Folder, or az://container/prefix.  [default: ORDER_LIST_SOURCE, else data/workbooks]")
@click.option("--select", multiple=True, metavar="GLOB", help="Only files with names like 'GREYSON*'. Repeatable.")
@click.option("--limit-files", type=click.IntRange(min=1), metavar="N", help="Only the first N files, by name.")
@click.option("--full", is_flag=True, help="Land unchanged workbooks too.")
@click.option(
    "--processes", type=click.IntRange(min=1), metavar="N", help="Read with N processes.  [default: one per core]"
)
@json_option
@command
def land_command(
    *,
    target: str | None,
    source: str | None,
    select: tuple[str, ...],
    limit_files: int | None,
    full: bool,
    processes: int | None,
    as_json: bool,
) -> ExitCode:
    """Land new and changed workbooks.

    A workbook that cannot be landed is rejected with its reason, its last good rows stay, and the exit status is 1.
    It is also 1 when a workbook that used to come from this source is missing (not checked with --select or
    --limit-files). When more than half are missing, and more than four, nothing is landed and it is 2
    (ORDER_LIST_MAX_MISSING_SHARE sets another share).
    Each workbook is read in a process of its own; sizes are limited, since a workbook can be a zip bomb.
    ORDER_LIST_LIMIT_FILE_BYTES, _UNPACKED_BYTES, _ROWS, _COLUMNS, _HEADER_ROWS, _MEMORY_BYTES and _SECONDS raise the
    limits.
    """
    result = land(
        open_warehouse(load_target(target)), source,
        select=select, limit_files=limit_files, full=full, processes=processes,
    )  # fmt: skip
    print_result(result, as_json=as_json, human=lambda: _summary(result))
    return ExitCode.SOME_FAILED if result.rejected or result.missing else ExitCode.OK


@main.command("forget")
@click.argument("files", nargs=-1, required=True, metavar="NAME...")
@target_option
@json_option
@command
def forget_command(*, files: tuple[str, ...], target: str | None, as_json: bool) -> ExitCode:
    """Stop waiting for workbooks that were taken away for good.

    They are no longer reported as missing. Nothing else changes: their rows stay in the raw tables and their orders on
    the board, and a workbook that comes back lands as before.
    """
    result = forget(open_warehouse(load_target(target)), files)
    print_result(result, as_json=as_json, human=result.describe)
    return ExitCode.OK


@main.command("scaffold")
@click.argument("workbook", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--customer", help="Canonical customer name.  [default: the most common CUSTOMER NAME in the file]")
@click.option(
    "--project-dir", type=click.Path(path_type=Path, file_okay=False), default=Path(), help="The dbt project."
)
@click.option("--force", is_flag=True, help="Overwrite the customer's files.")
@json_option
@command
def scaffold_command(
    *, workbook: Path, customer: str | None, project_dir: Path, force: bool, as_json: bool
) -> ExitCode:
    """Write the dbt files of a new customer from its workbook, and print what is left to do."""
    from loader.scaffold import scaffold  # noqa: PLC0415 - every landing would import it for nothing

    result = scaffold(workbook, project_dir, customer=customer, force=force, limits=Limits.from_environment())
    print_result(result, as_json=as_json, human=result.describe)
    return ExitCode.OK


def _summary(result: LandResult) -> str:
    missing = f", {len(result.missing)} missing" if result.missing else ""
    lines = [
        f"{result.landed} landed ({result.rows:,} rows), {result.unchanged} unchanged, {result.rejected} rejected"
        f"{missing} in {result.seconds:.1f} s, from {result.source} into {result.target}."
    ]
    lines += [f"  rejected {f.file}: {f.reason}" for f in result.files if f.reason]
    lines += [f"  note {f.file}: {warning}" for f in result.files for warning in f.warnings]
    lines += [f"  missing {m.file}: {m.message}" for m in result.missing]
    lines += [f"  note {note}" for note in result.notes]
    if result.ignored:
        lines.append(f"  ignored, no workbooks: {', '.join(result.ignored)}")
    return "\n".join(lines)
