"""What the database was before ``go``: by the backup that ``go`` took, which holds everything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from console import workplace
from loader import is_raw_table
from operations.cutover.context import Context
from operations.tables import Manifest, fetch_from_any, manifest_from_any, read
from pipeline.ownership import made_names
from warehouse import Relations

_ITEMS, _SUBITEMS, _RUNS = "monday_sync_items", "monday_sync_subitems", "monday_sync_runs"
#: What the ledger remembers of all pushes to compare the next one with: it goes back with the tables.
_MEMORY = ("monday_sync_customers", "monday_sync_fills")
#: Tables of dbt's and the loader's that no file names.
_OTHERS = ("order_list_failed_tests", "loader_file_log", "loader_file_headers")
Link = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Before:
    """The state before ``go``.

    Args:
        runs: ids of the runs that the ledger had.
        links: (level, key) to the id on the board.
        tables: what goes back: raw tables, what dbt makes, and what the pushes are compared with.
        faults: places that could not be used.
    """

    archive: str
    runs: frozenset[str]
    links: dict[Link, str]
    tables: tuple[str, ...]
    faults: tuple[str, ...] = ()


def read_before(context: Context, archive: str) -> Before:
    """What a backup knows of the time before ``go``.

    Raises:
        PlaceError: no place has it whole.
    """
    faults: list[str] = []
    manifest = manifest_from_any(context.shelves, archive, faults.append)
    with workplace("before") as folder:

        def column(table: str, *names: str) -> list[tuple[Any, ...]]:
            return _columns(context, manifest, table, names, folder=folder, faults=faults)

        runs = frozenset(str(run) for (run,) in column(_RUNS, "run_id"))
        links = {("item", str(key)): str(item) for key, item in column(_ITEMS, "order_key", "monday_item_id") if item}
        links |= {
            ("subitem", str(key)): str(item) for key, item in column(_SUBITEMS, "line_key", "monday_subitem_id") if item
        }
    return Before(archive, runs, links, tuple(_restored(context, manifest)), tuple(dict.fromkeys(faults)))


def links_now(context: Context) -> dict[Link, str]:
    """The same links as they are now."""
    with context.warehouse.session(read_only=True) as session:
        there = session.relations()
        found: dict[Link, str] = {}
        for level, table, key, item in (
            ("item", _ITEMS, "order_key", "monday_item_id"), ("subitem", _SUBITEMS, "line_key", "monday_subitem_id"),
        ):  # fmt: skip
            if table in there:
                relation = context.warehouse.relation(table)
                rows = session.rows(f"select {key}, {item} from {relation} where {item} is not null")  # noqa: S608
                found |= {(level, str(row[0])): str(row[1]) for row in rows}
    return found


def figures_now(context: Context) -> dict[str, object]:
    """The ledger and the orders in numbers."""
    links = links_now(context)
    found: dict[str, object] = {
        "items linked": sum(1 for level, _ in links if level == "item"),
        "subitems linked": sum(1 for level, _ in links if level == "subitem"),
    }
    with context.warehouse.session(read_only=True) as session:
        there = session.relations()
        for what, table in (("rows of ORDER_LIST", "ORDER_LIST"), ("runs of monday_sync", _RUNS)):
            if table in there:
                relation = context.warehouse.relation(table)
                found[what] = int(session.rows(f"select count(*) from {relation}")[0][0])  # noqa: S608 - quoted
    return found


def differing(before: dict[Link, str], now: dict[Link, str]) -> list[str]:
    """Links that are not what they were, each as a sentence."""
    found = []
    for level, key in sorted(before.keys() | now.keys()):
        old, new = before.get((level, key)), now.get((level, key))
        if old != new:
            said = "is linked to nothing" if new is None else f"is linked to {new}"
            found.append(f"{level} {key[:12]} {said}; before go it was {old or 'not linked'}")
    return found


def _columns(
    context: Context, manifest: Manifest, table: str, names: Sequence[str], *, folder: Path, faults: list[str]
) -> list[tuple[Any, ...]]:  # fmt: skip
    stored = manifest.table(table)
    if stored is None:
        return []
    file = fetch_from_any(context.shelves, manifest.archive, stored, folder, faults.append)
    rows: list[tuple[Any, ...]] = []
    for batch in read(file, stored.format, stored.types):
        rows += zip(*(batch.column(name).to_pylist() for name in names), strict=True)
    return rows


def _restored(context: Context, manifest: Manifest) -> list[str]:
    made = Relations(made_names(context.project_dir))
    names = [table.structure.name for table in manifest.tables]
    return [
        name
        for name in names
        if is_raw_table(name) or name in made or name.lower() in {*_MEMORY, *_OTHERS}
    ]  # fmt: skip
