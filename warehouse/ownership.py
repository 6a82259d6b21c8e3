"""What stands under one of our names is ours, or it is left alone and the run is refused.

What dbt makes carries a mark (macros/ownership), and dbt itself refuses to replace what has none. Our own tables are
known by their columns: nobody else has them together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from warehouse.base import Column, Session
from warehouse.errors import ChangedTableError, ForeignRelationError

#: How the mark begins that dbt leaves on what it makes.
MARK = "Made by the order list"

#: What stands in the database, as :meth:`warehouse.Session.shapes` gives it.
Shapes = Mapping[str, set[str] | None]


@dataclass(frozen=True, slots=True)
class Kept:
    """A table that a program keeps: it is created where it is missing and then written, never replaced.

    Args:
        key: the columns of its primary key; none: it has none.
        indexes: what else it is searched by.
    """

    name: str
    columns: Sequence[Column]
    key: Sequence[str] = ()
    indexes: Sequence[Sequence[str]] = ()


def require_ours(session: Session, tables: Iterable[Kept]) -> Shapes:
    """Make sure that whatever stands under the name of one of ``tables`` is that table; returns what stands there.

    Ours is a table with more than half of the columns: another release may have had some more or fewer.

    Raises:
        ForeignRelationError: something else stands there; nothing was done.
    """
    wanted = {table.name.lower(): table for table in tables}
    standing = session.shapes(wanted)
    foreign = [table.name for name, table in wanted.items() if name in standing and not _is(table, standing[name])]
    if foreign:
        raise ForeignRelationError(foreign)
    return standing


def require_all(lacking: Mapping[str, Sequence[str]]) -> None:
    """Make sure that no table is lacking columns.

    Raises:
        ChangedTableError: one is.
    """
    if found := {name: columns for name, columns in lacking.items() if columns}:
        raise ChangedTableError(found)


def missing_columns(standing: Shapes, tables: Sequence[Kept]) -> dict[str, list[Column]]:
    """The columns that those of ``tables`` which are there do not have."""
    lacking: dict[str, list[Column]] = {}
    for table in tables:
        if (found := standing.get(table.name.lower())) is not None:
            known = {name.lower() for name in found}
            if columns := [column for column in table.columns if column.name.lower() not in known]:
                lacking[table.name] = columns
    return lacking


def require_columns(session: Session, names: Iterable[str], columns: Sequence[str]) -> None:
    """Make sure that whatever stands under one of ``names`` is a table with all of ``columns``.

    Raises:
        ForeignRelationError: something else stands there; nothing was done.
    """
    wanted = {name.lower(): name for name in names}
    standing = session.shapes(wanted, columns)
    if foreign := sorted(wanted[name] for name, found in standing.items() if not set(columns) <= (found or set())):
        raise ForeignRelationError(foreign)


def _is(table: Kept, found: set[str] | None) -> bool:
    known = {column.name for column in table.columns} & (found or set())
    return len(known) * 2 > len(table.columns)
