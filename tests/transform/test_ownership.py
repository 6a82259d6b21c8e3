"""What stands under one of our names and is not ours survives dbt, whatever is asked of it."""

from __future__ import annotations

from tests.transform.conftest import Dbt

RELATIONS = (
    "select table_name, 'table', comment from duckdb_tables() "
    "union all select view_name, 'view', comment from duckdb_views() where not internal"
)
THEIRS = "create table \"{}\" as select range as monday_item_id, 'NEW' as sync_state from range(2000)"
OF_A_PERSON = ("FACT_ORDER_LIST", "sync_monday__items", "ORDER_LIST__dbt_backup")

FIRST_RELEASE = (
    "customer_names", "ORDER_LIST_STAGING", "ORDER_LIST", "order_list_rejects", "order_list_headers",
    "ORDER_LIST_LINES", "order_list_history", "swp_ORDER_LIST_SYNC", "FACT_ORDER_LIST", "sync_customers",
    "sync_monday__items", "sync_monday__subitems",
)  # fmt: skip


def marks(dbt: Dbt) -> dict[str, tuple[str, str]]:
    """Kind and mark of each relation that dbt has made."""
    return {name: (kind, mark) for name, kind, mark in dbt.rows(RELATIONS) if mark}


def test_everything_that_dbt_makes_says_which_invocation_made_it(today: Dbt) -> None:
    """Models, seeds and snapshots carry the mark of one build; tables that others write carry none."""
    found = marks(today)
    assert {mark for _, mark in found.values()} == {found["ORDER_LIST"][1]}
    assert found["ORDER_LIST"][1].startswith("Made by the order list, dbt invocation ")
    assert {"customer_names", "order_list_history", "stg_greyson", "FACT_ORDER_LIST"} <= found.keys()
    assert not {"monday_sync_items", "xGREYSON_ORDER_LIST_RAW", "order_list_failed_tests"} & found.keys()


def test_a_table_of_someone_else_s_is_refused_and_kept(copied: Dbt) -> None:
    """`dbt build` names all such tables, ends with status 2 and has changed nothing; a person's word lets it go on."""
    copied.change('drop view "FACT_ORDER_LIST"; drop view sync_monday__items')
    for name in OF_A_PERSON:
        copied.change(THEIRS.format(name))
    copied.change("drop table monday_sync_customers")
    copied.change(THEIRS.format("monday_sync_customers"))
    before = copied.rows(RELATIONS)
    done = copied.run("build", check=False)
    assert done.returncode == 2
    message = next(line.strip() for line in done.stdout.splitlines() if "not made by this project" in line)
    assert message.startswith(
        "FACT_ORDER_LIST, monday_sync_customers, ORDER_LIST__dbt_backup, sync_monday__items in schema 'main' were not "
        "made by this project, and a build would replace them. Nothing was changed."
    )
    assert copied.rows(RELATIONS) == before
    assert [copied.rows(f'select count(*) from "{name}"') for name in OF_A_PERSON] == [[(2000,)]] * 3

    copied.run("run-operation", "adopt_relations", "--args", "{names: [sync_monday__items]}")
    assert marks(copied)["sync_monday__items"] == ("table", "Made by the order list, adopted")


def test_what_the_first_release_made_without_a_mark_is_known_by_its_shape(copied: Dbt) -> None:
    """Each relation that has kept its name since is marked now."""
    found = marks(copied).items()
    before = {name: kind for name, (kind, _) in found if name in FIRST_RELEASE or name.startswith("stg_")}
    for name, kind in before.items():
        copied.change(f'comment on {kind} "{name}" is null')
    copied.run("run-operation", "check_ownership")
    assert {name: kind for name, (kind, mark) in marks(copied).items() if mark.endswith(", first release")} == before
