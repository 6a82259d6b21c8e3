"""Bulk imports, on the emulator and where it goes wrong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from board_emulator.clock import MovableClock
from board_emulator.faults import Fault
from board_emulator.testing import EmulatorHandle, running_emulator
from monday_sync.api import HttpBoardApi
from monday_sync.api.jobs import Upload, read_report
from monday_sync.bulk.file import BulkRow, missing_labels, write_csv
from monday_sync.domain.board import load_board
from monday_sync.errors import InDoubtError, NotReadError, RequestFailedError
from tests.monday_sync.api.stub import TOKEN, Stub, answer, error

BOARD = load_board("local", Path(__file__).parents[3] / "boards")
NUMBER, SEASON = "text_mkr5wya6", "dropdown_mkr58de6"
ROWS = [
    BulkRow("one", {"aag_order_number": "A1", "aag_season": "FW26", "notes": 'a,"b"'}, (BulkRow("S", {"qty": "3"}),)),
    BulkRow("two", {"aag_order_number": "A2", "total_qty": "12.5", "ex_factory_date": "2026-06-15"}),
]  # fmt: skip


@pytest.fixture
def emulator() -> Iterator[EmulatorHandle]:
    with running_emulator(limits="pro", clock=MovableClock(1_800_000_000)) as running:
        yield running


@pytest.fixture
def api(emulator: EmulatorHandle) -> Iterator[HttpBoardApi]:
    clock = emulator.clock
    with HttpBoardApi(emulator.url, emulator.token, clock=clock.now, sleep=clock.advance) as connected:
        yield connected


def test_a_file_is_imported_and_read_back(api: HttpBoardApi, emulator: EmulatorHandle) -> None:
    """Labels first, then the file; items, cells and subitems are on the board as written."""
    info = api.board(BOARD.board_id)
    needed = missing_labels(ROWS, BOARD.items, {c.id: c.labels for c in info.columns.values()})
    assert needed == {SEASON: ("FW26",)}
    for column_id, labels in needed.items():
        api.add_labels(BOARD.board_id, column_id, labels)
    upload = api.jobs.start("k1", BOARD.board_id, "topics", "backfill")
    api.jobs.upload(upload, write_csv(ROWS, BOARD.items, BOARD.subitems))
    result = api.jobs.wait(upload.job_id)
    assert result.ok
    assert (result.status.counts["submitted"], result.status.counts["created"]) == (3, 3)
    one, two = sorted(api.items(BOARD), key=lambda item: item.name)
    assert (one.values[NUMBER], one.values[SEASON], one.subitems[0].name) == ("A1", "FW26", "S")
    assert (two.values["numeric_mktb1d19"], two.values["date_mkr57811"]) == ("12.5", "2026-06-15")


def test_matching_rows_update_and_clear(api: HttpBoardApi, emulator: EmulatorHandle) -> None:
    """An upsert finds the item by its number, leaves what the row does not name, and clears what it names as empty."""
    for key, rows in (
        ("k1", [BulkRow("one", {"aag_order_number": "A1", "po_number": "P1", "notes": "old"})]),
        ("k2", [BulkRow("uno", {"aag_order_number": "A1", "notes": None})]),
    ):
        upload = api.jobs.start(key, BOARD.board_id, "topics", "ingest", match_column_id=NUMBER)
        api.jobs.upload(upload, write_csv(rows, BOARD.items, BOARD.subitems))
        assert api.jobs.wait(upload.job_id).ok
    (item,) = api.items(BOARD)
    assert (item.name, item.values["text_mkr5ej2x"], item.values["long_text_mkr5hass"]) == ("uno", "P1", None)


def test_a_closed_api_opens_again(api: HttpBoardApi, emulator: EmulatorHandle) -> None:
    """Closing gives connections back; requests and files after it go through new ones."""
    api.close()
    upload = api.jobs.start("k1", BOARD.board_id, "topics", "backfill")
    api.close()
    api.jobs.upload(upload, write_csv([ROWS[1]], BOARD.items, BOARD.subitems))
    assert api.jobs.wait(upload.job_id).ok


def test_rows_that_fail_are_named(api: HttpBoardApi, emulator: EmulatorHandle) -> None:
    """A row with a label that is not there fails alone; the report says which and why."""
    upload = api.jobs.start("k1", BOARD.board_id, "topics", "backfill")
    rows = [ROWS[1], BulkRow("bad", {"aag_order_number": "A3", "aag_season": "SS99"})]
    api.jobs.upload(upload, write_csv(rows, BOARD.items, BOARD.subitems))
    result = api.jobs.wait(upload.job_id)
    assert not result.ok
    assert [(row.row, row.status) for row in result.rows] == [(2, "invalid")]
    assert "SS99" in result.rows[0].error


@pytest.mark.parametrize(("kind", "state"), [("job_rejected", "REJECTED"), ("job_failed_half_way", "FAILED")])
def test_a_job_that_ends_badly_says_so(api: HttpBoardApi, emulator: EmulatorHandle, kind: str, state: str) -> None:
    """Rejected and failed jobs end, with the reason; what they did is for the caller to read back."""
    emulator.faults.add(Fault(kind, match="backfill_items"))
    upload = api.jobs.start("k1", BOARD.board_id, "topics", "backfill")
    api.jobs.upload(upload, write_csv([ROWS[1]] * 2, BOARD.items, BOARD.subitems))
    result = api.jobs.wait(upload.job_id)
    assert (result.ok, result.status.state) == (False, state)
    assert result.status.message


def test_starting_again_under_the_same_key_is_the_same_job(api: HttpBoardApi, emulator: EmulatorHandle) -> None:
    """The answer to the start was lost: the repeat brings the job that was started."""
    emulator.faults.add(Fault("lost", match="ingest_items"))
    with pytest.raises(InDoubtError):
        api.jobs.start("k1", BOARD.board_id, "topics", "ingest")
    upload = api.jobs.start("k1", BOARD.board_id, "topics", "ingest")
    assert api.jobs.start("k1", BOARD.board_id, "topics", "ingest") == upload


def test_a_file_that_was_sent_before_is_no_failure(api: HttpBoardApi, emulator: EmulatorHandle) -> None:
    """After a doubt the file is sent again; a job takes one file and ignores the other."""
    upload = api.jobs.start("k1", BOARD.board_id, "topics", "backfill")
    content = write_csv(ROWS[1:], BOARD.items, BOARD.subitems)
    api.jobs.upload(upload, content)
    api.jobs.upload(upload, content)
    assert api.jobs.wait(upload.job_id).ok
    assert len(list(api.items(BOARD))) == 1


def test_an_address_that_ran_out_is_refused(api: HttpBoardApi, emulator: EmulatorHandle) -> None:
    """The address is good for 10 minutes; after that nothing was taken, for certain."""
    upload = api.jobs.start("k1", BOARD.board_id, "topics", "backfill")
    emulator.clock.advance(700)
    api.items(BOARD)
    try:
        api.jobs.upload(upload, b"name\r\n")
    except RequestFailedError:
        return
    # once the job itself has ended, its status is what tells
    assert api.jobs.status(upload.job_id).state == "REJECTED"


def test_too_many_starts_are_waited_for() -> None:
    """A limit on starting jobs says in milliseconds how long to wait."""
    limit = answer(errors=[error("RATE_LIMIT_EXCEEDED", retryAfterMs=4_000)], status=429)
    started = answer({"ingest_items": {"job_id": "j", "upload_url": "http://127.0.0.1:9/u"}})
    stub = Stub([limit, started])
    assert stub.api.jobs.start("k", "1", "g", "ingest") == Upload("j", "http://127.0.0.1:9/u")
    assert stub.clock.naps == [4.0]


def test_the_file_travels_without_the_token() -> None:
    """The address for the file may be another company's storage: it must not see the token."""
    stub = Stub([httpx.Response(200)])
    stub.api.jobs.upload(Upload("j", "https://storage.example.com/u?sig=1"), b"name\r\n")
    (request,) = stub.seen
    assert request.method == "PUT"
    assert TOKEN not in str(request.headers)


def test_a_file_that_never_arrives_is_in_doubt() -> None:
    """A storage that stays broken ends in a doubt, which the job's status can settle."""
    stub = Stub([httpx.ReadError("reset")])
    with pytest.raises(InDoubtError, match="may not have arrived"):
        stub.api.jobs.upload(Upload("j", "https://storage.example.com/u"), b"name\r\n")
    assert len(stub.seen) == 5


@pytest.mark.parametrize(("before", "raised"), [(0, RequestFailedError), (1, InDoubtError)])
def test_a_refused_file_is_a_doubt_only_after_a_doubt(before: int, raised: type[Exception]) -> None:
    """A refusal is believed, unless an earlier sending of the same file may still arrive."""
    pending = answer({"fetch_job_status": {"status": "UPLOAD_PENDING", "counts": None}})
    stub = Stub([*[httpx.ReadError("reset")] * before, httpx.Response(403), pending])
    with pytest.raises(raised):
        stub.api.jobs.upload(Upload("j", "https://storage.example.com/u"), b"name\r\n")


def test_a_job_without_a_file_is_not_waited_for_longer_than_asked() -> None:
    """Once no file can arrive any more the job is given back as it is."""
    stub = Stub([answer({"fetch_job_status": {"status": "UPLOAD_PENDING", "counts": None}})])
    assert stub.api.jobs.wait("j", file_within=20).status.state == "UPLOAD_PENDING"
    assert stub.clock.naps == [10.0] * 2


def test_a_refused_start_and_odd_answers() -> None:
    """Who may not import is told so; answers of another shape are doubts, not successes."""
    refused = answer({"ingest_items": None}, [error("UserUnauthorizedException", "not you", ["ingest_items"])])
    with pytest.raises(RequestFailedError, match="not you"):
        Stub([refused]).api.jobs.start("k", "1", "g", "ingest")
    with pytest.raises(InDoubtError):
        Stub([answer({"ingest_items": {"job_id": "j", "upload_url": None}})]).api.jobs.start("k", "1", "g", "ingest")
    with pytest.raises(NotReadError):
        Stub([answer({"fetch_job_status": {"status": "DANCING"}})]).api.jobs.status("j")
    with pytest.raises(NotReadError, match="not http"):
        Stub([httpx.Response(200)]).api.jobs.upload(Upload("j", "file:///etc/passwd"), b"")


def test_waiting_for_a_job_has_an_end() -> None:
    """A job that never ends is left in doubt."""
    stub = Stub([answer({"fetch_job_status": {"status": "PROCESSING", "counts": None}})])
    with pytest.raises(InDoubtError, match="did not end within 60 seconds"):
        stub.api.jobs.wait("j", at_most=60)
    assert stub.clock.naps == [10.0] * 6


def test_a_report_that_cannot_be_had_is_no_failure() -> None:
    """The report is help for people: without it the counts still tell."""
    done = {"status": "COMPLETED", "counts": {"submitted": 1, "failed": 1}, "report_url": "https://x.example/r"}
    result = Stub([answer({"fetch_job_status": done}), httpx.Response(404)]).api.jobs.wait("j")
    assert (result.ok, result.rows) == (False, ())


def test_reports_are_read_by_their_headers() -> None:
    """The report's form is not documented: columns are found by name, and what is unreadable is skipped."""
    assert [(r.row, r.error) for r in read_report("Error,Row number\nbad,7\n,8\n")] == [(7, "bad")]
    assert [(r.row, r.error) for r in read_report("name,error\na,\nb,bad\n")] == [(2, "bad")]
    assert read_report("") == read_report("a,b\n1,2\n") == ()
