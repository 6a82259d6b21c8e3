"""What a schema holds, as far as its engine tells: in sets, with a fixed number of statements, changing nothing."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class RelationFacts:
    """A table or view. ``None`` is always: not known.

    Args:
        kind: ``table`` or ``view``.
        mark: what dbt left on it, see :data:`warehouse.MARK`.
        rows, size: of a table; ``size`` in bytes, with its indexes.
        written_at, read_at: the last time (UTC) that the engine remembers.
    """

    name: str
    kind: str
    mark: str | None = None
    rows: int | None = None
    size: int | None = None
    written_at: dt.datetime | None = None
    read_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    """A column of a table or view; ``type`` in the engine's words."""

    relation: str
    name: str
    type: str
    nullable: bool


@dataclass(frozen=True, slots=True)
class IndexFacts:
    """An index.

    Args:
        key: whether it belongs to a primary key or unique constraint.
        reads, writes: how often it was used since the server started; ``None``: not known.
    """

    relation: str
    name: str
    columns: tuple[str, ...]
    unique: bool = False
    key: bool = False
    disabled: bool = False
    reads: int | None = None
    writes: int | None = None
    read_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class ConstraintFacts:
    """A constraint. ``kind`` is primary key, unique, not null, check or foreign key.

    Args:
        trusted: whether the engine vouches that every row keeps it.
    """

    relation: str
    name: str
    kind: str
    columns: tuple[str, ...]
    text: str = ""
    enabled: bool = True
    trusted: bool = True


@dataclass(frozen=True, slots=True)
class CostlyStatement:
    """A statement that the engine itself remembers, whoever sent it."""

    statement: str
    count: int
    seconds: float
    slowest: float


class Inventory(Protocol):
    """The inventory of the target's schema. For one session.

    What a login may not see, or an engine does not keep, raises nothing: it is ``None`` or missing, and :attr:`unseen`
    says so.
    """

    unseen: list[str]

    @property
    def wants_indexes(self) -> bool:
        """Whether tables are searched by indexes here, beyond those of their keys."""

    def relations(self) -> list[RelationFacts]:
        """Tables and views, by name."""

    def columns(self) -> list[ColumnFacts]:
        """The columns of all of them, in order."""

    def indexes(self) -> list[IndexFacts]:
        """All indexes, those of keys too where the engine shows them."""

    def constraints(self) -> list[ConstraintFacts]:
        """All constraints, NOT NULL among them."""

    def costly(self, limit: int) -> list[CostlyStatement]:
        """The statements on which the engine spent most time lately."""
