"""The frame of every run that changes the board: recorded in the ledger from its beginning to its end."""

from __future__ import annotations

import dataclasses
import json
import logging
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace

from console import about, current_run, note
from monday_sync.domain.plan import Plan
from monday_sync.engine.context import Context
from monday_sync.engine.execution.sender import Sender
from monday_sync.engine.execution.settle import Settled
from monday_sync.engine.figures import figures_of
from monday_sync.engine.results import PushResult
from monday_sync.engine.tally import Tally
from monday_sync.errors import StoppedError
from monday_sync.ledger import Run

#: Opens a progress bar of so many rows and gives the function that advances it.
Bar = Callable[[str, int], AbstractContextManager[Callable[[int], None]]]


def no_bar(_description: str, _total: int) -> AbstractContextManager[Callable[[int], None]]:
    """No progress bar."""
    return nullcontext(lambda _steps: None)


@dataclass(slots=True)
class Running:
    """A run in progress."""

    context: Context
    run: Run
    tally: Tally
    sender: Sender
    recovered: int = 0
    plan: Plan | None = None
    stopped: StoppedError | None = None
    failed: str | None = None
    on_row: Callable[[int], None] = lambda _: None

    @property
    def run_id(self) -> str:
        """The run's id."""
        return self.run.run_id

    def result(self) -> PushResult:
        """What the run did so far."""
        board, api, now = self.context.board, self.context.api, self.context.clock()
        return self.tally.result(
            run_id=self.run_id, target=board.target, board_id=board.board_id, policy=board.policy, plan=self.plan,
            outcome="failed" if self.failed else "stopped" if self.stopped else "done",
            message=self.failed or (str(self.stopped) if self.stopped else None),
            recovered=self.recovered, calls=api.calls, points=api.points,
            seconds=(now - self.run.started_at).total_seconds(), now=now,
        )  # fmt: skip


def new_run_id(context: Context) -> str:
    """A run id: sortable by time, unique."""
    return f"{context.clock():%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:8]}"


def to_json(result: PushResult) -> str:
    """A result as the ledger keeps it."""
    return json.dumps(dataclasses.asdict(result), ensure_ascii=False, default=str)


@contextmanager
def running(
    context: Context, kind: str, *, of_run: str | None = None, plan_id: str | None = None, is_test: bool = False
) -> Iterator[Running]:  # fmt: skip
    """Record a run and let the block work.

    A :class:`StoppedError` in the block ends the run cleanly: it stands in ``Running.stopped``.
    """
    whole = current_run()
    run = Run(new_run_id(context), kind, context.board.board_id, context.clock(), of_run=of_run, plan_id=plan_id,
              is_test=int(is_test), pipeline_run_id=whole)  # fmt: skip
    tally = Tally()

    def on_settled(settled: Settled) -> None:
        tally.settled(settled)
        state.on_row(1)

    sender = Sender(
        api=context.api, ledger=context.ledger, run_id=run.run_id, clock=context.clock, sleep=context.sleep,
        max_attempts=context.board.policy.max_attempts, batch_size=context.api.batch_size, on_settled=on_settled,
    )  # fmt: skip
    state = Running(context, run, tally, sender)
    _keep_to_the_day(context)
    context.ledger.runs.save(run)
    outcome, message = "FAILED", None
    try:
        try:
            with about(run_id=whole or run.run_id, sync_run_id=run.run_id, board_id=run.board_id):
                note(f"{kind} {run.run_id} on board {run.board_id}", level=logging.INFO)
                yield state
            outcome = "DONE"
        except StoppedError as error:
            state.stopped = error
            outcome, message = "STOPPED", str(error)
        except BaseException as error:
            message = state.failed = str(error) or type(error).__name__
            raise
    finally:
        document = to_json(state.result())
        with context.ledger.session():
            context.ledger.runs.save(
                replace(run, outcome=outcome, message=message[:1000] if message else None, result=document,
                        ended_at=context.clock())
            )  # fmt: skip
            context.ledger.figures.save(run.run_id, figures_of(context, state.plan), context.clock())


def _keep_to_the_day(context: Context) -> None:
    """Let the API spend no more than the policy's share of the day's calls: then it ends the run cleanly."""
    policy, day = context.board.policy, context.api.day
    limit = policy.daily_calls if policy.daily_calls is not None else day.limit
    context.api.allow_calls(None if limit is None else max(0.0, limit * policy.daily_share - (day.used or 0)))


def settle_doubts(context: Context) -> Running | None:
    """Settle what earlier runs left without an answer, as a run of its own; ``None`` when there is nothing.

    An undo that died before the ledger followed what it had archived leaves rows that count as shown: they are due now.
    """
    state = None
    if context.ledger.open_attempts():
        with running(context, "recover") as state:
            state.recovered = context.bulk.recover(state.sender, context.board)
            state.recovered += state.sender.recover()
    context.ledger.write([row.without_item() for row in context.ledger.taken_off_by_unfinished_undos()])
    return state
