"""Errors of the database side.

OrderListError
├── ConfigurationError
│   ├── ConnectionFailedError   the database cannot be reached or refuses us       -> 2
│   ├── ForeignRelationError    a relation under one of our names is not ours      -> 2
│   ├── ChangedTableError       a table of ours lacks columns that it must have    -> 2
│   └── NewerSchemaError        a newer release made the tables that we keep       -> 2
├── WarehouseBusyError          the database stayed open in another process        -> 3
├── ConnectionLostError         a deadlock, a conflict, a fail-over; run again     -> 1
├── StatementFailedError        the database refused a statement                   -> 1
│   └── DatabaseFailedError     its file, its disk or the memory is at fault       -> 1
├── DoesNotFitError             rows that the database could not hold              -> 1
└── LockLostError               the run lock is gone while we worked; run again    -> 3
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from console import ConfigurationError, ExitCode, OrderListError


class ConnectionFailedError(ConfigurationError):
    """The database cannot be reached, or does not let us in."""


class ForeignRelationError(ConfigurationError):
    """A relation stands under one of our names that we did not make. It was not touched."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        one = len(names) == 1
        super().__init__(
            f"{', '.join(names)} {'was' if one else 'were'} not made by this project, and a run would write there.",
            hint=f"Nothing was changed. `cutover take-over` archives {'it' if one else 'them'} and renames "
            f"{'it' if one else 'them'} aside; or set another schema in profiles.yml.",
        )


class ChangedTableError(ConfigurationError):
    """A table that we keep lacks columns: another version made it, or somebody changed it. It was not touched."""

    def __init__(self, lacking: Mapping[str, Sequence[str]]) -> None:
        told = "; ".join(f"{table} lacks {', '.join(columns)}" for table, columns in sorted(lacking.items()))
        super().__init__(
            f"{told}: another version of this project made it so, or somebody changed it by hand.",
            hint="Use the version that wrote the database, or restore the table from a backup; nothing was changed.",
        )


class NewerSchemaError(ConfigurationError):
    """The tables that a program keeps are of a newer release. They were not touched."""

    def __init__(self, name: str, found: int, known: int) -> None:
        super().__init__(
            f"The tables of the {name} were made by a newer release (version {found}; this program knows {known}).",
            hint="Update this program; nothing was changed.",
        )


class WarehouseBusyError(OrderListError):
    """Another process kept the database file open for longer than we wait."""

    exit_code = ExitCode.LOCKED


class ConnectionLostError(OrderListError):
    """Another transaction came first (deadlock, conflict), or the connection broke. Doing it again is safe."""


class StatementFailedError(OrderListError):
    """The database refused a statement: a right or room that is missing, a limit, a key that is there already."""


class DatabaseFailedError(StatementFailedError):
    """No statement would do better: the database's file is damaged, its disk is full, the memory is used up."""


class DoesNotFitError(OrderListError):
    """Rows or names that the database has no room for, found before anything was sent."""


class LockLostError(OrderListError):
    """The run lock was lost: another run may have begun, so this one stopped."""

    exit_code = ExitCode.LOCKED
