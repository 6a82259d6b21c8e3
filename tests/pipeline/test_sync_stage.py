"""What the sync stage says of a push."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from monday_sync import Counts
from pipeline.history import History
from pipeline.model import Stage, Status
from pipeline.options import RunOptions
from pipeline.stages import Context
from pipeline.stages.sync import pushed_by, sync
from tests.pipeline.mornings.calm import pushed
from warehouse import Target, open_warehouse


def stage_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, failed: int, given_up: int, accepted: int = 0, **counts: int
) -> Stage:  # fmt: skip
    """The stage of a push that failed for some orders and gave up others."""
    levels: dict[str, Any] = {
        "created": 0, "updated": 0, "failed": failed, "out_of_scope": 0, "held_back": 0, "not_selected": 0,
        "waiting": 0, "left": 0, "by_mode": 0, "archived": 0, **counts,
    }  # fmt: skip
    row = SimpleNamespace(customer="AJE", name="POLO", message="Refused.")
    pushed = SimpleNamespace(
        run_id="20260102T030405-0a1b2c3d",
        target="dev",
        groups_archived=0,
        groups_created=0,
        items=SimpleNamespace(**levels),
        subitems=SimpleNamespace(**dict.fromkeys(levels, 0)),
        deletes_reported=0,
        customers=(),
        exit_code=int(bool(failed or given_up)),
        message=None,
        conflicts=0,
        calls=3,
        notes=("One note.",),
        errors=(row,) * failed,
        given_up=(row,) * given_up,
        accepted=(row,) * accepted,
        left=(row,) * levels["left"],
        causes=(),
        verdict="success",
        success_share=1.0,
        due=0,
        off_board=(),
        hook_problem=None,
    )
    monkeypatch.setattr("monday_sync.push", lambda *_, **__: pushed)
    monkeypatch.setattr("monday_sync.verify_lately", lambda *_: ())
    warehouse = open_warehouse(Target("dev", "duckdb", "main", {"path": str(tmp_path / "a.duckdb")}, tmp_path))
    return sync(Context("run", warehouse, RunOptions(), History(warehouse)))


def test_a_row_that_failed_is_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The report lists failed rows out of the ledger, so the stage counts them and lists none a second time."""
    stage = stage_of(tmp_path, monkeypatch, failed=1, given_up=0)
    assert (stage.status, stage.problems) == (Status.ATTENTION, ("One note.",))
    assert stage.figures["items failed"] == 1


def test_a_row_that_was_given_up_is_no_all_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that tried nothing, since all that is due was given up, does not say that the board is up to date."""
    stage = stage_of(tmp_path, monkeypatch, failed=0, given_up=2)
    assert (stage.status, stage.figures["records given up"]) == (Status.ATTENTION, 2)
    assert stage.message.startswith("Nothing changed; 2 records given up")


@pytest.mark.parametrize(
    ("counts", "said"),
    [({"held_back": 3}, "3 records held back"), ({"out_of_scope": 2}, "2 records outside the board's scope"),
     ({"left": 4}, "4 records left alone for what people did on the board"),
     ({"by_mode": 5}, "5 records left by the board's mode")],
)  # fmt: skip
def test_what_is_kept_out_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, counts: dict[str, int], said: str
) -> None:
    """A run that changed nothing since rows are held back, out of scope or left does not call the board up to date."""
    stage = stage_of(tmp_path, monkeypatch, failed=0, given_up=0, **counts)
    assert stage.message == f"Nothing changed; {said}."


def test_a_quiet_push_is_up_to_date(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing failed, nothing given up, nothing to do."""
    stage = stage_of(tmp_path, monkeypatch, failed=0, given_up=0)
    assert (stage.status, stage.message) == (Status.OK, "The board is up to date: nothing changed.")


def test_rows_that_are_accepted_are_named_and_fail_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The stage is OK, and does not say that the board is up to date."""
    stage = stage_of(tmp_path, monkeypatch, failed=0, given_up=0, accepted=2)
    assert (stage.status, stage.figures["records accepted as they are"]) == (Status.OK, 2)
    assert stage.message == "Nothing changed; 2 records that the board does not take, accepted with a reason."


def test_a_run_and_its_way_back_count_alike() -> None:
    """The figure beside the command to undo is that of the verdict; groups and archived records are said beside it."""
    told = pushed_by(
        pushed(items=Counts(created=2, updated=3), subitems=Counts(created=4, archived=1), groups_created=5)
    )
    (run,) = told.runs
    assert (run.changes, told.board.changes) == (9, 9)
    assert (run.archived, run.groups) == (1, 5)
    assert run.undo == "monday-sync rollback push-1 --target local --dry-run"
    (quiet,) = pushed_by(pushed()).runs
    assert quiet.undo is None
