"""Asynchronous jobs: bulk imports (start, upload, poll) and bulk archiving. They run on the emulator's clock."""

from __future__ import annotations

import csv
import io
import math
import secrets
from collections import Counter, deque
from dataclasses import asdict, dataclass, field
from typing import Any

from board_emulator.clock import Clock, iso
from board_emulator.context import Context, Info
from board_emulator.errors import ApiError, invalid_argument, invalid_column, invalid_item, unauthorized
from board_emulator.imports import MATCHABLE, UploadRejectedError, put_rows, read_sheet
from board_emulator.world import World

LINK_SECONDS = 600.0
MOST_BYTES = 150 * 1024 * 1024
STARTS_AN_HOUR = 100
INGESTED_AN_HOUR = 19_000
_HOUR = 3_600.0
_SECONDS_A_ROW = 0.002
_MOST_REMOVED = 500  # not documented; strict


@dataclass(slots=True)
class Job:
    """A job; ``due`` is when its work is done. Times are seconds on the emulator's clock."""

    id: str
    kind: str
    board_id: str
    group_id: str
    creator: str
    started: float
    secret: str
    base_url: str
    on_match: dict[str, str] | None = None
    status: str = "UPLOAD_PENDING"
    due: float | None = None
    finished: float | None = None
    data: str = ""
    item_ids: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    report: list[list[Any]] = field(default_factory=list)
    reason: str | None = None
    message: str | None = None


class Jobs:
    """All jobs. :meth:`run_due` has to be called before anything looks at a board."""

    def __init__(self, world: World, clock: Clock, *, limited: bool) -> None:
        self.jobs: dict[str, Job] = {}
        self.touched: set[str] = set()
        self.outcome: str | None = None  # a fault: what becomes of the next import (failed_half_way, rejected)
        self.limited = limited
        self._world = world
        self._clock = clock
        self._starts: deque[float] = deque()
        self._ingested: deque[tuple[float, int]] = deque()

    def start(self, kind: str, context: Context, board_id: str, group_id: str, on_match: dict[str, str] | None) -> Job:
        """A new import, waiting for its file."""
        board = context.require_edit(self._world.board(board_id))
        if kind == "backfill" and context.token.role != "admin":
            raise unauthorized("backfill_items is for account admins")
        self._world.group(board, group_id)
        if on_match:
            column = board.columns.get(on_match["match_column_id"])
            if column is None:
                raise invalid_column(on_match["match_column_id"])
            if column.type not in MATCHABLE:
                raise invalid_argument(f"a {column.type} column cannot be matched")
        self._count_start()
        return self._add(kind, board_id, group_id, context, on_match)

    def _add(self, kind: str, board_id: str, group_id: str, context: Context, on_match: dict[str, str] | None) -> Job:
        number = secrets.token_hex(12)
        job = Job(f"{number[:8]}-{number[8:12]}-4{number[12:15]}-8{number[15:18]}-{number[18:]}000000", kind, board_id,
                  group_id, context.token.user_id, self._clock.now(), secrets.token_hex(16), context.base_url,
                  on_match)  # fmt: skip
        self.jobs[job.id] = job
        self.touched.add(job.id)
        return job

    def _count_start(self) -> None:
        now = self._clock.now()
        while self._starts and self._starts[0] <= now - _HOUR:
            self._starts.popleft()
        if self.limited and len(self._starts) >= STARTS_AN_HOUR:
            wait = math.ceil((self._starts[0] + _HOUR - now) * 1000)
            error = ApiError("RATE_LIMIT_EXCEEDED", "Too many bulk jobs were started", status_code=429)
            error.extensions["retryAfterMs"] = wait
            raise error
        self._starts.append(now)

    def upload(self, job_id: str, secret: str, data: bytes) -> str | None:
        """Take the file of a job; a sentence when the link is no good."""
        job = self.jobs.get(job_id)
        now = self._clock.now()
        if job is None or not secrets.compare_digest(job.secret, secret) or now - job.started > LINK_SECONDS:
            return "the upload link is unknown or has expired"
        if job.status != "UPLOAD_PENDING":
            return "the file was uploaded before"
        self.touched.add(job.id)
        if len(data) > MOST_BYTES:
            self._end(job, "REJECTED", "FILE_TOO_LARGE", "the file is larger than 150 MB")
            return None
        job.status, job.data = "PROCESSING", data.decode("latin-1")
        job.due = now + 1.0 + _SECONDS_A_ROW * data.count(b"\n")
        return None

    def run_due(self) -> None:
        """Do the work of every job whose time has come."""
        now = self._clock.now()
        for job in self.jobs.values():
            if job.due is not None and job.finished is None and job.due <= now:
                self.touched.add(job.id)
                if job.kind in ("ingest", "backfill"):
                    self._import(job)
                else:
                    self._remove(job)

    def _import(self, job: Job) -> None:
        board = self._world.boards[job.board_id]
        outcome, self.outcome = self.outcome, None
        try:
            if outcome == "rejected":
                raise UploadRejectedError("INTERNAL_ERROR", "the job was rejected")  # noqa: TRY301 - ends as any other
            sheet = read_sheet(job.data.encode("latin-1"), self._world, board, job.kind)
            if job.on_match and sheet.subitem_names:
                # documented as create-only, so a file with subitems matches nothing
                raise UploadRejectedError("INVALID_UPLOAD", "a file with subitems can only create")  # noqa: TRY301
            rows = len(sheet.rows)
            group = self._world.group(board, job.group_id)
            self._check_room(job, sum(not sheet.is_subitem(row) for row in sheet.rows), rows)
        except UploadRejectedError as error:
            self._end(job, "REJECTED", error.reason, str(error))
            return
        except ApiError as error:
            self._end(job, "FAILED", "INTERNAL_ERROR", error.message)
            return
        half = rows // 2 if outcome == "failed_half_way" else None
        done = put_rows(self._world, board, group, sheet, job.creator, job.on_match, half)
        counts = Counter({"submitted": rows}) + done.counts
        job.counts = {
            name: counts[name] for name in ("submitted", "invalid", "skipped", "created", "updated", "failed")
        }
        job.report = [list(line) for line in done.report]
        if job.kind == "ingest":
            self._ingested.append((self._clock.now(), counts["created"] + counts["updated"]))
        if half is None:
            self._end(job, "COMPLETED")
        else:
            self._end(job, "FAILED", "INTERNAL_ERROR", "an unexpected error ended the job")

    def _check_room(self, job: Job, items: int, rows: int) -> None:
        world, board = self._world, self._world.boards[job.board_id]
        if not job.on_match and world.active[board.id] + items > board.items_limit:
            raise UploadRejectedError("BOARD_CAPACITY_EXCEEDED", f"board {board.id} has no room for {items} items")
        now = self._clock.now()
        while self._ingested and self._ingested[0][0] <= now - _HOUR:
            self._ingested.popleft()
        if job.kind == "ingest" and self.limited and rows + sum(n for _, n in self._ingested) > INGESTED_AN_HOUR:
            raise UploadRejectedError("ACCOUNT_CAPACITY_EXCEEDED", f"at most {INGESTED_AN_HOUR} items an hour")

    def _end(self, job: Job, status: str, reason: str | None = None, message: str | None = None) -> None:
        job.status, job.reason, job.message = status, reason, message
        job.finished, job.data = self._clock.now(), ""

    def start_removal(self, state: str, context: Context, board_id: str, item_ids: list[str]) -> Job:
        """Archive or delete many items, soon."""
        board = context.require_edit(self._world.board(board_id))
        if not 1 <= len(item_ids) <= _MOST_REMOVED:
            raise invalid_argument(f"item_ids takes 1 to {_MOST_REMOVED} ids")
        for item_id in item_ids:
            if self._world.item(item_id).board_id != board.id:
                raise invalid_item(item_id)
        job = self._add(state, board_id, "", context, None)
        job.status, job.item_ids, job.due = "RUNNING", list(dict.fromkeys(item_ids)), job.started + 1.0
        return job

    def _remove(self, job: Job) -> None:
        failed = []
        for item_id in job.item_ids:
            try:
                self._world.remove_item(self._world.item(item_id), job.kind)
            except ApiError:
                failed.append(item_id)  # someone was faster
        job.counts = {"total": len(job.item_ids), "failed": len(failed), "succeeded": len(job.item_ids) - len(failed)}
        self._end(job, "COMPLETED")

    def import_status(self, job_id: str) -> dict[str, Any]:
        """``ItemsJobStatus``."""
        job = self._found(job_id, "ingest", "backfill")
        now = self._clock.now()
        if job.status == "UPLOAD_PENDING" and now - job.started > LINK_SECONDS:
            self._end(job, "REJECTED", "INVALID_UPLOAD", "no file was uploaded in time")
        reported = bool(job.report) and job.finished is not None and now - job.finished <= LINK_SECONDS
        return {
            "__typename": "ItemsJobStatus", "status": job.status, "counts": job.counts or None,
            "progress_percentage": 100 if job.finished else 0, "failure_reason": job.reason,
            "failure_message": job.message, "fully_imported": job.status == "COMPLETED",
            "report_created": bool(job.report),
            "report_url": f"{job.base_url}/reports/{job.id}?token={job.secret}" if reported else None,
        }  # fmt: skip

    def removal_status(self, job_id: str) -> dict[str, Any]:
        """``AsyncJobStatus``."""
        job = self._found(job_id, "archived", "deleted")
        return {"id": job.id, "status": job.status, "created_at": iso(job.started),
                "updated_at": iso(job.finished or job.started), "error": job.message,
                "result": {**job.counts, "details": None} if job.finished else None}  # fmt: skip

    def _found(self, job_id: str, *kinds: str) -> Job:
        job = self.jobs.get(job_id)
        if job is None or job.kind not in kinds:
            raise ApiError("ResourceNotFoundException", "Job not found", status_code=404, data={"job_id": job_id})
        return job

    def report(self, job_id: str, secret: str) -> str | None:
        """The report as CSV: row, status, error; None when the link is unknown or has expired."""
        job = self.jobs.get(job_id)
        if job is None or not secrets.compare_digest(job.secret, secret) or job.finished is None:
            return None
        if self._clock.now() - job.finished > LINK_SECONDS:
            return None
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        writer.writerow(("row", "status", "error"))
        writer.writerows(job.report)
        return text.getvalue()

    def dump(self) -> dict[str, object]:
        """Notes of the jobs that changed, for the store."""
        notes: dict[str, object] = {f"job:{job_id}": asdict(self.jobs[job_id]) for job_id in self.touched}
        self.touched.clear()
        return notes

    def restore(self, notes: dict[str, Any]) -> None:
        """Take jobs over from the store."""
        for body in notes.values():
            self.jobs[body["id"]] = Job(**body)


def _start(kind: str) -> Any:
    def resolve(_: None, info: Info, *, board_id: str, group_id: str,
                on_match: dict[str, str] | None = None) -> dict[str, str]:  # fmt: skip
        context: Context = info.context
        context.begin_mutation()
        job = context.jobs.start(kind, context, board_id, group_id, on_match)
        return {"job_id": job.id, "upload_url": f"{context.base_url}/uploads/{job.id}?token={job.secret}"}

    return resolve


def _start_removal(state: str) -> Any:
    def resolve(_: None, info: Info, *, board_id: str, item_ids: list[str]) -> dict[str, str]:
        context: Context = info.context
        context.begin_mutation()
        return {"job_id": context.jobs.start_removal(state, context, board_id, item_ids).id}

    return resolve


RESOLVERS: dict[str, Any] = {
    "ingest_items": _start("ingest"), "backfill_items": _start("backfill"),
    "bulk_archive_items": _start_removal("archived"), "bulk_delete_items": _start_removal("deleted"),
}  # fmt: skip
