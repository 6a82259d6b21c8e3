"""The SQL that stands in Python: the programs' own (written once for both engines) and the warehouse's T-SQL."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sqlserver import gates
from tests.sqlserver.refused import refused_in
from tests.sqlserver.tsql import errors_in
from warehouse import Column
from warehouse.sqlserver import statements

ROOT = Path(__file__).parents[2]
PROGRAMS = ("loader", "monday_sync", "monitoring", "operations/cutover", "pipeline")
_VERBS = "select|delete|update|insert|with"
_VERB = re.compile(rf"\s*(?:{_VERBS}|{_VERBS.upper()})\s")  # a sentence for people begins "Delete"
_WHOLE = re.compile(r"\bfrom\s+[\w.]+|\bset\s+\w+\s*=|\binto\s+\w+\s*\(", re.IGNORECASE)


def _texts(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Every string that reads as a whole statement, with ``x`` for what is filled in at run time."""
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            text = "".join(str(part.value) if isinstance(part, ast.Constant) else "x" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
            text = node.value
        else:
            continue
        if _VERB.match(text) and _WHOLE.search(text):
            yield node.lineno, text


def _found() -> list[tuple[str, str]]:
    return [
        (f"{path.relative_to(ROOT).as_posix()}:{line}", text)
        for program in PROGRAMS
        for path in sorted((ROOT / program).rglob("*.py"))
        for line, text in _texts(ast.parse(path.read_text(encoding="utf-8")))
    ]


FOUND = _found()


def test_the_statements_of_every_program_are_found() -> None:
    """Each program has statements, so nobody looks at an empty list."""
    assert {p for p in PROGRAMS if any(place.startswith(f"{p}/") for place, _ in FOUND)} == set(PROGRAMS)


@pytest.mark.parametrize(("place", "sql"), FOUND, ids=[place for place, _ in FOUND])
def test_a_program_s_statement_is_t_sql(place: str, sql: str) -> None:
    """A statement written for both engines parses as T-SQL and holds nothing that SQL Server refuses."""
    assert (errors_in(sql.replace("?", "@p")), refused_in(sql)) == ([], []), place


@pytest.mark.parametrize(("place", "sql"), FOUND, ids=[place for place, _ in FOUND])
def test_a_program_s_statement_works_for_any_login_and_collation(place: str, sql: str) -> None:
    """It names relations with their schema (``x``: filled in, by Warehouse.relation), the catalog as it is spelt, and
    no text that a code page may lose."""
    found = gates.unqualified(sql) - {"x"}, gates.misspelt_catalog(sql), gates.code_page_losses(sql)
    assert found == (set(), set(), []), place


@pytest.mark.parametrize("folder", ["warehouse/sqlserver", "bench/sqlserver", "tests/sqlserver_live"])
def test_the_catalog_is_spelt_right_everywhere(folder: str) -> None:
    """What is written for SQL Server alone names INFORMATION_SCHEMA and its columns in capitals."""
    for path in sorted((ROOT / folder).rglob("*.py")):
        for line, text in _texts(ast.parse(path.read_text(encoding="utf-8"))):
            assert gates.misspelt_catalog(text) == set(), f"{path.name}:{line}"


COLUMNS = [
    Column("key", "key", nullable=False), Column("30/32"), Column("select", "text", 255), Column("it's", "decimal"),
    Column("at", "timestamp"), Column("n", "integer"), Column("big", "bigint"), Column("yes", "boolean"),
]  # fmt: skip
NAMES = [column.name for column in COLUMNS]
TYPES = {column.name: statements.type_of(column) for column in COLUMNS}


@pytest.mark.parametrize(
    "sql",
    [
        statements.create_table("[dbo].[it's]", COLUMNS, ["key"]),
        statements.add_columns("[dbo].[it's]", COLUMNS[1:]),
        statements.insert("[dbo].[t]", NAMES, rows=3),
        statements.create_index("[dbo].[it's]", ["30/32", "it's"]),
        statements.upsert("[dbo].[t]", NAMES, ["key"], TYPES),
        statements.upsert("[dbo].[t]", ["key"], ["key"], TYPES),
        statements.checksum("[dbo].[t]", []),
        statements.checksum("[dbo].[t]", ["key", "it's"]),
        statements.MARKS,
    ],
    ids=[
        "create table",
        "add columns",
        "insert",
        "create index",
        "upsert",
        "upsert of keys alone",
        "checksum",
        "checksum of columns",
        "marks",
    ],
)
def test_the_warehouse_s_own_statements_parse(sql: str) -> None:
    """What the warehouse writes for SQL Server is T-SQL, whatever the columns are called."""
    assert (errors_in(sql.replace("?", "@p")), refused_in(sql)) == ([], [])


def test_python_reads_the_mark_where_dbt_leaves_it() -> None:
    """The extended property that macros/platform/mark_statement.sql writes is the one that is asked for."""
    (name,) = re.findall(r"return\('(\w+)'\)", (ROOT / "macros/platform/relation_marks.sql").read_text("utf-8"))
    assert f"p.name = N'{name}'" in statements.MARKS
