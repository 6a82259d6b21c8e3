"""The gates themselves: each finds its example, also inside dynamic SQL, and none finds what is right."""

import pytest

from tests.sqlserver import gates


@pytest.mark.parametrize(
    "sql",
    [
        "select '∆' as x",
        "exec('create view [dbo].[v] as select 1 as x')",
        "EXEC(N'create view [dbo].[v] as select ''é'' as x')",
        "exec sp_describe_first_result_set @tsql = N'select ''尺码'' as x'",
    ],
)
def test_text_that_a_code_page_loses_is_found(sql: str) -> None:
    """A literal without N that is not ASCII is found, at any depth, and so is a statement in such a literal."""
    assert gates.code_page_losses(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "select N'∆' as [尺码], 'plain' as \"Größe\" -- é",
        "exec(N'create view [dbo].[v] as select N''∆'' as [∆], ''a'' as x')",
    ],
)
def test_unicode_passes(sql: str) -> None:
    """Any text in N'...', in names and in comments arrives as it is."""
    assert gates.code_page_losses(sql) == []


def test_a_catalog_view_that_needs_more_rights_is_found() -> None:
    """What the adapter asks before every table build is found; what every login may read is not."""
    asked = "select 1 from sys.sql_expression_dependencies as r inner join sys.objects as o on r.id = o.id"
    assert gates.rights_wanted(asked) == {"sys.sql_expression_dependencies"}
    assert gates.rights_wanted("exec(N'select 1 from sys.dm_exec_sessions')") == {"sys.dm_exec_sessions"}


@pytest.mark.parametrize(
    "sql",
    [
        "select 1 from information_schema.TABLES",
        "select COLUMN_NAME from INFORMATION_SCHEMA.COLUMNS where table_name = N'a'",
        "select 1 from SYS.objects",
    ],
)
def test_a_catalog_name_in_the_wrong_case_is_found(sql: str) -> None:
    """On a case-sensitive database INFORMATION_SCHEMA and its columns are in capitals, sys is not."""
    assert gates.misspelt_catalog(sql)


def test_a_catalog_name_in_the_right_case_passes() -> None:
    """The spelling that every database knows."""
    assert gates.misspelt_catalog("select TABLE_NAME from INFORMATION_SCHEMA.TABLES, sys.objects") == set()


@pytest.mark.parametrize(
    "sql",
    [
        "select count(*) from swp_ORDER_LIST_SYNC",
        "select 1 from [dbo].[a] as a inner join b on a.x = b.x",
        "exec(N'drop view if exists v')",
        "insert into t (a) select a from [dbo].[u]",
        "update t set a = 1",
        "select * into t from [dbo].[u]",
    ],
)
def test_an_unqualified_relation_is_found(sql: str) -> None:
    """A relation without a schema is found, whatever is done with it."""
    assert gates.unqualified(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "with a as (select 1 as x from [dbo].[t]), b as (select x from a) select x from b inner join a on a.x = b.x",
        'update t set a = 1 from "db"."dbo"."t" as t inner join openjson(@rows) as s on s.a = t.a',
        "insert into dbo.t (a) select a from #temp cross apply (values (1)) as v (a)",
        "select a from (select 1 as a) as t",
    ],
)
def test_local_names_pass(sql: str) -> None:
    """CTEs, aliases, temporary tables, functions and subqueries need no schema."""
    assert gates.unqualified(sql) == set()


def test_a_second_spelling_of_a_name_is_found() -> None:
    """ORDER_TYPE is no column of a case-sensitive database; a keyword is no name."""
    known = {"order_type": "order_type", "drop": "drop"}
    assert gates.misspelt("select ORDER_TYPE from t; DROP TABLE x", known) == {"ORDER_TYPE"}
