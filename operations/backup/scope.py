"""Which tables cannot be made again from workbooks and code."""

from __future__ import annotations

from fnmatch import fnmatchcase

from warehouse import Session

#: The ledger with its baselines, and what loader, pipeline and operations remember.
_KEPT = ("monday_sync_*", "pipeline_*", "loader_file_*", "maintenance_*", "cutover_*", "order_list_versions")
#: What dbt's snapshots have, and nothing else.
_SNAPSHOT = ("dbt_scd_id", "dbt_valid_from")


def tables(session: Session, *, everything: bool = False) -> list[str]:
    """The tables of a backup, sorted: those that cannot be made again, or all of the schema."""
    names = sorted(session.relations())
    shapes = session.shapes(names, _SNAPSHOT)
    found = []
    for name in names:
        columns = shapes.get(name.lower())
        if columns is None:  # a view: its rows are those of tables
            continue
        kept = any(fnmatchcase(name.lower(), pattern) for pattern in _KEPT)
        if everything or kept or set(_SNAPSHOT) <= columns:
            found.append(name)
    return found
