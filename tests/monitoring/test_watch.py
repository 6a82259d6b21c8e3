"""One look after each run: what is kept, what is told, and that nothing is lost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pytest

from console import ConfigurationError, LockHeldError
from monitoring.book import Book, Queued
from monitoring.model import State
from monitoring.outbox import Delivery
from monitoring.overview import overview
from monitoring.page import write_page
from monitoring.shown import status_text
from monitoring.tables import ALERTS, OUTBOX
from monitoring.watch import Watched, overdue, watch
from tests.monitoring.conftest import Post, World
from warehouse import ForeignRelationError, recording

CHANNELS = """
channels:
  teams: {kind: teams, address: TEAMS}
  night: {kind: mail, host: mail.example.com, sender: a@example.com, to: [b@example.com]}
owners:
  operations: {channels: [teams]}
  ann: {channels: [night]}
customers:
  AJE: {owner: ann}
"""
RHONE_HELD = "insert into sync_customers values ('RHONE', 1, 'lines are gone')"


@pytest.fixture
def told(world: World) -> World:
    """A world in which a run was well, with two channels."""
    world.settings(CHANNELS)
    world.well()
    return world


def look(world: World, post: Post) -> Watched:
    return watch(world.warehouse, now=world.clock, delivering=post, report="/reports/r.html")


def test_a_run_that_is_well_tells_nobody_anything(told: World, post: Post) -> None:
    """Figures are kept, no alert is, and no message is written."""
    found = look(told, post)
    assert (found.open_alerts, found.told, post.said()) == ((), (), [])
    assert told.rows("select count(*) from pipeline_outbox") == [(0,)]
    assert ("sync_share", 100.0, "ok") in told.rows("select check_name, figure, state from pipeline_figures")


def test_each_owner_is_told_by_their_channels_in_one_message(told: World, post: Post) -> None:
    """AJE's trouble goes to Ann's mail, RHONE's to operations; each channel gets one message a run."""
    told.sql("insert into sync_customers values ('AJE', 1, 'orders are gone')", RHONE_HELD,
             "insert into order_list_drift values ('RHONE', 'SEASON is empty')")  # fmt: skip
    look(told, post)
    by_channel = {one.channel: one.message for one in post.taken}
    assert len(post.taken) == len(by_channel) == 2
    assert [(g.owner, [line.check for line in g.lines]) for g in by_channel["teams"].groups] == [
        ("operations", ["drift"])
    ]
    assert by_channel["teams"].groups[0].lines[0].with_it == ("Customers held back: RHONE: lines are gone",)
    (line,) = by_channel["night"].groups[0].lines
    assert (line.customers, line.reasons, line.kind) == (("AJE",), ("orders are gone",), "opened")
    assert by_channel["night"].report == "/reports/r.html"
    rows = told.rows("select subject, state, told_whom from pipeline_alerts order by check_name, subject")
    assert ("AJE", "attention", "ann: night") in rows


def test_a_run_that_was_killed_is_told_before_the_next_one(told: World, post: Post) -> None:
    """Nobody holds the lock: `monitor check` judges, opens the alert, and the page and the status say it."""
    look(told, post)
    told.later(hours=1)
    told.run("running", "")
    told.sql("update pipeline_runs set seconds = null where run_id = 'run-002'")
    assert overview(told.warehouse, now=told.now).killed == "run-002"
    page = write_page(told.warehouse, now=told.now).read_text("utf-8")
    assert "<h1>Nothing is open. Last run 2026-03-02 08:00: killed.</h1>" in page
    assert '<p class="badge">needs attention</p>' in page
    assert "Run run-002 was killed" in status_text(overview(told.warehouse, now=told.now))
    found = look(told, post)
    assert (found.running, [alert.check for alert in found.open_alerts]) == ("", ["runs_killed"])
    assert post.said() == ["runs_killed opened"]
    told.sql("update pipeline_runs set status = 'died' where run_id = 'run-002'")  # as the next run notes it
    told.later(hours=1)
    told.run()
    look(told, post)
    assert post.said() == []
    told.run()
    look(told, post)
    assert post.said() == ["runs_killed recovered"]


def test_two_looks_at_once_tell_what_opened_once(told: World, post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    """The end of a run and a `monitor check` of cron: each with a clock of its own, and one message of it all."""
    told.sql(RHONE_HELD)
    keep, others = Book.keep, list[Watched]()

    def outrun(*arguments: Any, **more: Any) -> bool:
        monkeypatch.setattr(Book, "keep", keep)
        others.append(look(told, post))  # just before the first one writes
        told.later(seconds=1)
        return keep(*arguments, **more)

    told.later(seconds=1)
    monkeypatch.setattr(Book, "keep", outrun)
    first = look(told, post)
    assert post.said() == ["customers_held opened RHONE"]
    assert (len(first.told), len(others[0].told), len(first.open_alerts)) == (0, 1, 1)
    assert told.rows("select count(*) from pipeline_outbox") == [(1,)]


def test_a_clock_that_was_ahead_hides_nothing_afterwards(told: World, post: Post) -> None:
    """A run that was stamped with next year: what is shown afterwards is the latest run's, not that one's."""
    told.later(days=365)
    look(told, post)
    post.said()
    told.later(days=-364)
    told.run()
    told.sql(RHONE_HELD)
    look(told, post)
    assert "customers_held opened RHONE" in post.said()
    view = overview(told.warehouse, now=told.now)
    assert (view.judged_at, view.state_of("customers_held")) == (told.now, State.ATTENTION)


def test_a_run_that_is_judged_again_has_the_figures_of_now(told: World, post: Post) -> None:
    """Of a customer that was held back in the morning and is not any more there is no figure left."""
    told.sql(RHONE_HELD)
    look(told, post)
    told.later(hours=1)
    told.sql("update sync_customers set is_held_back = 0")
    look(told, post)
    assert told.rows("select subject, figure from pipeline_figures where check_name = 'customers_held'") == [("", 0)]


def test_told_once_also_by_the_next_runs(told: World, post: Post) -> None:
    """What is kept in the table is what keeps the next run quiet; the end is told, too."""
    told.sql(RHONE_HELD)
    look(told, post)
    assert post.said() == ["customers_held opened RHONE"]
    for _ in range(2):
        told.later(days=1)
        told.run()
        look(told, post)
        assert post.said() == []
    told.sql("update sync_customers set is_held_back = 0")
    told.run()
    look(told, post)
    assert post.said() == ["customers_held recovered RHONE"]
    assert told.rows(f"select state, told_state from {ALERTS}") == [("ok", "ok")]


def test_nothing_is_lost_while_a_channel_is_down(told: World, post: Post) -> None:
    """Its messages wait in the outbox, and the next run sends them before its own, each under its own id."""
    told.sql(RHONE_HELD)
    post.down = {"teams"}
    assert look(told, post).delivery == Delivery(0, 1)
    (waiting,) = overview(told.warehouse).outbox
    assert (waiting.channel, waiting.state, post.said()) == ("teams", "waiting", [])
    told.later(days=1)
    told.sql("update sync_customers set is_held_back = 0")
    told.run()
    post.down = set()
    look(told, post)
    ids = [one.message_id for one in post.taken]
    assert post.said() == ["customers_held opened RHONE", "customers_held recovered RHONE"]
    assert ids[0] == waiting.message_id != ids[1]
    assert told.rows(f"select distinct state from {OUTBOX}") == [("sent",)]


def test_killed_between_sending_and_noting_sends_again_under_the_same_id(told: World, post: Post) -> None:
    """At least once: the receiver knows it by its id."""
    told.sql(RHONE_HELD)
    sent: list[str] = []

    def killed(queued: Sequence[Queued], *_: object) -> Delivery:
        sent.extend(one.message_id for one in queued)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        watch(told.warehouse, now=told.clock, delivering=killed)
    look(told, post)
    assert [one.message_id for one in post.taken] == sent
    assert len(sent) == 1


def test_two_processes_queue_one_message(told: World, post: Post) -> None:
    """The same changes make the same id, so a cron's look beside the end of a run tells nothing twice."""
    told.sql(RHONE_HELD)
    look(told, post)
    told.sql(f"delete from {ALERTS}")  # as the other one saw it before
    look(told, post)
    assert told.rows(f"select count(*) from {OUTBOX}") == [(1,)]
    assert len(post.taken) == 1


def test_a_channel_that_is_taken_out_closes_what_waits_for_it_and_says_so_once(told: World, post: Post) -> None:
    """What is still open goes to the channels that are there; what they were told before is not told again."""
    told.sql(RHONE_HELD, "insert into sync_customers values ('AJE', 1, 'orders are gone')",
             "insert into order_list_drift values ('CUTS', 'SEASON is empty')")  # fmt: skip
    post.down = {"teams"}
    look(told, post)
    assert post.said() == ["customers_held opened AJE"]
    told.later(days=1)
    told.sql("delete from order_list_drift")
    told.settings("channels: {night: {kind: mail, host: mail.example.com, sender: a@example.com, to: [b@example.com]}}")
    told.run()
    found = look(told, post)
    assert found.problems == (
        "teams is not in monitoring.yml any more: 1 message that it had not taken is closed: Order list (local): "
        "2 to look at (2026-03-02 07:00 UTC). What is still open is told by the other channels.",
    )
    assert (found.delivery, [one.channel for one in post.taken]) == (Delivery(1, 0), ["night"])
    assert post.said() == ["customers_held opened RHONE"]
    assert told.rows(f"select channel, state, answer from {OUTBOX} order by queued_at, channel") == [
        ("night", "sent", ""), ("teams", "closed", "the channel is gone; before: never tried"), ("night", "sent", ""),
    ]  # fmt: skip
    told.run()
    again = look(told, post)
    assert (again.problems, again.delivery, post.said()) == ((), Delivery(), [])


def test_a_variable_that_is_not_set_here_closes_nothing(
    told: World, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Channels by variables: a shell without them is no reason to give up what the next run can send."""
    monkeypatch.setenv("ORDER_LIST_TEAMS_URL", "https://teams.example.com/x")
    told.settings("default_owner: operations")
    told.sql(RHONE_HELD)
    post.down = {"teams"}
    look(told, post)
    monkeypatch.delenv("ORDER_LIST_TEAMS_URL")
    found = watch(told.warehouse, now=told.clock)
    assert found.delivery == Delivery(0, 1, ("teams: ORDER_LIST_TEAMS_URL is not set",))
    assert told.rows(f"select state from {OUTBOX}") == [("waiting",)]


def test_an_owner_whose_channels_are_not_set_is_said(told: World, post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    """Teams is there, Ann's Slack is not: nobody hears of AJE, and every look says so until somebody does."""
    monkeypatch.setenv("ORDER_LIST_TEAMS_URL", "https://teams.example.com/x")
    told.settings("owners: {ann: {channels: [slack]}}\ncustomers: {AJE: {owner: ann}}")
    told.sql(RHONE_HELD, "insert into sync_customers values ('AJE', 1, 'orders are gone')")
    said = ("ann: 1 alert told to nobody, since none of the channels named for them is set (teams is)",)
    for _ in range(2):
        assert look(told, post).delivery.problems == said
    assert post.said() == ["customers_held opened RHONE"]
    monkeypatch.setenv("ORDER_LIST_SLACK_URL", "https://slack.example.com/x")
    assert look(told, post).delivery.problems == ()
    assert post.said() == ["customers_held opened AJE"]


def test_without_a_channel_it_is_told_once_there_is_one(world: World, post: Post) -> None:
    """The alert is kept, nobody counts as told, and the first channel hears of it."""
    world.well()
    world.sql(RHONE_HELD)
    assert [alert.subject for alert in look(world, post).open_alerts] == ["RHONE"]
    assert world.rows(f"select told_state from {ALERTS}") == [(None,)]
    world.settings(CHANNELS)
    look(world, post)
    assert post.said() == ["customers_held opened RHONE"]


def test_a_run_that_goes_on_is_not_judged(told: World, post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half of a run is no figure: a cron's look meanwhile, while its process holds the lock, tells nothing."""
    told.run("running", "")

    def held(_: object) -> None:
        raise LockHeldError("Another run is at work on this target.")

    monkeypatch.setattr(type(told.warehouse), "lock", held)
    assert overview(told.warehouse, now=told.now).killed == ""
    found = look(told, post)
    assert (found.running, found.figures) == ("run-002", ())
    assert "pipeline_figures" not in told.tables()


def test_a_failed_run_and_a_killed_one_are_told_and_recover(told: World, post: Post) -> None:
    """Each with its reason; the killed one is noticed by the run after it."""
    look(told, post)
    told.later(days=1)
    told.run("failed", "Failed in transform: a test failed.")
    found = look(told, post)
    assert post.said() == ["last_run opened"]
    assert found.open_alerts[0].reason == "Failed in transform: a test failed."
    told.later(hours=1)
    told.run("died", "The process was killed.")
    told.run()
    look(told, post)
    assert sorted(post.said()) == ["last_run recovered", "runs_killed opened"]
    told.later(hours=1)
    told.run()
    look(told, post)
    assert post.said() == ["runs_killed recovered"]


def test_dry_run_notes_and_tells_nothing(told: World) -> None:
    """It only says what it found."""
    told.sql(RHONE_HELD)
    found = watch(told.warehouse, now=told.clock, dry_run=True)
    assert len(found.open_alerts) == 1
    assert not told.tables() & {"pipeline_alerts", "pipeline_outbox", "pipeline_figures"}


def test_overdue_is_told_once_and_recovers_with_the_next_run(
    told: World, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second machine's cron looks every hour; the run that comes at last ends the alert."""
    within = dt.timedelta(hours=26)
    assert overdue(told.warehouse, within, now=told.clock).open_alerts == ()
    told.later(hours=27)
    for _ in range(2):
        found = overdue(told.warehouse, within, now=told.clock)
        assert [alert.check for alert in found.open_alerts] == ["run_overdue"]
        told.later(hours=1)
    assert told.rows(f"select count(*) from {OUTBOX}") == [(1,)]
    assert told.rows("select count(*) from pipeline_figures") == [(0,)]
    told.run()
    look(told, post)
    assert post.said() == ["run_overdue opened", "run_overdue recovered"]


def test_a_run_that_was_missed_is_over_with_the_next_run_and_not_by_another_bar(told: World, post: Post) -> None:
    """A strict look found none; the look at everything, which waits for longer, ends nothing: no run came yet."""
    look(told, post)
    told.later(hours=23)
    overdue(told.warehouse, dt.timedelta(hours=2), now=told.clock)
    assert [alert.check for alert in look(told, post).open_alerts] == ["run_overdue"]
    assert post.said() == ["run_overdue opened"]
    told.later(hours=1)
    told.run()
    assert look(told, post).open_alerts == ()
    assert post.said() == ["run_overdue recovered"]


def test_a_look_at_one_check_writes_no_other_alert(told: World, post: Post) -> None:
    """What another process wrote meanwhile about other checks stands as it is."""
    told.sql(RHONE_HELD)
    look(told, post)
    post.said()
    told.later(hours=27)
    told.sql(f"update {ALERTS} set reason = 'written by another process'")
    overdue(told.warehouse, dt.timedelta(hours=26), now=told.clock)
    reasons = {str(row[0]): row[1] for row in told.rows(f"select check_name, reason from {ALERTS}")}
    assert reasons["customers_held"] == "written by another process"
    assert set(reasons) == {"customers_held", "run_overdue"}


def test_a_table_of_somebody_else_s_is_left_alone(told: World, post: Post) -> None:
    """Under one of our names stands what we did not make: refused, and not touched."""
    told.sql("create table pipeline_outbox (x int)")
    with pytest.raises(ForeignRelationError, match="pipeline_outbox"):
        look(told, post)
    assert told.rows("select * from pipeline_outbox") == []


def test_without_a_database_there_is_nothing_to_judge(told: World, post: Post) -> None:
    """And none is made."""
    path = told.warehouse.target.project_dir / "a.duckdb"
    path.unlink()
    with pytest.raises(ConfigurationError, match="no database"):
        look(told, post)
    assert not path.exists()


def test_statements_do_not_grow_with_customers_or_alerts(told: World, post: Post) -> None:
    """Five hundred customers in trouble cost the statements of one."""
    look(told, post)

    def statements() -> int:
        told.run()
        told.later(minutes=10)
        with recording() as sent:
            look(told, post)
        return sent.count

    told.sql("insert into sync_customers values ('D0', 1, 'x')")
    few = statements()
    told.sql(
        "insert into sync_customers select 'E' || i, 1, 'x' from range(500) t(i)",
        "insert into order_list_rejects select 'f' || i, 'E' || i, 'row', 'x' from range(500) t(i)",
    )
    assert statements() == few
    assert few < 90
    with recording() as sent:
        overview(told.warehouse)
    assert sent.count < 12


def test_a_message_of_five_hundred_customers_stays_short(told: World, post: Post) -> None:
    """One line for the check, the first three reasons, and how many there are."""
    told.sql("insert into sync_customers select 'E' || i, 1, 'reason ' || i from range(500) t(i)")
    look(told, post)
    (line,) = post.taken[0].message.groups[0].lines
    assert (line.text.split(" (")[0], len(line.reasons)) == ("500 customers", 3)
    assert " and 497 more)" in line.text
