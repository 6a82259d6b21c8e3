"""What a run's own statements cost is kept, run by run and stage by stage, and costs no run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.model import Stage, Status
from pipeline.options import RunOptions
from pipeline.run import run
from pipeline.stages import Context
from pipeline.statements import merged
from tests.pipeline.test_run import stages
from warehouse import Tally, Warehouse


def _asking(times: int) -> object:
    def stage(context: Context) -> Stage:
        with context.warehouse.session() as session:
            for number in range(times):
                session.rows("select ? as asked_in_a_test", [number])
        return Stage("load", Status.OK, message="done.")

    return stage


def _kept(warehouse: Warehouse) -> list[tuple[str, str, int]]:
    with warehouse.session(read_only=True) as session:
        return session.rows(
            "select stage, statement, sent from pipeline_statements where statement like '%asked_in_a_test%'"
        )


def test_each_stage_s_statements_are_kept(warehouse: Warehouse, options: RunOptions) -> None:
    """Counts and times of the stage that sent them, of the report too, and of a stage that failed."""
    report = run(warehouse, options, stages=stages(load=_asking(7)))  # type: ignore[arg-type]
    assert _kept(warehouse) == [("load", "select ? as asked_in_a_test", 7)]
    with warehouse.session(read_only=True) as session:
        rows = session.rows("select run_id, stage, sent, seconds, slowest from pipeline_statements")
    assert {row[0] for row in rows} == {report.run_id}
    assert {row[1] for row in rows} == {"load", "report"}
    assert all(sent > 0 and seconds >= slowest >= 0 for _, _, sent, seconds, slowest in rows)
    run(warehouse, replace(options, only=("load",)), stages=stages(load=_asking(3)))  # type: ignore[arg-type]
    assert [sent for _, _, sent in _kept(warehouse)] == [7, 3]


def test_only_the_last_runs_are_kept(
    warehouse: Warehouse, options: RunOptions, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    """What runs of long ago sent is forgotten; the runs themselves are not."""
    monkeypatch.setattr("pipeline.statements._RUNS_KEPT", 2)
    for times in (1, 2, 3):
        run(warehouse, replace(options, only=("load",)), stages=stages(load=_asking(times)))  # type: ignore[arg-type]
    assert sorted(sent for _, _, sent in _kept(warehouse)) == [2, 3]


def test_a_run_ends_well_without_them(
    warehouse: Warehouse, options: RunOptions, capsys: pytest.CaptureFixture[str]
) -> None:  # fmt: skip
    """A table of somebody else's under that name is left alone, which is said, and the run is what it was."""
    with warehouse.session() as session:
        session.execute("create table pipeline_statements (theirs integer)")
    report = run(warehouse, options, stages=stages(load=_asking(1)))  # type: ignore[arg-type]
    assert [stage.status for stage in report.stages] == [Status.OK] * 3
    assert "could not be kept: pipeline_statements was not made by this project" in capsys.readouterr().err
    with warehouse.session() as session:
        assert session.columns("pipeline_statements") == ["theirs"]


def test_one_row_stands_for_all_customers() -> None:
    """A statement that names a raw table is one whatever the customer; counts and times are summed."""
    found = merged([
        Tally('drop table "xGREYSON_ORDER_LIST_RAW__new"', 2, 1.0, 0.75),
        Tally('drop table "xRHONE_ORDER_LIST_RAW__new"', 1, 0.5, 0.5), Tally("select 1", 1, 2.0, 2.0),
    ])  # fmt: skip
    assert found == [Tally("select 1", 1, 2.0, 2.0), Tally('drop table "x<CUSTOMER>_RAW"', 3, 1.5, 0.75)]
