"""Versions of the tables that are kept for ever: which one the database has, and the steps to ours.

Everything else dbt makes anew, but ledger and logs only grow. So each program's tables are a :class:`Schema` with
numbered migrations, one file each (``<package>/migrations/m0001_*.py``), and ``order_list_versions`` has what was
applied. A program brings its tables up to date when it is about to write; one that is older than the tables refuses.
"""

from __future__ import annotations

import datetime as dt
import getpass
import pkgutil
import re
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from types import ModuleType

from warehouse.base import Column, Session
from warehouse.errors import NewerSchemaError
from warehouse.ownership import Kept, Shapes, missing_columns, require_all, require_ours

VERSIONS = "order_list_versions"
_COLUMNS = (
    Column("name", "text", 64, nullable=False),
    Column("version", "integer", nullable=False),
    Column("migration", "text", 128),
    Column("applied_at", "timestamp"),
    Column("applied_by", "text", 255),
)
_KEY = ("name", "version")
#: The table of the versions itself. It has no version: it is never changed.
VERSIONS_KEPT = Kept(VERSIONS, _COLUMNS, _KEY)
_FILE = re.compile(r"m(\d{4})_(\w+)")


@dataclass(frozen=True, slots=True)
class Migration:
    """One step forward, for tables that are there; missing ones are made in their present shape by their program.

    Args:
        adds: columns by table, NULL in the rows that are there.
        change: what else is to be done. Must do nothing where it is done already: tables of releases without versions
            are at any step before the first version.
        gives: columns by table that ``change`` gives.
    """

    number: int
    name: str
    adds: Mapping[str, Sequence[str]] = field(default_factory=dict)
    change: Callable[[Session], None] | None = None
    gives: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Schema:
    """The kept tables of one program, in their present shape, and the way there."""

    name: str
    tables: Sequence[Kept]
    migrations: Sequence[Migration]

    @property
    def version(self) -> int:
        """The present one."""
        return len(self.migrations)


def migrations_in(package: ModuleType) -> tuple[Migration, ...]:
    """The migrations of a package, by number: its modules ``m0001_what_it_does``, with ADDS, GIVES and change().

    Raises:
        ValueError: their numbers are not 1, 2, 3, ...
    """
    found = []
    for info in pkgutil.iter_modules(package.__path__):
        if named := _FILE.fullmatch(info.name):
            module = import_module(f"{package.__name__}.{info.name}")
            found.append(
                Migration(int(named[1]), info.name, getattr(module, "ADDS", {}), getattr(module, "change", None),
                          getattr(module, "GIVES", {}))
            )  # fmt: skip
    found.sort(key=lambda migration: migration.number)
    if [migration.number for migration in found] != list(range(1, len(found) + 1)):
        raise ValueError(f"The migrations of {package.__name__} are not numbered 1, 2, 3 ...")
    return tuple(found)


def bring_up_to_date(session: Session, schema: Schema) -> None:
    """Apply what the tables lack, each migration in a transaction with its line in ``order_list_versions``.

    Of two programs that do so at once the second waits for each step, and leaves out what the first one has done.

    Raises:
        ForeignRelationError: under one of the names stands what is no table of ours.
        NewerSchemaError: a newer release made the tables.
        ChangedTableError: a table lacks a column that no migration adds; nothing was done.
    """
    version, standing = _checked(session, schema)
    todo = schema.migrations[version or 0 :]
    if not todo:
        return
    session.create_table(VERSIONS, _COLUMNS, key=_KEY)
    if not set(standing) - {VERSIONS}:
        todo = todo[-1:]  # nothing is there: its program makes it in its present shape
    for migration in todo:
        with session.transaction():
            session.take_turn()
            version, standing = _checked(session, schema)
            if (version or 0) >= migration.number:
                continue
            lacking = missing_columns(standing, schema.tables)
            for table, names in migration.adds.items():
                columns = [column for column in lacking.get(table, ()) if column.name in names]
                if columns:
                    session.add_columns(table, columns)
            if migration.change:
                migration.change(session)
            session.insert_rows(
                VERSIONS, [column.name for column in _COLUMNS],
                [(schema.name, migration.number, migration.name, dt.datetime.now(dt.UTC).replace(tzinfo=None), _who())],
            )  # fmt: skip


def require_whole(session: Session, schema: Schema) -> None:
    """Make sure, and change nothing, that the tables which are there can be written or brought up to date.

    Raises:
        ForeignRelationError, NewerSchemaError, ChangedTableError: as :func:`bring_up_to_date`.
    """
    _checked(session, schema)


def version_of(session: Session, name: str) -> int | None:
    """The version that the database has of a program's tables; ``None``: none is noted."""
    return _noted(session, name) if VERSIONS in session.shapes([VERSIONS]) else None


def _noted(session: Session, name: str) -> int | None:
    sql = f"select max(version) from {session.relation(VERSIONS)} where name = ?"  # noqa: S608 - quoted name
    found = session.rows(sql, [name])[0][0]
    return None if found is None else int(found)


def _checked(session: Session, schema: Schema) -> tuple[int | None, Shapes]:
    """The version that is noted, and what stands under the names: the catalog is asked once, for every command asks."""
    standing = require_ours(session, (*schema.tables, VERSIONS_KEPT))
    version = _noted(session, schema.name) if VERSIONS in standing else None
    if version is not None and version > schema.version:
        raise NewerSchemaError(schema.name, version, schema.version)
    coming: dict[str, set[str]] = {}
    for migration in schema.migrations[version or 0 :]:
        for table, names in (*migration.adds.items(), *migration.gives.items()):
            coming.setdefault(table, set()).update(names)
    require_all({
        table: [column.name for column in columns if column.name not in coming.get(table, ())]
        for table, columns in missing_columns(standing, schema.tables).items()
    })  # fmt: skip
    return version, standing


def _who() -> str:
    try:
        user = getpass.getuser()
    except (OSError, KeyError):  # a container's user may have no name
        user = "unknown"
    return f"{user}@{socket.gethostname()}"[:255]
