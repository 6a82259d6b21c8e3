"""The commands: what they print, their exit status, their JSON."""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from monitoring import cli
from monitoring.watch import watch
from tests.monitoring.conftest import Post, World

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command on the world's database."""
    monkeypatch.setattr(cli, "load_target", lambda _name: world.warehouse.target)
    monkeypatch.setattr(cli, "open_warehouse", lambda _target: world.warehouse)

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            cli.main(list(arguments))
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return run


def document(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text)
    return found


def test_check_is_0_when_nothing_is_open_and_1_when_something_is(world: World, run: Run) -> None:
    """And it says what, how bad and why."""
    world.now = dt.datetime.now(dt.UTC)  # the command's own clock is the system's
    world.well()
    status, said, _ = run("check")
    assert status == 0
    assert said.startswith("Nothing is open. ")
    assert "not known" in said
    world.sql("insert into sync_customers values ('RHONE', 1, 'lines are gone')")
    status, said, _ = run("check")
    assert status == 1
    assert "needs attention: Customers held back, RHONE: 1 customer (none is well). lines are" in said
    status, said, _ = run("check", "--json")
    assert (status, [one["check"] for one in document(said)["open"]]) == (1, ["customers_held"])


def test_check_in_time_and_overdue(world: World, run: Run) -> None:
    """--expect-within: 0 when a run went through within the time, 1 when not, with the age of the last one."""
    world.now = dt.datetime.now(dt.UTC) - dt.timedelta(hours=5)
    world.run()
    assert run("check", "--expect-within", "26h")[:2] == (0, "A run went through 5 hours ago, within 26 h.\n")
    status, said, _ = run("check", "--expect-within", "90m", "--json")
    assert (status, document(said)["well"], document(said)["known"]) == (1, False, True)
    assert "No run went through within 1.5 h: the last one did 5 hours ago." in said


def test_a_run_that_came_late_is_not_taken_for_the_next_one(
    world: World, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """--expect-since goes by the schedule: yesterday's run ended after the look, and today none came."""
    noon = dt.datetime.now(dt.UTC).replace(minute=0, second=0, microsecond=0)
    monkeypatch.setenv("TZ", f"HERE{noon.hour - 12:+}")  # it is noon here
    time.tzset()
    try:
        world.now = noon - dt.timedelta(hours=23)
        world.run()
        assert run("check", "--expect-within", "26h")[0] == 0
        status, said, _ = run("check", "--expect-since", "06:00")
        assert (status, "No run went through since 06:00: the last one did " in said) == (1, True)
        world.now = noon - dt.timedelta(hours=5)
        world.run()
        status, said, _ = run("check", "--expect-since", "06:00")
        assert (status, said.endswith(" hours ago, since 06:00.\n")) == (0, True)
    finally:
        monkeypatch.undo()
        time.tzset()


def test_the_last_time_of_day_may_be_yesterday_s() -> None:
    """A look after midnight asks for the evening before."""
    now = dt.datetime(2026, 3, 2, 1, 0).astimezone()
    assert now - cli.last_time(dt.time(22), now) == dt.timedelta(hours=3)
    assert now - cli.last_time(dt.time(1), now) == dt.timedelta(0)


def test_two_times_are_wrong_use(run: Run) -> None:
    """One or the other; and a time of day is written as one."""
    assert run("check", "--expect-within", "26h", "--expect-since", "06:00")[0] == 2
    status, _, said = run("check", "--expect-since", "6 am")
    assert (status, "as 06:00" in said) == (2, True)


def test_a_dry_look_for_a_run_tells_nobody(world: World, run: Run) -> None:
    """--dry-run beside --expect-within, too: what is found is said, and nothing is noted."""
    world.now = dt.datetime.now(dt.UTC) - dt.timedelta(hours=50)
    world.run()
    for look in (("--expect-within", "26h"), ("--expect-since", "06:00")):
        assert run("check", *look, "--dry-run")[0] == 1
    assert not world.tables() & {"pipeline_alerts", "pipeline_outbox"}


def test_a_run_that_never_was_is_overdue(run: Run) -> None:
    """Nobody knows of one: that is not well."""
    status, said, _ = run("check", "--expect-within", "26h")
    assert (status, said.startswith("No run is known that went through")) == (1, True)


def test_a_database_that_cannot_be_asked_is_said(world: World, run: Run) -> None:
    """For the cron of a second machine: exit status 1, and it is known that it is not known."""
    path = world.warehouse.target.project_dir / "a.duckdb"
    path.write_bytes(b"no database")
    status, said, _ = run("check", "--expect-within", "26h", "--json")
    assert (status, document(said)["well"], document(said)["known"]) == (1, False, False)
    assert "It is not known whether a run went through" in said
    path.unlink()
    assert run("check", "--expect-within", "26h")[0] == 1
    assert not path.exists()


@pytest.mark.parametrize("wrong", ["26", "0h", "soon"])
def test_a_time_that_is_none_is_wrong_use(run: Run, wrong: str) -> None:
    """Exit status 2, and how to write one."""
    status, _, said = run("check", "--expect-within", wrong)
    assert (status, "26h or 3d" in said) == (2, True)


def test_status_shows_open_alerts_bars_and_the_outbox(world: World, run: Run, post: Post) -> None:
    """What is open with owner and reason, figures with their bars, what waits; the same as JSON."""
    assert run("status")[1].startswith("Nothing was judged yet")
    world.settings("channels: {hook: {kind: webhook, address: HOOK}}\nquiet_hours: {from: '20:00', to: '22:00'}")
    world.well()
    world.sql("insert into sync_customers values ('RHONE', 1, 'lines are gone')")
    post.down = {"hook"}
    watch(world.warehouse, now=world.clock, delivering=post)
    world.now = world.now.replace(hour=21)
    world.sql("insert into order_list_drift values ('AJE', 'SEASON is empty')")
    watch(world.warehouse, now=world.clock, delivering=post)
    status, said, _ = run("status")
    assert status == 1
    for part in ("2 alerts open", "Customers held back", "lines are gone", "operations", "at least 95 %", "nobody yet",
                 "Not delivered yet:", "hook, since 2026-03-02 07:00 UTC", "look at: monday-sync status"):  # fmt: skip
        assert part in said, part
    status, said, _ = run("status", "--json")
    found = document(said)
    assert (status, found["state"]) == (1, "attention")
    assert [(one["check"], one["subject"]) for one in found["open"]] == [("drift", "AJE"), ("customers_held", "RHONE")]
    assert [one["channel"] for one in found["outbox"]] == ["hook"]
    share = next(one for one in found["figures"] if one["check"] == "sync_share")
    assert (share["state"], share["subjects"][0]["value"], share["subjects"][0]["bar"]) == ("ok", 100.0, 95.0)
    assert "restore_age" in found["unknown"]
    assert "not known (nobody knows it)" in run("status", "--all")[1]


def test_wrong_settings_are_exit_status_2(world: World, run: Run) -> None:
    """Nothing is judged by half a file."""
    world.well()
    world.settings("checks: {nonsense: {}}")
    for command in ("check", "status", "test"):
        status, _, said = run(command)
        assert (status, "monitoring.yml: checks.nonsense" in said) == (2, True)


def test_test_without_a_channel_says_how_to_have_one(run: Run) -> None:
    """Exit status 2 with the variables; an unknown name lists those that there are."""
    status, _, said = run("test")
    assert (status, "ORDER_LIST_TEAMS_URL" in said) == (2, True)


def test_test_of_a_channel_that_is_not_there(world: World, run: Run) -> None:
    """Exit status 2 and the names that are known; one that cannot be opened is not delivered: 1."""
    world.settings("channels: {hook: {kind: webhook, address: HOOK}}")
    status, _, said = run("test", "--channel", "pigeon")
    assert (status, "Known: hook" in said) == (2, True)
    status, said, _ = run("test")
    assert (status, said) == (
        1,
        "hook: NOT delivered: channel hook: HOOK is not set. Set HOOK and run `monitor test`.\n",
    )


def test_check_writes_the_page_anew(world: World, run: Run, tmp_path: Path) -> None:
    """What `monitor check` just judged stands on it; so does that nothing can be judged. A trial writes none."""
    world.well()
    page = tmp_path / "data/reports/monitor.html"
    assert (run("check", "--dry-run")[0], page.exists()) == (1, False)
    world.sql("insert into sync_customers values ('RHONE', 1, 'lines are gone')")
    run("check")
    assert "lines are gone" in page.read_text(encoding="utf-8")
    world.settings("checks: {nothing: {severity: 'off'}}")
    assert run("check")[0] == 2
    assert "Nobody knows how things stand" in page.read_text(encoding="utf-8")


def test_page_says_where_it_is(world: World, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Among the reports, wherever they are, or at --out; what could not be read is said there, with status 2."""
    world.well()
    file = tmp_path / "here" / "page.html"
    assert run("page", "--out", str(file)) == (0, f"Written: {file}\n", "")
    assert "Last run 2026-03-02 07:00" in file.read_text(encoding="utf-8")
    assert document(run("page", "--json")[1]) == {"page": str(tmp_path / "data/reports/monitor.html")}
    monkeypatch.setenv("ORDER_LIST_REPORTS", str(tmp_path / "reports"))
    assert document(run("page", "--json")[1]) == {"page": str(tmp_path / "reports/monitor.html")}
    world.settings("checks: {nothing: {severity: 'off'}}")
    status, _, said = run("page", "--out", str(file))
    assert (status, "there is no such check" in said) == (2, True)
    assert "Nobody knows how things stand" in file.read_text(encoding="utf-8")
