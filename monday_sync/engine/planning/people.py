"""Takes out of a plan what people archived, deleted or moved and the board's file says to leave alone."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from monday_sync.api import BoardApi
from monday_sync.domain.board import BoardConfig
from monday_sync.domain.keys import subitem_for
from monday_sync.domain.people import Doing, Left, OffBoard, doing_of, lost_groups
from monday_sync.domain.plan import Action, Step
from monday_sync.domain.remote import BoardInfo, BoardItem
from monday_sync.domain.rows import LedgerRow
from monday_sync.domain.source import Source, SourceRow
from monday_sync.engine.planning.follow import FOLLOWED

_LEAVE, _FOLLOW, _RECREATE = "leave", "follow", "recreate"
_ITEM, _SUBITEM = "its item", "its subitem"


def finished_orders(
    source: Source, info: BoardInfo, known: Mapping[str, str], board: BoardConfig
) -> dict[str, Doing]:  # fmt: skip
    """Orders whose group a person finished, by order key, as far as the policy leaves such alone."""
    groups = {row.order_key: row.group_name for row in source.items if row.action != "DELETE"}
    for key, row in source.parents.items():
        groups.setdefault(key, row.group_name or "")
    gone = {row.order_key for row in source.items if row.action == "DELETE"}
    lost = lost_groups(set(groups.values()), info, known)
    lost = {name: doing for name, doing in lost.items() if doing.policy(board.policy) == _LEAVE}
    return {key: lost[name] for key, name in groups.items() if name in lost and key not in gone}


def lost_items(
    api: BoardApi, board: BoardConfig, keys: Collection[str], known: Mapping[str, LedgerRow]
) -> dict[str, Doing]:  # fmt: skip
    """What happened to the items of orders, by order key."""
    ids = {key: row.monday_id for key in keys if (row := known[key]).monday_id is not None}
    found = api.where(board, [i for i in ids.values() if i is not None]) if ids else {}
    return {key: doing_of(_ITEM, item_id or "", board.board_id, found) for key, item_id in ids.items()}


def lost_subitems(
    api: BoardApi, board: BoardConfig, rows: Sequence[SourceRow], parents: Mapping[str, BoardItem],
    fresh: Collection[str] = (),
) -> list[Left]:  # fmt: skip
    """Lines whose subitem is not below its item any more, where nothing else there stands for it: those to leave alone.

    Args:
        parents: order key to its item, of those that are on the board.
        fresh: orders that were moved to the board just before.
    """
    taken = {row.monday_id for row in rows if row.monday_id is not None}
    missing = []
    for row in rows:
        parent = parents.get(row.order_key)
        if parent is None or row.monday_id is None:
            continue
        if any(s.id == row.monday_id and s.state == "active" for s in parent.subitems):
            continue
        if subitem_for(row.name, parent, taken)[0] is None:
            missing.append(row)
    found = api.where(board, [row.monday_id or "" for row in missing]) if missing else {}
    doings = [doing_of(_SUBITEM, row.monday_id or "", board.subitem_board_id, found) for row in missing]
    left = [
        Left(row, replace(doing, is_fresh=row.order_key in fresh)) for row, doing in zip(missing, doings, strict=True)
    ]
    return [_unfollowed(one, board) for one in left if one.doing.policy(board.policy) != _RECREATE]


def _unfollowed(left: Left, board: BoardConfig) -> Left:
    """A subitem that was moved by itself is not followed: it lies below an item that is not its order's."""
    if left.doing.policy(board.policy) == _LEAVE:
        return left
    return Left(left.row, replace(left.doing, problem="a subitem is not followed by itself"))


def to_follow(doings: Mapping[str, Doing], board: BoardConfig) -> dict[str, Doing]:
    """Those that the policy goes on with on another board."""
    return {key: doing for key, doing in doings.items() if doing.policy(board.policy) == _FOLLOW}


def to_leave(doings: Mapping[str, Doing], board: BoardConfig) -> dict[str, Doing]:
    """Those that the policy leaves alone."""
    return {key: doing for key, doing in doings.items() if doing.policy(board.policy) == _LEAVE}


def left_rows(rows: Sequence[SourceRow], doings: Mapping[str, Doing]) -> list[Left]:
    """Rows of orders that are left alone; of lines it is said what happened above them."""
    return [Left(row, doings[row.order_key]) for row in rows if row.order_key in doings]


def left_steps(left: Sequence[Left], board: BoardConfig, now: dt.datetime) -> list[Step]:
    """Steps of rows that are left alone: nothing is sent, and the ledger learns why."""
    steps = []
    for one in left:
        row, did = one.row, one.doing.did.value
        base = replace(row.start(board.board_id), left_as=did, left_at=one.since or now)
        steps.append(Step(Action.LEAVE, row, base, reason=one.doing.message, blameless=True))
    return steps


def left_before(source: Source, seen: Collection[str]) -> tuple[OffBoard, ...]:
    """Orders that earlier pushes found off the board and left alone by the policy; they rest while they are not due.

    Args:
        seen: keys of orders that this push has looked at.
    """
    gone = {row.order_key for row in source.items if row.action == "DELETE"}
    counts = Counter(
        row.left_as
        for key, row in source.parents.items()
        if row.left_as is not None and row.left_as != FOLLOWED and key not in gone and key not in seen
    )
    return tuple(
        OffBoard(f"their items were {did} by people earlier, and the policy leaves them alone", count, rests=True)
        for did, count in sorted(counts.items())
    )


def marked_rows(
    marked: Sequence[tuple[LedgerRow, Doing | None]], steps: Sequence[Step], now: dt.datetime
) -> tuple[list[LedgerRow], tuple[OffBoard, ...]]:
    """Rows of orders that are not due, to be written with what a person did to them; and how many for what."""
    due = {step.row.key for step in steps}
    rows: list[LedgerRow] = []
    counts: Counter[tuple[str, bool]] = Counter()
    for row, doing in marked:
        if doing is None:
            rows.append(replace(row, left_as=None, left_at=None))
        elif row.key not in due:
            counts[doing.message, doing.rests] += 1
            if row.left_as != doing.did.value:
                rows.append(replace(row, left_as=doing.did.value, left_at=now))
    return rows, tuple(OffBoard(said, count, rests) for (said, rests), count in counts.items())
