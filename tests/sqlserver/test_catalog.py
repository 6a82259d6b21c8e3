"""What a table is on SQL Server: the questions to the catalog views."""

from __future__ import annotations

import re

import pyodbc
import pytest

from tests.sqlserver.driver import Server
from tests.sqlserver.refused import refused_in
from tests.sqlserver.tsql import errors_in
from warehouse import StatementFailedError, Structure
from warehouse.sqlserver import catalog_statements as sql
from warehouse.sqlserver import usage_statements
from warehouse.sqlserver.statements import OURS, marked

_OF_COLUMNS = (sql.COLUMNS, sql.DEFAULTS, sql.INDEXES, sql.FOREIGN_KEYS, sql.RIGHTS, sql.PROPERTIES)


@pytest.mark.parametrize("question", _OF_COLUMNS)
def test_the_name_of_a_column_is_asked_for_as_the_text_that_it_is(question: str) -> None:
    """``nvarchar``, so that ``∆`` comes as such from every endpoint, and a copy of the table can be made."""
    asked = question.partition(" from ")[0]
    assert re.search(r"cast\(p?r?c\.name as nvarchar\(128\)\)", asked)
    assert not re.search(r"(?<!cast\()\b(?:c|pc|rc)\.name\b", asked)
    assert (errors_in(question.replace("?", "@p")), refused_in(question)) == ([], [])


@pytest.mark.parametrize("label", [label for label, *_ in usage_statements.QUESTIONS])
def test_each_question_about_uses_is_t_sql(label: str) -> None:
    """It parses, and asks for whole texts: a name may stand behind any number of signs."""
    question = next(text for name, text, _ in usage_statements.QUESTIONS if name == label)
    assert (errors_in(question.replace("?", "@p")), refused_in(question)) == ([], [])
    assert "left(" not in question


def test_the_question_about_what_the_login_sees_is_t_sql() -> None:
    """It parses as well."""
    assert (errors_in(usage_statements.SEES_ALL), refused_in(usage_statements.SEES_ALL)) == ([], [])


def test_a_name_is_found_wherever_it_stands_and_shown_with_its_surroundings() -> None:
    """Behind 9,000 signs of a procedure; a longer name is another one; a text with ``escape`` in it counts as well."""
    far = f"create procedure p as {'-' * 9_000} select a like 'x' escape N'!' from OLD_DELTA where a = 1"
    server = Server(answers={
        r"sys\.sql_modules": [("SQL_STORED_PROCEDURE", "dbo.p", far), ("VIEW", "dbo.v", "select * from OLD_DELTA_2")],
        r"VIEW DEFINITION": [(1, 0)],
    })  # fmt: skip
    found = server.session().catalog().uses("OLD_DELTA")
    (use,) = found.found
    assert (use.kind, use.name) == ("sql stored procedure", "dbo.p")
    assert use.detail.endswith("from OLD_DELTA where a = 1")
    assert found.not_looked_at == ()


def test_a_read_is_the_latest_of_all_kinds() -> None:
    """A seek of last year does not hide the scan of this morning; both are by the server's own clock."""
    question = next(text for label, text, _ in usage_statements.QUESTIONS if label == "index usage")
    assert "max(r.read_at)" in question
    assert all(f"(u.last_user_{kind})" in question for kind in ("seek", "scan", "lookup"))
    assert "r.read_at > dateadd(day, -1, sysdatetime())" in question


def test_what_our_own_programs_read_is_nobodys_use() -> None:
    """Query Store keeps texts: every query of ours has a mark within its own, which the question leaves out."""
    server = Server()
    session = server.session()
    session.rows("select a from [dbo].[OLD_DELTA]")
    session.arrow("with x as (select 1 as a) select a from x")
    list(session.batches("SELECT a from [dbo].[OLD_DELTA]"))
    session.execute("drop table if exists [dbo].[x]")
    assert [one.is_ours for one in server.sent] == [True, True, True, False]
    assert marked("select a from t") == f"select {OURS} a from t"
    assert errors_in(marked("with x as (select 1 as a) select a from x")) == []
    question = next(text for label, text, _ in usage_statements.QUESTIONS if label == "Query Store")
    assert f"not like N'%{OURS}%'" in question
    assert not set(OURS) & set("[]%_'")  # as LIKE reads it


def test_what_the_login_may_not_see_is_said() -> None:
    """The catalog leaves out what lies in other schemas, and rights of others: neither would be found, or archived."""
    server = Server(answers={r"VIEW DEFINITION": [(0, 0)]})
    (unseen,) = server.session().catalog().uses("OLD_DELTA").not_looked_at
    assert unseen.startswith("other schemas, and rights of others")
    assert "VIEW DEFINITION on the database" in unseen
    sees = Server(answers={r"VIEW DEFINITION": [(0, 1)]})
    assert sees.session().catalog().uses("OLD_DELTA").not_looked_at == ()


RIGHTS = Structure("sqlserver", "OLD_DELTA", (), {
    "foreign_keys": [], "triggers": [], "rights": [["GRANT", "SELECT", "readers", None]],
})  # fmt: skip


def test_a_right_that_the_login_may_not_give_says_what_it_takes() -> None:
    """When a table comes back and when it is set aside: the statement, and what to grant the login."""
    no = pyodbc.ProgrammingError("42000", "[42000] [SQL Server]Grantor does not have GRANT permission. (4613)")
    server = Server(fails=lambda text: no if text.startswith("grant") else None)
    catalog = server.session().catalog()
    with pytest.raises(StatementFailedError) as back:
        catalog.connect(RIGHTS, "OLD_DELTA")
    with pytest.raises(StatementFailedError) as aside:
        catalog.set_aside(RIGHTS, "OLD_DELTA__retired", "gone")
    for caught in (back, aside):
        assert "It was asked to grant select on [dbo].[OLD_DELTA] to [readers]." in caught.value.message
        assert "CONTROL on the schema" in str(caught.value.hint)


def test_what_reaches_beyond_a_table_is_made_again() -> None:
    """Its triggers and the rights on it."""
    details = {**RIGHTS.details, "triggers": [["t", "create trigger t on [dbo].[OLD_DELTA] after insert as return", 0]]}
    server = Server()
    server.session().catalog().connect(Structure("sqlserver", "OLD_DELTA", (), details), "OLD_DELTA")
    assert server.statements() == [details["triggers"][0][1], "grant select on [dbo].[OLD_DELTA] to [readers]"]


def test_the_version_is_one_line_and_says_that_it_was_cut() -> None:
    """As the archive's manifest and the audit's head have it."""
    server = Server(answers={r"@@version": [("Microsoft SQL Server 2022\n\t(X64)   " + "x" * 300,)]})
    version = server.session().catalog().version()
    assert (version[:32], len(version), version[-1]) == ("Microsoft SQL Server 2022 (X64) ", 200, "…")
