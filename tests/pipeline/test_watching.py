"""A run ends with the monitoring, and nothing that breaks there changes what the run did."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

import monitoring
from console import OrderListError
from monitoring.outbox import Delivery
from monitoring.watch import Watched
from pipeline.history import History
from pipeline.model import Alerts, RunReport, Stage, Status
from pipeline.options import RunOptions
from pipeline.run import run
from pipeline.stages import Context
from pipeline.summary import summary
from tests.monitoring.servers import web_server
from warehouse import Warehouse

Pings = list[tuple[str, str]]


@pytest.fixture
def pings(monkeypatch: pytest.MonkeyPatch) -> Pings:
    """Heartbeats instead of the network's: event and words."""
    found: Pings = []

    def ping(_settings: object, event: str, _run_id: str, words: str = "", seconds: float | None = None) -> None:
        found.append((event, words))

    monkeypatch.setattr(monitoring, "ping", ping)
    monkeypatch.setattr(monitoring, "ping_aloud", ping)
    return found


def stages(sync: Callable[[Context], Stage] | None = None) -> dict[str, Callable[[Context], Stage]]:
    def well(name: str) -> Callable[[Context], Stage]:
        return lambda _context: Stage(name, Status.OK, message=f"{name} done.")

    return {name: well(name) for name in ("load", "transform")} | {"sync": sync or well("sync")}


def saved(options: RunOptions, report: RunReport) -> dict[str, object]:
    text = (options.reports / report.run_id / "report.json").read_text(encoding="utf-8")
    document: dict[str, object] = json.loads(text)
    return document


def test_a_run_is_judged_at_its_end(one_order: Warehouse, options: RunOptions, pings: Pings) -> None:
    """Its own end is among what is judged; figures, alerts and metrics are kept; the report says what is open."""
    report = run(one_order, options, stages=stages())
    assert report.status is Status.OK
    assert report.alerts is not None
    with one_order.session(read_only=True) as session:
        figures = dict(session.rows("select check_name, figure from pipeline_figures where subject = ''"))
        runs = session.rows("select distinct run_id from pipeline_figures")
    assert runs == [(report.run_id,)]
    assert figures["run_overdue"] == pytest.approx(0, abs=0.1)
    assert figures["last_run"] == 0
    assert saved(options, report)["alerts"] == {
        "open": report.alerts.open, "told": 0, "sent": 0, "undelivered": 0, "held": 0, "problems": [],
        "judged": True, "heard": True,
    }  # fmt: skip
    assert (one_order.target.project_dir / "data/metrics/order_list.prom").is_file()
    assert [event for event, _ in pings] == ["start", "success"]


def test_a_run_ends_with_the_page(one_order: Warehouse, options: RunOptions, pings: Pings) -> None:
    """It lies among the reports, tells of this very run, and leads to its report."""
    report = run(one_order, options, stages=stages())
    page = (options.reports / monitoring.PAGE).read_text(encoding="utf-8")
    assert f'href="{report.run_id}/report.html"' in page
    assert f"Last run {report.started_at:%Y-%m-%d %H:%M}: all well" in page


def test_a_page_that_cannot_be_written_changes_no_run(
    one_order: Warehouse, options: RunOptions, pings: Pings, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is said on stderr and in the report's JSON; verdict and exit status are what they were, alerts are judged."""
    (options.reports / monitoring.PAGE).mkdir(parents=True)
    report = run(one_order, options, stages=stages())
    assert (report.status, report.exit_code) == (Status.OK, 0)
    assert report.alerts is not None
    (problem,) = report.alerts.problems
    assert problem.startswith("The page of the monitoring could not be written whole: The page ")
    assert problem in capsys.readouterr().err
    assert pings[-1][0] == "success"


def test_a_failed_run_is_told_with_its_reason(one_order: Warehouse, options: RunOptions, pings: Pings) -> None:
    """The alert is open after the run that failed; the heartbeat hears of the failure."""

    def refuse(_context: Context) -> Stage:
        raise OrderListError("No token.")

    report = run(one_order, options, stages=stages(refuse))
    assert report.status is Status.FAILED
    with one_order.session(read_only=True) as session:
        rows = session.rows("select state, reason from pipeline_alerts where check_name = 'last_run'")
    assert rows == [("failed", "Failed in sync: No token.")]
    assert pings[-1] == ("fail", "Failed in sync: No token.")


def test_an_interrupted_run_is_told_too(one_order: Warehouse, options: RunOptions, pings: Pings) -> None:
    """Ctrl-C ends the stages, not the monitoring."""

    def interrupt(_context: Context) -> Stage:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(one_order, options, stages=stages(interrupt))
    with one_order.session(read_only=True) as session:
        assert session.rows("select state from pipeline_alerts where check_name = 'last_run'") == [("failed",)]
    assert [event for event, _ in pings] == ["start", "fail"]


@pytest.mark.parametrize("error", [OrderListError("no such thing"), ZeroDivisionError("by zero"), OSError(28, "full")])
def test_broken_monitoring_costs_a_run_its_all_well_and_nothing_else(
    one_order: Warehouse, options: RunOptions, pings: Pings, monkeypatch: pytest.MonkeyPatch, error: Exception,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """What it did stays done; one word for it everywhere: verdict, exit status, report and history."""

    def broken(*_: object, **__: object) -> Watched:
        raise error

    monkeypatch.setattr(monitoring, "watch", broken)
    report = run(one_order, options, stages=stages())
    assert (report.status, report.exit_code) == (Status.ATTENTION, 1)
    assert report.verdict.startswith("Needs attention: nothing changed on the board. The figures could not be judged: ")
    (past,) = History(one_order).runs(1)
    assert (past.status, past.message) == (report.status, report.verdict)
    assert (saved(options, report)["status"], saved(options, report)["verdict"]) == ("attention", report.verdict)
    assert report.alerts is not None
    assert report.alerts.problems[0].startswith("The figures could not be judged: ")
    assert "The figures could not be judged" in capsys.readouterr().err
    assert "The figures could not be judged" in json.dumps(saved(options, report)["alerts"])
    assert [event for event, _ in pings] == ["start", "success"]


def test_an_undelivered_message_is_said(
    one_order: Warehouse, options: RunOptions, pings: Pings, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """On stderr, in the report's JSON and in the summary; the exit status is 1, which is what cron's mail goes by."""
    delivery = Delivery(1, 2, ("teams: example.com answered 500.",))
    monkeypatch.setattr(monitoring, "watch", lambda *_, **__: Watched("local", "r", delivery=delivery))
    report = run(one_order, options, stages=stages())
    assert (report.status, report.exit_code) == (Status.ATTENTION, 1)
    said = "Not delivered by teams: example.com answered 500."
    assert f"warning: {said}" in capsys.readouterr().err
    assert saved(options, report)["alerts"] == {
        "open": 0, "told": 0, "sent": 1, "undelivered": 2, "held": 0, "problems": [said],
        "judged": True, "heard": False,
    }  # fmt: skip
    assert "alerts     none open; 1 message sent; 2 messages not delivered yet" in summary(report, options.reports)


def test_wrong_settings_end_no_run(
    one_order: Warehouse, options: RunOptions, capsys: pytest.CaptureFixture[str]
) -> None:
    """A mistake in monitoring.yml is said at each end of the run, and the orders reach the board.

    Whoever reads only the summary or the exit status does not take it for a run of which nothing is open.
    """
    (one_order.target.project_dir / "monitoring.yml").write_text("checks: {nonsense: {}}", encoding="utf-8")
    report = run(one_order, options, stages=stages())
    assert report.status is Status.ATTENTION
    assert isinstance(report.alerts, Alerts)
    assert "checks.nonsense" in report.alerts.problems[0]
    assert report.exit_code == 1
    shown = summary(report, options.reports)
    assert "alerts     NOT JUDGED, nobody is told: The figures could not be judged: monitoring.yml: checks.non" in shown
    assert "none open" not in shown
    assert "checks.nonsense" in capsys.readouterr().err


def test_a_run_that_could_not_begin_is_not_judged(
    one_order: Warehouse, options: RunOptions, pings: Pings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without its place in the history there is nothing to judge it by."""
    from pipeline.history import History  # noqa: PLC0415

    def broken(*_: object, **__: object) -> None:
        raise OrderListError("The database is damaged.")

    monkeypatch.setattr(History, "begin", broken)
    with pytest.raises(OrderListError, match="damaged"):
        run(one_order, options, stages=stages())
    assert [event for event, _ in pings] == ["fail"]


@pytest.mark.slow
def test_a_run_that_could_not_begin_is_told_once_and_its_end_too(
    one_order: Warehouse, options: RunOptions, pings: Pings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the database there is no outbox: it is told at once, again only after long, and the next run ends it."""
    from pipeline.history import History  # noqa: PLC0415

    def broken(*_: object, **__: object) -> None:
        raise OrderListError("The database is damaged.")

    with web_server() as web:
        monkeypatch.setenv("ORDER_LIST_WEBHOOK_URL", f"{web.url}/hook")
        with monkeypatch.context() as damaged:
            damaged.setattr(History, "begin", broken)
            web.answers = [(500, "down")]
            for _ in range(3):  # the first one reaches nobody, so the second is the first that tells
                with pytest.raises(OrderListError, match="damaged"):
                    run(one_order, options, stages=stages())
        told = [taken.document["groups"][0]["lines"][0] for taken in web.taken]
        assert [(line["title"], line["kind"], line["text"]) for line in told] == [
            ("A run could not begin", "opened", "Failed in load: The database is damaged."),
        ] * 2
        web.taken.clear()
        for _ in range(2):
            run(one_order, options, stages=stages())
        told = [line for taken in web.taken for group in taken.document["groups"] for line in group["lines"]]
        assert [line["kind"] for line in told if line["check"] == "run_not_begun"] == ["recovered"]
