"""What the sync stage says of a push."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pipeline.history import History
from pipeline.model import Status
from pipeline.options import RunOptions
from pipeline.stages import Context
from pipeline.stages.sync import sync
from warehouse import Target, open_warehouse


def test_a_row_that_failed_is_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The report lists failed rows out of the ledger, so the stage counts them and lists none a second time."""
    levels: dict[str, Any] = {"created": 0, "updated": 0, "failed": 1, "out_of_scope": 0, "held_back": 0}
    pushed = SimpleNamespace(
        groups_created=0,
        items=SimpleNamespace(**levels),
        subitems=SimpleNamespace(**levels),
        deletes_reported=0,
        customers=(),
        exit_code=1,
        message=None,
        conflicts=0,
        calls=3,
        notes=("One note.",),
        errors=(SimpleNamespace(customer="AJE", name="POLO", message="Refused."),),
    )
    monkeypatch.setattr("monday_sync.push", lambda *_, **__: pushed)
    warehouse = open_warehouse(Target("dev", "duckdb", "main", {"path": str(tmp_path / "a.duckdb")}, tmp_path))
    stage = sync(Context("run", warehouse, RunOptions(), History(warehouse)))
    assert (stage.status, stage.problems) == (Status.ATTENTION, ("One note.",))
    assert stage.figures["items failed"] == 1
