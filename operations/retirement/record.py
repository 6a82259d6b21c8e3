"""``docs/retired_tables.md``: the end of each table's life, for people. Written anew with every step."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from console import argument, private_folder, write_private
from operations.retirement.context import ACTION, Table
from operations.retirement.states import State

FOLDER = Path("docs/retired_tables")


def write_record(project_dir: Path, target: str, tables: Sequence[Table]) -> Path:
    """Write the file of a target; returns its path."""
    path = project_dir / FOLDER / f"{target}.md"
    private_folder(path.parent)
    parts = [
        f"# Retired tables of target {target}\n\nWritten by `maintenance apply` and `maintenance undo`; do not edit.\n"
    ]
    parts += [_section(table) for table in tables]
    write_private(path, "\n".join(parts))
    return path


def _section(table: Table) -> str:
    entry = table.entry
    archived = table.evidence(State.ARCHIVED)
    lines = [f"## {table.name}: {table.state}", "", f"- Why: {entry.why}. Ask: {entry.owner}."]
    if entry.approved_by:
        lines.append(f"- The drop was approved by {entry.approved_by}.")
    if archived:
        places = archived.get("places")
        listed = ", ".join(f"`{place}`" for place in places) if isinstance(places, list) else ""
        lines.append(f"- Archive `{archived['archive']}` ({archived['rows']:,} rows) at {listed}.")
    if table.state is State.DROPPED:
        lines.append(f"- To have it back: `maintenance undo {argument(table.name)} --to archived`.")
    lines += ["", "| when (UTC) | who | step | what |", "|---|---|---|---|"]
    for one in reversed(table.history):
        if one.outcome == "done" and one.at:
            step = f"{one.before} to {one.after}" if one.action == ACTION else f"back from {one.before} to {one.after}"
            what = one.message.replace("|", "\\|").replace("\n", " ")
            lines.append(f"| {one.at:%Y-%m-%d %H:%M} | {one.who} | {step} | {what} |")
    return "\n".join(lines) + "\n"
