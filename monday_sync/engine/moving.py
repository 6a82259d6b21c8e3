"""Moves orders between the boards of a target, each whole and exactly once.

Before anything is sent the API is asked where each item is: on the other board already, only the ledger learns of it;
nowhere to be seen, nothing is sent. The item's row and those of its lines change in one transaction with the answer;
what they show is read by the push that follows, which also finds subitems that got new ids by their names.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from monday_sync.api import MoveToBoard
from monday_sync.domain.board import BoardConfig
from monday_sync.domain.homes import Homes, Move
from monday_sync.domain.moves import Moves, Moving, Passage, passage_columns
from monday_sync.domain.people import doing_of
from monday_sync.domain.remote import BoardFacts, Whereabouts
from monday_sync.domain.rows import BOARD_ID, GROUP_ID, GROUP_NAME, Attempt, AttemptOutcome, LedgerRow, Level
from monday_sync.domain.selection import PushOptions
from monday_sync.engine.context import Context
from monday_sync.engine.execution.batches import Task, Work
from monday_sync.engine.execution.settle import MOVE_BOARD, on_other_board
from monday_sync.engine.groups import resolve_groups
from monday_sync.engine.homes import board_source, read_homes
from monday_sync.engine.lookup import BoardReader
from monday_sync.engine.planning.link import adopt
from monday_sync.engine.results import PushResult
from monday_sync.engine.runs import Running, running
from monday_sync.engine.shipped import held_customers
from monday_sync.engine.tally import LEFT
from monday_sync.errors import SyncError

_MIRROR, _RECREATE, _FOLLOW = "mirror", "recreate", "follow"

#: The boards of a target that a push is about, by id.
Boards = Mapping[str, tuple[Context, BoardFacts]]


class NotReadError(Exception):
    """A board could not be read, which does not concern the others."""

    def __init__(self, board: BoardConfig, error: SyncError) -> None:
        super().__init__(error.message)
        self.board, self.error = board, error


def plan_moves(boards: Boards, options: PushOptions, unread: Collection[str] = ()) -> Moves:
    """Which orders are to be moved now. Nothing is changed.

    Args:
        unread: titles of the target's boards that are not among ``boards``, since nothing can be read of them now.

    Raises:
        NotReadError: a board could not be searched for orders that no item stands for.
        RefusedError: dbt has not built what we read.
    """
    first = next(iter(boards.values()))[0]
    homes = read_homes(first.ledger, first.board)
    due = [move for move in homes.moves if {move.source, move.target} <= boards.keys()]
    known = first.ledger.rows(Level.ITEM, whole=True)
    misplaced, new = _misplaced(boards, homes, known)
    unsure = frozenset(new - misplaced.keys()) if unread else frozenset()
    found = [Move(key, row.board_id or "", homes.belongs[key] or "") for key, row in misplaced.items()]
    due += [move for move in found if move.source != move.target]
    known |= misplaced
    if not due:
        return Moves(unsure=unsure, unread=tuple(unread))
    held = held_customers(first.ledger, first.board, options.release)
    chosen, left = _chosen(due, known, boards, options, held)
    lines = Counter(row.order_key for row in first.ledger.lines_of([m.order_key for m in chosen]) if row.monday_id)
    ids = [known[move.order_key].monday_id or "" for move in chosen]
    where = first.api.where(first.board, ids) if ids else {}
    pairs: dict[tuple[str, str], list[Move]] = {}
    for move in chosen:
        pairs.setdefault((move.source, move.target), []).append(move)
    look = _Look(boards, known, lines, where, homes)
    passages = tuple(look.passage(*pair, moves) for pair, moves in pairs.items())
    vanished = sum(1 for p in passages for row, _ in p.astray if row.left_as is None)
    return Moves(
        passages, left["held"], left["mode"], left["other"], looked_for=len(ids), vanished=vanished,
        misplaced=tuple(misplaced.values()), unsure=unsure, unread=tuple(unread),
    )  # fmt: skip


def _misplaced(
    boards: Boards, homes: Homes, known: Mapping[str, LedgerRow]
) -> tuple[dict[str, LedgerRow], set[str]]:  # fmt: skip
    """Orders that would be created on a board although an item that nobody links stands for them on another one.

    So it is when the ledger was lost, or is older than a move, or when a person moved an item that was in doubt. By
    order key, as linked to that item; and the keys of all orders that were looked for.
    """
    found: dict[str, LedgerRow] = {}
    looked_for: set[str] = set()
    linked = {row.monday_id for row in known.values() if row.monday_id is not None}
    if all(key in homes.linked for key, board in homes.belongs.items() if board is not None):
        return found, looked_for
    for context, _ in boards.values():
        new = [
            row
            for row in board_source(context.ledger, context.board).items
            if row.monday_id is None and row.action != "DELETE" and row.in_scope and not row.rejected
        ]
        looked_for |= {row.key for row in new}
        for other, facts in boards.values() if new else ():
            if other is context:
                continue
            rows = [row for row in new if row.key not in found]
            try:
                items, _ = BoardReader(other.api, other.board, facts.items.items_count).by_key(rows, linked)
            except SyncError as error:
                raise NotReadError(other.board, error) from error
            by_key = {row.key: row for row in rows}
            for key, item in items.items():
                linked.add(item.id)
                start = replace(by_key[key], ledger=None).start(other.board.board_id)
                found[key] = replace(adopt(start, item, other.board), group_name=by_key[key].group_name)
    return found, looked_for


def _chosen(
    due: Collection[Move], known: Mapping[str, LedgerRow], boards: Boards, options: PushOptions, held: Collection[str]
) -> tuple[list[Move], Counter[str]]:
    """The moves that this push makes, and how many it does not, by what keeps them."""
    chosen: list[Move] = []
    left: Counter[str] = Counter()
    # what was refused or left alone before keeps nobody waiting
    for move in sorted(due, key=lambda move: _failed_before(known[move.order_key])):
        customer = known[move.order_key].customer_name
        if not options.concerns(customer) or (options.limit is not None and len(chosen) >= options.limit):
            left["other"] += 1
        elif customer in held:
            left["held"] += 1
        elif any(boards[b][0].board.mode != _MIRROR for b in (move.source, move.target)):
            left["mode"] += 1
        else:
            chosen.append(move)
    return chosen, left


def _failed_before(row: LedgerRow) -> bool:
    return row.left_as is not None or row.error_message is not None


@dataclass(frozen=True, slots=True)
class _Look:
    """What ledger and API say of the orders to move."""

    boards: Boards
    known: Mapping[str, LedgerRow]
    lines: Mapping[str, int]
    found: Mapping[str, Whereabouts]
    homes: Homes

    def passage(self, source: str, target: str, moves: Collection[Move]) -> Passage:
        """What goes from one board to another."""
        (here, facts), (there, facts_there) = self.boards[source], self.boards[target]
        orders, astray = [], []
        for move in moves:
            row = self.known[move.order_key]
            where = self.found.get(row.monday_id or "")
            if where is None or where.state != "active" or where.board_id not in self.boards:
                doing = doing_of("its item", row.monday_id or "", source, self.found)
                if doing.policy(here.board.policy) == _FOLLOW:
                    doing = replace(doing, problem=f"it belongs on {there.board.title} by now, and is not fetched")
                astray.append((row, doing))
            else:
                at = None if where.board_id == source else where.board_id
                orders.append(Moving(row, self.lines.get(row.key, 0), self.homes.groups.get(row.key, ""), at))
        items, subitems = passage_columns(here.board, there.board, facts, facts_there)
        return Passage(here.board, there.board, tuple(orders), tuple(astray), items, subitems)


def carry_out(moves: Moves, boards: Boards) -> list[PushResult]:
    """Do what was planned: for each board that orders leave, one run. A run that stops does not end the others."""
    results = []
    # all of them, also those that stay for now: they are not to be created
    next(iter(boards.values()))[0].ledger.write(moves.misplaced)
    for board_id, (context, _) in boards.items():
        mine = [p for p in moves.passages if p.source.board_id == board_id and (p.orders or p.astray)]
        if not mine:
            continue
        with running(context, "move") as state:
            column = context.board.key_columns[0]
            rows = [row for p in mine for row in (*(one.row for one in p.orders), *(row for row, _ in p.astray))]
            state.tally.order_numbers = {row.key: number for row in rows if (number := row.confirmed.get(column))}
            for passage in mine:
                _pass(state, passage, boards)
        results.append(state.result())
    return results


def _pass(state: Running, passage: Passage, boards: Boards) -> None:
    there, facts = boards[passage.target.board_id]
    _learn(state, passage)
    _astray(state, passage)
    groups = resolve_groups({one.group for one in passage.sent}, facts.items, there.ledger.groups.known())
    titles = {group.id: group.title for group in facts.items.groups}
    works = []
    for one in passage.sent:
        # where its group is not there yet, the push that follows makes it and brings the item into it
        group_id = groups.get(one.group) or facts.items.groups[0].id
        operation = MoveToBoard(
            one.row.monday_id or "", passage.target.board_id, group_id, passage.items.columns, passage.subitems.columns
        )
        desired = {BOARD_ID: passage.target.board_id, GROUP_ID: group_id, GROUP_NAME: titles[group_id]}
        works.append(Work(one.row, one.row, None, (Task(MOVE_BOARD, operation, desired),)))
    state.sender.send(works)


def _learn(state: Running, passage: Passage) -> None:
    """Write into the ledger which items lie on another board already: of an earlier move, or by a person's hand."""
    ledger, now, batch_id = state.context.ledger, state.context.clock(), uuid.uuid4().hex
    there = {one.row.key: (one.row, one.at) for one in passage.orders if one.at is not None}
    if not there:
        return
    rows = [on_other_board(row, at) for row, at in there.values()]
    rows += [on_other_board(line, there[line.order_key][1] or "") for line in ledger.lines_of(list(there))]
    attempts = [
        Attempt(
            batch_id=batch_id, position=position, run_id=state.run_id, board_id=ledger.board_id, level=row.level,
            row_key=row.key, order_key=row.order_key, customer_name=row.customer_name, kind=MOVE_BOARD, operation="{}",
            row_hash=row.state.confirmed, row_before=row.to_json(), desired={BOARD_ID: at}, created_at=now,
            outcome=AttemptOutcome.NO_CALL, item_id=row.monday_id, completed_at=now,
        )
        for position, (row, at) in enumerate(there.values())
    ]  # fmt: skip
    ledger.write(rows, attempts)
    for row, _ in there.values():
        state.tally.row(row.level, row.key, customer=row.customer_name or "", name=row.item_name or "",
                        kinds=frozenset({MOVE_BOARD}), message="", ok=True, order=row.order_key)  # fmt: skip


def _astray(state: Running, passage: Passage) -> None:
    """Leave alone what a person took away, or forget it where the policy has it made anew: then on the other board."""
    ledger, now = state.context.ledger, state.context.clock()
    policy = passage.source.policy
    anew = [row for row, doing in passage.astray if doing.policy(policy) == _RECREATE]
    if anew:
        ledger.forget_rows([*anew, *ledger.lines_of([row.key for row in anew])])
    left = [(row, doing) for row, doing in passage.astray if doing.policy(policy) != _RECREATE]
    ledger.write([replace(row, left_as=d.did.value, left_at=row.left_at or now) for row, d in left])
    for row, doing in left:
        state.tally.row(row.level, row.key, customer=row.customer_name or "", name=row.item_name or "",
                        kinds=frozenset({LEFT}), message=doing.message, ok=False, order=row.order_key)  # fmt: skip
