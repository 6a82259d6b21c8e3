"""What DuckDB's errors mean, and what a person can do about them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from console import OrderListError, redact
from warehouse.errors import ConnectionFailedError, ConnectionLostError, StatementFailedError

_KIND = re.compile(r"^(?:[A-Z]\w*(?: [A-Z]\w*)* Error: |FATAL Error: )+")
_ORIGINAL = re.compile(r'Original error: "(.*)"')
_NO_SCHEMA = re.compile(r'Schema with name "?([^"]+?)"? does not exist')
_AGAIN = "Run the command again."
#: What the file or the machine is at fault for, in DuckDB's words and those of the systems; the file stands first.
_CAUSES = (
    (
        re.compile(r"(?i)no space left|disk full|not enough space|disk quota"),
        "{path} cannot grow, for its disk is full",
        f"Make room there; nothing of what was not finished is kept. {_AGAIN}",
    ),
    (
        re.compile(r"(?i)permission denied|access is denied|read-only"),
        "{path} may not be opened or written by this user",
        "The file and its folder must be readable and writable for whoever runs this.",
    ),
    (
        re.compile(r"(?i)corrupt|checksum|not a valid duckdb|could not read enough bytes|deserializ"),
        "{path} is damaged, or no DuckDB file",
        "Restore it from a backup, or move it away to start anew and run `monday-sync adopt`.",
    ),
    (
        re.compile(r"(?i)out of memory|could not allocate|failed to allocate"),
        "There was too little memory for what {path} was asked for",
        f"Close other programs, or use a machine with more memory. {_AGAIN}",
    ),
    (
        re.compile(r"(?i)no such file or directory"),
        "{path} cannot be made, for its folder is missing",
        "Correct the path in profiles.yml or in ORDER_LIST_DUCKDB.",
    ),
)


def is_open_elsewhere(error: duckdb.Error) -> bool:
    """Whether the file could not be opened because another process has it open."""
    said = str(error).lower()
    return isinstance(error, duckdb.IOException) and ("lock" in said or "being used by another process" in said)


def cannot_open(error: duckdb.Error, path: Path) -> OrderListError:
    """The error for a file that cannot be opened; nothing was done."""
    message, hint = _cause(error, path) or (
        f"{path} cannot be opened as a DuckDB file: {first_line(error)}.",
        "Restore it from a backup, or move it away to start anew.",
    )
    return ConnectionFailedError(message, hint=hint)


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """DuckDB's errors as ours.

    Raises:
        ConnectionFailedError: the profile's schema is not there.
        ConnectionLostError: another transaction was first; doing it again is safe.
        StatementFailedError: anything else that DuckDB refuses, with the cause where one is known.
    """
    try:
        yield
    except duckdb.Error as error:
        said = first_line(error)
        if missing := _NO_SCHEMA.search(said):
            raise ConnectionFailedError(
                f"There is no schema '{missing[1]}' in {path}.",
                hint=f"Correct the schema in profiles.yml; to begin in a new one, make it: create schema {missing[1]}",
            ) from error
        if isinstance(error, duckdb.ConstraintException) or "constraint violation" in said:
            raise StatementFailedError(
                f"A row does not fit the key or the columns of its table: {said}.",
                hint="Nothing was written. Was a table changed by hand? Else please report this defect.",
            ) from error
        if isinstance(error, duckdb.TransactionException):
            raise ConnectionLostError(
                f"Another transaction changed the same rows first: {said}.",
                hint=f"Nothing of ours was kept. {_AGAIN}",
            ) from error
        message, hint = _cause(error, path) or (f"DuckDB refused a statement: {said}.", None)
        raise StatementFailedError(message, hint=hint) from error


def first_line(error: duckdb.Error) -> str:
    """DuckDB's words in one line, without the kind of error and without secrets."""
    said = str(error)
    if original := _ORIGINAL.search(said):  # of a database that broke before
        said = original[1]
    return redact(_KIND.sub("", said.splitlines()[0] if said else type(error).__name__)).rstrip(".!")


def _cause(error: duckdb.Error, path: Path) -> tuple[str, str] | None:
    for pattern, what, hint in _CAUSES:
        if pattern.search(str(error)):
            return f"{what.format(path=path)}: {first_line(error)}.", hint
    return None
