"""The sync stage: monday_sync's public function, in process, with the local board up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from console import progress
from pipeline.board import board_ready
from pipeline.model import BoardFigures, Pushed, Stage, Status
from pipeline.stages.context import Context

if TYPE_CHECKING:
    import monday_sync

_SHOWN = 50


def sync(context: Context) -> Stage:
    """Push what differs to the board. Rows that the board did not take make the stage ATTENTION."""
    import monday_sync  # noqa: PLC0415 - a run of another stage needs none of its libraries

    options = context.options
    with board_ready(context.target):
        result = monday_sync.push(
            context.target,
            monday_sync.PushOptions(options.customers, options.limit, options.skip_subitems),
            yes=options.confirmed,
            bar=progress,
        )
    board = BoardFigures(
        groups_created=result.groups_created,
        items_created=result.items.created,
        items_updated=result.items.updated,
        items_failed=result.items.failed,
        subitems_created=result.subitems.created,
        subitems_updated=result.subitems.updated,
        subitems_failed=result.subitems.failed,
        gone=result.deletes_reported,
    )
    context.pushed = Pushed(
        board,
        {
            c.customer: (
                c.items_created + c.subitems_created,
                c.items_updated + c.subitems_updated,
                c.items_failed + c.subitems_failed,
            )
            for c in result.customers
        },
    )
    return Stage(
        "sync",
        Status.OK if result.exit_code == 0 else Status.ATTENTION,
        message=_message(
            board,
            stopped=result.message,
            given_up=len(result.given_up),
            accepted=len(result.accepted),
            left=len(result.left),
            kept_out=_kept_out(result),
        ),
        rows=board.changes or None,
        figures={
            "items created": board.items_created,
            "items updated": board.items_updated,
            "items failed": board.items_failed,
            "subitems created": board.subitems_created,
            "subitems updated": board.subitems_updated,
            "subitems failed": board.subitems_failed,
            "groups created": board.groups_created,
            "records given up": len(result.given_up),
            "records accepted as they are": len(result.accepted),
            "records left to people": result.items.left + result.subitems.left,
            "orders gone from their workbook": board.gone,
            "orders outside the board's scope": result.items.out_of_scope,
            "orders held back": result.items.held_back,
            "conflicts with people's edits": result.conflicts,
            "API calls": result.calls,
        },
        problems=result.notes[:_SHOWN],  # the rows that failed stand in the figures, each once
    )


def _kept_out(result: monday_sync.PushResult) -> tuple[str, ...]:
    """What is not on the board though nothing failed, in words."""
    counts = (result.items, result.subitems)
    kinds = {
        "held back": sum(c.held_back for c in counts), "outside the board's scope": sum(c.out_of_scope for c in counts),
        "left by the board's mode": sum(c.by_mode for c in counts),
        "not selected": sum(c.not_selected for c in counts), "waiting for their item": sum(c.waiting for c in counts),
    }  # fmt: skip
    return tuple(f"{count:,} record(s) {what}" for what, count in kinds.items() if count)


def _message(
    board: BoardFigures, *, stopped: str | None, given_up: int, accepted: int = 0, left: int = 0,
    kept_out: Sequence[str] = (),
) -> str:  # fmt: skip
    if stopped:
        return stopped
    did = f"{board.changes:,} change(s) made" if board.changes else "Nothing changed"
    told = []
    if board.failed:
        told.append(f"{board.failed:,} record(s) failed; the next run tries them again")
    if given_up:
        told.append(
            f"{given_up:,} record(s) given up: `monday-sync status` names them, `monday-sync retry` tries them again"
        )
    if accepted:
        told.append(f"{accepted:,} record(s) that the board does not take are accepted as they are")
    if left:
        told.append(f"{left:,} record(s) left alone for what people did on the board")
    told += kept_out
    if told:
        return f"{did}; {'; '.join(told)}."
    return f"{did}." if board.changes else "The board is up to date: nothing changed."
