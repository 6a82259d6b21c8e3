"""Bulk imports and bulk removal, step by step on the test's clock."""

# ruff: noqa: E501, UP031 - GraphQL documents stand on one line and are full of braces; tokens are the emulator's own
from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest

from tests.board_emulator.conftest import Api

DEV, PROD = "9609317401", "9200517329"
ORDER, PRICE, CUSTOMER, UNIT = "text_mkr5wya6", "numeric_mkr5cact", "dropdown_mkr542p2", "color_mkr5yf27"
SIZE, QTY = "dropdown_mkrak7qp", "numeric_mkra7j8e"
STATUS = ("query($j:ID!){fetch_job_status(job_id:$j){... on ItemsJobStatus{status counts{submitted invalid skipped created "
          "updated failed} failure_reason failure_message fully_imported report_url}}}")  # fmt: skip


def start(api: Api, kind: str = "ingest_items", match: Any = None, group: str = "topics") -> Any:
    return api(
        f"mutation($g:ID!{',$m:OnMatchInput' if kind == 'ingest_items' else ''}){{{kind}(board_id:{DEV},group_id:$g"
        f"{',on_match:$m' if kind == 'ingest_items' else ''}){{job_id upload_url}}}}",
        {"g": group, **({"m": match} if kind == "ingest_items" else {})},
    )


def sheet(header: list[str], *rows: Any) -> Any:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([header, *rows])
    return text.getvalue().encode()


def run(api: Api, data: Any, kind: str = "ingest_items", match: Any = None) -> Any:
    made = next(iter(start(api, kind, match).data.values()))
    secret = made["upload_url"].split("token=")[1]
    assert api.emulator.jobs.upload(made["job_id"], secret, data) is None
    api.clock.advance(120)
    return made["job_id"], secret, api(STATUS, {"j": made["job_id"]}).data["fetch_job_status"]


def names(api: Api) -> Any:
    page = api("{boards(ids:[%s]){items_page(limit:500){items{name subitems{name}}}}}" % DEV)
    return {
        item["name"]: [sub["name"] for sub in item["subitems"]]
        for item in page.data["boards"][0]["items_page"]["items"]
    }


def test_an_import_goes_through_its_states(api: Api) -> None:
    """UPLOAD_PENDING, PROCESSING, COMPLETED; nothing is on the board before its time, and the report tells of bad rows."""
    made = start(api).data["ingest_items"]
    secret = made["upload_url"].split("token=")[1]
    assert api(STATUS, {"j": made["job_id"]}).data["fetch_job_status"]["status"] == "UPLOAD_PENDING"
    data = sheet(["name", ORDER, PRICE], ["one", "1", "12.5"], ["two", "2", "many"])
    assert api.emulator.jobs.upload(made["job_id"], "wrong", data)
    assert api.emulator.jobs.upload(made["job_id"], secret, data) is None
    assert api.emulator.jobs.upload(made["job_id"], secret, data)
    assert api(STATUS, {"j": made["job_id"]}).data["fetch_job_status"]["status"] == "PROCESSING"
    assert names(api) == {}
    api.clock.advance(10)
    done = api(STATUS, {"j": made["job_id"]}).data["fetch_job_status"]
    assert done["status"] == "COMPLETED"
    assert done["counts"] == {"submitted": 2, "invalid": 1, "skipped": 0, "created": 1, "updated": 0, "failed": 0}
    assert names(api) == {"one": []}
    report = list(csv.reader(io.StringIO(api.emulator.jobs.report(made["job_id"], secret))))
    assert report[1] == ["1", "created", ""]
    assert report[2][:2] == ["2", "invalid"]
    api.clock.advance(601)
    assert api.emulator.jobs.report(made["job_id"], secret) is None
    assert api(STATUS, {"j": made["job_id"]}).data["fetch_job_status"]["report_url"] is None


def test_subitems_come_below_the_item_above(api: Api) -> None:
    """name.subitem rows hang on the last item row; without one, or below a bad one, they are invalid."""
    header = ["name", ORDER, "name.subitem", f"{SIZE}.subitem", f"{QTY}.subitem"]
    api.emulator.world.boards["9609317948"].columns[SIZE].add_label("M")
    data = sheet(header, ["", "", "stray", "M", "1"], ["one", "1", "", "", ""], ["", "", "M", "M", "5"],
                 ["", "", "L", "L", "5"], ["x" * 256, "2", "", "", ""], ["", "", "M", "M", "5"])  # fmt: skip
    _, _, done = run(api, data, "backfill_items")
    assert names(api) == {"one": ["M"]}
    assert (done["counts"]["created"], done["counts"]["invalid"]) == (2, 4)


def test_a_match_is_updated_or_skipped(api: Api) -> None:
    """UPSERT changes what the row says, leaves empty cells, clears <NULL>; SKIP leaves the item; subitems are only created."""
    item = api.item("old", {ORDER: "A-1", PRICE: "5", CUSTOMER: {"labels": ["AJE"]}})
    data = sheet(
        ["name", ORDER, PRICE, CUSTOMER],
        ["new", "a-1", "<NULL>", ""],
        ["fresh", "A-2", "<NULL>", "RHONE"],
        ["bare", "", "1", ""],
    )
    _, _, done = run(api, data, match={"match_column_id": ORDER, "behaviour": "UPSERT"})
    assert (done["counts"]["updated"], done["counts"]["created"]) == (1, 2)
    assert (api.cell(item, PRICE)["text"], api.cell(item, CUSTOMER)["text"]) == ("", "AJE")
    assert names(api) == {"new": [], "fresh": [], "bare": []}
    skip = {"match_column_id": ORDER, "behaviour": "SKIP"}
    _, _, done = run(api, sheet(["name", ORDER], ["newer", "A-1"]), match=skip)
    assert (done["counts"]["skipped"], done["counts"]["created"]) == (1, 0)
    data = sheet(["name", ORDER, "name.subitem"], ["newer", "A-1", ""], ["", "", "M"])
    _, _, done = run(api, data, match=skip)
    assert (done["status"], done["failure_reason"]) == ("REJECTED", "INVALID_UPLOAD")
    assert "new" in names(api)


def test_two_items_that_match_fail_the_row(api: Api) -> None:
    """Which of them was meant is nobody's guess."""
    api.item("a", {ORDER: "A-1"})
    api.item("b", {ORDER: "A-1"})
    _, _, done = run(api, sheet(["name", ORDER], ["c", "A-1"]), match={"match_column_id": ORDER, "behaviour": "UPSERT"})
    assert done["counts"]["invalid"] == 1


def test_labels_must_be_there_before(api: Api) -> None:
    """A missing dropdown or status label fails the row and is not made."""
    _, _, done = run(api, sheet(["name", CUSTOMER, UNIT], ["a", "NOBODY", ""], ["b", "", "BOX"], ["c", "AJE", "SET"]))
    assert (done["counts"]["invalid"], done["counts"]["created"]) == (2, 1)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        sheet([ORDER, "name"], ["1", "x"]),
        sheet(["name", "ORDER NUMBER"], ["x", "1"]),
        sheet(["name", "lookup_mkrbrdr1"], ["x", "1"]),
        sheet(["name", ORDER], ["x"]),
        sheet(["name", ORDER, ORDER], ["x", "1", "1"]),
        sheet(["name", f"{QTY}.subitem"], ["x", "1"]),
        "name\nä".encode("latin-1"),
        b"\xef\xbb\xbfname\nx",
        b"name;" + ORDER.encode() + b"\nx;1",
        sheet(["name"], *([["x"]] * 10_001)),
    ],
)
def test_a_bad_file_is_rejected_as_a_whole(api: Api, data: Any) -> None:
    """INVALID_UPLOAD, a sentence, and nothing on the board."""
    _, _, done = run(api, data)
    assert (done["status"], done["failure_reason"]) == ("REJECTED", "INVALID_UPLOAD")
    assert done["failure_message"]
    assert names(api) == {}


def test_capacities(make_api: Callable[..., Api]) -> None:
    """A full board, the hourly budget of ingest, 100 starts an hour, a link that nobody used."""
    api = make_api("enterprise")
    api.emulator.world.boards[DEV].items_limit = 1
    _, _, done = run(api, sheet(["name"], ["a"], ["b"]))
    assert done["failure_reason"] == "BOARD_CAPACITY_EXCEEDED"
    api.emulator.world.boards[DEV].items_limit = 50_000
    for expected in (None, "ACCOUNT_CAPACITY_EXCEEDED"):
        _, _, done = run(api, sheet(["name"], *([["x"]] * 9_999)))
        assert done["failure_reason"] == expected
    job = start(api).data["ingest_items"]["job_id"]
    api.clock.advance(601)
    assert api(STATUS, {"j": job}).data["fetch_job_status"]["status"] == "REJECTED"
    for _ in range(96):
        start(api)
        api.clock.advance(1)
    refused = start(api)
    assert (refused.status, refused.codes) == (429, ["RATE_LIMIT_EXCEEDED"])
    wait = refused.body["errors"][0]["extensions"]["retryAfterMs"]
    assert int(refused.headers["Retry-After"]) * 1000 >= wait > 0
    api.clock.advance(wait / 1000)
    assert start(api).codes == []


def test_matching_needs_a_column_that_can_be_matched(api: Api) -> None:
    """Dropdowns and unknown columns cannot be matched; an unknown group takes no job."""
    assert start(api, match={"match_column_id": CUSTOMER, "behaviour": "SKIP"}).codes == ["InvalidArgumentException"]
    assert start(api, match={"match_column_id": "nope", "behaviour": "SKIP"}).codes == ["InvalidColumnIdException"]
    assert start(api, group="nope").codes == ["InvalidGroupIdException"]


@pytest.mark.parametrize(("fault", "status", "left"), [("failed_half_way", "FAILED", 2), ("rejected", "REJECTED", 0)])
def test_a_job_can_fail(api: Api, fault: str, status: int, left: Any) -> None:
    """A job that dies half-way leaves its first rows on the board; a rejected one none."""
    api.emulator.jobs.outcome = fault
    _, _, done = run(api, sheet(["name"], ["a"], ["b"], ["c"], ["d"]))
    assert (done["status"], done["fully_imported"]) == (status, False)
    assert len(names(api)) == left


def test_many_items_are_archived_later(api: Api) -> None:
    """bulk_archive_items answers at once and works later; someone may have been faster."""
    ids = [api.item(str(n)) for n in range(3)]
    job = api("mutation($i:[ID!]!){bulk_archive_items(board_id:%s,item_ids:$i){job_id}}" % DEV, {"i": ids})
    api("mutation($i:ID){delete_item(item_id:$i){id}}", {"i": ids[0]})
    read = "query($j:ID!){job_status(job_id:$j){status result{total succeeded failed}}}"
    job_id = job.data["bulk_archive_items"]["job_id"]
    assert api(read, {"j": job_id}).data["job_status"] == {"status": "RUNNING", "result": None}
    assert len(names(api)) == 2
    api.clock.advance(5)
    assert api(read, {"j": job_id}).data["job_status"]["result"] == {"total": 3, "succeeded": 2, "failed": 1}
    assert names(api) == {}
    assert api(read, {"j": "nope"}).codes == ["ResourceNotFoundException"]
    assert api('mutation{bulk_delete_items(board_id:%s,item_ids:["1"]){job_id}}' % PROD).codes == [
        "InvalidItemIdException"
    ]
