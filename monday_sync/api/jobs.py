"""Bulk import: starts a job, uploads its file, waits for its end and reads its report.

A job starts under an idempotency key like any mutation; its file is sent without the token, to the address the API
named. Item ids are in no documented report: the caller reads the items back by key, whatever the job says of itself.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urljoin, urlsplit

import httpx

from console import wait
from monday_sync.api import parsing
from monday_sync.api.backoff import Backoff
from monday_sync.api.documents import Request, single
from monday_sync.api.faults import Fault
from monday_sync.api.pacing import Time
from monday_sync.api.retrying import Exchange
from monday_sync.domain.plan import Mode
from monday_sync.errors import InDoubtError, NotReadError, RequestFailedError

State = Literal["UPLOAD_PENDING", "PROCESSING", "COMPLETED", "FAILED", "REJECTED"]
Behaviour = Literal["UPSERT", "SKIP"]

#: The address for a job's file is good for so many seconds; a job without a file does nothing.
LINK_SECONDS = 600.0
#: What the vendor asks pollers to keep to, in seconds.
POLL_SECONDS = 10.0
#: Seconds between two words about a job that goes on.
_SAID_EVERY = 60.0
_ENDED = frozenset({"COMPLETED", "FAILED", "REJECTED"})
_COUNTS = ("submitted", "invalid", "skipped", "created", "updated", "failed")
_UPLOAD = Backoff(1.0, 8.0, tries=5)
_SERVER_ERROR = 500
_CONFLICTS = frozenset({400, 403, 404, 409, 410})


@dataclass(frozen=True, slots=True)
class Upload:
    """A started job and where its file goes; the address is good for 10 minutes."""

    job_id: str
    url: str


@dataclass(frozen=True, slots=True)
class JobStatus:
    """How far a job is. ``counts`` has submitted, invalid, skipped, created, updated and failed rows."""

    job_id: str
    state: State
    counts: Mapping[str, int]
    progress: int | None = None
    reason: str | None = None
    message: str | None = None
    report_url: str | None = None

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return self.state in _ENDED


@dataclass(frozen=True, slots=True)
class RowReport:
    """What the report says of a row of the file; 1 is the first below the header."""

    row: int
    status: str
    error: str


@dataclass(frozen=True, slots=True)
class BulkJobResult:
    """A job that came to its end, as it tells of itself.

    Args:
        rows: rows of the report that name an error; empty when there was no report to be had.
    """

    status: JobStatus
    rows: tuple[RowReport, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether every row was imported."""
        counts = self.status.counts
        return self.status.state == "COMPLETED" and not counts.get("invalid") and not counts.get("failed")


class Jobs:
    """Bulk imports through one API."""

    def __init__(
        self, exchange: Exchange, time: Time, url: str, *, transport: httpx.BaseTransport | None, trust_env: bool
    ) -> None:
        self._exchange, self._time, self._url = exchange, time, url
        self._transport, self._trust_env = transport, trust_env
        self._client: httpx.Client | None = None

    def close(self) -> None:
        """Close connections. The next request opens them again."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def _files(self) -> httpx.Client:
        """What files go through. Opened when there is one: that reads all certificates, and few runs import in bulk."""
        if self._client is None:
            timeout = httpx.Timeout(120, connect=10)
            self._client = httpx.Client(transport=self._transport, trust_env=self._trust_env, timeout=timeout)
        return self._client

    def start(
        self,
        key: str,
        board_id: str,
        group_id: str,
        mode: Mode,
        *,
        match_column_id: str | None = None,
        behaviour: Behaviour = "UPSERT",
    ) -> Upload:
        """Start a job for one group.

        Args:
            key: idempotency key.
            mode: ``ingest`` (10,000 rows, may match existing items) or ``backfill`` (20,000, always creates).
            match_column_id: column by which rows find existing items of the whole board; only for ``ingest``.

        Raises:
            InDoubtError: the job may have been started; without its file it does nothing and expires.
            RequestFailedError: refused.
        """
        variables: dict[str, object] = {"board_id": board_id, "group_id": group_id}
        if match_column_id is not None and mode == "ingest":
            variables["on_match"] = {"match_column_id": match_column_id, "behaviour": behaviour}
        name = f"{mode}_items"
        answer, reply = self._exchange.mutate(Request(single(name), variables), key, {name: 1}, [name], "job_id")
        part = answer if isinstance(answer, Fault) else answer[0]
        if isinstance(part, Fault):
            raise RequestFailedError(f"The bulk import could not be started: {part.message}.")
        url = (reply.data or {}).get(name, {}).get("upload_url")
        if not isinstance(url, str) or not url:
            raise InDoubtError("The bulk import was started without an address for its file.")
        return Upload(part.id, url)

    def upload(self, upload: Upload, content: bytes) -> None:
        """Send the file of a job. A repeat after a doubt does no harm: a job takes one file.

        Raises:
            RequestFailedError: the file was not taken.
            InDoubtError: it may have been; the job's status tells.
        """
        problem, doubtful = "", False
        for tried, pause in enumerate(_UPLOAD.pauses(), 1):
            try:
                response = self._files().put(
                    self._beside(upload.url), content=content, headers={"Content-Type": "text/csv"}
                )
            except httpx.HTTPError as error:
                problem, doubtful = type(error).__name__, True
            else:
                if response.is_success:
                    return
                problem = f"HTTP {response.status_code}"
                doubtful = doubtful or response.status_code >= _SERVER_ERROR
                if response.status_code in _CONFLICTS:
                    if self.status(upload.job_id).state != "UPLOAD_PENDING":
                        return  # an earlier sending of the file arrived
                    if doubtful:
                        break  # an earlier sending may still be on its way
                    raise RequestFailedError(f"The file of the bulk import was not taken: {problem}.")
            if pause is not None:
                what = f"another sending of the bulk import's file: {problem}"
                wait(pause, what, sleep=self._time.sleep, retry=tried, of=_UPLOAD.retries)
        raise InDoubtError(f"The file of the bulk import may not have arrived: {problem}.")

    def status(self, job_id: str) -> JobStatus:
        """How far a job is.

        Raises:
            NotReadError: there is no such job, or no usable answer.
        """
        return self._exchange.query("job_status", {"job_id": job_id}, lambda data: _status(job_id, data))

    def wait(
        self, job_id: str, *, at_most: float = 3_600.0, every: float = POLL_SECONDS, file_within: float = 3_600.0
    ) -> BulkJobResult:
        """Wait for the end of a job, and read its report.

        Args:
            file_within: a job that still has no file after so many seconds is given back as it is.

        Raises:
            InDoubtError: it did not end in time.
            NotReadError: as for :meth:`status`.
        """
        waited, said_at = 0.0, 0.0
        while not (status := self.status(job_id)).ended:
            if status.state == "UPLOAD_PENDING" and waited >= file_within:
                return BulkJobResult(status)
            if waited >= at_most:
                raise InDoubtError(f"Bulk import {job_id} did not end within {at_most:.0f} seconds.")
            done = "" if status.progress is None else f", {status.progress} %"
            loud = waited >= said_at
            said_at += _SAID_EVERY if loud else 0.0
            what = f"bulk import {job_id} ({status.state}{done}; {waited:.0f} s so far)"
            wait(every, what, sleep=self._time.sleep, loud=loud)
            waited += every
        return BulkJobResult(status, self._report(status))

    def _report(self, status: JobStatus) -> tuple[RowReport, ...]:
        """Rows with an error. The report is help for people, so a missing one is no failure."""
        if status.report_url is None:
            return ()
        try:
            response = self._files().get(self._beside(status.report_url)).raise_for_status()
        except httpx.HTTPError:
            return ()
        return read_report(response.text)

    def _beside(self, url: str) -> str:
        """An address the API named; one on this machine stays as reachable as the API itself."""
        joined = urljoin(self._url, url)
        if urlsplit(joined).scheme not in {"http", "https"}:
            raise NotReadError("The API named an address for files that is not http or https.")
        return joined


def read_report(text: str) -> tuple[RowReport, ...]:
    """Rows of a job's report that name an error. Its columns are found by their headers."""
    reader = csv.reader(io.StringIO(text, newline=""))
    header = [name.strip().lower() for name in next(reader, [])]
    places = {
        want: next((n for n, name in enumerate(header) if want in name), None) for want in ("row", "status", "error")
    }
    place = places["error"]
    if place is None:
        return ()
    found = []
    for number, cells in enumerate(reader, start=1):
        if len(cells) > place and cells[place].strip():
            row, status = (_cell(cells, places[name]) for name in ("row", "status"))
            found.append(RowReport(int(row) if row.isdecimal() else number, status, cells[place].strip()))
    return tuple(found)


def _cell(cells: list[str], place: int | None) -> str:
    return cells[place].strip() if place is not None and place < len(cells) else ""


def _status(job_id: str, data: Mapping[str, Any]) -> JobStatus:
    found = data.get("fetch_job_status")
    if not isinstance(found, dict) or found.get("status") not in {"UPLOAD_PENDING", "PROCESSING", *_ENDED}:
        raise parsing.ShapeError("fetch_job_status")
    counts = found.get("counts")
    counts = counts if isinstance(counts, dict) else {}
    return JobStatus(
        job_id=job_id,
        state=found["status"],
        counts={name: counts[name] if isinstance(counts.get(name), int) else 0 for name in _COUNTS},
        progress=found.get("progress_percentage") if isinstance(found.get("progress_percentage"), int) else None,
        reason=found.get("failure_reason"),
        message=found.get("failure_message"),
        report_url=found.get("report_url"),
    )
