"""A plan, or a push, of all boards of a target: first the orders that change their board, then board by board."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from console import OrderListError, say
from monday_sync.commands.check import check, check_confirmed, check_room, number_to_confirm
from monday_sync.commands.opening import Opened, open_boards
from monday_sync.commands.plan import check_customers, plan_in
from monday_sync.commands.push import Part, PushRequest, push_in, set_baselines, stored_options
from monday_sync.domain.board import BoardConfig
from monday_sync.domain.moves import Moves
from monday_sync.domain.plan import Plan
from monday_sync.domain.remote import BoardFacts
from monday_sync.domain.selection import EVERYTHING, PushOptions
from monday_sync.engine.context import Context
from monday_sync.engine.hooks import Hooks
from monday_sync.engine.merging import BoardResult, TargetResult, failed_result, merged
from monday_sync.engine.moving import Boards, NotReadError, carry_out, plan_moves
from monday_sync.engine.planning import make_plan
from monday_sync.engine.results import PushResult
from monday_sync.engine.runs import Bar, new_run_id, no_bar, settle_doubts
from monday_sync.engine.shipped import read_shipped
from monday_sync.errors import ConfirmationNeededError, RefusedError, SyncError
from warehouse import Target

_FEW = 2


@dataclass(frozen=True, slots=True)
class TargetPlan:
    """What a push to all boards of a target will do.

    Args:
        boards: each with its plan, by which the orders that are moved are not counted.
    """

    target: str
    boards: tuple[tuple[BoardConfig, Plan], ...]
    moves: Moves
    plan_id: str | None = None

    @property
    def fingerprint(self) -> str:
        """SHA-256 over everything the push would do, the moves included."""
        found = [[row.key, row.monday_id, row.board_id] for row in self.moves.misplaced]
        document = {
            "moves": self.moves.to_json(),
            "found": found,
            "boards": [made.fingerprint for _, made in self.boards],
        }
        return hashlib.sha256(json.dumps(document, ensure_ascii=False, sort_keys=True).encode()).hexdigest()

    @property
    def number(self) -> int:
        """The number that ``--yes`` has to name."""
        each = sum(number_to_confirm(board.policy, made) for board, made in self.boards)
        return each + self.moves.touched + (self.moves.vanished if _moves_vanish(self) else 0)


def plan(
    target: str | Target | None = None,
    options: PushOptions = EVERYTHING,
    *,
    store: bool = True,
    project_dir: Path | None = None,
) -> Plan | TargetPlan:
    """What a push would do now. Changes nothing on the boards; the plan is stored under an id unless ``store`` is off.

    Raises:
        RefusedError: board, token, ledger or data forbid to start.
    """
    with open_boards(target, project_dir=project_dir) as opened:
        return plan_opened(opened, options, store=store)


def plan_opened(opened: Opened, options: PushOptions, *, store: bool = True) -> Plan | TargetPlan:
    """The same of opened boards."""
    if opened.single is not None:
        return plan_in(opened.single, options, store=store)
    try:
        made = _planned(_checked(opened.contexts), options)
    except NotReadError as failed:
        raise failed.error from failed
    if not store:
        return made
    first = opened.contexts[0]
    made = replace(made, plan_id="plan-" + new_run_id(first))
    first.ledger.plans.save(made.plan_id or "", options=options.to_json(), fingerprint=made.fingerprint,
                           now=first.clock())  # fmt: skip
    return made


def push(
    target: str | Target | None = None,
    options: PushOptions = EVERYTHING,
    *,
    yes: int | None = None,
    plan_id: str | None = None,
    is_test: bool = False,
    bar: Bar = no_bar,
    before: Callable[[float], None] | None = None,
    project_dir: Path | None = None,
) -> PushResult:
    """Bring the boards of a target to what the database says, exactly once, and record every outcome.

    Args:
        target: a target's name, an opened target, or ``None`` for the default one.
        yes: the number of items and subitems the push may touch, when the policy asks for it.
        plan_id: do exactly what this stored plan says, or refuse.
        is_test: the run's items are test data: ``cleanup --test-data`` takes them off again.
        before: is called before anything is sent, with the greatest share of a board's items that the push touches.

    Returns:
        What was done; of a target with several boards a :class:`TargetResult`, which sums them up.

    Raises:
        RefusedError: board, token, ledger or data forbid to start. Nothing was done.
        ConfirmationNeededError: the push needs ``yes``. Nothing was done.
        LockHeldError: another run is at work on the target.
    """
    with open_boards(target, project_dir=project_dir) as opened:
        return push_opened(opened, PushRequest(options, yes, plan_id, is_test, before=before), bar=bar)


def push_opened(opened: Opened, request: PushRequest, *, bar: Bar = no_bar) -> PushResult:
    """The same of opened boards."""
    if opened.single is not None:
        return push_in(opened.single, request, bar=bar)
    with opened.warehouse.lock():
        return _push(opened, request, bar)


def _push(opened: Opened, request: PushRequest, bar: Bar) -> TargetResult:
    first = opened.contexts[0]
    # refused before anything is settled: a board that is not as its file says, or a plan that there is not
    boards = _checked(opened.contexts)
    options = stored_options(first, request.plan_id) if request.plan_id else request.options
    results: list[BoardResult] = []
    ready: list[Context] = []
    for context in opened.contexts:
        recovery = settle_doubts(context)
        if recovery is not None:
            results.append(BoardResult(context.board.title, "recover", recovery.result()))
        if recovery is None or not recovery.stopped:
            ready.append(context)
    if results:
        boards = _checked(ready)
    made: TargetPlan | None = None
    while made is None:
        try:
            unread = [c.board.title for c in opened.contexts if c.board.board_id not in boards]
            made = _planned(boards, options, unread)
        except NotReadError as failed:
            # the others go on without it
            results.append(BoardResult(failed.board.title, "push", failed_result(failed.board, new_run_id(first),
                                                                                 failed.error)))  # fmt: skip
            boards = {board_id: found for board_id, found in boards.items() if board_id != failed.board.board_id}
    if request.plan_id:
        _check_unchanged(first, made, request.plan_id)
    for (_, one), (_, facts) in zip(made.boards, boards.values(), strict=True):
        check_room(one, facts)
    _check_all_confirmed(made, boards, request.yes)
    _before(made, request, first.target.project_dir)
    titles = {context.board.board_id: context.board.title for context in opened.contexts}
    moved = carry_out(made.moves, boards)
    results += [BoardResult(titles[result.board_id], "move", result) for result in moved]
    if request.plan_id and moved:
        first.ledger.plans.save_run(request.plan_id, results[-1].result.run_id)
    pushed = _push_each(made, boards, replace(request, options=options, plan_id=None, before=None), bar)
    results += [BoardResult(titles[result.board_id], "push", result) for result in pushed]
    if request.plan_id:
        first.ledger.plans.save_run(request.plan_id, results[-1].result.run_id)
    notes = [made.moves.left_text] if made.moves.left else []
    notes += [made.moves.unsure_text] if made.moves.unsure else []
    if all(one.result.outcome == "done" for one in results):
        notes += set_baselines(first, [one for _, one in made.boards], results[-1].result.run_id)
    return merged(first.board.target, results, notes, request.plan_id, moves_held=made.moves.held,
                  attention_share=max(context.board.policy.attention_share for context in opened.contexts))  # fmt: skip


def _before(made: TargetPlan, request: PushRequest, folder: Path) -> None:
    """Before the first request whoever asked for the push, and then the hooks of all boards, have their say."""
    if request.before:
        request.before(max((one.touched_share for _, one in made.boards), default=0.0))
    for board, one in made.boards:
        Hooks(board, one, folder).before()


def _push_each(made: TargetPlan, boards: Boards, request: PushRequest, bar: Bar) -> list[PushResult]:
    """Push board by board. What forbids to push to one does not end the others."""
    results = []
    part = Part(made.moves.orders | {row.key for row in made.moves.misplaced}, made.moves.unsure)
    left = request.options.limit
    left = None if left is None else max(0, left - made.moves.items)
    for board, planned in made.boards:
        context = boards[board.board_id][0]
        yes = None if request.yes is None else number_to_confirm(board.policy, planned)
        mine = replace(request, yes=yes, part=part, options=replace(request.options, limit=left))
        say(f"{board.title}:")
        try:
            result = push_in(context, mine, bar=bar)
        except OrderListError as error:
            result = failed_result(board, new_run_id(context), error)
        if left is not None:
            left = max(0, left - _orders(planned))
        results.append(result)
    return results


def _checked(contexts: Sequence[Context]) -> Boards:
    """The boards by id with what the API says of each, after checking that we may write to all of them."""
    return {context.board.board_id: (context, check(context)) for context in contexts}


def _planned(boards: Boards, options: PushOptions, unread: Sequence[str] = ()) -> TargetPlan:
    if not boards:
        return TargetPlan("", (), Moves())
    moves = plan_moves(boards, options, unread)
    left = None if options.limit is None else max(0, options.limit - moves.items)
    plans = []
    for board_id, (context, facts) in boards.items():
        mine = replace(options, limit=left)
        shipped = read_shipped(context.ledger, context.board, options.release)
        try:
            made = make_plan(context, facts, mine, shipped=shipped, traffic=moves.traffic(board_id))
        except SyncError as error:
            raise NotReadError(context.board, error) from error
        check_customers(made, options)
        made = replace(made, moving=moves.at(board_id) + sum(moves.left.values()))
        if left is not None:
            left = max(0, left - _orders(made))
        plans.append((context.board, made))
    return TargetPlan(plans[0][0].target, tuple(plans), moves)


def _orders(made: Plan) -> int:
    return len({step.row.order_key for step in made.steps})


def _check_unchanged(first: Context, made: TargetPlan, plan_id: str) -> None:
    record = first.ledger.plans.get(plan_id)
    if record is not None and record["fingerprint"] != made.fingerprint:
        raise RefusedError(
            f"The data or a board changed since plan {plan_id} was made: it would not do the same now.",
            hint="Make a new plan and look at it.",
        )


def _check_all_confirmed(made: TargetPlan, boards: Mapping[str, tuple[Context, BoardFacts]], yes: int | None) -> None:
    """Refuse a push for which any board, or the moves, need a person's word, unless the number of it all was given."""
    asked = _moves_ask(made, boards)
    for board, one in made.boards:
        try:
            check_confirmed(boards[board.board_id][0], one, None)
        except ConfirmationNeededError as error:
            asked = asked or f"{board.title}: {error.message}"
    if asked is None or yes == made.number:
        return
    if yes is not None:
        asked = f"--yes {yes} does not match: this push would touch {made.number} items and subitems of all boards."
    raise ConfirmationNeededError(
        asked, hint=f"Look at `monday-sync plan`, then give --yes {made.number}: the number of all boards and moves."
    )


def _moves_ask(made: TargetPlan, boards: Mapping[str, tuple[Context, BoardFacts]]) -> str | None:
    """Why the moves need a person's word: many items, columns whose values are lost, or items that are not there."""
    if _moves_vanish(made):
        return (
            f"{made.moves.vanished} of the {made.moves.looked_for} items to be moved to another board are not where "
            "they should be: someone archived, deleted or moved them, or the token may not see them any more."
        )
    for passage in made.moves.passages:
        context, facts = boards[passage.source.board_id]
        linked, _, _ = context.ledger.links()
        there = max(facts.items.items_count or 0, linked)
        way = f"from {passage.source.title} to {passage.target.title}"
        if passage.lost:
            return f"{len(passage.sent)} items would move {way}, which has no column for: {', '.join(passage.lost)}."
        share = len(passage.sent) / there if there else 0.0
        if share > passage.source.policy.touch_share:
            return (
                f"{len(passage.sent)} of {there} items would move {way} ({share:.0%}; the policy allows "
                f"{passage.source.policy.touch_share:.0%} without a word from you)."
            )
    return None


def _moves_vanish(made: TargetPlan) -> bool:
    moves = made.moves
    share = min((p.source.policy.vanished_share for p in moves.passages if p.astray), default=1.0)
    return moves.vanished > _FEW and moves.vanished / max(1, moves.looked_for) > share
