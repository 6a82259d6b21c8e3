"""What is said of the boards of a target together, as text and as data. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from monday_sync.commands.target import TargetPlan
from monday_sync.domain.causes import cause_lines
from monday_sync.domain.moves import Moves, Passage
from monday_sync.engine.merging import BoardResult, TargetResult
from monday_sync.render import plan_json, plan_text, push_text
from monday_sync.steps_text import STEPS_SHOWN

_KINDS = {"push": "", "move": ": orders moved to other boards", "recover": ": what an earlier run left open"}


def target_plan_text(made: TargetPlan) -> str:
    """The moves, then each board's plan."""
    lines = [f"Plan {made.plan_id or '(not stored)'} for the {len(made.boards)} boards of target {made.target}", ""]
    lines += moves_lines(made.moves)
    for board, one in made.boards:
        lines += [heading(board.title), plan_text(one), ""]
    lines.append(f"rows touched on all boards, those that are moved included: {made.number}")
    if made.plan_id:
        lines.append(f"To do exactly this: monday-sync push --plan {made.plan_id}")
    return "\n".join(lines)


def target_plan_json(made: TargetPlan) -> dict[str, object]:
    """The same as data: what stands there for one board, for each of them."""
    return {
        "plan_id": made.plan_id,
        "target": made.target,
        "fingerprint": made.fingerprint,
        "number": made.number,
        "moves": made.moves.to_json(),
        "moves_left": made.moves.left,
        "found_on_other_boards": [
            {
                "key": row.key,
                "customer": row.customer_name,
                "item": row.item_name,
                "monday_id": row.monday_id,
                "board_id": row.board_id,
            }
            for row in made.moves.misplaced
        ],
        "boards": [{"name": board.name, **plan_json(one)} for board, one in made.boards],
    }


def target_push_text(result: TargetResult) -> str:
    """What was moved and what was done on each board, and what came of it all."""
    lines: list[str] = []
    for one in result.boards:
        lines += [heading(f"{one.title}{_KINDS[one.kind]}"), *_result_lines(one), ""]
    lines += [f"note: {note}" for note in result.own_notes]
    share = "an unknown part" if result.success_share is None else f"{result.success_share:.1%}"
    lines.append(f"All boards: {result.verdict}: {share} of the due rows is on its board; {result.calls} calls.")
    return "\n".join(lines)


def _result_lines(one: BoardResult) -> list[str]:
    """What a run did; of one that moved orders the table would be empty."""
    result = one.result
    if one.kind != "move":
        return [push_text(result)]
    failed = f", {result.items.failed} could not be" if result.items.failed else ""
    lines = [f"{result.items.changed_board} items were moved with their subitems{failed}; run {result.run_id}"]
    lines += cause_lines(result.causes)
    return [*lines, f"stopped: {result.message}"] if result.message else lines


def moves_lines(moves: Moves) -> list[str]:
    """Which orders change their board."""
    lines: list[str] = []
    for passage in moves.passages:
        lines += _passage_lines(passage)
    lines += [
        f"  = {row.customer_name}: {row.item_name} ({row.monday_id}) is found on board {row.board_id} and not created"
        for row in moves.misplaced[:STEPS_SHOWN]
    ]
    if moves.left:
        lines.append(f"  {moves.left_text}")
    return [*lines, ""] if lines else []


def _passage_lines(passage: Passage) -> list[str]:
    sent, there = passage.sent, [one for one in passage.orders if one.at is not None]
    subitems = sum(one.lines for one in sent)
    lines = [f"orders that move from {passage.source.title} to {passage.target.title}: {len(sent)} items with "
             f"{subitems} subitems"]  # fmt: skip
    lines += [
        f"  > {one.row.customer_name}: {one.row.item_name} ({one.row.monday_id}, {one.lines} subitems)"
        for one in sent[:STEPS_SHOWN]
    ]
    if len(sent) > STEPS_SHOWN:
        lines.append(f"  ... and {len(sent) - STEPS_SHOWN} more (all of them with --json)")
    lines += [
        f"  = {one.row.customer_name}: {one.row.item_name} ({one.row.monday_id}) lies on board {one.at} already"
        for one in there[:STEPS_SHOWN]
    ]
    lines += [f"  . {row.customer_name}: {row.item_name}: {doing.message}" for row, doing in passage.astray]
    if passage.lost:
        lines.append(f"  ! {passage.target.title} has no column for: {', '.join(passage.lost)}; these values are lost")
    return lines


def heading(title: str) -> str:
    """The line above what is said of one board."""
    return f"== {title} =="


def joined(parts: Sequence[tuple[str, str]]) -> str:
    """What is said of each board, below its name."""
    return "\n\n".join(f"{heading(title)}\n{text}" for title, text in parts)
