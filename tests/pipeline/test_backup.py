"""The backup before a push that touches much of the board."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.backup import back_up_before
from pipeline.errors import StageFailedError
from tests.project import ROOT
from warehouse import Target, open_warehouse


@pytest.fixture
def target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Target:
    """A project with a database and a policy."""
    monkeypatch.setenv("DBT_PROFILES_DIR", str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    (tmp_path / "profiles.yml").write_text(
        "order_list: {target: local, outputs: {local: {type: duckdb, schema: main, path: a.duckdb}}}", "utf-8"
    )
    made = Target("local", "duckdb", "main", {"path": str(tmp_path / "a.duckdb")}, tmp_path)
    with open_warehouse(made).session() as session:
        session.execute("create table pipeline_runs (run_id varchar)")
    return made


def _policy(target: Target, text: str) -> None:
    folder = target.project_dir / "operations"
    folder.mkdir(exist_ok=True)
    (folder / "backup.yml").write_text(text, "utf-8")


@pytest.mark.slow
def test_a_backup_is_taken_before_much_is_touched(target: Target) -> None:
    """Under the run's own lock; a push that touches less than the policy's share takes none, nor does a first push."""
    _policy(target, "places: [one, two]\nbefore_push_share: 0.2")
    with open_warehouse(target).lock():
        back_up_before(target, 0.2)
        back_up_before(target, 0.0)
        assert not (target.project_dir / "one").exists()
        back_up_before(target, 0.21)
    assert len(list((target.project_dir / "one").glob("*/manifest.json"))) == 1
    assert len(list((target.project_dir / "two").glob("*/manifest.json"))) == 1


@pytest.mark.slow
def test_a_push_waits_for_its_backup(target: Target, capfd: pytest.CaptureFixture[str]) -> None:
    """With no place left the push does not begin; with one of two left it does, and the other is named."""
    _policy(target, "places: [one, two]")
    (target.project_dir / "one").write_text("in the way", "utf-8")
    back_up_before(target, 0.9)
    assert "warning: the backup before the push:" in capfd.readouterr().err
    (target.project_dir / "two").rename(target.project_dir / "away")
    (target.project_dir / "two").write_text("in the way", "utf-8")
    with pytest.raises(StageFailedError, match="The backup before the push failed: No place took the backup") as raised:
        back_up_before(target, 0.9)
    assert "operations/backup.yml" in str(raised.value.hint)


@pytest.mark.slow
def test_a_wrong_policy_stops_the_push(target: Target) -> None:
    """A mistake in the policy is told in its own words, and nothing is sent."""
    _policy(target, "places: []")
    with pytest.raises(StageFailedError, match=r"operations/backup.yml: places"):
        back_up_before(target, 0.9)


def test_without_a_policy_nobody_asked_for_backups(target: Target) -> None:
    """A project without the file pushes as ever; no process is started."""
    back_up_before(target, 0.9)
