"""The history decides whether a build is needed: in doubt it is."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from console import ExitCode
from pipeline.history import History
from pipeline.model import Figures, RunReport, Status
from pipeline.options import RunOptions
from warehouse import Warehouse

START = datetime(2026, 1, 1, tzinfo=UTC)


def past_run(warehouse: Warehouse, number: int, build: str | None = None) -> None:
    """A run that ended; ``build`` is what it built, "" for a build that it did not finish."""
    history, run_id, started = History(warehouse), f"run-{number}", START + timedelta(hours=number)
    history.begin(run_id, started_at=started, source="s", options={"full": True})
    if build is not None:
        history.begin_build(run_id)
        if build:
            history.end_build(run_id, build)
    history.end(RunReport(run_id, "local", started, 1.0, Status.OK, "v", ExitCode.OK, (), Figures()))


@pytest.mark.parametrize(
    ("builds", "expected"),
    [
        ([], None),
        ([None], None),
        (["a"], "a"),
        (["a", None], "a"),
        (["a", "b"], "b"),
        (["a", ""], None),
        (["a", "", None], None),
        (["", "b"], "b"),
    ],
)
def test_the_last_attempt_to_build_counts(warehouse: Warehouse, builds: list[str | None], expected: str | None) -> None:
    """A build that failed or was killed makes the one before it void; a run that did not build does not."""
    for number, build in enumerate(builds):
        past_run(warehouse, number, build)
    assert History(warehouse).last_fingerprint() == expected


def test_a_clock_set_back_changes_no_order(warehouse: Warehouse) -> None:
    """The build that failed yesterday by the clock, and last in truth, makes the one before it void."""
    for number, build in ((5, "a"), (3, "")):
        past_run(warehouse, number, build)
    assert [run.run_id for run in History(warehouse).runs()] == ["run-3", "run-5"]
    assert History(warehouse).last_fingerprint() is None


def test_the_history_of_an_older_version_gets_its_numbers(warehouse: Warehouse) -> None:
    """Its runs keep the order in which they began, also before the next run numbers them."""
    for number in (1, 2):
        past_run(warehouse, number, "a")
    with warehouse.session() as session:
        session.execute("alter table pipeline_runs drop column run_seq; drop table order_list_versions")
    assert [run.run_id for run in History(warehouse).runs()] == ["run-2", "run-1"]
    past_run(warehouse, 0)
    assert [run.run_id for run in History(warehouse).runs()] == ["run-0", "run-2", "run-1"]


def test_runs_come_the_latest_first_and_no_more_than_asked_for(warehouse: Warehouse) -> None:
    """The last two of three runs, in order, with UTC times."""
    assert History(warehouse).runs() == ()
    for number in range(3):
        past_run(warehouse, number)
    runs = History(warehouse).runs(2)
    assert [(run.run_id, run.started_at.hour, run.started_at.tzinfo) for run in runs] == [
        ("run-2", 2, UTC),
        ("run-1", 1, UTC),
    ]


def test_a_source_that_was_stored_with_its_signature_is_healed(warehouse: Warehouse) -> None:
    """Earlier releases kept the source as it was typed; the next run masks the signature, and keeps the rest."""
    past_run(warehouse, 1)
    stored = '{"full": true, "source": "https://a.blob.example/c?sv=1&sig=AbC%2Bd&se=2", "select": ["PWD=X"]}'
    with warehouse.session() as session:
        session.execute("update pipeline_runs set options = ?", [stored])
    past_run(warehouse, 2)
    with warehouse.session() as session:
        (kept,) = session.rows("select options from pipeline_runs where run_id = 'run-1'")
    assert json.loads(kept[0]) == json.loads(stored.replace("AbC%2Bd", "***"))


def test_what_a_run_was_asked_for_is_kept_without_secrets() -> None:
    """The options that a run stores have no signature of their source."""
    options = RunOptions(source="https://a.blob.example/c?sv=1&sig=AbC%2Bd").as_json()
    assert options["source"] == "https://a.blob.example/c?sv=1&sig=***"
