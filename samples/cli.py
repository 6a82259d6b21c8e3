"""Command line of the sample generator."""

from __future__ import annotations

import time
from pathlib import Path

import click

from console import CONTEXT_SETTINGS, ExitCode, Program, command, json_option, print_result
from samples.dirt import LEVELS
from samples.generate import Dirt, Scale, generate


@click.group(cls=Program, context_settings=CONTEXT_SETTINGS)
def main() -> None:
    """Sample workbooks with the real headers of the 46 customers."""


@main.command("generate")
@click.option("--out", "destination", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder.")
@click.option("--rows", type=click.IntRange(min=1), help="Rows in all workbooks together; overrides --scale.")
@click.option("--scale", type=click.Choice(["demo", "full"]), default="demo", show_default=True)
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same bytes.")
@click.option("--customers", multiple=True, metavar="NAME", help="Only this customer. Repeatable.")
@click.option("--dirt", type=click.Choice(list(LEVELS)), default="normal", show_default=True)
@click.option("--day", type=click.IntRange(1, 2), default=1, show_default=True, help="2: tomorrow's workbooks.")
@click.option(
    "--processes", type=click.IntRange(min=1), metavar="N", help="At most N processes; default: one per core."
)
@json_option
@command
def generate_command(
    *,
    destination: Path,
    rows: int | None,
    scale: Scale,
    seed: int,
    customers: tuple[str, ...],
    dirt: Dirt,
    day: int,
    processes: int | None,
    as_json: bool,
) -> ExitCode:
    """Write sample workbooks, and beside them what a pipeline must make of them (expected.json)."""
    started = time.monotonic()
    manifest = generate(
        destination, rows=rows, scale=scale, seed=seed, customers=customers, dirt=dirt, day=day, processes=processes
    )
    files = manifest.files.values()

    def human() -> str:
        lines = [
            f"{len(manifest.files)} workbooks in {destination} ({time.monotonic() - started:.1f} s):",
            f"{sum(f.rows for f in files):,} rows, {sum(f.orders for f in files):,} orders, "
            f"{sum(f.lines for f in files):,} lines.",
        ]
        lines += [f"{c.change}: {c.file} {dict(c.order)} {c.header} {c.old} -> {c.new}" for c in manifest.changes]
        return "\n".join(lines)

    print_result(manifest, as_json=as_json, human=human)
    return ExitCode.OK
