"""Every statement of the registry, on rows made by hand: the right figure, of the right subject, with its reason."""

from __future__ import annotations

import datetime as dt

import pytest

from monitoring.checks import REGISTRY
from monitoring.model import Measure, Surroundings
from monitoring.reading import ask
from tests.monitoring.conftest import START, World

CHECKS = {check.name: check for check in REGISTRY}
AT = START.replace(tzinfo=None)


def found(world: World, name: str) -> list[tuple[str, object, str]]:
    """(subject, figure, reason) of a check, by subject."""
    around = Surroundings(world.warehouse.target.project_dir, world.now)
    with world.warehouse.session(read_only=True) as session:
        asked = ask(session, world.warehouse, [CHECKS[name]], around, session.relations())[name]
    assert asked.measures is not None, asked.why
    return sorted((m.subject, _plain(m), m.reason) for m in asked.measures)


def _plain(measure: Measure) -> object:
    if measure.value is None or isinstance(measure.value, dt.datetime):
        return measure.value
    return round(float(measure.value), 3)


def figure(world: World, name: str) -> object:
    ((_, value, _),) = found(world, name)
    return value


def test_every_check_can_be_asked_of_empty_relations(world: World) -> None:
    """None of them breaks, and none of them takes nothing for something."""
    around = Surroundings(world.warehouse.target.project_dir, world.now)
    with world.warehouse.session(read_only=True) as session:
        asked = ask(session, world.warehouse, REGISTRY, around, session.relations())
    assert not {name: one.why for name, one in asked.items() if one.why}
    for name, one in asked.items():
        if name not in {"disk", "runs_killed"}:
            assert all(measure.value is None for measure in one.measures or ()), name


def test_a_relation_that_is_lacking_hides_no_other_check(world: World) -> None:
    """It is named as the reason, and so is a column that an older version did not have."""
    world.sql("drop table order_list_drift", "alter table sync_customers drop column held_back_reason")
    around = Surroundings(world.warehouse.target.project_dir, world.now)
    with world.warehouse.session(read_only=True) as session:
        asked = ask(session, world.warehouse, REGISTRY, around, session.relations())
    assert (asked["drift"].measures, asked["drift"].why) == (None, "order_list_drift is not there yet")
    assert asked["customers_held"].measures is None
    assert "held_back_reason" in asked["customers_held"].why
    assert asked["rejects"].why == ""


def test_the_share_counts_orders_and_lines_but_no_cancelled_ones(world: World) -> None:
    """Two of four records are on the board; the cancelled order and its line count neither way."""
    world.pushed(due_rows=0, out_of_scope=0)
    world.order("a", "AJE")
    world.order("b", "AJE", "ERROR")
    world.order("c", "AJE", "NEW", kind="CANCELLED")
    world.sql(
        "insert into \"ORDER_LIST_LINES\" values ('l1', 'a', 'SYNCED', null), ('l2', 'b', 'NEW', null), "
        "('l3', 'c', 'NEW', null)"
    )
    assert found(world, "sync_share") == [("", 50.0, "2 of 4 records are not on the board as they should be")]


def test_the_share_leaves_out_what_no_board_takes(world: World) -> None:
    """Each of two boards leaves out the rows of the other one; only what both leave out is outside."""
    world.order("a", "AJE")
    world.order("b", "RHONE")
    for key in "cde":
        world.order(key, "OTHER", "NEW")
    world.pushed("1", due_rows=5, out_of_scope=4)
    world.pushed("2", due_rows=4, out_of_scope=3)
    assert figure(world, "sync_share") == 100.0
    world.later(hours=1)
    world.pushed("1", due_rows=3, out_of_scope=3)
    world.pushed("2", due_rows=3, out_of_scope=3)
    assert figure(world, "sync_share") == 100.0


def test_before_the_first_push_the_share_is_not_known(world: World) -> None:
    """It is not 0 %: nothing was sent yet."""
    world.sql("drop table monday_sync_figures")
    around = Surroundings(world.warehouse.target.project_dir, world.now)
    with world.warehouse.session(read_only=True) as session:
        asked = ask(session, world.warehouse, [CHECKS["sync_share"]], around, session.relations())
    assert asked["sync_share"].measures is None


def test_refused_and_given_up_by_customer_without_what_is_accepted(world: World) -> None:
    """Items and lines, with the board's words; a row that a person accepted alarms nobody."""
    world.order("a", "AJE", "ERROR", error="no label BOX")
    world.order("b", "AJE", "ERROR", error="no label BOX")
    world.order("c", "AJE", "ERROR", error="too long")
    world.order("d", "RHONE")
    world.sql(
        "insert into monday_sync_items values ('a', 'ERROR'), ('b', 'ERROR'), ('c', 'DEAD'), ('d', 'SYNCED')",
        "insert into monday_sync_accepted values ('b', null), ('a', '2026-01-01')",
        "insert into \"ORDER_LIST_LINES\" values ('l1', 'd', 'ERROR', 'no size')",
        "insert into monday_sync_subitems values ('l1', 'DEAD')",
    )
    assert found(world, "records_refused") == [("AJE", 1, "no label BOX")]
    assert found(world, "records_given_up") == [("AJE", 1, "too long"), ("RHONE", 1, "no size")]


def test_what_waits_for_longer_than_a_day(world: World) -> None:
    """By when the order list began to say so; held back, gone and fresh ones are other checks' business."""
    old, new = AT - dt.timedelta(hours=25), AT - dt.timedelta(hours=23)
    world.sql(
        "insert into sync_monday__items values ('a', 'AJE', 'A 1', 0, 'UPDATE'), ('b', 'AJE', 'A 2', 0, 'INSERT'), "
        "('c', 'AJE', 'A 3', 1, 'UPDATE'), ('d', 'AJE', 'A 4', 0, 'DELETE')",
        "insert into sync_monday__subitems values ('a', 'AJE', 'L', 0, 'UPDATE')",
        f"insert into order_list_history values ('a', '{old}', null), ('b', '{new}', null), ('c', '{old}', null), "
        f"('d', '{old}', null), ('b', '{old}', '{new}')",
    )
    world.pushed(due_rows=4, out_of_scope=0)
    assert found(world, "records_waiting") == [("AJE", 2, "for example A 1")]
    world.later(seconds=1)
    world.pushed(due_rows=4, out_of_scope=1)
    assert found(world, "records_waiting") == [], "nobody knows which of them no board takes"
    world.sql("insert into monday_sync_items values ('a', 'SYNCED')")
    assert found(world, "records_waiting") == [("AJE", 2, "for example A 1")]


def test_how_the_api_answered(world: World) -> None:
    """Of the last push of each board, together."""
    world.pushed("1", calls=999, calls_refused=999, calls_retried=0, seconds_waited=0)
    world.later(hours=1)
    world.pushed("1", calls=60, calls_refused=3, calls_retried=6, seconds_waited=90, call_p95_seconds=1.5, conflicts=2)
    world.pushed("2", calls=40, calls_refused=2, calls_retried=0, seconds_waited=0, call_p95_seconds=0.5, conflicts=1)
    assert found(world, "api_success") == [("", 95.0, "5 of 100 refused")]
    assert found(world, "api_retried") == [("", 6.0, "waited 90 s for the API")]
    assert figure(world, "api_p95") == 1.5
    assert figure(world, "conflicts") == 3


def test_the_day_s_calls_are_those_of_today(world: World) -> None:
    """Yesterday's use says nothing of today."""
    world.pushed(day_calls=9_500, day_limit=10_000, calls=1)
    assert figure(world, "api_calls_left") == 5.0
    world.later(days=1)
    assert figure(world, "api_calls_left") is None


def test_how_full_each_board_is(world: World) -> None:
    """Items and subitems by themselves; a board that was not pushed to for a week is none of ours any more."""
    world.pushed("8", items=10, items_limit=10)
    world.later(days=8)
    world.pushed("7", items=9_500, items_limit=10_000, items_days_left=12, subitems=1_000, subitems_limit=10_000,
                 api_version_days=125)  # fmt: skip
    assert found(world, "board_fill") == [
        ("items of board 7", 95.0, "9,500 of 10,000"), ("subitems of board 7", 10.0, "1,000 of 10,000"),
    ]  # fmt: skip
    assert found(world, "board_full") == [("items of board 7", 12, "")]
    assert figure(world, "api_version") == 125


def test_verification(world: World) -> None:
    """The last one's differences, board by board, and how long ago all was looked at."""
    world.pushed("7", verify_differences=4, verify_checked=3000, verify_whole=1)
    world.later(days=1)
    world.pushed("7", verify_differences=1, verify_checked=100)
    assert [(subject, value) for subject, value, _ in found(world, "verify_differences")] == [("board 7", 1)]
    assert figure(world, "verify_age") == AT


def test_the_last_push_is_the_one_with_the_greatest_number(world: World) -> None:
    """One that was stamped with next year is not the last until then, and says nothing of today's calls."""
    stale = {"calls": 100, "calls_refused": 50, "calls_retried": 50, "seconds_waited": 1, "conflicts": 9,
             "items": 99, "items_limit": 100, "items_days_left": 1, "api_version_days": 1, "due_rows": 0,
             "out_of_scope": 0, "verify_differences": 5, "verify_whole": 1}  # fmt: skip
    world.now = START + dt.timedelta(days=365)
    world.pushed("7", day_calls=9_900, day_limit=10_000, **stale)
    world.now = START
    fresh = dict.fromkeys(stale, 0) | {"calls": 200, "items": 10, "items_limit": 100, "items_days_left": 99,
                                       "api_version_days": 200, "verify_whole": 1}  # fmt: skip
    world.pushed("7", **fresh)
    asked = {name: [value for _, value, _ in found(world, name)] for name in (
        "api_success", "api_retried", "conflicts", "board_fill", "board_full", "api_version", "verify_differences",
        "verify_age", "api_calls_left",
    )}  # fmt: skip
    assert asked == {
        "api_success": [100.0], "api_retried": [0.0], "conflicts": [0], "board_fill": [10.0], "board_full": [99],
        "api_version": [200], "verify_differences": [0], "verify_age": [AT], "api_calls_left": [None],
    }  # fmt: skip


def test_pushes_of_before_numbers_go_by_their_time(world: World) -> None:
    """The table of an earlier release has none; the first push after it is the last one all the same."""
    world.pushed("7", conflicts=1)
    world.later(days=1)
    world.pushed("7", conflicts=2)
    world.sql("delete from monday_sync_figures where figure = 'number'")
    assert figure(world, "conflicts") == 2
    world.later(days=-9)
    world.pushed("7", conflicts=3)
    assert figure(world, "conflicts") == 3


def test_the_board_that_was_verified_longest_ago_counts(world: World) -> None:
    """Of two boards the one that nobody looked at; one that is pushed to no more is none of ours."""
    world.pushed("7", verify_whole=1)
    world.pushed("8", verify_whole=1)
    world.pushed("9", verify_whole=1)
    world.later(days=9)
    world.pushed("7", calls=1)
    world.pushed("8", verify_whole=1)
    assert figure(world, "verify_age") == AT


@pytest.mark.parametrize("status", ["rejected", "missing"])
def test_workbooks_by_what_became_of_them_last(world: World, status: str) -> None:
    """The last load of the file counts, of the source that is in use; its customer is known by its orders."""
    world.order("a", "AJE")
    world.sql(
        "insert into loader_file_log values "
        f"('l1', 'AJE.xlsx', 1, 'landed', null, 's', 1), ('l2', 'AJE.xlsx', 0, '{status}', 'because', 's', 2), "
        f"('l1', 'B.xlsx', 0, '{status}', 'x', 's', 1), ('l2', 'B.xlsx', 9, 'landed', null, 's', 2), "
        f"('l0', 'OLD.xlsx', 0, '{status}', 'x', 'elsewhere', 0), ('l2', 'C.xlsx', 0, 'ignored', 'x', 's', 2)"
    )
    assert found(world, f"workbooks_{status}") == [("AJE.xlsx", 1, "because")]


def test_rows_in_are_orders_and_rejects(world: World) -> None:
    """By the load that the orders come from; a newer landing that was not built yet is no fault."""
    world.order("a", "AJE")
    world.order("b", "AJE")
    world.sql(
        "insert into order_list_rejects values ('AJE.xlsx', 'AJE', 'row', 'blank'), ('AJE.xlsx', 'AJE', 'value', 'x')",
        "insert into loader_file_log values ('load-1', 'AJE.xlsx', 3, 'landed', null, 's', 1), "
        "('load-2', 'AJE.xlsx', 50, 'landed', null, 's', 2)",
    )
    assert found(world, "rows_add_up") == []
    world.sql("delete from \"ORDER_LIST\" where order_key = 'b'")
    assert found(world, "rows_add_up") == [("AJE.xlsx", 1, "")]


def test_rejects_headers_drift_and_held_back(world: World) -> None:
    """By customer, or by workbook where nobody knows whose a row is."""
    world.order("a", "AJE")
    world.sql(
        "insert into order_list_rejects values ('AJE.xlsx', 'AJE', 'row', 'blank'), "
        "('AJE.xlsx', 'AJE', 'row', 'also'), ('X.xlsx', '', 'row', 'unknown customer')",
        "insert into order_list_headers values ('AJE.xlsx', 1, 'NEW ONE', 'unknown'), "
        "('AJE.xlsx', 2, 'STYLE', 'column')",
        "insert into order_list_drift values ('AJE', 'SEASON is empty now')",
        "insert into sync_customers values ('AJE', 1, 'orders are gone'), ('RHONE', 0, null)",
    )
    assert found(world, "rejects") == [("AJE", 2, "also"), ("X.xlsx", 1, "unknown customer")]
    assert found(world, "unknown_headers") == [("AJE.xlsx", 1, "for example NEW ONE")]
    assert found(world, "drift") == [("AJE", 1, "SEASON is empty now")]
    assert found(world, "customers_held") == [("AJE", 1, "orders are gone")]


def test_a_customer_without_any_order_has_none(world: World) -> None:
    """Who was pushed before and has no order left counts with 0."""
    world.order("a", "AJE")
    world.sql("insert into monday_sync_customers values ('AJE'), ('RHONE')")
    assert found(world, "customer_orders") == [("AJE", 1, ""), ("RHONE", 0, "")]


def test_runs(world: World) -> None:
    """When one went through last, how the last one ended, which were killed since, and what took long."""
    world.run(stages={"load": 1, "transform": 2, "sync": 3})
    world.later(days=1)
    world.run("failed", "No token.")
    assert found(world, "run_overdue") == [("", AT, "the last one: run run-001")]
    assert found(world, "last_run") == [("", 1, "No token.")]
    assert figure(world, "runs_killed") == 0
    world.run("died", "killed")
    world.run("died", "killed")
    last = world.run("attention", "One is missing.", stages={"load": 7, "sync": 9})
    assert figure(world, "runs_killed") == 2
    assert found(world, "last_run") == [("", 0, "")]
    assert found(world, "stage_time") == [("load", 7, ""), ("sync", 9, "")]
    world.sql(
        f"insert into pipeline_statements values ('{last}', 'load', 'k1', 'select 1', 1, 2, 2), "
        f"('{last}', 'sync', 'k2', 'select 2', 3, 9, 5), ('run-001', 'sync', 'k2', 'select 2', 3, 99, 99)"
    )
    assert found(world, "slowest_statement") == [("", 5, "select 2")]
    world.run()
    assert figure(world, "runs_killed") == 0


def test_a_run_without_a_push_is_not_the_one_that_is_waited_for(world: World) -> None:
    """--only load does not bring the orders to the board."""
    world.run()
    world.later(days=2)
    world.run(stages={"load": 1})
    assert figure(world, "run_overdue") == AT


def test_a_backup_that_was_never_taken_gets_older_too(world: World) -> None:
    """Counted from the first run, with or without a log of the operations; a trial from the first backup."""
    assert found(world, "backup_age") == [("", None, "")]
    world.run()
    never = [("", AT, "none was ever taken: counted from the first run")]
    assert found(world, "backup_age") == never
    assert figure(world, "restore_age") is None
    world.sql(f"insert into maintenance_log values (1, 'backup', 'b', 'done', '', '', '{AT}'), "
              f"(2, 'backup', 'c', 'done', '', '', '{AT + dt.timedelta(days=1)}')")  # fmt: skip
    assert found(world, "backup_age") == [("", AT + dt.timedelta(days=1), "")]
    assert found(world, "restore_age") == [("", AT, "none was ever restored: counted from the first backup")]
    world.sql("drop table maintenance_log")
    assert found(world, "backup_age") == never


def test_what_is_last_goes_by_its_number_and_not_by_a_clock_that_was_wrong(world: World) -> None:
    """A run, or a backup, that was stamped with next year does not count as new until then."""
    world.now = START + dt.timedelta(days=365)
    world.run()
    world.sql(f"insert into maintenance_log values (1, 'backup', 'b', 'done', '', '', '{AT + dt.timedelta(days=365)}')")
    world.now = START
    world.run()
    world.sql(f"insert into maintenance_log values (2, 'backup', 'c', 'done', '', '', '{AT}')")
    assert (figure(world, "run_overdue"), figure(world, "backup_age")) == (AT, AT)


def test_backups_and_retirements(world: World) -> None:
    """By the log: the last good backup and trial, what failed last, which tables wait to be dropped."""
    day = dt.timedelta(days=1)
    entries = [
        ("backup", "b1", "done", "", "", AT - 3 * day), ("backup check", "b1", "done", "", "", AT - 3 * day),
        ("backup", "b2", "done", "", "", AT - day),
        ("backup check", "b2", "failed", "a table is cut off", "", AT - day),
        ("retire", "OLD", "done", "", "disabled", AT - 20 * day), ("retire", "OLDER", "done", "", "dropped", AT),
        ("retire", "BAD", "done", "", "archived", AT - 2 * day), ("retire", "BAD", "failed", "in use", "disabled", AT),
        ("retire", "LATER", "refused", "not yet", "dropped", AT),
    ]  # fmt: skip
    world.sql(
        "insert into maintenance_log values "
        + ", ".join(
            f"({n}, '{action}', '{subject}', '{outcome}', '{message}', '{state}', '{at}')"
            for n, (action, subject, outcome, message, state, at) in enumerate(entries)
        )
    )
    world.sql("delete from pipeline_runs")
    world.run()
    assert figure(world, "backup_age") == AT - day
    assert figure(world, "restore_age") == AT - 3 * day
    assert found(world, "backups_failing") == [("backup check", 1, "a table is cut off")]
    assert found(world, "retirements_due") == [("OLD", AT - 20 * day, "is disabled since then")]
    assert found(world, "retirements_failing") == [("BAD", 1, "in use")]


def test_secrets_and_disk(world: World) -> None:
    """Days until the declared end, and what is free of the disk."""
    around = Surroundings(world.warehouse.target.project_dir, START, {"MONDAY_API_TOKEN": dt.date(2026, 3, 12)})
    look = CHECKS["secrets"].look
    assert look is not None
    assert [(m.subject, m.value, m.reason) for m in look(around)] == [("MONDAY_API_TOKEN", 10.0, "ends on 2026-03-12")]
    disk = figure(world, "disk")
    assert isinstance(disk, float)
    assert 0 <= disk <= 100
