"""The report: complete, self-contained, safe, and readable on a telephone."""

from __future__ import annotations

import html
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from console import ExitCode, Finding, register_secret
from monday_sync import FailedRow
from pipeline.model import (
    BoardFigures,
    CustomerFigures,
    Figures,
    PastRun,
    RunReport,
    Stage,
    Status,
    SyncRun,
)
from pipeline.records import HeldBack, MissingFile, Place, RejectedFile, RejectedRow, Rejects, UnknownHeader
from pipeline.reporting import LATEST, latest_run, render_page, write_report
from pipeline.summary import summary
from pipeline.verdict import judge
from tests.browsing import launched, shown

EVIL = "<img src=x onerror=alert(1)>"
SINCE = datetime.fromisoformat("2025-12-30 05:00")
REPORT = RunReport(
    run_id="20260102T030405Z-0a1b",
    target="local",
    started_at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    seconds=83.4,
    status=Status.ATTENTION,
    verdict=f"Needs attention: {EVIL}.",
    exit_code=ExitCode.SOME_FAILED,
    stages=(
        Stage("load", Status.ATTENTION, 3.0, f"1 rejected {EVIL}.", 1000, {"landed": 1}, (EVIL,)),
        Stage("transform", Status.OK, 20.0, "Built.", 1000, {"seconds executing": 12.25}),
        Stage("sync", Status.OK, 60.4, "5 changes made."),
    ),
    figures=Figures(
        customers=tuple(
            CustomerFigures(
                f"CUSTOMER {n} {EVIL}", (f"{EVIL} {n} ORDER LIST (M3).xlsx",), "landed", 1000, 998, 4990, 2, 7
            )
            for n in range(46)
        ),
        rejects=(Rejects("row", "no_order_number", 92, f"No AAG ORDER NUMBER {EVIL}."),),
        rejected_files=(RejectedFile(f"BAD {EVIL}.xlsx", f"It is no workbook {EVIL}. Save it again."),),
        missing_files=(MissingFile(f"GONE {EVIL}.xlsx", f"It is not in the source {EVIL}."),),
        unknown_headers=(UnknownHeader("A.xlsx", EVIL * 4),),
        failed_rows=(
            FailedRow("AJE", "item", EVIL, f"Refused {EVIL}.", 5, given_up=True, since=SINCE),
            FailedRow("AJE", "item", "TEE", "Refused.", 5, given_up=True, since=SINCE, accepted=f"accepted: {EVIL}"),
        ),
        failed_rows_left_out=3,
        drift=(f"RHONE: {EVIL}",),
        held_back=(HeldBack("RHONE", EVIL, 2),),
        is_built=True,
        board=BoardFigures(items_created=2, subitems_created=3, items_failed=1, gone=4),
        files={"landed": 45, "rejected": 1},
    ),
    source=f"folder {EVIL}",
    board_url="http://127.0.0.1:8765/",
    findings=(
        Finding("record not taken", "attention", f"{EVIL} `x`", EVIL, 1, (f"CUSTOMER 7 {EVIL}",), (), EVIL, 3, EVIL),
        Finding("accepted", "ok", f"Noted {EVIL}"),
    ),
    before={"rows": 45_000, "orders": 45_908, "lines": 230_000},
    history=tuple(
        PastRun(f"r{n}", datetime(2026, 1, 1, n, tzinfo=UTC), 10.0 * n, status, EVIL, 100, 2, 0)
        for n, status in enumerate(Status)
    ),
)


def test_nothing_from_a_workbook_becomes_markup() -> None:
    """Every text of the page is escaped, wherever it stands."""
    page = render_page(REPORT)
    assert "<img" not in page
    assert page.count("&lt;img") >= 46


def test_a_row_that_was_given_up_says_since_when_and_who_accepted_it() -> None:
    """One that nobody accepted can be tried again; one that somebody did says so instead."""
    page = render_page(REPORT)
    assert page.count("given up on 2025-12-30") == 1
    assert "<small>accepted: &lt;img" in page


def test_the_page_needs_nothing_but_itself() -> None:
    """No script, no style sheet, no picture from elsewhere; the only address is the board's."""
    page = render_page(REPORT)
    assert not re.findall(r"<(?:script|link|iframe|object)|@import|url\(", page)
    assert set(re.findall(r'(?:href|src)="([^"]*)"', page)) == {"http://127.0.0.1:8765/"}


def test_an_empty_run_has_a_page_too() -> None:
    """A run that failed at once has a verdict and a stage, and no empty tables."""
    empty = replace(REPORT, figures=Figures(), history=(), stages=(Stage("load", Status.FAILED, message="No folder."),))
    tiles = re.findall(r'class="tile"><b>(.*?)</b><span>(.*?)</span>', render_page(empty))
    assert [value for value, name in tiles if not name.endswith("board")] == ["?"] * 5, "nobody could count them"
    page = render_page(empty)
    assert "No folder." in page
    assert page.count("<table") == 1


def test_both_forms_are_written_and_the_pointer_leads_to_the_page(tmp_path: Path) -> None:
    """report.json holds all of the report; latest.html, a plain file, leads to report.html."""
    page = write_report(REPORT, tmp_path, keep=5)
    document = json.loads((tmp_path / REPORT.run_id / "report.json").read_text(encoding="utf-8"))
    assert document["figures"]["customers"][0]["rows"] == 1000
    assert [(row["since"], row["accepted"]) for row in document["figures"]["failed_rows"]] == [
        ("2025-12-30T05:00:00", None), ("2025-12-30T05:00:00", f"accepted: {EVIL}"),
    ]  # fmt: skip
    assert document["started_at"] == "2026-01-02T03:04:05+00:00"
    assert page.is_file()
    target = re.search(r'href="([^"]+)"', (tmp_path / LATEST).read_text(encoding="utf-8"))
    assert target is not None
    assert tmp_path / target[1] == page
    assert not list(tmp_path.rglob("*.part"))


HOSTILE = (
    'pwd="bad ORDER LIST.xlsx',
    "PWD=DISTRO",
    "password={x",
    "?sig=",
    "AccountKey=1;",
    "a://b:c@d",
    "{{ 7 * 7 }}",
)


def test_names_that_look_like_secrets_leave_the_report_whole(tmp_path: Path) -> None:
    """Files, headers and names of any spelling: the JSON parses, and the page has a row for each."""
    figures = replace(
        REPORT.figures,
        unknown_headers=tuple(UnknownHeader(f"F{n}.xlsx", name) for n, name in enumerate(HOSTILE)),
        rejected_files=tuple(RejectedFile(name, "It is no workbook.") for name in HOSTILE),
    )
    page = write_report(replace(REPORT, figures=figures), tmp_path, keep=1)
    document = json.loads((page.parent / "report.json").read_text(encoding="utf-8"))
    assert [entry["header"] for entry in document["figures"]["unknown_headers"]] == list(HOSTILE)
    text = html.unescape(page.read_text(encoding="utf-8"))
    for name in HOSTILE:
        assert text.count(name) >= 2, name


def test_a_known_secret_is_in_neither_form(tmp_path: Path) -> None:
    """A password that found its way into a message is masked before JSON and page are made."""
    register_secret('hunter"22')
    page = write_report(replace(REPORT, verdict='Failed: hunter"22 <b>.'), tmp_path, keep=1)
    document = json.loads((page.parent / "report.json").read_text(encoding="utf-8"))
    assert document["verdict"] == "Failed: *** <b>."
    assert "hunter" not in page.read_text(encoding="utf-8")


def test_only_the_last_reports_are_kept(tmp_path: Path) -> None:
    """Old reports go, the last ones stay, and what is no report of ours is never touched."""
    (tmp_path / "notes").mkdir()
    for day in range(1, 6):
        write_report(replace(REPORT, run_id=f"2026010{day}T030405Z-0a1b"), tmp_path, keep=2)
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "20260104T030405Z-0a1b", "20260105T030405Z-0a1b", LATEST, "notes",
    ]  # fmt: skip


def test_a_clock_set_back_loses_no_report(tmp_path: Path) -> None:
    """The report that was written last stays and is the latest, whatever the runs' names say."""
    for day in (3, 4, 2):
        write_report(replace(REPORT, run_id=f"2026010{day}T030405Z-0a1b"), tmp_path, keep=2)
        assert latest_run(tmp_path) == f"2026010{day}T030405Z-0a1b"
    assert {p.name[:8] for p in tmp_path.iterdir() if p.is_dir()} == {"20260104", "20260102"}
    shutil.rmtree(tmp_path / "20260102T030405Z-0a1b")
    assert latest_run(tmp_path) is None


def test_the_summary_says_what_a_person_asks_for(tmp_path: Path) -> None:
    """Files, rows, orders, lines, rejects by reason, the board, seconds a stage, and where to look."""
    text = summary(REPORT, tmp_path / "report.html")
    for said in (
        "45 landed, 1 rejected", "46,000 = 45,908 orders + 92 rejected rows", "lines      229,540", "no_order_number",
        "items 2 created, 0 updated, 1 failed", "subitems 3 created", "4 orders gone from the workbooks", "20.0 s",
        "50 rows/s",
        "report.html", "http://127.0.0.1:8765/",
    ):  # fmt: skip
        assert said in text


def test_a_workbook_that_no_model_reads_is_named_with_its_mend(tmp_path: Path) -> None:
    """Page and summary say which workbook it is and which command helps; without a transform there was no model yet."""
    new = Figures(customers=(CustomerFigures("NEW BRAND", ("NEW.xlsx",), "landed", rows=20, unread_rows=20),))
    said = "loader scaffold"
    built = replace(REPORT, figures=new, findings=judge(REPORT.stages, new).findings)
    loaded = replace(built, stages=REPORT.stages[:1], findings=judge(REPORT.stages[:1], new).findings)
    for render in (render_page, lambda report: summary(report, tmp_path)):
        assert said in render(built)
        assert said not in render(loaded)


def test_a_run_without_changes_says_so(tmp_path: Path) -> None:
    """The second run's summary says that nothing changed on the board."""
    text = summary(replace(REPORT, figures=Figures(), verdict="All well: nothing changed on the board."), tmp_path)
    assert "All well: nothing changed on the board." in text
    assert "on board   nothing changed" in text
    assert "rows in    not known" in text, "without a build, and without a workbook, nobody counted any"
    assert "lines      not known" in text


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as opened:
        yield opened


@pytest.fixture
def open_page(browser: Browser, tmp_path: Path) -> Iterator[Page]:
    with shown(browser, write_report(REPORT, tmp_path, keep=1)) as page:
        yield page


def test_the_page_fits_a_telephone(open_page: Page) -> None:
    """At 375 pixels nothing but the tables, each in its own frame, scrolls sideways; the verdict is seen first."""
    assert open_page.evaluate("document.documentElement.scrollWidth") <= 375
    heading = open_page.locator("h1").bounding_box()
    assert heading is not None
    assert heading["y"] < 200


def test_the_first_column_stays_where_it_is(open_page: Page) -> None:
    """A table that is scrolled sideways on a telephone still says whose row it is."""
    open_page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
    frame = open_page.locator(".scroll:has(table.customers)").last
    cell = frame.locator("tbody th").first
    before = cell.bounding_box()
    frame.evaluate("frame => frame.scrollLeft = 200")
    after = cell.bounding_box()
    assert before is not None
    assert after is not None
    assert (before["x"], frame.evaluate("frame => frame.scrollLeft")) == (after["x"], 200)


def test_nothing_is_clipped_on_a_desk(open_page: Page) -> None:
    """At 1280 pixels neither the page nor any table of it is wider than its frame, folded ones included."""
    open_page.set_viewport_size({"width": 1280, "height": 900})
    open_page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
    wide = open_page.locator(".scroll").evaluate_all(
        "all => all.filter(one => one.scrollWidth > one.clientWidth + 1).map(one => one.innerText.slice(0, 60))"
    )
    assert (wide, open_page.evaluate("document.documentElement.scrollWidth")) == ([], 1280)


def test_customers_to_look_at_stand_first_and_quiet_ones_are_folded(open_page: Page) -> None:
    """The one that the To do names is in the first table; the other 45 wait behind a line that counts them."""
    tables = open_page.locator("table.customers")
    assert [tables.nth(n).locator("tbody tr").count() for n in range(2)] == [1, 45]
    assert not tables.nth(1).is_visible()
    assert open_page.get_by_text("45 customers without a problem").is_visible()


def test_tiles_say_how_the_totals_changed(open_page: Page) -> None:
    """With a sign; what is the same is said to be; what nobody knows is no change."""
    said = open_page.locator(".tile small").all_inner_texts()
    assert said == ["+1,000 since the last run", "as in the last run", "-460 since the last run", "change not known",
                    "change not known"]  # fmt: skip


def test_the_page_follows_the_readers_light(open_page: Page) -> None:
    """Dark ground in the dark, light ground by day, with text that stands out on both."""
    seen = {}
    for scheme in ("light", "dark"):
        open_page.emulate_media(color_scheme=scheme)
        colours = open_page.evaluate(
            "(({backgroundColor, color}) => [backgroundColor, color])(getComputedStyle(document.body))"
        )
        seen[scheme] = [sum(map(int, re.findall(r"\d+", colour)[:3])) for colour in colours]
    assert seen["light"][0] - seen["light"][1] > 450
    assert seen["dark"][1] - seen["dark"][0] > 450


def test_the_charts_are_drawn(open_page: Page) -> None:
    """Stages, shares and earlier runs have shapes of some size, with a text for those who cannot see them."""
    assert open_page.locator("svg.chart rect").count() == 3
    assert open_page.locator("svg.columns rect").count() == len(Status) + 1
    assert open_page.locator(".axis-below .axis").inner_text().split("\n") == [
        "0.0 s", "20.9 s", "41.7 s", "62.6 s", "83.4 s",
    ]  # fmt: skip
    assert open_page.locator(".plot .scale").inner_text().split("\n") == ["100 s", "50 s", "0 s"]
    assert open_page.locator(".plot .axis").inner_text().split("\n") == ["01 Jan 06:00", "02 Jan 03:04"]
    assert open_page.get_by_role("img", name=re.compile("load 3.0 s")).count() == 1
    box = open_page.locator("svg.chart rect").last.bounding_box()
    assert box is not None
    assert box["width"] > 100


FAILING = replace(
    REPORT,
    figures=replace(
        REPORT.figures,
        rejects=(Rejects("value", "not_a_number", 2, "An example."),),
        rejected_rows=(
            RejectedRow("A.xlsx", "MASTER", 12, "AJE", "value", "discount", "- 5", "not_a_number", "No number.", True),
            RejectedRow("A.xlsx", "MASTER", 13, "AJE", "value", "drop", "TBC", "not_a_number", "Neither.", True),
        ),
        failed_rows=(
            FailedRow("AJE", "item", "POLO", "discount: '- 5' is no number", 1, given_up=False, order="o"),
            FailedRow("AJE", "item", "TEE", "Refused.", 1, given_up=False),
        ),
        failed_rows_left_out=0,
        places={"o": Place("4711", "A.xlsx", 12)},
        held_back=(HeldBack("RHONE", "lost orders", 2),),
    ),
    findings=(Finding("held back", "attention", "Held back, 2 changes wait: lost orders", customers=("RHONE",)),),
    sync_runs=(
        SyncRun("s-1", "push", "spring", 5, "monday-sync rollback s-1 --target local --dry-run", archived=1, groups=2),
        SyncRun("s-2", "push", "fall", 0, None),
    ),
)


def rows_of(page: str) -> list[list[str]]:
    """The cells of each row of a table's body, as texts."""
    found = re.findall(r"<tr>(.*?)</tr>", page, re.S)
    cells = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.S) for row in found]
    return [[" ".join(html.unescape(re.sub(r"<[^>]+>", " ", cell)).split()) for cell in row] for row in cells if row]


def test_each_failing_row_stands_once_with_its_cell() -> None:
    """File, row, column, text and reason; a cell that the build rejected and the board refused is one row."""
    rows = rows_of(render_page(FAILING))
    (polo,) = [row for row in rows if "item POLO" in " ".join(row)]
    assert polo == ["A.xlsx", "12", "AJE item POLO", "discount", "- 5", "discount: '- 5' is no number", "1"]
    assert [row[1:] for row in rows if row[0] == "A.xlsx" and row is not polo and len(row) > 2] == [
        ["13", "AJE", "drop", "TBC", "Neither."]
    ]
    assert "An example." not in render_page(FAILING)
    assert render_page(FAILING).count("lost orders") == 1


def test_what_failed_comes_first_and_what_is_well_is_folded() -> None:
    """To do, failing rows, the board with the way back, customers; then stages and earlier runs."""
    page = render_page(FAILING)
    titles = re.findall(r"<h2>([A-Z][A-Za-z ]*?)(?: <small>|</h2>)", page)
    assert titles == [
        "To do", "Not taken by the board", "Rejected workbooks", "Missing workbooks",
        "Columns that are empty now", "Rejects", "Unknown headers", "On the board", "Customers", "Stages",
        "Earlier runs",
    ]  # fmt: skip
    assert f"<details><summary>{len(REPORT.history)} runs before this one</summary>" in page
    well = replace(REPORT, stages=tuple(replace(stage, status=Status.OK) for stage in REPORT.stages))
    assert "<details><summary>3 stages, each as it should be</summary>" in render_page(well)
    assert "<details open><summary>3 stages</summary>" in render_page(REPORT)


def test_each_push_is_named_with_its_way_back() -> None:
    """Of several boards each; one that changed nothing needs none."""
    page = render_page(FAILING)
    assert "<code>monday-sync rollback s-1 --target local --dry-run</code>" in page
    assert page.count("monday-sync rollback") == 1
    assert "5 changes, 1 record archived, and 2 groups made or archived." in " ".join(page.split())
    assert "<code>s-2</code>: 0 changes" in page


@pytest.mark.parametrize("customers", [0, 46, 500])
def test_the_page_fits_whatever_the_number_of_customers(browser: Browser, tmp_path: Path, customers: int) -> None:
    """Nothing sticks out on a telephone; hundreds of quiet customers stay folded, so that the page stays short."""
    every = tuple(
        CustomerFigures(f"C{n}", (f"C{n} ORDER LIST (M3).xlsx",), "landed", 10, 10, 50, 0, 0) for n in range(customers)
    )
    page = tmp_path / "report.html"
    page.write_text(render_page(replace(FAILING, figures=replace(FAILING.figures, customers=every))), encoding="utf-8")
    shown = browser.new_page(viewport={"width": 360, "height": 800})
    shown.goto(page.as_uri())
    assert shown.evaluate("document.documentElement.scrollWidth") <= 360
    assert shown.evaluate("document.documentElement.scrollHeight") < 8_000
    shown.close()
