"""The audit on SQL Server: all that it sends is T-SQL, it never commits, and says what it may not see."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyodbc
import pytest

from operations.audit import Verdict, audit
from operations.audit.integrity import statement
from operations.audit.reader import Reader
from operations.audit.rules import Rule, declared, declared_tables, keys, missing_values, references, states
from operations.audit.totals import totals
from operations.constraints import load_constraints
from tests.project import ROOT
from tests.sqlserver import gates
from tests.sqlserver.driver import Server, warehouse
from tests.sqlserver.refused import refused_in
from tests.sqlserver.tsql import errors_in
from warehouse import Target
from warehouse.sqlserver import inventory_statements as sql
from warehouse.sqlserver.session import SQLServerSession
from warehouse.sqlserver.warehouse import SQLServerWarehouse

RULES = [
    *declared(load_constraints(ROOT)),
    *keys(), *references(), *missing_values(), *states(),
    *totals(["xGREYSON_ORDER_LIST_RAW", "xRHONE_ORDER_LIST_RAW"]),
]  # fmt: skip
STATEMENTS = {name: text for name, text in vars(sql).items() if name.isupper() and not name.startswith("_")}
_LEDGER = next(table for table in declared_tables() if table.name == "monday_sync_attempts")
#: A server on which some tables stand; the order of the words is that in which an answer is looked for.
ANSWERS: dict[str, list[tuple[Any, ...]]] = {
    r"@@version": [("Microsoft SQL Server 2022",)],
    r"p\.name = N'order_list'": [
        ("monday_sync_attempts", "table", None), ("monday_sync_runs", "table", None), ("pipeline_runs", "table", None),
        ("pipeline_statements", "table", None), ("ORDER_LIST", "table", "Made by the order list, dbt invocation 1"),
        ("monday_sync_mappings", "table", None), ("pipeline_index_usage", "table", None), ("v", "view", None),
    ],
    r"allocation_units": [("monday_sync_attempts", 8192)],
    r"dm_db_index_usage_stats": [
        ("monday_sync_attempts", 1, 5, 9, dt.datetime(2026, 11, 27, 10), dt.datetime(2026, 11, 27, 11)),  # noqa: DTZ001
        ("monday_sync_attempts", 2, 0, 9, None, dt.datetime(2026, 11, 27, 11)),  # noqa: DTZ001
    ],
    r"sysutcdatetime": [(60,)],
    r"is_included_column = 0": [
        ("monday_sync_attempts", "pk", "batch_id", True, 1, False, 1),
        ("monday_sync_attempts", "pk", "position", True, 1, False, 1),
        ("monday_sync_attempts", "by_outcome", "outcome", False, 0, False, 2),
        ("monday_sync_attempts", "by_hand", "outcome", False, 0, True, 3),
        ("monday_sync_attempts", "by_hand", "kind", False, 0, True, 3),
    ],
    r"sys\.check_constraints": [("pipeline_runs", "ck_off", "(1)", True, True), ("pipeline_runs", "ck", "(1)", 0, 1)],
    r"sys\.foreign_keys": [("pipeline_runs", "fk", "run_id", "monday_sync_runs", 0, 0)],
    r"is_primary_key = 1 then 'primary key'": [("monday_sync_attempts", "pk", "primary key", "batch_id"),
                                               ("monday_sync_attempts", "pk", "primary key", "position")],
    r"from sys\.columns as c": [
        (table, column, "nvarchar", 128, 0, 0, 1)
        for table in ("monday_sync_attempts", "pipeline_runs", "ORDER_LIST")
        for column in ("run_id", "row_hash", "completed_at")
    ],
    r"u\.index_name": [("monday_sync_attempts", "by_hand", 2)],
    r"database_query_store_options": [("READ_WRITE",)],
    r"query_store_query_text": [("select  x", 3, 2_000_000.0, 1_500_000)],
    r"looked\.looked_at": [(3, None)],
    r"^select count\(\[": [(1, 0, 1)],
    r"count_big": [("monday_sync_attempts", 20_000)],
}  # fmt: skip


class Standing(SQLServerWarehouse):
    """A target on a server that answers by the book."""

    def __init__(self, server: Server, folder: Path) -> None:
        settings = {"driver": "ODBC Driver 18 for SQL Server", "host": "nowhere"}
        super().__init__(Target("prod", "sqlserver", "dbo", settings, folder))
        self.server = server

    @contextmanager
    def session(self, *, read_only: bool = False) -> Iterator[SQLServerSession]:
        session = self.server.session()
        try:
            yield session
        finally:
            session.close()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_each_rule_is_t_sql(rule: Rule) -> None:
    """One statement that SQL Server takes, for any login, schema and collation."""
    place = warehouse()
    text = Reader.written(Reader(Server().session(), place), statement(rule), rule.relations)
    assert (errors_in(text), refused_in(text)) == ([], [])
    assert (gates.unqualified(text), gates.misspelt_catalog(text)) == (set(), set())


@pytest.mark.parametrize("name", STATEMENTS)
def test_each_question_to_the_catalog_is_t_sql(name: str) -> None:
    """What the server is asked for a whole schema parses, and holds nothing that it refuses."""
    text = STATEMENTS[name].replace("?", "@p")
    assert (errors_in(text), refused_in(text)) == ([], [])


def test_an_audit_never_commits(tmp_path: Path) -> None:
    """All of it is one transaction that is rolled back; each statement only asks, and parses as T-SQL."""
    server = Server(answers=ANSWERS)
    found = audit(Standing(server, tmp_path))
    sent = [one.sql for one in server.sent]
    assert (sent[0], sent[-2:], sent.count("<begin>")) == ("<begin>", ["<rollback>", "<end>"], 1)
    assert "<commit>" not in sent
    asked = [text for text in sent[1:-2] if not text.startswith("<")]
    assert len(asked) == found.statements > 20
    assert {text.split()[0] for text in asked} == {"select"}
    rules = {text for text in asked if "looked_at" in text}
    for text in set(asked) - rules:
        assert (errors_in(text.replace("?", "@p")), refused_in(text)) == ([], []), text
    assert "rolled back" in found.held


def test_what_the_server_remembers_is_read(tmp_path: Path) -> None:
    """Sizes and use of tables and indexes, in UTC; what is switched off, untrusted, doubled, idle or missing shows."""
    found = audit(Standing(Server(answers=ANSWERS), tmp_path))
    sections = {section.name: section for section in found.sections}
    relations = {row[0]: row for row in sections["tables"].grids[0].rows}
    assert relations["monday_sync_attempts"][3:5] == (20_000, 8192)
    written, read = relations["monday_sync_attempts"][5:]
    assert (str(written), str(read)) == ("2026-11-27 10:00:00", "2026-11-27 09:00:00")
    named = {check.name: check for check in found.checks}

    def shown(name: str) -> tuple[Verdict, list[object]]:
        check = named[name]
        return check.verdict, [row[1] for row in check.examples]

    assert shown("every declared index is there") == (Verdict.FAILED, ["order_key", "row_key, board_id", "run_id"])
    assert shown("no index is there that nobody declared") == (Verdict.NOTE, ["by_hand"])
    assert shown("no index is switched off") == (Verdict.FAILED, ["by_hand"])
    assert shown("no index begins as another goes on") == (Verdict.NOTE, ["by_outcome"])
    idle = "every index that is kept up to date is searched"
    assert shown(idle) == (Verdict.NOTE, ["by_outcome"])
    used = {row[1]: row[4:7] for row in sections["indexes"].grids[0].rows}
    assert used == {"pk": (5, 5, 9), "by_outcome": (0, 0, 9), "by_hand": (0, 2, 0)}
    large = "large tables are indexed by what refers to other tables"
    assert shown(large) == (Verdict.NOTE, ["run_id"])
    assert named["every constraint is switched on"].examples == (("pipeline_runs", "check", "ck_off"),)
    assert named["every constraint is trusted"].examples == (("pipeline_runs", "check", "ck"),)
    costly = next(g for g in sections["queries"].grids if g.title.startswith("What the server"))
    assert costly.rows == (("select x", 3, 2.0, 1.5),)


def test_what_the_login_may_not_see_is_said(tmp_path: Path) -> None:
    """Refused views make figures unknown, not zero, are named once each, and fail nothing by themselves."""

    def refused(text: str) -> pyodbc.Error | None:
        if any(word in text for word in ("dm_db_index_usage", "allocation_units", "query_store")):
            return pyodbc.ProgrammingError("42000", "[42000] [Microsoft] permission was denied (300)")
        return None

    found = audit(Standing(Server(answers=ANSWERS, fails=refused), tmp_path))
    unseen = [text for section in found.sections for text in section.not_looked_at]
    for words in ("the tables' sizes", "how often tables and indexes are used", "Query Store"):
        assert sum(text.startswith(words) for text in unseen) == 1
    relations = {row[0]: row for row in found.sections[0].grids[0].rows}
    assert relations["monday_sync_attempts"][4] is None
    assert relations["monday_sync_runs"][5:] == ("unknown", "unknown")
    grid = next(section for section in found.sections if section.name == "indexes").grids[0]
    assert {row[4] for row in grid.rows} == {"unknown"}
    assert not any("is searched" in check.name for check in found.checks)
