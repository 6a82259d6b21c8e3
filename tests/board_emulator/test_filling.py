"""A local board made of a copy of another one answers as that one did."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.soak.relations import Order
from board_emulator.errors import BoardFileError
from board_emulator.filling import fill
from board_emulator.testing import running_emulator
from monday_sync import open_boards, snapshot
from tests.monday_sync.conftest import project
from tests.monday_sync.live import Live, live

__all__ = ["live", "project"]
_ORDERS = [
    Order("GREYSON", "A1", values={"notes": "line one\nline two", "customer_price": "12.5", "aag_season": "FW, 27"}),
    Order("RHONE", "B1", season="2026 FALL", sizes={"30/32": 3, "XS": 1}),
]


def test_a_copy_of_a_copy_is_the_same(live: Live, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Columns, labels, groups, items, subitems and values come through, with their ids; a deactivated label as well."""
    live.have(_ORDERS)
    assert live.push().items.created == 2
    column = next(m.column_id for m in open_boards("local").contexts[0].board.items if m.view_column == "aag_season")
    board_id = open_boards("local").contexts[0].board.board_id
    live.handle.people.deactivate_label(board_id, column, "FW, 27")
    with open_boards("local") as opened:
        first = snapshot(opened)
    (tmp_path / "s.json").write_text(json.dumps(first), "utf-8")
    assert fill(tmp_path / "s.json", tmp_path / "boards.yml", tmp_path / "copy.sqlite") == 4
    with running_emulator(tmp_path / "copy.sqlite", boards=tmp_path / "boards.yml") as other:
        monkeypatch.setenv("MONDAY_API_URL", other.url)
        with open_boards("local") as opened:
            assert snapshot(opened) == first
        assert other.emulator.tally.calls
    assert live.handle.referee.report()["duplicates"] == 0


def test_what_is_no_copy_is_named(tmp_path: Path) -> None:
    """Another file ends in a sentence, and no data file is made."""
    (tmp_path / "s.json").write_text("[]", "utf-8")
    with pytest.raises(BoardFileError, match="no copy of a board"):
        fill(tmp_path / "s.json", tmp_path / "boards.yml", tmp_path / "copy.sqlite")
    assert not (tmp_path / "copy.sqlite").exists()
