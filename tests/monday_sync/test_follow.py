"""Items that a person moved to another board: the push goes on with them there, if the file names that board."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from bench.soak.relations import Order
from board_emulator.definitions import load_boards
from board_emulator.testing import EmulatorHandle, running_emulator
from monday_sync.api import ChangeColumns, CreateSubitem, HttpBoardApi
from monday_sync.commands.verify import verify
from monday_sync.domain.board import FollowBoard
from monday_sync.errors import ConfirmationNeededError
from tests.monday_sync.conftest import Desk, orders

THERE, BELOW = "77", "78"


def following(desk: Desk, *boards: tuple[str, str], said: str = "follow") -> None:
    config = desk.context.board
    named = tuple(FollowBoard(*ids) for ids in boards)
    policy = replace(config.policy, moved=said, touch_share=1.0)  # type: ignore[arg-type]
    desk.reopen(replace(config, policy=policy, follow_boards=named))


def moved(desk: Desk, *numbers: str) -> list[Order]:
    """Six orders on the board, of which a person moves some to another board."""
    several = orders(*"123456")
    desk.have(several)
    desk.push()
    for number in numbers:
        desk.board.move_away(desk.board.named(f"STYLE1 {number}").id, THERE)
    return several


def changes(desk: Desk, since: int) -> list[Any]:
    return [op for request in desk.board.requests[since:] for op in request.operations]


def test_an_item_is_followed_with_its_lines(desk: Desk) -> None:
    """Fields, quantities and new lines go to the same item on the named board; nothing is made twice, and it stays."""
    following(desk, (THERE, BELOW))
    several = moved(desk, "1")
    item = next(t for t in desk.board.things.values() if t.name == "STYLE1 1")
    first = replace(several[0], sizes={"S": 11, "M": 20, "L": 5}).with_values(notes="x")
    desk.have([first, *several[1:]])
    sent = len(desk.board.requests)
    result = desk.push()
    assert (result.items.updated, result.items.created, result.left, int(result.exit_code)) == (1, 0, (), 0)
    done = changes(desk, sent)
    assert {op.board_id for op in done if isinstance(op, ChangeColumns)} == {THERE, BELOW}
    assert [op.parent_id for op in done if isinstance(op, CreateSubitem)] == [item.id]
    assert item.values[desk.column("notes")] == "x"
    quantities = {t.name: t.values.get(desk.column("qty")) for t in desk.board.children(item.id)}
    assert quantities == {"S": "11", "M": "20", "L": "5"}
    assert (item.board, len(desk.board.active())) == (THERE, 5)
    assert desk.push().changed == 0
    assert verify(desk.context).clean
    item.values[desk.column("notes")] = "person"
    assert [d.column for d in verify(desk.context).differences] == ["notes"]
    desk.have([first.with_values(notes="y"), *several[1:]])
    assert (desk.push().items.updated, item.values[desk.column("notes")]) == (1, "y")
    desk.board.move_away(item.id, None)
    desk.have([first.with_values(notes="z"), *several[1:]])
    sent = len(desk.board.requests)
    assert desk.push().items.updated == 1
    assert {op.board_id for op in changes(desk, sent)} == {desk.context.board.board_id}
    assert desk.state("select count(*) from monday_sync_items where left_as is not null") == [(0,)]


def test_only_a_quantity_of_a_followed_order_changes(desk: Desk) -> None:
    """The line is changed on the other subitem board, and the order itself is left as it is."""
    following(desk, (THERE, BELOW))
    several = moved(desk, "1")
    desk.have([replace(several[0], sizes={"S": 11, "M": 19}), *several[1:]])
    sent = len(desk.board.requests)
    result = desk.push()
    assert (result.items.updated, result.subitems.updated) == (0, 2)
    assert {op.board_id for op in changes(desk, sent)} == {BELOW}
    assert desk.push().changed == 0


@pytest.mark.parametrize("boards", [((THERE, BELOW),), (("99", "98"),)], ids=["without the columns", "not named"])
def test_a_board_that_is_not_fit_is_not_followed_to(desk: Desk, boards: tuple[tuple[str, str], ...]) -> None:
    """A board that the file does not name, or that lacks a column: the order is left, and it is said why."""
    following(desk, *boards)
    several = moved(desk, "1")
    desk.have([several[0].with_values(notes="x"), *several[1:]])
    if boards[0][0] == THERE:
        real = desk.board.board

        def without(board_id: str) -> Any:
            info = real(board_id)
            kept = {c: v for c, v in info.columns.items() if board_id != THERE or c != desk.column("notes")}
            return replace(info, columns=kept)

        desk.board.board = without  # type: ignore[method-assign]
    result = desk.push()
    assert (result.items.left, result.items.created, int(result.exit_code)) == (1, 0, 1)
    said = "board 77 is not among follow_boards" if boards[0][0] != THERE else "board 77 has no long_text column"
    assert said in result.left[0].message


def test_many_that_moved_are_asked_about_once(desk: Desk) -> None:
    """Half of the board is somewhere else: the push stops first; then it follows, and asks no more."""
    following(desk, (THERE, BELOW))
    several = moved(desk, "1", "2", "3")
    desk.have([o.with_values(notes="x") for o in several])
    with pytest.raises(ConfirmationNeededError, match="3 of the 6 linked items"):
        desk.push()
    assert desk.push(yes=9).items.updated == 6
    desk.have([o.with_values(notes="y") for o in several])
    assert desk.push().items.updated == 6


@pytest.fixture
def copied(tmp_path: Path) -> Iterator[EmulatorHandle]:
    """An emulator with a copy of the dev board beside it."""
    text = (Path(__file__).parents[2] / "board_emulator" / "boards.yml").read_text("utf-8")
    path = tmp_path / "boards.yml"
    path.write_text(_with_copy(text), encoding="utf-8")
    load_boards(path)
    with running_emulator(boards=path) as handle:
        yield handle


def test_over_http_an_item_goes_on_on_a_copy_of_its_board(desk: Desk, copied: EmulatorHandle) -> None:
    """Values and quantities arrive on the copy, which has labels and numbers of its own."""
    following(desk, (THERE, BELOW))
    desk.context = replace(desk.context, api=HttpBoardApi(copied.url, copied.token))
    several = orders(*"123456", values={"drop": "Copied 1"})
    desk.have(several)
    desk.push()
    home = copied.state.board(desk.context.board.board_id)
    item = next(i for i in copied.state.listed(home) if i.name == "STYLE1 1")
    copied.people.move_item_to_board(item.id, THERE, "topics")
    first = replace(several[0], sizes={"S": 11, "M": 20}).with_values(drop="Copied 2", order_type="CANCELLED")
    desk.have([first, *several[1:]])
    result = desk.push()
    assert (result.items.updated, result.items.created, result.errors, result.left) == (1, 0, (), ())
    there = copied.state.board(THERE)
    assert {"Copied 1", "Copied 2"} <= there.columns[desk.column("drop")].by_text.keys()
    assert "Copied 2" not in home.columns[desk.column("drop")].by_text
    assert [i.name for i in copied.state.listed(there)] == ["STYLE1 1"]
    assert desk.push().changed == 0
    assert verify(desk.context).clean
    desk.context.api.close()


def _with_copy(text: str) -> str:
    document = yaml.safe_load(text)
    by_id = {str(board["id"]): board for board in document["boards"]}
    dev = by_id["9609317401"]
    below = by_id[str(dev["subitem_board"])]
    document["boards"] += [
        {**below, "id": int(BELOW), "name": "Subitems of the copy"},
        {**dev, "id": int(THERE), "name": "Copy", "subitem_board": int(BELOW)},
    ]
    return yaml.safe_dump(document)
