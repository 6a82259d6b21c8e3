"""What people who know dbt expect of a project: state, --empty, --sample, show, clone, retry and --defer behave."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.project import COLUMNS
from tests.transform.conftest import ASRV, GREYSON, RHONE, TODAY, Dbt


@pytest.fixture(scope="module")
def own(today: Dbt, tmp_path_factory: pytest.TempPathFactory) -> Dbt:
    """A copy of the project and of ``today``, to change and to run."""
    folder = tmp_path_factory.mktemp("commands") / "own"
    shutil.copytree(today.folder, folder)
    return Dbt(folder)


def modified(dbt: Dbt, state: Path, path: str, change: Callable[[str], str]) -> set[str]:
    """The models that `state:modified+` names after one file was changed; the file is put back."""
    file = dbt.folder / path
    before = file.read_text(encoding="utf-8")
    file.write_text(change(before), encoding="utf-8")
    listed = ("--quiet", "ls", "--resource-type", "model", "--output", "name", "--state", str(state))
    done = dbt.run(*listed, "--select", "state:modified+")
    file.write_text(before, encoding="utf-8")
    return set(done.stdout.split())


def test_a_change_selects_what_it_changes(own: Dbt, today: Dbt) -> None:
    """A rule that a loop calls, the declaration of a column, a customer's word: each selects its models, no others."""
    state = today.target
    rule = modified(
        own, state, "macros/rules/value_reject.sql", lambda text: text.replace("is not a date.", "is no date.")
    )
    assert rule == {"order_list_rejects"}
    column = modified(own, state, str(COLUMNS), lambda text: text.replace("'PO NUMBER'", "'PURCHASE ORDER NUMBER'"))
    assert {"stg_greyson", "int_orders__typed", "order_list", "sync_monday__items"} <= column
    word = modified(
        own, state, "models/staging/customers/stg_asrv.yml",
        lambda text: f"{text}    config:\n      meta:\n        dates: day_first\n",
    )  # fmt: skip
    assert {"stg_asrv", "int_orders__unioned", "order_list", "sync_monday__items"} <= word
    assert not word & {"stg_greyson", "stg_rhone"}


def test_the_other_commands_behave(own: Dbt, today: Dbt) -> None:
    """show, a model deferred to another build, retry of a failed one, clone, --empty and --sample, on real rows."""
    state = ("--state", str(today.target))
    assert "G-1" in own.run("show", "--select", "order_list", "--limit", "20", "--output", "json").stdout
    own.change('drop table "order_list_rejects"')
    own.run("run", "--select", "order_list_rejects", "--defer", *state)
    assert own.rows("select count(*) from order_list_rejects") == today.rows("select count(*) from order_list_rejects")
    own.run("clone", "--select", "order_list", *state)

    sql = own.folder / "models/marts/order_list_workbooks.sql"
    whole = sql.read_text(encoding="utf-8")
    sql.write_text(whole.replace("workbooks.reason", "workbooks.no_such_column"), encoding="utf-8")
    assert own.run("run", "--select", "order_list_workbooks", check=False).returncode == 1
    sql.write_text(whole, encoding="utf-8")
    assert "1 of 1 OK" in own.run("retry").stdout

    own.land(ASRV, "ASRV.xlsx", TODAY[RHONE])
    own.change(f"update \"{GREYSON}\" set _extracted_at = (now() at time zone 'utc')::timestamp")
    own.run("run", "--select", "+order_list", "--sample", "3 days")
    assert own.rows("select distinct customer_name from ORDER_LIST") == [("GREYSON",)], "only what was landed lately"
    orders = own.rows("select order_key, row_hash from ORDER_LIST order by 1")
    own.change(f'alter table "{GREYSON}" rename column "UNIT OF MEASURE" to "UOM"')  # refused: nobody knows it
    own.run("build", "--empty", "--exclude", "test_type:unit")
    assert own.rows("select count(*) from ORDER_LIST_LINES") == [(0,)]
    own.run("run", "--select", "+order_list")
    assert (
        own.rows("select order_key, row_hash from ORDER_LIST where customer_name = 'GREYSON' order by 1") == orders
    ), "the last good orders of a refused workbook outlive a build without rows"


def test_a_view_takes_the_place_of_what_stood_there_or_leaves_it(own: Dbt) -> None:
    """On DuckDB a view is made where it stands: a table of ours gives way; one that fails leaves the old."""
    own.change(
        'drop view "FACT_ORDER_LIST"; create table "FACT_ORDER_LIST" as select 1 as one; '
        "comment on table \"FACT_ORDER_LIST\" is 'Made by the order list, dbt invocation 1'"
    )
    standing = own.rows("select count(*) from order_list_drift")
    sql = own.folder / "models/sync/order_list_drift.sql"
    whole = sql.read_text(encoding="utf-8")
    sql.write_text("select no_such_column from {{ ref('order_list') }}", "utf-8")
    assert own.run("run", "--select", "fact_order_list", "order_list_drift", check=False).returncode == 1
    sql.write_text(whole, encoding="utf-8")
    assert own.rows(
        "select comment like 'Made by the order list%' from duckdb_views() where view_name = 'FACT_ORDER_LIST'"
    ) == [(True,)]
    assert own.rows("select count(*) from duckdb_tables() where table_name = 'FACT_ORDER_LIST'") == [(0,)]
    assert own.rows("select count(*) from order_list_drift") == standing
