"""A job of bulk import from its start to what the board shows of it. Talks to the board and the ledger.

The order is what makes it exact. The intents of all rows stand in the ledger before the job is started; its id stands
there before its file is sent, and without a file a job does nothing. No row of a file is created in any other way
before the job has ended (or can get no file any more) and the board was asked what is there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from console import wait
from monday_sync.api import BoardApi
from monday_sync.api.jobs import LINK_SECONDS, POLL_SECONDS, BulkJobResult
from monday_sync.bulk.readback import Found, Import, is_short, match, settle
from monday_sync.domain.board import BoardConfig
from monday_sync.domain.keys import KeyReader
from monday_sync.domain.remote import BoardItem
from monday_sync.domain.rows import GROUP_ID, Address, Attempt, LedgerRow, Level
from monday_sync.errors import InDoubtError, RequestFailedError, StoppedError
from monday_sync.ledger import Ledger

#: Seconds after which a job gets no file any more: one that left us within the life of its address may arrive late.
_NO_FILE_ANY_MORE = LINK_SECONDS + 60
#: Seconds after which a job that nobody knows any more is surely over.
_OVER = 24 * 3_600.0
#: Times that the board is read again when a job says that it created more than is there.
_REREADS = 3


@dataclass(frozen=True, slots=True)
class ImportJob:
    """A job that may have its file, and the rows that are in it.

    Args:
        attempts: of one batch; its id was the job's idempotency key.
        started_at: when its id was stored, which was before its file was sent.
        rows: of the ledger, as they are now.
    """

    job_id: str
    started_at: dt.datetime
    attempts: Sequence[Attempt]
    rows: Mapping[Address, LedgerRow]

    @property
    def group_id(self) -> str:
        """The group that the items go to."""
        return next(a.desired[GROUP_ID] or "" for a in self.attempts if a.level is Level.ITEM)


@dataclass(frozen=True, slots=True)
class JobOutcome:
    """What a job came to.

    Args:
        result: as the job tells it; ``None`` when it got no file, or nobody knows it any more.
    """

    imported: Import
    found: Found
    result: BulkJobResult | None


@dataclass(frozen=True, slots=True)
class JobWatch:
    """Watches jobs until their end, and brings what they did into the ledger."""

    api: BoardApi
    ledger: Ledger
    board: BoardConfig
    clock: Callable[[], dt.datetime]
    sleep: Callable[[float], object]

    def finish(self, job: ImportJob, linked: Collection[str]) -> JobOutcome:
        """Wait for a job's end, read back what it did, and write it down.

        Args:
            linked: ids of items and subitems that stand for other rows.

        Raises:
            StoppedError: the job does not end, or its state cannot be learnt; its rows stay in doubt.
        """
        result = self._end(job)
        found, short = self._read(job, linked, result)
        imported = settle(
            job.attempts, job.rows, found, self.board,
            job_id=job.job_id, now=self.clock(), why=_why(result), short=short,
        )  # fmt: skip
        self.ledger.write(imported.rows, (), imported.answers)
        if imported.forgotten:
            self.ledger.forget_rows(imported.forgotten)
        return JobOutcome(imported, found, result)

    def _end(self, job: ImportJob) -> BulkJobResult | None:
        age = (self.clock() - job.started_at).total_seconds()
        left = max(0.0, _NO_FILE_ANY_MORE - age)
        try:
            result = self.api.jobs.wait(job.job_id, every=POLL_SECONDS, file_within=left)
        except InDoubtError as error:
            why = error.message
        except RequestFailedError as error:
            if age > _OVER:
                return None
            why = error.message
        else:
            return None if result.status.state == "UPLOAD_PENDING" else result
        raise StoppedError(
            f"What became of bulk import {job.job_id} is not known ({why}); its {len(job.attempts)} rows are in doubt.",
            hint="Run the push again later: it asks for the job first, and nothing is sent twice.",
        )

    def _read(self, job: ImportJob, linked: Collection[str], result: BulkJobResult | None) -> tuple[Found, bool]:
        """What the board shows, and whether it is less than the job says; then it is read some more times."""
        for reading in range(_REREADS + 1):
            if reading:
                what = f"the items of bulk import {job.job_id}, of which the board shows fewer than were created"
                wait(POLL_SECONDS, what, sleep=self.sleep, retry=reading, of=_REREADS)
            items = self._items(job, linked, result)
            found = match(job.attempts, items, linked, self.board)
            short = result is not None and is_short(result, len(job.attempts), len(found.items))
            if not short:
                break
        return found, short

    def _items(self, job: ImportJob, linked: Collection[str], result: BulkJobResult | None) -> list[BoardItem]:
        items = list(self.api.items(self.board, group=job.group_id))
        if result is None or not result.status.counts.get("skipped"):
            return items
        # rows that the import left alone because someone else had created them: anywhere on the board
        found = match(job.attempts, items, linked, self.board).items
        keys = KeyReader(self.board)
        texts = [
            keys.of_texts(a.desired)[0] or ""
            for a in job.attempts
            if a.level is Level.ITEM and (Level.ITEM, a.row_key) not in found
        ]
        there = {item.id for item in items}
        return items + [i for i in self.api.find(self.board, keys.lookup_column, texts) if i.id not in there]


def _why(result: BulkJobResult | None) -> str:
    """Why a row of the file is not on the board."""
    if result is None:
        return "the bulk import got no file"
    status = result.status
    told = f": {status.message or status.reason}" if status.message or status.reason else ""
    errors = list(dict.fromkeys(row.error for row in result.rows))
    listed = f" (rows failed for: {'; '.join(errors[:3])})" if errors else ""
    return f"the bulk import ended {status.state}{told}{listed}"
