"""Command line: ``board-emulator serve``."""

from __future__ import annotations

from pathlib import Path

import click

from board_emulator.clock import MovableClock
from board_emulator.emulator import Emulator
from board_emulator.filling import fill
from board_emulator.limits import PLANS
from board_emulator.people import People
from board_emulator.server import Service, bind
from board_emulator.server import serve as run
from console import (
    CONTEXT_SETTINGS,
    ConfigurationError,
    ExitCode,
    Program,
    about,
    command,
    json_option,
    print_result,
    say,
)

DEFAULT_PORT = 8765


@click.group(cls=Program, context_settings=CONTEXT_SETTINGS)
def main() -> None:
    """A local stand-in for the monday.com API, with a page to look at the board."""


@main.command()
@click.option(
    "--port", default=DEFAULT_PORT, show_default=True, type=click.IntRange(0, 65_535), help="0 picks a free one."
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--data", default=Path("data/board.sqlite"), show_default=True, help="Data file; :memory: keeps none.",
              type=click.Path(dir_okay=False, path_type=Path))  # fmt: skip
@click.option("--limits", default="off", show_default=True, type=click.Choice(sorted(PLANS)),
              help="Rate limits of a plan. Values and permissions are always checked.")  # fmt: skip
@click.option(
    "--boards",
    default=None,
    type=click.Path(dir_okay=False, path_type=Path),
    help="A file that describes your own boards.",
)
@click.option(
    "--latency", default=0.0, show_default=True, type=click.FloatRange(0), help="Seconds that every answer takes."
)
@json_option
@command
def serve(  # noqa: PLR0917 - click passes them by name
    port: int, host: str, data: Path, limits: str, boards: Path | None, latency: float, as_json: bool
) -> ExitCode:
    """Serve the API at /v2 and the page at / until interrupted."""
    sock = bind(host, port)
    try:
        emulator = Emulator(None if str(data) == ":memory:" else data, limits, MovableClock(), boards)
    except BaseException:
        sock.close()
        raise
    shown = f"[{host}]" if ":" in host else host
    base = f"http://{shown}:{sock.getsockname()[1]}"
    service = Service(emulator, latency=latency)
    where = {"page": f"{base}/", "api": f"{base}/v2", "data": str(data), "limits": limits,
             "admin_token": service.admin_token}  # fmt: skip

    def ready() -> None:
        print_result(where, as_json=as_json, human=lambda: f"The board is at {base}/ (API: {base}/v2, data: {data}).")
        say("Stop it with Ctrl-C.")

    try:
        with about(idle=True):
            run(service, sock, on_ready=ready)
    except KeyboardInterrupt:  # how it is meant to end, by hand as after a run: no error, and nothing is lost
        say("Stopped; everything is written.")
    return ExitCode.OK


@main.command("fill")
@click.argument("snapshot", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--boards", required=True, help="The file that will define the boards.",
              type=click.Path(dir_okay=False, path_type=Path))  # fmt: skip
@click.option("--data", required=True, help="The data file to fill.", type=click.Path(dir_okay=False, path_type=Path))
@json_option
@command
def fill_command(*, snapshot: Path, boards: Path, data: Path, as_json: bool) -> ExitCode:
    """Make a local board of a copy: SNAPSHOT is what `cutover rehearse` read from the real one.

    `serve --boards <file> --data <file>` then answers as the real board did, with the same ids.
    """
    count = fill(snapshot, boards, data)
    print_result({"items": count}, as_json=as_json, human=lambda: f"{count} items and subitems copied to {data}.")
    return ExitCode.OK


@main.command("add-label")
@click.argument("text")
@click.option(
    "--column", default="CUSTOMER", show_default=True, help="Title of the column, on every board that has it."
)
@click.option("--data", default=Path("data/board.sqlite"), show_default=True, help="Data file of the board.",
              type=click.Path(dir_okay=False, path_type=Path))  # fmt: skip
@json_option
@command
def add_label(*, text: str, column: str, data: Path, as_json: bool) -> ExitCode:
    """Add a label to a column, as a person does on the board: TEXT, a new customer for example.

    The board must not be running meanwhile; `make run` starts it by itself.
    """
    emulator = Emulator(data, "off", MovableClock(), None)
    try:
        added = People(emulator).create_label_everywhere(column, text)
    finally:
        emulator.close()
    if not added:
        raise ConfigurationError(f"No board has a column '{column}' with labels.", hint="Name it with --column.")
    boards = ", ".join(added)
    print_result({"label": text, "column": column, "boards": added}, as_json=as_json,
                 human=lambda: f"{column} has the label {text} now (boards {boards}).")  # fmt: skip
    return ExitCode.OK
