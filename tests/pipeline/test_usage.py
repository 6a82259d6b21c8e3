"""How often indexes are used is sampled by runs, so that a restart or a build loses little of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.model import Status
from pipeline.options import RunOptions
from pipeline.run import run
from pipeline.usage import grown, with_samples
from tests.pipeline.test_run import stages
from warehouse import IndexFacts, StatementFailedError, Warehouse
from warehouse.duckdb_inventory import DuckDBInventory


@pytest.mark.parametrize(
    ("samples", "total"),
    [([], 0), ([5], 5), ([5, 7, 7], 7), ([5, 2], 7), ([5, 0, 0, 3], 8), ([0, 9, 1, 4], 13)],
)
def test_counts_that_begin_anew_add_up(samples: list[int], total: int) -> None:
    """What was counted before a restart is not lost, and nothing is counted twice."""
    assert grown(samples) == total


def test_samples_and_the_present_belong_together() -> None:
    """By table and index in any spelling; an engine that counts nothing adds nothing."""
    now = [IndexFacts("T", "a", ("x",), reads=1), IndexFacts("t", "b", ("x",)), IndexFacts("t", "c", ("x",), reads=4)]
    assert with_samples([("t", "A", 5), ("t", "gone", 2)], now) == {("t", "a"): 6, ("t", "gone"): 2, ("t", "c"): 4}


def test_a_run_keeps_what_is_counted_as_it_begins(
    warehouse: Warehouse, options: RunOptions, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    """A row for each index that the engine counts; of an engine that counts none there is not even a table."""
    run(warehouse, replace(options, only=("load",)), stages=stages())
    with warehouse.session() as session:
        assert "pipeline_index_usage" not in session.relations()
    counted = [IndexFacts("t", "a", ("x",), reads=3, writes=9), IndexFacts("t", "b", ("x",))]
    monkeypatch.setattr(DuckDBInventory, "wants_indexes", True)
    monkeypatch.setattr(DuckDBInventory, "indexes", lambda _: counted)
    monkeypatch.setattr("pipeline.usage._RUNS_KEPT", 1)
    for _ in range(2):
        report = run(warehouse, replace(options, only=("load",)), stages=stages())
    with warehouse.session() as session:
        assert session.rows("select * from pipeline_index_usage") == [(report.run_id, "t", "a", 3, 9)]


def test_what_cannot_be_sampled_costs_no_run(
    warehouse: Warehouse, options: RunOptions, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:  # fmt: skip
    """The refusal is said, and the run is what it was."""

    def refused(_: DuckDBInventory) -> list[IndexFacts]:
        raise StatementFailedError("No right.")

    monkeypatch.setattr(DuckDBInventory, "wants_indexes", True)
    monkeypatch.setattr(DuckDBInventory, "indexes", refused)
    report = run(warehouse, replace(options, only=("load",)), stages=stages())
    assert [stage.status for stage in report.stages] == [Status.OK]
    assert "How often indexes are used could not be kept: No right." in capsys.readouterr().err
