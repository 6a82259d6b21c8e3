"""What a table is, beyond its rows: enough to make it again as it was, in the engine's own words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column of a table that is there.

    Args:
        type: as the engine declares it.
        by_text: whether its values travel as text, since Arrow or the driver has no type that holds all of them.
        is_written: whether values are given to it; those of others the engine makes by itself.
    """

    name: str
    type: str
    by_text: bool = False
    is_written: bool = True


@dataclass(frozen=True, slots=True)
class Structure:
    """A table without its rows.

    Args:
        engine: ``duckdb`` or ``sqlserver``: who understands ``details``.
        details: keys, indexes, rights and the like, made of what JSON knows.
    """

    engine: str
    name: str
    columns: tuple[TableColumn, ...]
    details: Mapping[str, Any] = field(default_factory=dict)


class Catalog(Protocol):
    """Describes tables of the target's schema, and makes them again. For one session."""

    def version(self) -> str:
        """The engine's version, in its own words."""

    def structure(self, name: str) -> Structure:
        """What a table is.

        Raises:
            StatementFailedError: there is no such table, or something in it that could not be made again.
        """

    def exact(self, structure: Structure) -> str:
        """A query of all rows of the table, no value of which is rounded on its way."""

    def create(self, structure: Structure, name: str) -> None:
        """Make an empty table of that structure under ``name``, beside others that may have its constraints' names."""

    def fill(self, structure: Structure, name: str, batches: Iterable[pa.RecordBatch]) -> int:
        """Insert rows as :meth:`exact` gives them; returns how many."""

    def complete(self, structure: Structure, name: str) -> None:
        """Add what is the table's own and best made after the rows: keys, indexes, checks, descriptions."""

    def connect(self, structure: Structure, name: str) -> None:
        """Add what reaches beyond the table: references to others, rights, triggers."""
