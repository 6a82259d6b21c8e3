"""A boards' file that is a list: each board with its own ids, and what does not go together is refused by its place."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import yaml

from console import ConfigurationError
from monday_sync.domain.board import Scope, guard, load_board, load_boards
from monday_sync.domain.board.several import overlap
from monday_sync.domain.homes import Placed, board_of, homes, season_of
from monday_sync.domain.mapping import columns_of_board
from monday_sync.domain.rows import Level

TODAY = dt.date(2026, 11, 21)
_BOARD: dict[str, Any] = {
    "api": "monday", "key_columns": ["aag_order_number"],
    "items": {"aag_order_number": {"column": "text_1", "type": "text"}},
    "subitems": {"qty": {"column": "numeric_1", "type": "numbers"}},
}  # fmt: skip


def board(number: int, **changes: Any) -> dict[str, Any]:
    return {**_BOARD, "board_id": number, "subitem_board_id": number + 1, **changes}


def write(folder: Path, content: object, name: str = "dev") -> Path:
    (folder / f"{name}.yml").write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    return folder


def test_a_list_is_a_list_of_boards(tmp_path: Path) -> None:
    """In the order of the file, each knowing the others; a mapping is one board that knows none."""
    first = board(10, name="early", scope={"seasons": ["2026 SPRING"]})
    write(tmp_path, [first, board(20, scope={"seasons": ["2026 FALL"]})])
    one, two = load_boards("dev", tmp_path)
    assert (one.title, two.title) == ("board early (10)", "board 20")
    assert ([b.board_id for b in one.others], [b.board_id for b in two.others]) == (["20"], ["10"])
    assert one.others[0].others == ()
    with pytest.raises(ConfigurationError, match="has 2 boards, where one is expected"):
        load_board("dev", tmp_path)
    (only,) = load_boards("dev", write(tmp_path, board(10)))
    assert (only, only.others) == (load_board("dev", tmp_path), ())


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({}, "dev.yml, board 2: scope shares orders with that of board 10"),
        ({"board_id": 10}, "dev.yml, board 2: board_id or another id here, 10, is one of board 10 as well"),
        ({"subitem_board_id": 11}, "board_id or another id here, 11,"),
        ({"board_id": 30, "follow_boards": [{"board_id": 10, "subitem_board_id": 99}]}, "another id here, 10,"),
        ({"scope": {"seasons": ["B"]}, "name": "same"}, "name 'same' is the name of board 10 as well"),
        ({"scope": {"seasons": ["B"]}, "api": "emulator"}, "api is emulator, but that of board same (10) is monday"),
        ({"scope": {"seasons": ["B"]}, "items": {"aag_order_number": {"column": "text_1", "type": "text"},
                                                 "notes": {"column": "c", "type": "long_text"}}},
         "items.notes.type is long_text, but text on board same (10)"),
        ({"scope": {"seasons": ["B"]}, "key_columns": ["aag_order_number", "notes"]}, "key_columns are not those of"),
        ({"scope": {"season": ["B"]}}, "dev.yml, board 2: scope.season is not a key we know"),
        ({"scope": {"seasons": "B"}}, "dev.yml, board 2: scope.seasons is not a list of texts"),
    ],
)  # fmt: skip
def test_what_does_not_go_together_is_refused(tmp_path: Path, changes: dict[str, Any], what: str) -> None:
    """By file, board and key."""
    notes = {"aag_order_number": {"column": "text_1", "type": "text"}, "notes": {"column": "text_2", "type": "text"}}
    second = {**board(20, items=notes, scope={"seasons": ["A"]}), **changes}
    named = {"name": "same"} if "that of board same" in what or "same" in what else {}
    write(tmp_path, [board(10, items=notes, scope={"seasons": ["A"]}, **named), second])
    with pytest.raises(ConfigurationError) as refused:
        load_boards("dev", tmp_path)
    assert what in refused.value.message
    assert refused.value.hint


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ([], "is an empty list"),
        ([board(10), "text"], "dev.yml, board 2 is not a mapping"),
        ([board(10), {"extends": "list"}], "dev.yml, board 2 extends 'list', but"),
        ([board(10), {"extends": "dev"}], "extends goes in a circle: dev -> dev"),
    ],
)
def test_a_list_that_is_none(tmp_path: Path, content: object, what: str) -> None:
    """An empty list, entries that are no boards, and files that cannot be extended."""
    write(tmp_path, [board(50)], "list")
    with pytest.raises(ConfigurationError) as refused:
        load_boards("dev", write(tmp_path, content))
    assert what in refused.value.message


def test_the_guard_knows_all_boards_of_other_targets(tmp_path: Path) -> None:
    """The second board of another target is another target's board."""
    write(tmp_path, [board(10, scope={"customers": ["A"]}), board(20, scope={"customers": ["B"]})])
    (mine,) = load_boards("prod", write(tmp_path, board(20), "prod"))
    with pytest.raises(ConfigurationError, match="board 20 is the board of target 'dev' as well"):
        guard(mine, "https://api.monday.com/v2", tmp_path)


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        (Scope(), Scope(), True),
        (Scope(customers=("A",)), Scope(), True),
        (Scope(customers=("A",)), Scope(customers=("B",)), False),
        (Scope(customers=("A", "B")), Scope(customers=("B",)), True),
        (Scope(customers=("A",), seasons=("S",)), Scope(customers=("A",), seasons=("T",)), False),
        (Scope(order_types=("R",)), Scope(order_types=("R",), seasons=("T",)), True),
        (Scope(ex_factory_to=TODAY), Scope(ex_factory_from=TODAY), True),
        (Scope(ex_factory_to=TODAY), Scope(ex_factory_from=TODAY + dt.timedelta(1)), False),
        (Scope(ex_factory_to=TODAY), Scope(), True),
    ],
)
def test_scopes_overlap(one: Scope, other: Scope, shared: bool) -> None:
    """Products of sets and one window: they share orders unless one of the sets, or the windows, do not meet."""
    assert (overlap(one, other), overlap(other, one)) == (shared, shared)


def test_where_orders_belong(tmp_path: Path) -> None:
    """Handled where the item lies, else where it is wanted; in doubt where it may lie; moving on neither board."""
    write(tmp_path, [board(10, scope={"seasons": ["A"]}), board(20, scope={"seasons": ["B"]})])
    boards = load_boards("dev", tmp_path)
    seasons = {"new": "B", "lies": "A", "moves": "B", "nowhere": "C", "doubt": "B", "stays": "C"}
    orders = [Placed(key, "X", None, None, f"X {season}") for key, season in seasons.items()]
    found = homes(boards, orders, {"lies": "10", "moves": "10", "gone": "20", "stays": "20"}, {"doubt": "10"})
    assert {key: found.of(key) for key in ("new", "lies", "moves", "nowhere", "doubt", "gone", "stays")} == {
        "new": "20", "lies": "10", "moves": None, "nowhere": "10", "doubt": "10", "gone": "20", "stays": "20",
    }  # fmt: skip
    assert [(m.order_key, m.source, m.target) for m in found.moves] == [("moves", "10", "20")]
    assert board_of(Placed("k", "X", None, None, "check"), boards) is None
    assert [season_of("X 2026 FALL", "X"), season_of("check", "X"), season_of(None, "X")] == ["2026 FALL", None, None]


def test_the_boards_of_a_target_have_one_fingerprint(tmp_path: Path) -> None:
    """By it the views work out their hashes; a single board keeps its own, and other ids make another one."""
    scopes = [{"seasons": ["A"]}, {"seasons": ["B"]}]
    write(tmp_path, [board(10, scope=scopes[0]), board(20, scope=scopes[1])])
    one, two = load_boards("dev", tmp_path)
    assert [columns_of_board(b)[level].mapping for b in (one, two) for level in (Level.ITEM, Level.SUBITEM)] == [
        columns_of_board(b)[level].mapping for b in (two, one) for level in (Level.ITEM, Level.SUBITEM)
    ]
    other = {"aag_order_number": {"column": "text_9", "type": "text"}}
    write(tmp_path, [board(10, scope=scopes[0]), board(20, scope=scopes[1], items=other)])
    changed, _ = load_boards("dev", tmp_path)
    assert columns_of_board(changed)[Level.ITEM].mapping != columns_of_board(one)[Level.ITEM].mapping
    assert columns_of_board(changed)[Level.ITEM].columns == columns_of_board(one)[Level.ITEM].columns
    (single,) = load_boards("dev", write(tmp_path, board(10)))
    assert columns_of_board(single)[Level.ITEM].mapping != columns_of_board(one)[Level.ITEM].mapping
