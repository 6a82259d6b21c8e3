"""Statements about sets of the ledger's rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from monday_sync.ledger.schema import Table
from warehouse import Session, Warehouse
from warehouse.rows import table_of


def select(
    warehouse: Warehouse, session: Session, table: Table, where: str = "", parameters: Sequence[object] = ()
) -> list[dict[str, Any]]:
    """Rows of a table, whose alias is ``l`` in ``where``."""
    names = [c.name for c in table.columns]
    listed = ", ".join(f"l.{warehouse.quote(n)}" for n in names)
    sql = f"select {listed} from {warehouse.relation(table.name)} l{where}"  # noqa: S608 - names are ours
    return [dict(zip(names, row, strict=True)) for row in session.rows(sql, parameters)]


def upsert(session: Session, table: Table, records: Iterable[Mapping[str, Any]]) -> None:
    """One statement for all records; only the columns that they have are written."""
    listed = list(records)
    if not listed:
        return
    columns = [c for c in table.columns if c.name in listed[0]]
    session.upsert(table.name, table_of(columns, listed), table.key)


def parts(keys: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    """The keys in pieces that a statement may have as parameters."""
    for start in range(0, len(keys), size):
        yield keys[start : start + size]
