"""``maintenance verify``: one verdict of the audit, backups, retirements and the last run."""

from __future__ import annotations

from pathlib import Path

from operations.audit import Audit, Verdict, render_page
from operations.backup import check, take
from operations.maintenance.verification import verify
from operations.retirement import State
from tests.operations.test_retirement import Desk
from warehouse import Warehouse


def _section(found: Audit, name: str) -> dict[str, Verdict]:
    (section,) = [one for one in found.sections if one.name == name]
    return {one.name: one.verdict for one in section.checks}


def test_a_backup_that_nobody_tried_is_not_well(warehouse: Warehouse, tmp_path: Path) -> None:
    """Before a trial the verdict is not well; after it that check passes; a damaged place makes it fail again."""
    desk = Desk(warehouse, tmp_path)
    take(warehouse, desk.policy)
    found = verify(desk.context)
    tried = "a backup was restored on trial within 7 days"
    assert (found.well, _section(found, "backups")[tried]) == (False, Verdict.FAILED)
    archive = check(warehouse, desk.policy).archive
    assert set(_section(verify(desk.context), "backups").values()) == {Verdict.PASSED}
    (tmp_path / "two" / archive / "manifest.json").unlink()
    check(warehouse, desk.policy)
    whole = "the last trial found the backup whole at every place"
    assert _section(verify(desk.context), "backups")[whole] is Verdict.FAILED


def test_tables_on_their_way_and_the_last_run_are_told(warehouse: Warehouse, tmp_path: Path) -> None:
    """A table that is not gone yet is a note; one that is gone passes; a failed run fails."""
    desk = Desk(warehouse, tmp_path)
    assert _section(verify(desk.context), "retirements") == {"every table that is to go is gone": Verdict.NOTE}
    assert set(_section(verify(desk.context), "runs").values()) == {Verdict.NOTHING}
    desk.go(State.DROPPED)
    assert _section(verify(desk.context), "retirements") == {"every table that is to go is gone": Verdict.PASSED}
    assert set(_section(verify(desk.context), "runs").values()) == {Verdict.PASSED}
    desk.ran("failed", "transform: it broke")
    found = verify(desk.context)
    assert set(_section(found, "runs").values()) == {Verdict.FAILED}
    page = render_page(found, signed=True)
    for words in ("Verification of local", "signature", "transform: it broke", "maintenance verify"):
        assert words in page
    assert "signature" not in render_page(found)
