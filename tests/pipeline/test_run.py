"""The order of the stages, what ends a run, and what is kept of it: with stages that only pretend."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from console import ConfigurationError, ExitCode, LockHeldError, OrderListError
from pipeline.current import current_status
from pipeline.history import History
from pipeline.model import (
    BoardFigures,
    CustomerFigures,
    Pushed,
    RunReport,
    Stage,
    Status,
)
from pipeline.options import RunOptions
from pipeline.reporting import latest_run
from pipeline.run import run
from pipeline.stages import Context
from warehouse import Warehouse

Function = Callable[[Context], Stage]


@pytest.fixture
def warehouse(one_order: Warehouse) -> Warehouse:
    """The stages only pretend, so what they would have made is there."""
    return one_order


def stages(**changed: Function | BaseException) -> dict[str, Function]:
    """Stages that all end well, but for those that are given."""

    def well(name: str) -> Function:
        return lambda _context: Stage(name, Status.OK, message=f"{name} done.")

    def bad(error: BaseException) -> Function:
        def function(_context: Context) -> Stage:
            raise error

        return function

    names = ("load", "transform", "sync", "validate")
    made: dict[str, Function] = {name: well(name) for name in names}
    return made | {n: bad(f) if isinstance(f, BaseException) else f for n, f in changed.items()}


def saved(options: RunOptions, report: RunReport | None = None) -> dict[str, object]:
    """The report as it was written; without one, the only one there is."""
    name = report.run_id if report else "*"
    (path,) = options.reports.glob(f"{name}/report.json")
    document: dict[str, object] = json.loads(path.read_text(encoding="utf-8"))
    return document


def statuses(report: RunReport) -> list[tuple[str, Status]]:
    return [(stage.name, stage.status) for stage in report.stages]


def test_all_three_stages_run_in_order(warehouse: Warehouse, options: RunOptions) -> None:
    """A run that is asked for nothing special loads, transforms and syncs, and is exit status 0."""
    report = run(warehouse, options, stages=stages())
    assert statuses(report) == [("load", Status.OK), ("transform", Status.OK), ("sync", Status.OK)]
    assert (report.status, report.exit_code) == (Status.OK, ExitCode.OK)
    assert saved(options)["verdict"] == report.verdict == "All well: nothing changed on the board."


@pytest.mark.parametrize("only", ["load", "transform", "sync", "validate"])
def test_one_stage_can_run_alone(warehouse: Warehouse, options: RunOptions, only: str) -> None:
    """--only runs that stage and no other."""
    report = run(warehouse, replace(options, only=(only,)), stages=stages())
    assert statuses(report) == [(only, Status.OK)]


def test_several_stages_run_in_their_order(warehouse: Warehouse, options: RunOptions) -> None:
    """--only may be repeated, in any order."""
    report = run(warehouse, replace(options, only=("transform", "load")), stages=stages())
    assert statuses(report) == [("load", Status.OK), ("transform", Status.OK)]


def test_rejected_workbooks_do_not_stop_the_run(warehouse: Warehouse, options: RunOptions) -> None:
    """The other customers reach the board; the run is exit status 1."""
    load = Stage("load", Status.ATTENTION, message="1 rejected.")
    report = run(warehouse, options, stages=stages(load=lambda _: load))
    assert [status for _, status in statuses(report)] == [Status.ATTENTION, Status.OK, Status.OK]
    assert (report.status, report.exit_code) == (Status.ATTENTION, ExitCode.SOME_FAILED)
    assert report.verdict == "Needs attention: 1 rejected; nothing changed on the board."


@pytest.mark.parametrize(
    "transform",
    [lambda _: Stage("transform", Status.FAILED, message="A test failed."), OrderListError("A test failed.")],
)
def test_a_failed_build_leaves_the_board_alone(warehouse: Warehouse, options: RunOptions, transform: Function) -> None:
    """Nothing is pushed from data that did not pass its tests, and the verdict says why."""
    report = run(warehouse, options, stages=stages(transform=transform, sync=AssertionError("it was begun")))
    assert statuses(report)[1:] == [("transform", Status.FAILED), ("sync", Status.SKIPPED)]
    assert (report.exit_code, report.verdict) == (ExitCode.SOME_FAILED, "Failed in transform: A test failed.")


def test_wrong_configuration_before_anything_was_done_is_told_as_such(
    warehouse: Warehouse, options: RunOptions
) -> None:
    """The caller gets the error itself (exit status 2); history and report keep it."""
    with pytest.raises(ConfigurationError, match="No such folder"):
        run(warehouse, options, stages=stages(load=ConfigurationError("No such folder.")))
    assert (saved(options)["status"], saved(options)["exit_code"]) == ("failed", ExitCode.USAGE)
    assert History(warehouse).runs()[0].message == "Failed in load: No such folder."
    assert current_status(warehouse, options.reports).exit_code is ExitCode.USAGE


def test_wrong_configuration_after_a_stage_is_a_failed_stage(warehouse: Warehouse, options: RunOptions) -> None:
    """Exit status 2 would promise that nothing was done: after a load it is 1."""
    report = run(warehouse, options, stages=stages(sync=ConfigurationError("No token.", hint="Set it.")))
    assert (report.exit_code, report.verdict) == (ExitCode.SOME_FAILED, "Failed in sync: No token. Set it.")


def test_a_defect_is_kept_too(warehouse: Warehouse, options: RunOptions) -> None:
    """An exception that nobody foresaw ends the run, and history and report say what it was."""
    with pytest.raises(ZeroDivisionError):
        run(warehouse, options, stages=stages(transform=ZeroDivisionError("by zero")))
    assert History(warehouse).runs()[0].message == "Failed in transform: ZeroDivisionError: by zero."


def test_an_interrupted_run_says_so(warehouse: Warehouse, options: RunOptions) -> None:
    """Ctrl-C in a stage: the stages before it stand, the report is written, and the lock is free again."""
    with pytest.raises(KeyboardInterrupt):
        run(warehouse, options, stages=stages(transform=KeyboardInterrupt()))
    assert saved(options)["status"] == "interrupted"
    (past,) = History(warehouse).runs()
    assert (past.status, past.message) == (Status.INTERRUPTED, "transform: Interrupted; the next run carries on.")
    assert run(warehouse, options, stages=stages()).status is Status.OK


def test_a_run_that_was_killed_is_noted_by_the_next(warehouse: Warehouse, options: RunOptions) -> None:
    """A run that never ended counts as killed once another one holds the lock."""
    History(warehouse).begin(
        "20260101T000000Z-0000", started_at=datetime(2026, 1, 1, tzinfo=UTC), source="", options={}
    )
    assert History(warehouse).runs()[0].status is Status.RUNNING
    report = run(warehouse, options, stages=stages())
    assert [past.status for past in History(warehouse).runs()] == [Status.OK, Status.DIED]
    assert [past.status for past in report.history] == [Status.DIED]
    killed = json.loads((options.reports / "20260101T000000Z-0000" / "report.json").read_text(encoding="utf-8"))
    assert (killed["status"], killed["exit_code"]) == ("died", ExitCode.SOME_FAILED)
    assert killed["findings"][0]["command"] == "pipeline run"
    page = (options.reports / "20260101T000000Z-0000" / "report.html").read_text(encoding="utf-8")
    assert "The process was killed" in page
    assert 'class="tiles"' not in page, "nothing was counted, and 0 would be a lie"
    assert latest_run(options.reports) == report.run_id


def test_a_run_has_a_report_from_its_beginning(warehouse: Warehouse, options: RunOptions) -> None:
    """While it goes on, its report says so; its end replaces that."""
    seen = []

    def load(_context: Context) -> Stage:
        seen.append((latest_run(options.reports), saved(options)["status"]))
        return Stage("load", Status.OK)

    report = run(warehouse, options, stages=stages(load=load))
    assert seen == [(report.run_id, "running")]
    assert saved(options)["status"] == "ok"


def test_a_stage_may_take_the_lock_that_the_run_holds(warehouse: Warehouse, options: RunOptions) -> None:
    """Loader and monday_sync take the lock by themselves too; inside a run that must not refuse them."""

    def load(context: Context) -> Stage:
        with context.warehouse.lock():
            return Stage("load", Status.OK)

    assert run(warehouse, options, stages=stages(load=load)).status is Status.OK


def test_a_second_run_is_refused_at_once(
    warehouse: Warehouse, options: RunOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the lock nothing is written: no history, no report."""

    def refuse() -> None:
        raise LockHeldError("Another run is at work.")

    monkeypatch.setattr(warehouse, "lock", refuse)
    with pytest.raises(LockHeldError):
        run(warehouse, options, stages=stages())
    assert not options.reports.exists()


def test_no_secret_reaches_report_or_history(
    warehouse: Warehouse, options: RunOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A token in an error's words is masked in the database, the JSON and the page."""
    monkeypatch.setenv("MONDAY_API_TOKEN", "tok-abcdef")
    report = run(warehouse, options, stages=stages(sync=OrderListError("401 for tok-abcdef")))
    folder = options.reports / report.run_id
    written = [path.read_text(encoding="utf-8") for path in folder.iterdir()]
    assert not [text for text in (*written, History(warehouse).runs()[0].message) if "tok-abcdef" in text]
    assert len(written) == 2


def test_the_history_keeps_the_stages(warehouse: Warehouse, options: RunOptions) -> None:
    """Each stage of a run is a row with its time, rows and message."""
    load = Stage("load", Status.OK, message="2 landed.", rows=10, figures={"landed": 2})
    report = run(warehouse, options, stages=stages(load=lambda _: load))
    with warehouse.session(read_only=True) as session:
        rows = session.rows(
            "select stage, status, stage_rows, sentence, figures from pipeline_stages "
            "where run_id = ? order by position",
            [report.run_id],
        )
    assert rows[0] == ("load", "ok", 10, "2 landed.", '{"landed": 2}')
    assert [row[0] for row in rows] == ["load", "transform", "sync"]


def test_what_was_pushed_is_in_the_report(warehouse: Warehouse, options: RunOptions) -> None:
    """The sync stage's counts reach the figures, by customer as well."""

    def sync(context: Context) -> Stage:
        context.pushed = Pushed(BoardFigures(items_created=1, subitems_created=4), {"AJE": (5, 0, 0)})
        return Stage("sync", Status.OK)

    report = run(warehouse, options, stages=stages(sync=sync))
    assert report.figures.board.changes == 5
    assert report.figures.customers == (CustomerFigures("AJE", ("AJE.xlsx",), rows=1, orders=1, created=5),)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"only": ("everything",)}, "There is no stage 'everything'"),
        ({"only": ("sync",), "limit_files": 3}, "--limit-files has no effect with --only sync"),
        ({"only": ("load",), "limit": 3, "skip_subitems": True}, "--limit and --skip-subitems has no effect"),
    ],
)
def test_options_that_would_do_nothing_are_refused(changed: dict[str, object], says: str) -> None:
    """An option of another stage is a mistake, not a wish."""
    with pytest.raises(ConfigurationError, match=says):
        RunOptions(**changed)  # type: ignore[arg-type]
