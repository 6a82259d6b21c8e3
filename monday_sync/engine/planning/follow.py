"""Goes on with items that a person moved to another board, where the board's file names that board."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from monday_sync.api import BoardApi
from monday_sync.domain.board import BoardConfig
from monday_sync.domain.people import Doing
from monday_sync.domain.remote import BoardFacts, BoardInfo, BoardItem
from monday_sync.domain.rows import LedgerRow
from monday_sync.errors import RefusedError

#: What the ledger notes of a row whose item is followed to another board.
FOLLOWED = "followed"


@dataclass(slots=True)
class Followed:
    """Items that are followed to other boards.

    Args:
        items: order key to its item there.
        homes: order key to the id of that board.
        boards: that board and its subitem board, by its id.
        refused: orders that are not followed after all, and why.
    """

    items: dict[str, BoardItem] = field(default_factory=dict)
    homes: dict[str, str] = field(default_factory=dict)
    boards: dict[str, BoardFacts] = field(default_factory=dict)
    refused: dict[str, Doing] = field(default_factory=dict)


def board_at(board: BoardConfig, board_id: str | None) -> BoardConfig:
    """The board's file as it holds for a board that is followed to: the columns are the same."""
    for one in board.follow_boards:
        if one.board_id == board_id:
            return replace(board, board_id=one.board_id, subitem_board_id=one.subitem_board_id)
    return board


def follow(api: BoardApi, board: BoardConfig, doings: Mapping[str, Doing], known: Mapping[str, LedgerRow]) -> Followed:
    """Look at the boards that items were moved to, and read the items there."""
    followed = Followed()
    for board_id in sorted({doing.board_id or "" for doing in doings.values()}):
        mine = {key: doing for key, doing in doings.items() if (doing.board_id or "") == board_id}
        problem = _look(api, board, board_id, followed.boards)
        ids = {known[key].monday_id: key for key in mine} if problem is None else {}
        at = board_at(board, board_id)
        for item in api.items(at, ids=[i for i in ids if i is not None]) if ids else ():
            if item.state == "active":
                followed.items[ids[item.id]] = item
                followed.homes[ids[item.id]] = board_id
        for key, doing in mine.items():
            if key not in followed.items:
                followed.refused[key] = replace(doing, problem=problem or "it is not to be read there")
    return followed


def followed_items(api: BoardApi, board: BoardConfig, known: Mapping[str, LedgerRow]) -> dict[str, BoardItem]:
    """Items that an earlier push followed to another board, as they are there now, by id."""
    ids = [row.monday_id for row in known.values() if row.left_as == FOLLOWED and row.monday_id is not None]
    found: dict[str, BoardItem] = {}
    for one in board.follow_boards if ids else ():
        found |= {i.id: i for i in api.items(board_at(board, one.board_id), ids=ids) if i.state == "active"}
    return found


def _look(api: BoardApi, board: BoardConfig, board_id: str, boards: dict[str, BoardFacts]) -> str | None:
    """Read a board and its subitem board; returns why nothing can be sent there, if so."""
    at = board_at(board, board_id)
    if at.board_id != board_id:
        return f"policy moved: follow, but board {board_id or '?'} is not among follow_boards"
    try:
        facts = BoardFacts(api.board(at.board_id), api.board(at.subitem_board_id))
    except RefusedError as error:
        return f"policy moved: follow, but: {error.message}"
    for info, mappings in ((facts.items, at.items), (facts.subitems, at.subitems)):
        if not _is_writable(info):
            return f"policy moved: follow, but nothing can be written on board {info.id}"
        for mapping in mappings:
            column = info.columns.get(mapping.column_id)
            if column is None or column.type != mapping.type:
                return f"policy moved: follow, but board {info.id} has no {mapping.type} column {mapping.column_id}"
    boards[board_id] = facts
    return None


def _is_writable(info: BoardInfo) -> bool:
    return info.state == "active" and info.can_write
