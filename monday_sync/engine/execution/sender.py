"""Sends operations in batches, exactly once: intents before each request, outcomes after it, doubts settled.

One request, one idempotency key, one batch of rows in the ledger. To open the database costs more than what is written
there, so the intents of a few requests are stored at once, together with what the answers to the requests before them
brought. A run that dies in between leaves requests in doubt, also such as were never sent: the next run settles both
alike.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from console import wait
from monday_sync.api import BoardApi, MutationRequest, Operation, Outcome
from monday_sync.api.backoff import Backoff
from monday_sync.domain import state as machine
from monday_sync.domain.rows import Answered, Attempt, LedgerRow, Level
from monday_sync.engine.execution import operations
from monday_sync.engine.execution.batches import Task, Work, batches, waves
from monday_sync.engine.execution.settle import (
    GROUP,
    MOVE_BOARD,
    Settled,
    by_row,
    complete,
    expire,
    on_other_board,
    settle_row,
    withdraw,
)
from monday_sync.errors import InDoubtError, RequestFailedError, StoppedError
from monday_sync.ledger import Ledger

_DOUBTS = Backoff(0.5, 30.0, tries=8)


@dataclass(frozen=True, slots=True)
class _Request:
    """A request as the ledger has it: its attempts, what each asks for, and the rows they are about."""

    batch_id: str
    attempts: list[Attempt]
    operations: tuple[Operation, ...]
    rows: dict[tuple[Level, str], LedgerRow]


@dataclass(slots=True)
class Sender:
    """Talks to the board and the ledger for one run.

    Args:
        batch_size: operations in one request at most.
        on_settled: told of each row, or group, once its outcome is known.
    """

    api: BoardApi
    ledger: Ledger
    run_id: str
    clock: Callable[[], dt.datetime]
    sleep: Callable[[float], object]
    max_attempts: int
    batch_size: Callable[[str], int]
    on_settled: Callable[[Settled], None]
    _rows: list[LedgerRow] = field(default_factory=list)
    _answers: list[Answered] = field(default_factory=list)

    def send(self, works: Iterable[Work]) -> None:
        """Send all of it. Whatever happens, what is known is in the ledger afterwards.

        Raises:
            StoppedError: the run has to end here; the rest stays as it was.
        """
        try:
            for wave in waves(batches(works, self.batch_size)):
                self._send_wave(wave)
        finally:
            self.flush()

    def flush(self) -> None:
        """Write what answers brought and the ledger does not have yet."""
        self._write([])

    def recover(self) -> int:
        """Settle the requests of earlier runs that have no outcome; returns how many operations these were.

        A young one is sent again as it was, with its own key. An old one is given up: its rows become due, and a row
        without an item is looked up on the board before it is created.
        """
        attempts = self.ledger.open_attempts()
        batches: dict[str, list[Attempt]] = {}
        for attempt in attempts:
            batches.setdefault(attempt.batch_id, []).append(attempt)
        if not batches:
            return 0
        rows = self._rows_of(attempts)
        try:
            for batch_id, group in batches.items():
                request = _Request(batch_id, group, tuple(operations.from_json(a.operation) for a in group), rows)
                if machine.resolve(self.clock() - group[0].created_at) is machine.Doubt.SEND_AGAIN:
                    self._exchange(request, doubtful=True)
                else:
                    self._expire(request)
        finally:
            self.flush()
        return len(attempts)

    def _rows_of(self, attempts: Sequence[Attempt]) -> dict[tuple[Level, str], LedgerRow]:
        rows: dict[tuple[Level, str], LedgerRow] = {}
        for level in (Level.ITEM, Level.SUBITEM):
            wanted = {a.row_key for a in attempts if a.level is level}
            if wanted:
                rows |= {(level, k): row for k, row in self.ledger.rows(level).items() if k in wanted}
        return rows

    def _expire(self, request: _Request) -> None:
        closed, changed = expire(request.rows, request.attempts, self.clock())
        self._answers += closed
        self._rows += changed

    def _send_wave(self, batches: Iterable[Sequence[Work]]) -> None:
        """Store the intents of some requests, then send them one after the other."""
        requests = [self._request(batch) for batch in batches]
        self._write(requests)
        for position, request in enumerate(requests):
            try:
                self._exchange(request, doubtful=False)
            except StoppedError as error:
                for unsent in requests[position + 1 :]:
                    self._withdraw(unsent, error.message)
                raise

    def _write(self, requests: Sequence[_Request]) -> None:
        """Write what is known of earlier requests, and that these are about to be sent, in one transaction."""
        rows, answers = self._rows, self._answers
        self._rows, self._answers = [], []
        for request in requests:
            rows += request.rows.values()
        self.ledger.write(rows, [a for request in requests for a in request.attempts], answers)

    def _request(self, batch: Sequence[Work]) -> _Request:
        now = self.clock()
        batch_id = uuid.uuid4().hex
        attempts: list[Attempt] = []
        rows: dict[tuple[Level, str], LedgerRow] = {}
        for work in batch:
            base = work.base
            for task in work.tasks:
                attempts.append(self._attempt(work, task, batch_id, len(attempts), now))
            if base.level.has_rows:
                state = machine.intend(base.state, work.board_hash or "")
                rows[base.level, base.key] = replace(base, state=state, attempted_at=now, run_id=self.run_id)
        return _Request(batch_id, attempts, tuple(task.operation for work in batch for task in work.tasks), rows)

    def _attempt(self, work: Work, task: Task, batch_id: str, position: int, now: dt.datetime) -> Attempt:
        base = work.base
        return Attempt(
            batch_id=batch_id, position=position, run_id=self.run_id, board_id=self.ledger.board_id, level=base.level,
            row_key=base.key, order_key=None if base.level is Level.GROUP else base.order_key,
            customer_name=base.customer_name, kind=task.kind, operation=operations.to_json(task.operation),
            row_hash=work.board_hash, row_before=work.before.to_json() if work.before else None, desired=task.desired,
            created_at=now, message=work.misfit, shown_before=task.before,
        )  # fmt: skip

    def _exchange(self, request: _Request, *, doubtful: bool) -> None:
        """Send a request until its outcomes are known.

        Args:
            doubtful: it was sent before, so that a refusal of this sending says nothing about the earlier one.
        """
        sent = MutationRequest(request.batch_id, request.operations)
        for tried, pause in enumerate(_DOUBTS.pauses(), 1):
            try:
                outcomes = self.api.mutate(sent)
            except InDoubtError as error:
                doubtful, last = True, error
            except StoppedError as error:
                if not doubtful:
                    self._withdraw(request, error.message)
                raise
            except RequestFailedError as error:
                if doubtful:
                    self._expire(request)
                else:
                    self._refused(request, error)
                return
            else:
                self._settle(request, outcomes)
                return
            if pause is not None:
                what = f"another sending under the same key, so that nothing is done twice: {last.message}"
                wait(pause, what, sleep=self.sleep, retry=tried, of=_DOUBTS.retries)
            if machine.resolve(self.clock() - request.attempts[0].created_at) is machine.Doubt.LOOK_UP:
                self._expire(request)
                return
        raise StoppedError(
            f"The board gave no readable answer {_DOUBTS.tries} times ({last.message}); "
            f"{len(sent.operations)} operations are in doubt.",
            hint="Run the push again: it settles them first, and nothing is sent twice.",
        )

    def _settle(self, request: _Request, outcomes: Sequence[Outcome]) -> None:
        now, attempts, rows = self.clock(), request.attempts, request.rows
        self._answers += complete(attempts, outcomes, now)
        groups: dict[str, str] = {}
        answered: dict[tuple[Level, str], list[Outcome]] = {}
        for attempt, outcome in zip(attempts, outcomes, strict=True):
            answered.setdefault((attempt.level, attempt.row_key), []).append(outcome)
        for address, group in by_row(attempts).items():
            mine = answered[address]
            if not address[0].has_rows:
                first = mine[0]
                if first.ok and first.item_id and group[0].kind == GROUP:
                    groups[address[1]] = first.item_id
                settled = Settled(
                    address[1], address[0], None, first.ok or first.gone, frozenset({group[0].kind}), first.message
                )
            elif address in rows:
                settled = settle_row(rows[address], group, mine, max_attempts=self.max_attempts, now=now)
                if settled.row is not None:
                    self._rows.append(settled.row)
                    self._rows += self._lines_moved_with(settled)
            else:
                continue
            self.on_settled(settled)
        self.ledger.groups.save(groups, self.run_id, now)

    def _lines_moved_with(self, settled: Settled) -> list[LedgerRow]:
        """The lines of an order whose item was moved to another board: they are written with it."""
        if MOVE_BOARD not in settled.kinds or not settled.ok or settled.row is None:
            return []
        lines = self.ledger.lines_of([settled.key])
        return [on_other_board(line, settled.row.board_id or "") for line in lines]

    def _withdraw(self, request: _Request, why: str) -> None:
        closed, settled = withdraw(request.attempts, self.clock(), why)
        self._answers += closed
        self._rows += [s.row for s in settled if s.row is not None]
        never = [LedgerRow(s.level, s.key, s.key) for s in settled if s.row is None]
        if never:
            self.flush()
            self.ledger.forget_rows(never)

    def _refused(self, request: _Request, error: RequestFailedError) -> None:
        """The request was refused as a whole: halve it until the row is found that it fails for."""
        groups = by_row(request.attempts)
        if len(groups) == 1:
            refusal = [
                Outcome(i, False, None, error.request_id, ms=0, code=error.code, message=error.message)
                for i in range(len(request.attempts))
            ]
            self._settle(request, refusal)
            return
        self._withdraw(request, "the request was refused as a whole; its rows are sent in smaller ones")
        self.flush()
        tasks: dict[tuple[Level, str], list[Task]] = {}
        for a, operation in zip(request.attempts, request.operations, strict=True):
            tasks.setdefault((a.level, a.row_key), []).append(Task(a.kind, operation, a.desired, a.shown_before))
        works = [self._again(request, group[0], tuple(tasks[address])) for address, group in groups.items()]
        half = len(works) // 2
        for part in (works[:half], works[half:]):
            self._send_wave([part])

    @staticmethod
    def _again(request: _Request, attempt: Attempt, tasks: tuple[Task, ...]) -> Work:
        """The work of a withdrawn row."""
        address = attempt.level, attempt.row_key
        before = LedgerRow.from_json(attempt.row_before) if attempt.row_before else None
        base = before or LedgerRow(attempt.level, attempt.row_key, attempt.row_key)
        if address in request.rows:
            # what an adoption found out must not be lost with the withdrawal
            row = request.rows[address]
            base = replace(row, state=replace((before or row).state, linked=row.monday_id is not None))
        return Work(base, before, attempt.row_hash, tasks, attempt.message)
