"""A build that has nothing to build from does not end green."""

from __future__ import annotations

from tests.transform.conftest import GREYSON, RHONE, Dbt


def test_a_database_without_a_landed_workbook_is_named_and_left_as_it_is(dbt: Dbt) -> None:
    """Another schema in the profile, or another folder with its own `data/`: the sentence says where it looked."""
    done = dbt.run("build", check=False)
    assert done.returncode == 2
    assert (
        f"No workbook has been landed in schema 'main' of {dbt.database.name}: there is nothing to build."
        in done.stdout
    )
    assert dbt.rows("select count(*) from duckdb_tables()") == [(0,)]


def test_orders_are_not_replaced_by_nothing(copied: Dbt) -> None:
    """Landed tables that have lost all their rows do not empty ORDER_LIST."""
    for table in (GREYSON, RHONE):
        copied.change(f'delete from "{table}"')
    done = copied.run("build", check=False)
    assert done.returncode == 2
    assert "None of the 2 landed workbooks" in done.stdout
    assert "has a row, but ORDER_LIST has: it is left as it is." in done.stdout
    assert copied.rows("select count(*) from ORDER_LIST") == [(9,)]
