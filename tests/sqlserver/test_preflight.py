"""The preflight on SQL Server: the statements that people run are T-SQL, and a login with another schema is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyodbc
import pytest

from operations.backup import BackupPolicy
from operations.cutover.context import Context
from operations.cutover.preflight import Check, Verdict
from operations.cutover.preflight.database import statement
from operations.cutover.preflight.examine import look_at
from operations.cutover.preflight.scene import Scene
from tests.sqlserver import gates
from tests.sqlserver.driver import Server
from tests.sqlserver.refused import refused_in
from tests.sqlserver.test_audit import Standing
from tests.sqlserver.tsql import errors_in

_THERE = ("swp_ORDER_LIST_SYNC", "FACT_ORDER_LIST", "ORDER_LIST_LINES", "ORDER_LIST", "monday_sync_items",
          "monday_sync_subitems", "pipeline_outbox")  # fmt: skip
_COLUMNS = ("sync_state", "action_type", "monday_item_id", "monday_subitem_id")
ANSWERS: dict[str, list[tuple[Any, ...]]] = {
    r"^select TABLE_NAME from INFORMATION_SCHEMA\.TABLES": [(name,) for name in _THERE],
    r"AS total_records": [(12, 12, 0, 1)],
    r"^SELECT COLUMN_NAME FROM INFORMATION_SCHEMA\.COLUMNS\s+WHERE TABLE_NAME IN": [(name,) for name in _COLUMNS],
    r"^select TABLE_NAME, (TABLE_TYPE|COLUMN_NAME)": [],
    r"^select o\.name, cast\(p\.value": [(name, "Made by the order list, dbt invocation 1") for name in _THERE],
    r"p\.name = N'order_list'": [("FACT_ORDER_LIST", "view", None), ("ORDER_LIST_LINES", "view", None)],
    r"COLUMN_NAME": [(name,) for name in _COLUMNS],
    r"order_type = 'CANCELLED'$": [(2, 0)],
    r"from \[dbo\]\.\[swp_ORDER_LIST_SYNC\]": [(50,)],
    r"left join": [(12, 3, 0)],
}


def _lines(name: str, server: Server, folder: Path) -> list[Check]:
    context = Context(Standing(server, folder), BackupPolicy(places=("a",)), ())
    return look_at(name, Scene(context))


@pytest.mark.parametrize("name", ["records", "sync_columns"])
def test_the_statements_of_the_cutover_are_t_sql(name: str) -> None:
    """They stand in their files as people run them, and parse."""
    assert (errors_in(statement(name)), refused_in(statement(name))) == ([], [])


def test_a_statement_that_reads_another_schema_is_told(tmp_path: Path) -> None:
    """People name no schema: where the login's own is another, the counts differ and the mend is a statement."""
    counts, columns = _lines("cutover statements", Server(answers=ANSWERS), tmp_path)
    assert (counts.verdict, "dbo.swp_ORDER_LIST_SYNC has 50" in counts.found) == (Verdict.FAILED, True)
    assert counts.mend == "ALTER USER [the user] WITH DEFAULT_SCHEMA = dbo"
    assert columns.verdict is Verdict.PASSED


def test_a_statement_that_finds_nothing_in_another_schema_is_told(tmp_path: Path) -> None:
    """Where the login's own schema has no such relation, that is no defect, and the mend is the same statement."""
    said = "[42S02] [SQL Server]Invalid object name 'swp_ORDER_LIST_SYNC'. (208)"
    gone = pyodbc.ProgrammingError("42S02", said)
    server = Server(answers=ANSWERS, fails=lambda sql: gone if "AS total_records" in sql else None)
    counts, columns = _lines("cutover statements", server, tmp_path)
    assert (counts.verdict, "Invalid object name" in counts.found) == (Verdict.FAILED, True)
    assert counts.mend == "ALTER USER [the user] WITH DEFAULT_SCHEMA = dbo"
    assert columns.verdict is Verdict.PASSED


@pytest.mark.parametrize("name", ["sync columns", "cancelled orders", "alerts"])
def test_what_it_asks_is_t_sql_and_changes_nothing(name: str, tmp_path: Path) -> None:
    """Each statement only asks, names its schema, parses, and stands in a transaction that is rolled back."""
    server = Server(answers=ANSWERS)
    _lines(name, server, tmp_path)
    sent = [one.sql for one in server.sent]
    assert "<commit>" not in sent
    asked = [text for text in sent if not text.startswith("<")]
    assert asked
    for text in asked:
        assert text.lower().lstrip().startswith("select"), text
        assert (errors_in(text.replace("?", "@p")), refused_in(text), gates.unqualified(text)) == ([], [], set()), text
