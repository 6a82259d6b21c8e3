"""What DuckDB's errors mean, and what a person can do about them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from console import OrderListError, redact
from warehouse.errors import (
    ConnectionFailedError,
    ConnectionLostError,
    DatabaseFailedError,
    StatementFailedError,
)

_KIND = re.compile(r"^(?:[A-Z]\w*(?: [A-Z]\w*)* Error: |FATAL Error: )+")
_ORIGINAL = re.compile(r'Original error: "(.*)"')
_NO_SCHEMA = re.compile(r'Schema with name "?([^"]+?)"? does not exist')
_OTHER_SHAPE = re.compile(
    r"(?i)referenced column|does not have a column|table with name .* does not exist|not found in"
)
_INTERRUPTED = re.compile(r"(?i)^(INTERRUPT Error: )?(query )?interrupted")
#: What DuckDB says of every later statement: nothing about what was wrong.
_LATER = re.compile(r"(?i)current transaction is aborted|has been invalidated because of a previous fatal error")
_AGAIN = "Run the command again."
_WHERE = "Correct the path in profiles.yml or in ORDER_LIST_DUCKDB"
#: Errors that quote the statement's own names and values, whatever those look like.
_OF_THE_STATEMENT = (
    duckdb.BinderException, duckdb.CatalogException, duckdb.ParserException, duckdb.DataError, duckdb.IntegrityError,
)  # fmt: skip
#: What the file or the machine is at fault for, in DuckDB's words and those of the systems; the file stands first.
_CAUSES = (
    (
        re.compile(r"(?i)no space left|disk full|not enough space|disk quota|max_temp_directory_size"),
        "{path} cannot grow, for its disk is full",
        f"Make room there; nothing of what was not finished is kept. {_AGAIN}",
    ),
    (
        re.compile(r"(?i)read-only file system"),
        "{path} lies on a read-only file system",
        f"Mount it writable, or name another place in profiles.yml or ORDER_LIST_DUCKDB. {_AGAIN}",
    ),
    (
        re.compile(r"(?i)permission denied|access is denied|operation not permitted|read-only"),
        "{path} may not be opened or written by this user",
        "The file and its folder must be readable and writable for whoever runs this.",
    ),
    (
        re.compile(r"(?i)is a directory"),
        "{path} is a folder, not a DuckDB file",
        f"{_WHERE}: it names the file itself.",
    ),
    (
        re.compile(r"(?i)not a directory"),
        "{path} cannot be made, for a file stands where its folder must be",
        f"{_WHERE}.",
    ),
    (
        re.compile(r"(?i)no such file or directory|cannot find the (path|file)"),
        "{path} cannot be opened, for its folder or the file itself is missing",
        f"{_WHERE}, and check that its disk is mounted.",
    ),
    (
        re.compile(r"(?i)too many open files"),
        "{path} cannot be opened, for too many files are open",
        f"Raise the limit (`ulimit -n`). {_AGAIN}",
    ),
    (
        re.compile(r"(?i)no locks available|locking not supported|operation not supported|function not implemented"),
        "{path} lies where files cannot be locked",
        "Put it on a disk of this machine, not on a network share.",
    ),
    (
        re.compile(r"(?i)input/output error|stale (nfs )?file handle|device not configured"),
        "The disk or network share of {path} failed",
        f"Look at the disk. {_AGAIN} If it fails there again, restore the file from a backup.",
    ),
    (
        re.compile(r"(?i)version number|newer version of duckdb|older version of duckdb|storage version|only read ver"),
        "{path} was written by another version of DuckDB",
        "Use the version of this project that wrote it (or a newer one); the file is sound, so leave it where it is.",
    ),
    (
        re.compile(r"(?i)replaying wal|wal file|write-ahead log"),
        "The log beside {path} (.wal) cannot be read: what was written last is in it",
        "Restore both files from a backup. Without one: move the .wal away, start, and run `monday-sync verify`.",
    ),
    (
        re.compile(r"(?i)corrupt|checksum|not a valid duckdb|could not read enough bytes|deserializ|storage data"),
        "{path} is damaged, or no DuckDB file",
        "Restore it from a backup, or move it away to start anew and run `monday-sync adopt`.",
    ),
    (
        re.compile(r"(?i)out of memory|could not allocate|failed to allocate"),
        "There was too little memory for what {path} was asked for",
        f"Close other programs, or use a machine with more memory. {_AGAIN}",
    ),
)


def is_open_elsewhere(error: duckdb.Error) -> bool:
    """Whether the file could not be opened because another process has it open."""
    said = str(error).lower()
    locked = "could not set lock" in said or "conflicting lock" in said
    return isinstance(error, duckdb.IOException) and (locked or "being used by another process" in said)


def cannot_open(error: duckdb.Error, path: Path) -> OrderListError:
    """The error for a file that cannot be opened; nothing was done."""
    message, hint = _cause(error, path) or (
        f"{path} cannot be opened as a DuckDB file: {first_line(error)}.",
        f"If it is another program's file: {_WHERE[0].lower()}{_WHERE[1:]}. Else restore it from a backup.",
    )
    return ConnectionFailedError(message, hint=hint)


@contextmanager
def translated(path: Path, first: OrderListError | None = None) -> Iterator[None]:
    """DuckDB's errors as ours.

    Args:
        first: what went wrong before in the same transaction or database, when something did: DuckDB's later errors
            say only that something was.

    Raises:
        ConnectionFailedError: the profile's schema is not there.
        ConnectionLostError: another transaction was first; doing it again is safe.
        DatabaseFailedError: the file or the machine is at fault.
        StatementFailedError: anything else that DuckDB refuses, with the cause where one is known.
        KeyboardInterrupt: Ctrl-C, or another signal that ends the run, came while DuckDB was at work.
    """
    try:
        yield
    except duckdb.Error as error:
        if isinstance(error, duckdb.InterruptException):
            raise KeyboardInterrupt from error
        if first is not None and _LATER.search(str(error)):
            raise first from error
        raise _as_ours(error, path) from error
    except RuntimeError as error:  # what DuckDB makes of an exception of ours from a signal's handler
        if _INTERRUPTED.match(str(error)):
            raise KeyboardInterrupt from error
        raise


def _as_ours(error: duckdb.Error, path: Path) -> OrderListError:  # noqa: PLR0911 - one return for each kind
    said = first_line(error)
    if missing := _NO_SCHEMA.search(said):
        return ConnectionFailedError(
            f"There is no schema '{missing[1]}' in {path}.",
            hint=f"Correct the schema in profiles.yml; to begin in a new one, make it: create schema {missing[1]}",
        )
    if isinstance(error, duckdb.ConstraintException) or "constraint violation" in said:
        return StatementFailedError(
            f"A row does not fit the key or the columns of its table: {said}.",
            hint="Nothing was written. Was a table changed by hand? Else please report this defect.",
        )
    if known := _cause(error, path):
        return DatabaseFailedError(known[0], hint=known[1])
    if isinstance(error, duckdb.FatalException | duckdb.InternalException):
        return DatabaseFailedError(
            f"DuckDB broke off: {said}.", hint=f"{_AGAIN} If it breaks off again, `pipeline doctor` looks at the file."
        )
    if isinstance(error, duckdb.TransactionException):
        return ConnectionLostError(
            f"Another transaction changed the same rows first: {said}.",
            hint=f"Nothing of ours was kept. {_AGAIN}",
        )
    if isinstance(error, duckdb.BinderException | duckdb.CatalogException) and _OTHER_SHAPE.search(str(error)):
        return StatementFailedError(
            f"DuckDB refused a statement: {said}.",
            hint="A table or view is not as this version makes it: `pipeline run --full` builds dbt's anew; restore "
            "loader_file_log, pipeline_* and monday_sync_* from a backup, or use the version that wrote them.",
        )
    return StatementFailedError(f"DuckDB refused a statement: {said}.")


def first_line(error: duckdb.Error) -> str:
    """DuckDB's words in one line, without the kind of error and without secrets."""
    said = str(error)
    if original := _ORIGINAL.search(said):  # of a database that broke before
        said = original[1]
    return redact(_KIND.sub("", said.splitlines()[0] if said else type(error).__name__)).rstrip(".!")


def _cause(error: duckdb.Error, path: Path) -> tuple[str, str] | None:
    if isinstance(error, _OF_THE_STATEMENT):
        return None
    for pattern, what, hint in _CAUSES:
        if pattern.search(str(error)):
            return f"{what.format(path=path)}: {first_line(error)}.", hint
    return None
