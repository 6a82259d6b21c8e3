"""Results of the boards of one target as one: what was done is summed up, what went wrong counts for the whole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, fields

from console import ExitCode, OrderListError
from monday_sync.domain.board import BoardConfig
from monday_sync.engine.results import Counts, CustomerCounts, PushResult

_OUTCOMES = ("done", "stopped", "failed")
_VERDICTS = ("success", "attention", "failed")
_LISTED = 200


@dataclass(frozen=True, slots=True)
class BoardResult:
    """What one run did for a board: ``kind`` is push, move (what left it for others) or recover."""

    title: str
    kind: str
    result: PushResult


@dataclass(frozen=True, slots=True)
class TargetResult(PushResult):
    """What a push did on all boards of a target.

    Args:
        boards: each run by itself, in the order in which they were made.
        own_notes: of the ``notes`` those that are about no single board.
        moves_held: orders that lie on the wrong board, since their customer is held back.
    """

    boards: tuple[BoardResult, ...] = ()
    own_notes: tuple[str, ...] = ()
    moves_held: int = 0

    @property
    def exit_code(self) -> ExitCode:
        """The worst of all boards."""
        held = ExitCode.SOME_FAILED if self.moves_held else ExitCode.OK
        return max((held, *(one.result.exit_code for one in self.boards)))


def merged(
    target: str, boards: Sequence[BoardResult], notes: Sequence[str], plan_id: str | None, *, moves_held: int = 0,
    attention_share: float = 0.0,
) -> TargetResult:  # fmt: skip
    """The sum. Its outcome and verdict are the worst of all.

    Args:
        attention_share: the part of all due rows below which the push has failed: the strictest of the boards.
    """
    all_of = [one.result for one in boards]
    due, share = _reached(boards)
    board_ids = dict.fromkeys(result.board_id for result in all_of)
    told = [f"{one.title}: {one.result.message}" for one in boards if one.result.message]
    hooks = [f"{one.title}: {one.result.hook_problem}" for one in boards if one.result.hook_problem]
    return TargetResult(
        run_id=all_of[-1].run_id, target=target, board_id=", ".join(board_ids),
        outcome=max((result.outcome for result in all_of), key=_OUTCOMES.index),
        groups_created=sum(r.groups_created for r in all_of), groups_archived=sum(r.groups_archived for r in all_of),
        duplicates_archived=sum(r.duplicates_archived for r in all_of),
        items=_counts([r.items for r in all_of]), subitems=_counts([r.subitems for r in all_of]),
        customers=_customers([c for r in all_of for c in r.customers]),
        deletes_reported=sum(r.deletes_reported for r in all_of), recovered=sum(r.recovered for r in all_of),
        duplicates=tuple(d for r in all_of for d in r.duplicates),
        errors=tuple(p for r in all_of for p in r.errors)[:_LISTED],
        given_up=tuple(p for r in all_of for p in r.given_up)[:_LISTED],
        conflicts=sum(r.conflicts for r in all_of),
        # each board has a client of its own, which counts on from run to run; what was refused counted nothing
        calls=sum(max(r.calls for r in all_of if r.board_id == board_id) for board_id in board_ids),
        points=sum(max(r.points for r in all_of if r.board_id == board_id) for board_id in board_ids),
        seconds=round(sum(r.seconds for r in all_of), 3),
        success_share=share, due=due, off_board=tuple(o for r in all_of for o in r.off_board),
        left_fields=tuple(f for r in all_of for f in r.left_fields),
        verdict=max(_verdicts(boards, share, attention_share, moves_held), key=_VERDICTS.index),
        notes=(*(f"{one.title}: {note}" for one in boards for note in one.result.notes), *notes),
        message="; ".join(told) or None, plan_id=plan_id,
        accepted=tuple(p for r in all_of for p in r.accepted)[:_LISTED],
        left=tuple(p for r in all_of for p in r.left)[:_LISTED],
        causes=tuple(c for r in all_of for c in r.causes),
        hook_problem="; ".join(hooks) or None, boards=tuple(boards), own_notes=tuple(notes), moves_held=moves_held,
    )  # fmt: skip


def _verdicts(
    boards: Sequence[BoardResult], share: float | None, attention_share: float, moves_held: int
) -> list[str]:  # fmt: skip
    """What speaks for each verdict. A run that moves sees the orders on the wrong board only: the share is of all."""
    found = ["attention" if moves_held else "success"]
    if share is not None and share < attention_share:
        found.append("failed")
    for one in boards:
        is_part = one.kind == "move" and one.result.outcome == "done" and one.result.verdict == "failed"
        found.append("attention" if is_part else one.result.verdict)
    return found


def _reached(boards: Sequence[BoardResult]) -> tuple[int | None, float | None]:
    """How many rows were due on all boards, and the part that reached its board; nothing if one board is unknown.

    Unknown is also one that was not pushed to, because what an earlier run left open there could not be settled. An
    order that could not be moved was due and is not on its board; one that was moved is counted where it is now.
    """
    reached, due = 0.0, 0
    pushed = [one.result for one in boards if one.kind == "push"]
    if {one.result.board_id for one in boards} - {result.board_id for result in pushed}:
        return None, None
    for result in (one.result for one in boards if one.kind == "move"):
        due += len({(p.level, p.key) for p in (*result.errors, *result.given_up, *result.left)})
    for result in pushed:
        if result.due is None or result.success_share is None:
            return None, None
        reached, due = reached + result.due * result.success_share, due + result.due
    return due, (reached / due if due else 1.0)


def failed_result(board: BoardConfig, run_id: str, error: OrderListError) -> PushResult:
    """A board that was not pushed to, and why, as a result beside those of the others."""
    return PushResult(
        run_id=run_id, target=board.target, board_id=board.board_id, outcome="failed", groups_created=0,
        groups_archived=0, duplicates_archived=0, items=Counts(), subitems=Counts(), customers=(), deletes_reported=0,
        recovered=0, duplicates=(), errors=(), given_up=(), conflicts=0, calls=0, points=0, seconds=0.0,
        success_share=None, verdict="failed", message=str(error),
    )  # fmt: skip


def _counts(found: Sequence[Counts]) -> Counts:
    return Counts(**{field.name: sum(getattr(one, field.name) for one in found) for field in fields(Counts)})


def _customers(found: Sequence[CustomerCounts]) -> tuple[CustomerCounts, ...]:
    sums: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for one in found:
        for field in fields(CustomerCounts):
            if field.name != "customer":
                sums[one.customer][field.name] += getattr(one, field.name)
    return tuple(CustomerCounts(customer, **counts) for customer, counts in sorted(sums.items()))
