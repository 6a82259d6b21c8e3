"""What a table is, beyond its rows: enough to make it again as it was, in the engine's own words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
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


@dataclass(frozen=True, slots=True)
class Use:
    """Something that reads or writes a table, or may.

    Args:
        kind: view, procedure, function, trigger, foreign key, synonym, job, query, code, ...
        name: what it is called; for code the file and the line.
        detail: the text that names the table, shortened.
    """

    kind: str
    name: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Uses:
    """Who uses a table, as far as it could be looked at.

    Args:
        not_looked_at: what could not be asked, and why.
    """

    found: tuple[Use, ...] = ()
    not_looked_at: tuple[str, ...] = ()

    def __add__(self, other: Uses) -> Uses:
        """Both."""
        return Uses(self.found + other.found, self.not_looked_at + other.not_looked_at)


def word_of(name: str) -> re.Pattern[str]:
    """Finds a name in a text, in any case, and not within a longer one."""
    return re.compile(rf"(?i)(?<!\w){re.escape(name)}(?!\w)")


class ConstraintState(StrEnum):
    """Whether the engine holds all rows to a constraint, or only those that are written from now on."""

    UNTRUSTED = "untrusted"
    TRUSTED = "trusted"


class Catalog(Protocol):
    """Describes tables of the target's schema, and makes them again. For one session."""

    @property
    def takes_constraints(self) -> bool:
        """Whether the engine adds constraints to a table that is there."""

    def quote(self, identifier: str) -> str:
        """Any text as an identifier."""

    def version(self) -> str:
        """The engine's version, in its own words."""

    def back_up(self, file: str, name: str) -> bool:
        """Let the engine itself back up the whole database to a file that it reaches; ``False``: it has no such way.

        Not within a transaction.

        Raises:
            StatementFailedError: it refused: the login may not, the folder is not there, the disk is full.
        """

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

    def uses(self, name: str) -> Uses:
        """What in the database reads, writes or refers to a table; in doubt it does."""

    def view(self, name: str) -> str | None:
        """The definition of a view, in the engine's own words; ``None`` for what is no view, or may not be seen."""

    def rename(self, name: str, to: str) -> None:
        """Within the running transaction, give a table or view another name, which is free.

        Its rows, keys, indexes, rights and triggers stay with it; who names it in a text goes on naming the old one.

        Raises:
            StatementFailedError: something holds it to its name, or the right is missing.
        """

    def set_aside(self, structure: Structure, aside: str, message: str) -> None:
        """Within the running transaction, rename a table to ``aside`` and let whoever reads its name get ``message``.

        Its rows, keys and rights stay with it. An index in the way goes; :meth:`put_back` makes it again.
        """

    def put_back(self, structure: Structure, aside: str) -> None:
        """Within the running transaction, undo :meth:`set_aside`."""

    def drop_aside(self, structure: Structure, aside: str) -> None:
        """Within the running transaction, drop the table that was set aside, and the message with it."""

    def constraint(self, table: str, name: str) -> ConstraintState | None:
        """How a constraint stands; ``None``: it is not there, or switched off."""

    def add_constraint(self, table: str, name: str, *, check: str | None, unique: Sequence[str] | None) -> None:
        """Hold rows that are written from now on to a condition, or all rows to unique values where all are there."""

    def validate_constraint(self, table: str, name: str) -> None:
        """Hold the rows that are there to it as well.

        Raises:
            StatementFailedError: some break it.
        """

    def drop_constraint(self, table: str, name: str, *, unique: bool) -> None:
        """Take it away."""
