"""What has to go together when a target has several boards: each order belongs to one of them at most. Pure."""

from __future__ import annotations

import datetime as dt
import shlex
from collections.abc import Sequence
from itertools import combinations

from console import ConfigurationError
from monday_sync.domain.board.model import BoardConfig, Scope

_FIRST, _LAST = dt.date.min, dt.date.max


def check_together(boards: Sequence[tuple[str, BoardConfig]]) -> None:
    """Refuse boards of one target that do not go together.

    Args:
        boards: where each stands in its file, and the board.

    Raises:
        ConfigurationError: naming the file, the boards and the key.
    """
    for (_, one), (where, other) in combinations(boards, 2):
        problem = _problem(one, other)
        if problem is not None:
            key, what, hint = problem
            raise ConfigurationError(f"{where}: {key} {what}.", hint=hint)


def _problem(one: BoardConfig, other: BoardConfig) -> tuple[str, str, str] | None:
    """What does not go together, as (key, problem, hint)."""
    shared = _ids(one) & _ids(other)
    found: list[tuple[bool, str, str, str]] = [
        (one.api != other.api, "api", f"is {other.api}, but that of {one.title} is {one.api}",
         "One target, one service."),
        (bool(shared), "board_id", f"or another id here, {min(shared, default='')}, is one of {one.title} as well",
         "Give each board its own ids; follow_boards are boards that no target has."),
        (one.name is not None and one.name == other.name, "name",
         f"{other.name!r} is the name of board {one.board_id} as well", "Name each board otherwise."),
        (one.key_columns != other.key_columns, "key_columns", f"are not those of {one.title}",
         "Boards of one target know an order by the same key."),
        (overlap(one.scope, other.scope), "scope", f"shares orders with that of {one.title}",
         "Part them by customers, order_types, seasons or ex-factory dates: one order, one board."),
    ]  # fmt: skip
    found += [
        (True, f"{section}.{theirs.view_column}.type", f"is {theirs.type}, but {mine.type} on {one.title}",
         "Give the column one type on all boards of the target: an order moves with its values.")
        for section, these, those in (("items", one.items, other.items), ("subitems", one.subitems, other.subitems))
        for mine in these
        for theirs in those
        if mine.view_column == theirs.view_column and mine.type != theirs.type
    ]  # fmt: skip
    return next(((key, what, hint) for is_wrong, key, what, hint in found if is_wrong), None)


def overlap(one: Scope, other: Scope) -> bool:
    """Whether an order may be in both scopes. Each is a product of sets and one window of dates."""
    pairs = (
        (one.customers, other.customers), (one.order_types, other.order_types), (one.seasons, other.seasons),
    )  # fmt: skip
    if any(mine is not None and theirs is not None and not set(mine) & set(theirs) for mine, theirs in pairs):
        return False
    begin = max(one.ex_factory_from or _FIRST, other.ex_factory_from or _FIRST)
    return begin <= min(one.ex_factory_to or _LAST, other.ex_factory_to or _LAST)


def board_argument(board: BoardConfig) -> str:
    """What names a board on the command line, where its target has several."""
    name = board.name or board.board_id
    return f" --board {shlex.quote(name)}" if board.others else ""


def _ids(board: BoardConfig) -> set[str]:
    followed = {board_id for one in board.follow_boards for board_id in (one.board_id, one.subitem_board_id)}
    return {board.board_id, board.subitem_board_id, *followed}
