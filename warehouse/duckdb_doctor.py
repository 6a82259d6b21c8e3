"""Looks at a DuckDB file and the place around it, as a run will use them. Writes nothing that stays."""

from __future__ import annotations

import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from console import Finding, OrderListError, refused
from console.system import seen_by_others
from warehouse.duckdb import DuckDBWarehouse
from warehouse.duckdb_open import connect

_GIB, _MIB = 2**30, 2**20
#: A build writes its tables beside the old ones, and a landing too.
_LEAST_FREE, _TIMES_THE_FILE = 2 * _GIB, 2
#: A run waits for longer; who is asked how things stand is told at once.
_WAIT = 1.0


def examine(warehouse: DuckDBWarehouse) -> Iterator[Finding]:
    """One finding for each thing that a run will do there."""
    path = warehouse.path
    yield _writing_beside(path)
    yield _space(path)
    if not path.exists():
        yield Finding("database", "ok", f"{path} is not there yet; the first run makes it")
        return
    opened = _opens(path)
    yield opened
    if not opened.bad:
        yield _blocks(warehouse)
    yield from _rights(path)


def _writing_beside(path: Path) -> Finding:
    """The lock and DuckDB's log are files beside the database."""
    folder = path.parent
    while not folder.exists():
        folder = folder.parent
    trial = folder / f".order-list-doctor-{secrets.token_hex(4)}"
    try:
        trial.write_bytes(b"x" * 65_536)
    except OSError as error:
        told = refused(error, f"Nothing can be written beside the database, in {folder}")
        return Finding("writing beside the database", "missing", told.message, told.hint)
    finally:
        with suppress(OSError):
            trial.unlink()
    return Finding("writing beside the database", "ok", f"{folder} takes files")


def _space(path: Path) -> Finding:
    folder = path.parent
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    size = path.stat().st_size if path.exists() else 0
    needed = max(_LEAST_FREE, _TIMES_THE_FILE * size)
    told = f"{free / _GIB:,.1f} GiB free at {folder}, where the database has {size / _MIB:,.0f} MiB"
    if free >= needed:
        return Finding("disk", "ok", told)
    return Finding("disk", "warning", told, f"Make room: a run may need {needed / _GIB:,.1f} GiB there for a while.")


def _opens(path: Path) -> Finding:
    """For writing, as a run does: that shows a reader in the way, a right that is missing, and a damaged file."""
    began = time.monotonic()
    try:
        connect(path, read_only=False, wait=_WAIT).close()
    except OrderListError as error:
        return Finding("database", "missing", error.message, error.hint)
    return Finding("database", "ok", f"duckdb opens {path} for writing ({time.monotonic() - began:.1f} s)")


def _blocks(warehouse: DuckDBWarehouse) -> Finding:
    """Read every value: DuckDB compares the checksum of each block that it reads."""
    began, rows, damaged = time.monotonic(), 0, []
    hint = None
    with warehouse.session(read_only=True) as session:
        tables = session.rows("select schema_name, table_name from duckdb_tables() where not internal order by 1, 2")
        for schema, name in tables:
            quoted = f"{warehouse.quote(str(schema))}.{warehouse.quote(str(name))}"
            try:
                count, _ = session.rows(f"select count(*), bit_xor(hash(t)) from {quoted} t")[0]  # noqa: S608 - quoted
                rows += int(count)
            except OrderListError as error:
                damaged.append(f"{name} ({error.message})")
                hint = hint or error.hint
    if damaged:
        return Finding("blocks of the database", "missing", f"cannot be read: {'; '.join(damaged)}", hint)
    took = time.monotonic() - began
    return Finding("blocks of the database", "ok", f"{len(tables)} tables, {rows:,} rows, all readable ({took:.1f} s)")


def _rights(path: Path) -> Iterator[Finding]:
    if seen_by_others(path) and seen_by_others(path.parent):
        yield Finding(
            "rights of the database", "warning", f"others on this machine can open {path}, which has prices in it",
            f"`chmod 600 {path}`, or set ORDER_LIST_UMASK to what you want.",
        )  # fmt: skip
    if hasattr(os, "geteuid") and os.geteuid() != 0 and path.stat().st_uid != os.geteuid():
        yield Finding(
            "owner of the database", "warning", f"{path} belongs to another user (number {path.stat().st_uid})",
            "Let one user run everything, or set ORDER_LIST_UMASK=007 and a common group.",
        )  # fmt: skip
