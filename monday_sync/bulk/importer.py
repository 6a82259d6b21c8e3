"""Imports the new items that a plan gives to bulk import, and says what is left to do row by row."""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from monday_sync.api.jobs import Upload
from monday_sync.bulk.choice import AT_ONCE, NewOrder, new_orders
from monday_sync.bulk.file import missing_labels, write_csv
from monday_sync.bulk.job import ImportJob, JobOutcome, JobWatch
from monday_sync.bulk.readback import IMPORT
from monday_sync.domain import state as machine
from monday_sync.domain.board import BoardConfig
from monday_sync.domain.diff import step_for
from monday_sync.domain.labels import Labels
from monday_sync.domain.plan import BulkPart, Step
from monday_sync.domain.remote import BoardFacts
from monday_sync.domain.rows import GROUP_ID, GROUP_NAME, Address, Answered, Attempt, AttemptOutcome, LedgerRow, Level
from monday_sync.engine.execution.sender import Sender
from monday_sync.engine.execution.settle import withdraw
from monday_sync.engine.tally import Tally
from monday_sync.errors import InDoubtError, RequestFailedError, StoppedError

_STARTS = 4


@dataclass(slots=True)
class Importer:
    """Carries out the bulk imports of one push.

    A job that cannot be started, or is rejected, is no failure: its rows, and those of the files not sent yet, go one
    by one.
    """

    sender: Sender
    board: BoardConfig
    facts: BoardFacts
    tally: Tally
    _given_up: bool = False
    _jobs: int = 0
    _imported: int = 0
    _steps: dict[Address, Step | None] = field(default_factory=dict)

    def run(self, steps: Sequence[Step], parts: Sequence[BulkPart], groups: Mapping[str, str]) -> tuple[Step, ...]:
        """Import some files of new items.

        Args:
            groups: group names to ids.

        Returns:
            The steps without those that are done, and with changes instead of creations for what is on the
            board with other values than it should.

        Raises:
            StoppedError: the run has to end; what is under way stays in doubt, and the next run finishes it.
        """
        files = [(part, new_orders(steps, set(part.orders))) for part in parts if part.group in groups]
        if files and self._make_labels([order for _, found in files for order in found]):
            linked = {
                r.monday_id for level in (Level.ITEM, Level.SUBITEM) for r in self.sender.ledger.rows(level).values()
            }
            known = {monday_id for monday_id in linked if monday_id is not None}
            for begin in range(0, len(files), AT_ONCE):
                self._wave(files[begin : begin + AT_ONCE], groups, known)
        if self._jobs:
            self.tally.notes.append(f"{self._imported} rows went by {self._jobs} bulk imports.")
        done = [self._steps.get((s.level, s.row.key), s) for s in steps]
        return tuple(step for step in done if step is not None)

    def _make_labels(self, found: Sequence[NewOrder]) -> bool:
        """Give the columns the dropdown labels that the files need: an import creates none."""
        rows = [order.row for order in found]
        for level, board_id, mappings in (
            (Level.ITEM, self.board.board_id, self.board.items),
            (Level.SUBITEM, self.board.subitem_board_id, self.board.subitems),
        ):
            existing = {column_id: column.labels for column_id, column in self.facts.columns(level).items()}
            needed = missing_labels(rows, mappings, existing, subitems=level is Level.SUBITEM)
            for column_id, labels in needed.items():
                try:
                    self.sender.api.add_labels(board_id, column_id, labels)
                except RequestFailedError as error:
                    self._give_up(f"Labels for bulk imports could not be made: {error.message}")
                    return False
        return True

    def _wave(
        self, files: Sequence[tuple[BulkPart, list[NewOrder]]], groups: Mapping[str, str], linked: Collection[str]
    ) -> None:
        """Start some jobs, then wait for each."""
        jobs = []
        for part, found in files:
            if not self._given_up:
                job = self._launch(part, found, groups[part.group])
                if job is not None:
                    jobs.append((part, job, found))
        watch = JobWatch(self.sender.api, self.sender.ledger, self.board, self.sender.clock, self.sender.sleep)
        for part, job, found in jobs:
            outcome = watch.finish(job, linked)
            self._jobs += 1
            self._take(part, outcome, found, groups)

    def _launch(self, part: BulkPart, found: Sequence[NewOrder], group_id: str) -> ImportJob | None:
        """Write intents, start a job, write its id, send its file; ``None`` when it surely does nothing."""
        batch_id, now = uuid.uuid4().hex, self.sender.clock()
        attempts: list[Attempt] = []
        rows: dict[Address, LedgerRow] = {}
        for step in _steps(found):
            attempts.append(self._attempt(step, part, batch_id, len(attempts), group_id))
            row = replace(
                step.base, state=machine.intend(step.base.state, step.row.board_hash), attempted_at=now,
                run_id=self.sender.run_id, customer_name=step.row.customer_name, item_name=step.row.name,
                group_name=step.row.group_name if step.level is Level.ITEM else None,
            )  # fmt: skip
            rows[step.level, step.row.key] = row
        self.sender.ledger.write(rows.values(), attempts)
        upload = self._start(part, batch_id, group_id, attempts)
        if upload is None:
            return None
        started_at = self.sender.clock()
        mark = Answered(batch_id, 0, AttemptOutcome.INTENT, started_at, request_id=upload.job_id)
        self.sender.ledger.write((), (), [mark])
        content = write_csv([order.row for order in found], self.board.items, self.board.subitems)
        try:
            self.sender.api.jobs.upload(upload, content)
        except InDoubtError:
            pass  # the job's state will tell
        except RequestFailedError as error:
            self._withdraw(attempts, error.message)
            self._give_up(f"{part.group}: {error.message}")
            return None
        return ImportJob(upload.job_id, started_at, attempts, rows)

    def _start(self, part: BulkPart, key: str, group_id: str, attempts: Sequence[Attempt]) -> Upload | None:
        """Start a job. Without its file it does nothing, so whatever goes wrong here had no effect."""
        problem = ""
        for _ in range(_STARTS):
            try:
                return self.sender.api.jobs.start(
                    key, self.board.board_id, group_id, part.mode, match_column_id=part.match_column, behaviour="SKIP"
                )
            except InDoubtError as error:
                problem = error.message
            except RequestFailedError as error:
                problem = error.message
                break
            except StoppedError as error:
                self._withdraw(attempts, error.message)
                if type(error) is not StoppedError:
                    raise  # the token, the day's calls, the network: nothing else can be sent either
                # too many jobs in this hour: that does not keep single rows waiting
                problem = error.message
                break
        self._withdraw(attempts, problem)
        self._give_up(f"{part.group}: {problem}")
        return None

    def _withdraw(self, attempts: Sequence[Attempt], why: str) -> None:
        answers, undone = withdraw(attempts, self.sender.clock(), why)
        self.sender.ledger.write([s.row for s in undone if s.row is not None], (), answers)
        self.sender.ledger.forget_rows([LedgerRow(s.level, s.key, s.key) for s in undone if s.row is None])

    def _give_up(self, why: str) -> None:
        """Send the rest one by one: what one job met, the next would meet."""
        self._given_up = True
        self.tally.notes.append(f"No more bulk imports in this run, rows go one by one. {why}")

    def _take(self, part: BulkPart, outcome: JobOutcome, found: Sequence[NewOrder], groups: Mapping[str, str]) -> None:
        """Replace the steps of a file by what is left to do of them."""
        imported = outcome.imported
        for settled in imported.settled:
            self._steps[settled.level, settled.key] = None
            self._imported += settled.ok
            self.sender.on_settled(settled)
        self.tally.duplicates += outcome.found.duplicates
        labels = {level: Labels(self.facts.columns(level)) for level in (Level.ITEM, Level.SUBITEM)}
        for step in _steps(found):
            address = step.level, step.row.key
            if address in imported.different:
                self._imported += 1
                self._steps[address] = step_for(
                    step.row, imported.different[address], outcome.found.items[address], board=self.board,
                    labels=labels[step.level],
                    group_id=groups.get(step.row.group_name) if step.level is Level.ITEM else None,
                )  # fmt: skip
        if imported.missing:
            why = next((a.message for a in imported.answers if a.outcome is AttemptOutcome.WITHDRAWN), "")
            self.tally.notes.append(f"{part.group}: {len(imported.missing)} rows go one by one; {why}.")
        if outcome.result is None or outcome.result.status.state == "REJECTED":
            self._give_up(f"{part.group}: a job did not take its file.")

    def _attempt(self, step: Step, part: BulkPart, batch_id: str, position: int, group_id: str) -> Attempt:
        place = {GROUP_ID: group_id, GROUP_NAME: step.row.group_name} if step.level is Level.ITEM else {}
        return Attempt(
            batch_id=batch_id, position=position, run_id=self.sender.run_id, board_id=self.board.board_id,
            level=step.level, row_key=step.row.key, order_key=step.row.order_key,
            customer_name=step.row.customer_name, kind=IMPORT,
            operation=json.dumps({"kind": part.mode, "match_column": part.match_column}),
            row_hash=step.row.board_hash, row_before=step.row.ledger.to_json() if step.row.ledger else None,
            desired={**step.row.desired, **place}, created_at=self.sender.clock(),
        )  # fmt: skip


def _steps(found: Iterable[NewOrder]) -> Iterable[Step]:
    for order in found:
        yield order.item
        yield from order.subitems
