"""Stands in for pyodbc in a dbt of the tests: writes every statement down, and answers what dbt must know.

It is no server: it knows which relations there are and what columns they have, says so when dbt's adapter asks in the
words it uses, and answers everything else with "done". So dbt goes the whole way of a build, and what it would have
sent to SQL Server lies in a file, one JSON document a line.
"""

from __future__ import annotations

import datetime as dt
import decimal
import json
import os
import re
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

version = "5.0.0"
pooling = True
SQL_ATTR_TRACE = 0


class Error(Exception):
    """As the driver's."""


class DatabaseError(Error):
    """As the driver's."""


class InterfaceError(Error):
    """As the driver's."""


class InternalError(DatabaseError):
    """As the driver's."""


class OperationalError(DatabaseError):
    """As the driver's."""


class ProgrammingError(DatabaseError):
    """As the driver's."""


_ANSWERS: dict[str, Any] = json.loads(Path(os.environ["STAND_IN_ANSWERS"]).read_text(encoding="utf-8"))
_SENT = Path(os.environ["STAND_IN_SENT"])
_LOCK = threading.Lock()
_VALUES = {
    "date": dt.date(2026, 1, 1),
    "datetime2": dt.datetime(2026, 1, 1),  # noqa: DTZ001 - the server's has no zone
    "decimal": decimal.Decimal(1),
    "int": 1,
    "smallint": 1,
    "integer": 1,
    "bit": True,
}
Answer = tuple[list[str], list[tuple[Any, ...]]]


def drivers() -> list[str]:
    """The driver that the profile names."""
    return ["ODBC Driver 18 for SQL Server"]


def connect(*_: object, **__: object) -> Connection:
    """Connect to nothing."""
    return Connection()


class Connection:
    """A connection that is always well."""

    def __init__(self) -> None:
        self.autocommit = True
        self.timeout = 0

    def cursor(self) -> Cursor:
        """A new cursor."""
        return Cursor()

    def add_output_converter(self, *_: object) -> None:
        """Nothing to convert."""

    def commit(self) -> None:
        """Nothing to commit."""

    def rollback(self) -> None:
        """Nothing to roll back."""

    def close(self) -> None:
        """Nothing to close."""


class Cursor:
    """Writes statements down and answers them."""

    def __init__(self) -> None:
        self.description: list[tuple[Any, ...]] | None = None
        self.rowcount = -1
        self._rows: list[tuple[Any, ...]] = []

    def execute(self, sql: str, bindings: Sequence[object] | None = None) -> Cursor:
        """Write ``sql`` down."""
        with _LOCK, _SENT.open("a", encoding="utf-8") as sent:
            sent.write(json.dumps({"sql": sql, "bindings": len(bindings or ())}) + "\n")
        answer = answer_to(sql)
        self.description, self._rows = None, []
        if answer is not None:
            names, self._rows = answer
            first = self._rows[0] if self._rows else ("",) * len(names)
            self.description = [
                (name, type(value) if value is not None else str, None, 0, 0, 0, True)
                for name, value in zip(names, first, strict=True)
            ]
        return self

    def fetchall(self) -> list[tuple[Any, ...]]:
        """What is left of the answer."""
        rows, self._rows = self._rows, []
        return rows

    def fetchmany(self, size: int = 1) -> list[tuple[Any, ...]]:
        """Some of what is left of the answer."""
        rows, self._rows = self._rows[:size], self._rows[size:]
        return rows

    def fetchone(self) -> tuple[Any, ...] | None:
        """The next row."""
        rows = self.fetchmany(1)
        return rows[0] if rows else None

    def nextset(self) -> bool:
        """There is one answer only."""
        self.description = None
        return False

    def cancel(self) -> None:
        """Nothing runs."""

    def close(self) -> None:
        """Nothing to close."""


def answer_to(sql: str) -> Answer | None:
    """What a server would answer to what dbt asks; None where dbt waits for no rows."""
    for words, reply in _REPLIES:
        if re.search(words, sql, re.IGNORECASE):
            answer: Answer | None = reply(sql)
            return answer
    return None


def _there(kinds: dict[str, str]) -> Answer:
    rows = [(_ANSWERS["database"], name, _ANSWERS["schema"], kind) for name, kind in kinds.items()]
    return ["database", "name", "schema", "table_type"], rows


def _marks(_: str) -> Answer:
    rows = [(name, kind, _ANSWERS["mark"]) for name, kind in _ANSWERS["relations"].items()]
    return ["relation_name", "kind", "mark"], rows


def _columns(sql: str) -> Answer:
    named = re.search(r"object_id\(N?'([^']*)'", sql)
    found = _ANSWERS["columns"].get(named[1].replace('"', "").split(".")[-1], {}) if named else {}
    names = ["column_name", "data_type", "character_maximum_length", "numeric_precision", "numeric_scale"]
    return names, [(name, *described) for name, described in found.items()]


def _described(sql: str) -> Answer:
    """The contract's columns, for whatever is asked about: dbt compares two answers with each other."""
    rows = [(0, name, kind, None, None) for name, kind in _ANSWERS["contract"].items()]
    return ["is_hidden", "name", "system_type_name", "error_number", "error_message"], rows


def _contract(_: str) -> Answer:
    """The contract's columns in a row of values: dbt takes the types from these, of the model and of the contract."""
    kinds = {name: str(kind).split("(")[0] for name, kind in _ANSWERS["contract"].items()}
    return list(kinds), [tuple(_VALUES.get(kind, "") for kind in kinds.values())]


def _catalog(_: str) -> Answer:
    names = [
        "table_database", "table_schema", "table_name", "table_type", "table_comment", "table_owner", "column_name",
        "column_index", "column_type", "column_comment",
    ]  # fmt: skip
    rows = [
        (_ANSWERS["database"], _ANSWERS["schema"], relation, "BASE TABLE", "", "dbo", column, place, kind[0], "")
        for relation, columns in _ANSWERS["columns"].items()
        for place, (column, kind) in enumerate(columns.items(), start=1)
    ]
    return names, rows


_REPLIES: tuple[tuple[str, Any], ...] = (
    (r"dbt_sqlserver_skip_check_body", lambda _: (["definition", "needs_refresh"], [("create view v as select 1", 0)])),
    (r"\bwhere t\.schema_id = @schema_id\b", lambda _: _there(_ANSWERS["relations"])),
    (r"select\s+name as \[schema\]", lambda _: (["schema"], [(_ANSWERS["schema"],)])),
    (r"as schema_exist\b", lambda _: (["schema_exist"], [(1,)])),
    (r"\bcase when o\.type = 'V' then 'view'", _marks),
    (r"\bas table_database\b", _catalog),
    (r"\bas character_maximum_length\b", _columns),
    (r"\bas has_rows\b", lambda _: (["has_rows"], [(1,)])),
    (r"\bas should_error\b", lambda _: (["failures", "should_warn", "should_error"], [_ANSWERS["verdict"]])),
    (r"\bactual_or_expected\b", lambda _: (["one", "actual_or_expected"], [])),
    (r"dm_exec_describe_first_result_set", _described),
    (r"\bas snapshotted_at\b", lambda _: (["max_loaded_at", "snapshotted_at"], [(_VALUES["datetime2"],) * 2])),
    (r"\b(?:dbt_sbq_tmp|__dbt_sbq|snapshotted_data)\b", _contract),
    (r"sys\.sql_expression_dependencies", lambda _: (["schema_name", "view_name"], [])),
)
