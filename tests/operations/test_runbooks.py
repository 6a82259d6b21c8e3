"""The runbooks' commands, run in their order as they stand there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from operations.maintenance.cli import main
from tests.operations.audited import fill
from tests.project import ROOT
from warehouse import Warehouse

_DOCS = ROOT / "docs/operations"


def _lines(page: str) -> list[str]:
    text = (_DOCS / page).read_text("utf-8")
    blocks = re.findall(r"```bash\n(.*?)```", text, re.S)
    lines = [line.split("#")[0].strip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if line.startswith("maintenance ")]


@pytest.fixture
def place(kept: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with the declarations that the runbooks show, and a backup policy of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DBT_PROFILES_DIR", str(tmp_path))
    (tmp_path / "profiles.yml").write_text(
        "order_list: {target: local, outputs: {local: {type: duckdb, schema: main, path: a.duckdb}}}", "utf-8"
    )
    (tmp_path / "operations").mkdir()
    (tmp_path / "operations/backup.yml").write_text((ROOT / "operations/backup.yml").read_text("utf-8"), "utf-8")
    (shown,) = re.findall(r"```yaml\n(tables:.*?)```", (_DOCS / "retirement.md").read_text("utf-8"), re.S)
    (tmp_path / "operations/retire.yml").write_text(shown, "utf-8")
    (tmp_path / "operations/constraints.yml").write_text(
        "tables: {monday_sync_items: {item_outcome: {not_null: [order_key]}}}", "utf-8"
    )
    return tmp_path


def _run(line: str, place: Path) -> tuple[int, str]:
    for archive in sorted(path.name for path in (place / "data/backups/first").glob("2*"))[-1:]:
        line = line.replace("<archive>", archive)
    done = CliRunner().invoke(main, shlex.split(line)[1:])
    assert done.exception is None or isinstance(done.exception, SystemExit), line
    return done.exit_code, done.output


def test_backup_and_restore(place: Path) -> None:
    """Every command of the page does what the page says, on a database where nothing was lost."""
    for line in _lines("backup_and_restore.md"):
        assert _run(line, place)[0] == 0, line
    assert "restored on trial" in _run("maintenance backups", place)[1]
    assert (place / "data/BACKUP_LOG.md").exists()


def test_retirement(place: Path) -> None:
    """The page's table goes one step, is rehearsed, goes back; an undo to where it never was is refused."""
    codes = [_run(line, place)[0] for line in _lines("retirement.md")]
    assert codes == [0, 0, 0, 0, 2]


def test_constraints(place: Path) -> None:
    """On DuckDB the data are checked, which is said; there is nothing to undo."""
    lines = _lines("constraints.md")
    assert [_run(line, place)[0] for line in lines if " undo" not in line and line != "maintenance apply"] == [0, 0]
    code, said = _run("maintenance undo item_outcome", place)
    assert (code, "nothing to undo" in said) == (2, True)


def test_audit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a sound database every command of the page ends well, and the page is there."""
    fill(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DBT_PROFILES_DIR", str(tmp_path))
    (tmp_path / "profiles.yml").write_text(
        "order_list: {target: local, outputs: {local: {type: duckdb, schema: main, path: a.duckdb}}}", "utf-8"
    )
    lines = _lines("audit.md")
    assert len(lines) == 5
    assert [_run(line, tmp_path)[0] for line in lines] == [0] * 5
    assert (tmp_path / "data/reports/audit.html").exists()
