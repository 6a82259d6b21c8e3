"""Sends operations in batches, exactly once: intents before each request, outcomes after it, doubts settled.

One request, one idempotency key, one batch of rows in the ledger. What an answer brought is written together with the
next request's intents, so each request costs one short transaction.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from monday_sync import operations
from monday_sync import state as machine
from monday_sync.api import BoardApi, MutationRequest, Operation, Outcome
from monday_sync.errors import InDoubtError, RequestFailedError, StoppedError
from monday_sync.ledger import Attempt, Ledger, LedgerRow, Level
from monday_sync.settle import GROUP, Settled, by_row, complete, expire, settle_row, withdraw

_SENDS_PER_REQUEST = 8
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0


@dataclass(frozen=True, slots=True)
class Task:
    """One operation: what to ask, and what the board shows once it is done."""

    kind: str
    operation: Operation
    sets: dict[str, str | None]


@dataclass(frozen=True, slots=True)
class Work:
    """All operations on one row; they travel in one request.

    Args:
        base: the ledger's row before; for a group a row that only carries the group's name as its key.
        before: the ledger's row as it stands in the database, ``None`` when it is not there.
    """

    base: LedgerRow
    before: LedgerRow | None
    row_hash: str | None
    tasks: tuple[Task, ...]


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
    sleep: Callable[[float], None]
    max_attempts: int
    batch_size: Callable[[str], int]
    on_settled: Callable[[Settled], None]
    _rows: list[LedgerRow] = field(default_factory=list)
    _attempts: list[Attempt] = field(default_factory=list)

    def send(self, works: Iterable[Work]) -> None:
        """Send all of it. Whatever happens, what is known is in the ledger afterwards.

        Raises:
            StoppedError: the run has to end here; the rest stays as it was.
        """
        try:
            for batch in _batches(works, self.batch_size):
                self._send_batch(batch)
        finally:
            self.flush()

    def flush(self) -> None:
        """Write what answers brought and the ledger does not have yet."""
        rows, attempts = self._rows, self._attempts
        self._rows, self._attempts = [], []
        self.ledger.write(rows, attempts)

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
                if machine.resolve(self.clock() - group[0].created_at) is machine.Doubt.SEND_AGAIN:
                    self._exchange(batch_id, group, rows, doubtful=True)
                else:
                    self._expire(group, rows)
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

    def _expire(self, group: Sequence[Attempt], rows: dict[tuple[Level, str], LedgerRow]) -> None:
        closed, changed = expire(rows, group, self.clock())
        self._attempts += closed
        self._rows += changed

    def _send_batch(self, batch: Sequence[Work]) -> None:
        now = self.clock()
        batch_id = uuid.uuid4().hex
        attempts: list[Attempt] = []
        rows: dict[tuple[Level, str], LedgerRow] = {}
        for work in batch:
            base = work.base
            for task in work.tasks:
                attempts.append(self._attempt(work, task, batch_id, len(attempts), now))
            if base.level is not Level.GROUP:
                state = machine.intend(base.state, work.row_hash or "")
                rows[base.level, base.key] = replace(base, state=state, attempted_at=now, run_id=self.run_id)
        waiting, done = self._rows, self._attempts
        self._rows, self._attempts = [], []
        self.ledger.write([*waiting, *rows.values()], [*done, *attempts])
        self._exchange(batch_id, attempts, rows, doubtful=False)

    def _attempt(self, work: Work, task: Task, batch_id: str, position: int, now: dt.datetime) -> Attempt:
        base = work.base
        return Attempt(
            batch_id=batch_id, position=position, run_id=self.run_id, board_id=self.ledger.board_id, level=base.level,
            row_key=base.key, order_key=None if base.level is Level.GROUP else base.order_key,
            customer_name=base.customer_name, kind=task.kind, operation=operations.to_json(task.operation),
            row_hash=work.row_hash, row_before=work.before.to_json() if work.before else None, sets=task.sets,
            created_at=now,
        )  # fmt: skip

    def _exchange(
        self, batch_id: str, attempts: list[Attempt], rows: dict[tuple[Level, str], LedgerRow], *, doubtful: bool
    ) -> None:
        """Send a request until its outcomes are known.

        Args:
            doubtful: it was sent before, so that a refusal of this sending says nothing about the earlier one.
        """
        request = MutationRequest(batch_id, tuple(operations.from_json(a.operation) for a in attempts))
        pause = _FIRST_PAUSE
        for _ in range(_SENDS_PER_REQUEST):
            try:
                outcomes = self.api.mutate(request)
            except InDoubtError as error:
                doubtful, last = True, error
            except StoppedError as error:
                if not doubtful:
                    self._withdraw(attempts, error.message)
                raise
            except RequestFailedError as error:
                if doubtful:
                    self._expire(attempts, rows)
                else:
                    self._refused(attempts, rows, error)
                return
            else:
                self._settle(attempts, rows, outcomes)
                return
            self.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)
            if machine.resolve(self.clock() - attempts[0].created_at) is machine.Doubt.LOOK_UP:
                self._expire(attempts, rows)
                return
        raise StoppedError(
            f"The board gave no readable answer {_SENDS_PER_REQUEST} times ({last.message}); "
            f"{len(attempts)} operations are in doubt.",
            mend="Run the push again: it settles them first, and nothing is sent twice.",
        )

    def _settle(
        self, attempts: Sequence[Attempt], rows: dict[tuple[Level, str], LedgerRow], outcomes: Sequence[Outcome]
    ) -> None:
        now = self.clock()
        self._attempts += complete(attempts, outcomes, now)
        groups: dict[str, str] = {}
        answered: dict[tuple[Level, str], list[Outcome]] = {}
        for attempt, outcome in zip(attempts, outcomes, strict=True):
            answered.setdefault((attempt.level, attempt.row_key), []).append(outcome)
        for address, group in by_row(attempts).items():
            mine = answered[address]
            if address[0] is Level.GROUP:
                first = mine[0]
                if first.ok and first.item_id and group[0].kind == GROUP:
                    groups[address[1]] = first.item_id
                settled = Settled(address[1], Level.GROUP, None, first.ok, frozenset({group[0].kind}), first.sentence)
            elif address in rows:
                settled = settle_row(rows[address], group, mine, max_attempts=self.max_attempts, now=now)
                if settled.row is not None:
                    self._rows.append(settled.row)
            else:
                continue
            self.on_settled(settled)
        self.ledger.groups.save(groups, self.run_id, now)

    def _withdraw(self, attempts: Sequence[Attempt], why: str) -> list[Settled]:
        closed, settled = withdraw(attempts, self.clock(), why)
        self._attempts += closed
        self._rows += [s.row for s in settled if s.row is not None]
        never = [LedgerRow(s.level, s.key, s.key) for s in settled if s.row is None]
        if never:
            self.flush()
            self.ledger.forget_rows(never)
        return settled

    def _refused(
        self, attempts: list[Attempt], rows: dict[tuple[Level, str], LedgerRow], error: RequestFailedError
    ) -> None:
        """The request was refused as a whole: find the row it fails for, so that its neighbours get through."""
        groups = by_row(attempts)
        if len(groups) == 1:
            refusal = [
                Outcome(index=i, ok=False, item_id=None, request_id=None, ms=0, sentence=error.message)
                for i in range(len(attempts))
            ]
            self._settle(attempts, rows, refusal)
            return
        self._withdraw(attempts, "the request was refused as a whole; each row is sent alone")
        self.flush()
        for address, group in groups.items():
            before = LedgerRow.from_json(group[0].row_before) if group[0].row_before else None
            base = before or rows.get(address) or LedgerRow(address[0], address[1], address[1])
            if address in rows:
                # what an adoption found out must not be lost with the withdrawal
                linked = rows[address].monday_id is not None
                base = replace(rows[address], state=replace(base.state, linked=linked))
            tasks = tuple(Task(a.kind, operations.from_json(a.operation), dict(a.sets)) for a in group)
            self._send_batch([Work(base, before, group[0].row_hash, tasks)])


def _batches(works: Iterable[Work], size: Callable[[str], int]) -> Iterator[list[Work]]:
    """Rows in requests, a row's operations together. The kinds of a request decide how many fit."""
    batch: list[Work] = []
    count, limit = 0, 0
    for work in works:
        allowed = min(size(task.kind) for task in work.tasks)
        limit = min(limit, allowed) if batch else allowed
        if batch and count + len(work.tasks) > limit:
            yield batch
            batch, count, limit = [], 0, allowed
        batch.append(work)
        count += len(work.tasks)
    if batch:
        yield batch
