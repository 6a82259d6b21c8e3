"""The sync stage: monday_sync's public function, in process, with the local board up."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from console import Finding, OrderListError, counted, progress, redact, say
from pipeline.backup import back_up_before
from pipeline.board import board_ready
from pipeline.model import BoardFigures, Pushed, Stage, Status, SyncRun
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
            before=lambda share: back_up_before(context.target, share),
        )
        context.pushed = pushed_by(result)
        stage = stage_of(result)
        if stage.status is Status.FAILED or result.message or options.customers or options.limit is not None:
            return stage
        return _verified(context, stage)


def _verified(context: Context, stage: Stage) -> Stage:
    """The stage with what a look at the board found; it changes no verdict, the monitoring judges it."""
    import monday_sync  # noqa: PLC0415

    say("sync: looking at what the board shows ...")
    try:
        found = monday_sync.verify_lately(context.target)
    except OrderListError as error:
        return replace(stage, problems=(*stage.problems, redact(f"The board was not verified: {error.message}")))
    figures = {
        "records verified": sum(one.checked for one in found),
        "differences": sum(one.differences for one in found),
    }
    return replace(stage, figures={**stage.figures, **figures})


def pushed_by(result: monday_sync.PushResult) -> Pushed:
    """What the push did, for the figures."""
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
    return Pushed(
        board,
        {
            c.customer: (
                c.items_created + c.subitems_created,
                c.items_updated + c.subitems_updated,
                c.items_failed + c.subitems_failed,
            )
            for c in result.customers
        },
        _runs(result),
    )


def _runs(result: monday_sync.PushResult) -> tuple[SyncRun, ...]:
    """The runs of the push, board by board; one that moved orders to another board has no way back."""
    boards = getattr(result, "boards", ())
    found = [(one.kind, one.title, one.result) for one in boards] or [("push", None, result)]
    return tuple(_run(kind, title, one) for kind, title, one in found if one.run_id)


def _run(kind: str, title: str | None, result: monday_sync.PushResult) -> SyncRun:
    levels = (result.items, result.subitems)
    run = SyncRun(
        str(result.run_id), kind, title, sum(c.created + c.updated for c in levels), None,
        archived=sum(c.archived for c in levels), groups=result.groups_created + result.groups_archived,
    )  # fmt: skip
    if kind != "push" or not run.touched:
        return run
    return replace(run, undo=f"monday-sync rollback {result.run_id} --target {result.target} --dry-run")


def stage_of(result: monday_sync.PushResult) -> Stage:
    """The stage, with what only the push itself knows."""
    board, findings = pushed_by(result).board, _findings(result)
    return Stage(
        "sync",
        _status(result, findings),
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
        findings=findings,
    )


def _status(result: monday_sync.PushResult, findings: Sequence[Finding]) -> Status:
    """The push's own verdict, in the words of a run; whatever is due and not on the board needs attention."""
    if result.verdict == "failed":
        return Status.FAILED
    alarms = any(finding.verdict != "ok" for finding in findings)
    return Status.OK if result.exit_code == 0 and result.verdict == "success" and not alarms else Status.ATTENTION


def _findings(result: monday_sync.PushResult) -> tuple[Finding, ...]:
    """What only the push knows; rows in error and customers held back are read from the relations."""
    found = []
    share = result.success_share
    if share is not None and share < 1 and result.verdict != "success":
        rows = "" if result.due is None else f" ({counted(result.due, 'row')})"
        percent = math.floor(share * 100)
        found.append(
            Finding("sync share", "failed" if result.verdict == "failed" else "attention",
                    f"{f'Only {percent} %' if percent else 'Nothing'} of what was due reached the board{rows}.",
                    "All that is due, with its reasons:", result.due, command="monday-sync status")
        )  # fmt: skip
    if result.message:
        found.append(
            Finding("sync", "failed" if result.verdict == "failed" else "attention",
                    f"The push stopped early: {result.message}", "What was sent is kept; go on with:",
                    command="pipeline run --only sync")
        )  # fmt: skip
    elif share is None:
        found.append(Finding("sync share", "attention", "It is not known how much of what was due reached the board.",
                             command="monday-sync status"))  # fmt: skip
    left_by = {row.message: row for row in result.left}
    for cause in result.causes:
        if cause.kind == "left":
            row = left_by.get(cause.message)
            orders = f" (order {', '.join(cause.orders)}{f' and {cause.more} more' if cause.more else ''})"
            said = f"{counted(cause.count, 'due record')}{orders if cause.orders else ''}: {cause.message}."
            found.append(
                Finding("left to people", "attention", said, cause.hint, cause.count,
                        (row.customer,) if row else (), cause.orders, command="monday-sync plan")
            )  # fmt: skip
    for off in result.off_board:
        said = f"{counted(off.count, 'order')} not due: {off.message}."
        found.append(
            Finding("off the board", "ok" if off.rests else "attention", said,
                    None if off.rests else "Look at the board. What should be there comes back with:", off.count,
                    command=None if off.rests else "monday-sync verify --repair")
        )  # fmt: skip
    if result.hook_problem:
        found.append(Finding("hook", "attention", result.hook_problem, "Look at `hooks` in the board's file."))
    return tuple(found)


def _kept_out(result: monday_sync.PushResult) -> tuple[str, ...]:
    """What is not on the board though nothing failed, in words."""
    counts = (result.items, result.subitems)
    kinds = {
        "held back": sum(c.held_back for c in counts), "outside the board's scope": sum(c.out_of_scope for c in counts),
        "left by the board's mode": sum(c.by_mode for c in counts),
        "not selected": sum(c.not_selected for c in counts), "waiting for their item": sum(c.waiting for c in counts),
    }  # fmt: skip
    off = sum(one.count for one in result.off_board)
    return (
        *(f"{counted(count, 'record')} {what}" for what, count in kinds.items() if count),
        *((f"{counted(off, 'order')} not due and not on the board",) if off else ()),
    )


def _message(
    board: BoardFigures, *, stopped: str | None, given_up: int, accepted: int = 0, left: int = 0,
    kept_out: Sequence[str] = (),
) -> str:  # fmt: skip
    if stopped:
        return stopped
    did = f"{counted(board.changes, 'change')} made" if board.changes else "Nothing changed"
    told = []
    if board.failed:
        told.append(f"{counted(board.failed, 'record')} failed; the next run tries again")
    if given_up:
        told.append(
            f"{counted(given_up, 'record')} given up: `monday-sync status` names each, `monday-sync retry` tries again"
        )
    if accepted:
        told.append(f"{counted(accepted, 'record')} that the board does not take, accepted with a reason")
    if left:
        told.append(f"{counted(left, 'record')} left alone for what people did on the board")
    told += kept_out
    if told:
        return f"{did}; {'; '.join(told)}."
    return f"{did}." if board.changes else "The board is up to date: nothing changed."
