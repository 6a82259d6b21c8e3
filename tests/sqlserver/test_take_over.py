"""The take-over on SQL Server: what it sends, and what it says when the server refuses a renaming."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyodbc
import pytest

from operations.backup import BackupPolicy
from operations.cutover.context import Context
from operations.cutover.take_over import rename
from operations.errors import RefusedStepError
from tests.sqlserver.driver import Server
from tests.sqlserver.refused import refused_in
from tests.sqlserver.tsql import errors_in
from warehouse import Target
from warehouse.sqlserver import catalog_statements
from warehouse.sqlserver.session import SQLServerSession
from warehouse.sqlserver.warehouse import SQLServerWarehouse


class Standing(SQLServerWarehouse):
    """A target on a server that answers by the book."""

    def __init__(self, server: Server, folder: Path) -> None:
        super().__init__(
            Target("prod", "sqlserver", "dbo", {"driver": "ODBC Driver 18 for SQL Server", "host": "nowhere"}, folder)
        )
        self.server = server

    @contextmanager
    def session(self, *, read_only: bool = False) -> Iterator[SQLServerSession]:
        session = self.server.session()
        try:
            yield session
        finally:
            session.close()


def _context(server: Server, folder: Path) -> Context:
    return Context(Standing(server, folder), BackupPolicy(places=("one", "two", "three")), ())


def test_the_definition_of_a_view_is_asked_for_in_t_sql() -> None:
    """It parses, and holds nothing that SQL Server refuses."""
    text = catalog_statements.VIEW.replace("?", "@p")
    assert (errors_in(text), refused_in(text)) == ([], [])


def test_a_trial_of_the_renaming_is_rolled_back(tmp_path: Path) -> None:
    """One transaction with a renaming of each, and no commit."""
    server = Server()
    rename.try_rename(_context(server, tmp_path), ["ORDER_LIST", "FACT_ORDER_LIST"])
    sent = [one.sql for one in server.sent]
    assert (sent[0], sent[-2:]) == ("<begin>", ["<rollback>", "<end>"])
    assert sent[1:-2] == ["exec sp_rename ?, ?, 'OBJECT'"] * 2
    assert errors_in(sent[1].replace("?", "@p")) == []


def test_what_holds_a_table_to_its_name_is_named(tmp_path: Path) -> None:
    """The server's own words, what refers to the table, and that nothing was renamed."""

    def fails(sql: str) -> pyodbc.Error | None:
        if "sp_rename" not in sql:
            return None
        words = (
            "Object '[dbo].[ORDER_LIST]' cannot be renamed because the object participates in enforced dependencies."
        )
        return pyodbc.ProgrammingError("42000", f"[42000] [Microsoft][SQL Server]{words} (15336) (SQLExecDirectW)")

    uses: dict[str, list[tuple[Any, ...]]] = {
        r"sql_expression_dependencies": [("VIEW", "dbo.bound", "ORDER_LIST")],
        r"VIEW DEFINITION": [(1, 0)],
    }
    server = Server(answers=uses, fails=fails)
    with pytest.raises(RefusedStepError, match=r"ORDER_LIST cannot be renamed: .*enforced dependencies") as raised:
        rename.try_rename(_context(server, tmp_path), ["ORDER_LIST"])
    assert "view dbo.bound" in (raised.value.hint or "")
    assert "Nothing was renamed." in (raised.value.hint or "")
    assert "<commit>" not in [one.sql for one in server.sent]
