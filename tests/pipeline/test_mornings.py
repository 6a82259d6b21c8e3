"""Ten and two broken mornings: each says the same word everywhere, and what to do names cause, customer and command."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from console import ExitCode
from pipeline.current import current_status
from pipeline.history import History
from pipeline.model import RunReport, Stage, Status
from pipeline.options import RunOptions
from pipeline.run import run
from pipeline.stages import Context
from pipeline.stages.sync import pushed_by, stage_of
from pipeline.summary import history_table, summary
from pipeline.todo import todo_lines
from pipeline.verdict import WORDS
from tests.pipeline.mornings.broken import MORNINGS, Morning
from tests.pipeline.mornings.calm import pushed, set_up
from warehouse import Session, Warehouse

CALM = Morning("calm", Status.OK, "", "", "")


def stages(morning: Morning) -> Mapping[str, Callable[[Context], Stage]]:
    """The stages of a morning: what they leave in the database is there already."""

    def sync(context: Context) -> Stage:
        context.pushed = pushed_by(morning.push)
        return stage_of(morning.push)

    return {
        "load": lambda _: Stage("load", Status.OK, message="46 landed."),
        "transform": lambda _: morning.transform(),
        "sync": sync,
    }


def live(morning: Morning, warehouse: Warehouse, options: RunOptions) -> RunReport:
    """The run of that morning."""
    with warehouse.session() as session:
        set_up(session)
        morning.breaks(session)
    return run(warehouse, replace(options, source="in"), stages=stages(morning))


def page_of(options: RunOptions, report: RunReport) -> str:
    return (options.reports / report.run_id / "report.html").read_text(encoding="utf-8")


def to_do(page: str) -> list[str]:
    """The lines of the page's To do, as a person reads them."""
    (block,) = re.findall(r'<section class="todo".*?</section>', page, re.S) or [""]
    lines = re.findall(r"<li\b.*?</li>", block, re.S)
    return [" ".join(html.unescape(re.sub(r"<[^>]+>", " ", line)).split()) for line in lines]


def test_a_calm_morning_is_well(warehouse: Warehouse, options: RunOptions) -> None:
    """The set-up that is broken below is well by itself, and has nothing to do."""
    report = live(CALM, warehouse, options)
    assert (report.verdict, report.exit_code) == ("All well: nothing changed on the board.", ExitCode.OK)
    assert (report.to_do, to_do(page_of(options, report))) == ((), [])


@pytest.mark.parametrize("morning", MORNINGS, ids=lambda morning: morning.name)
def test_a_broken_morning_says_one_word_and_what_to_do(
    morning: Morning, warehouse: Warehouse, options: RunOptions, tmp_path: Path
) -> None:
    """Exit status, JSON, console, page, history and status have one word; one line has cause, customer and command."""
    report = live(morning, warehouse, options)
    word, page = WORDS[morning.status], page_of(options, report)
    assert (report.status, report.exit_code) == (morning.status, ExitCode.SOME_FAILED)
    assert report.verdict.lower().startswith(word)
    document = json.loads((options.reports / report.run_id / "report.json").read_text(encoding="utf-8"))
    assert (document["status"], document["exit_code"]) == (morning.status.value, 1)
    console = summary(report, tmp_path / "report.html")
    assert console.splitlines()[1] == report.verdict
    assert f'<p class="badge">{word}</p>' in page
    (past,) = History(warehouse).runs()
    assert (past.status, past.message) == (morning.status, report.verdict)
    assert word in history_table((past,))
    status = current_status(warehouse, options.reports)
    assert (status.word, status.exit_code, status.to_do) == (word, ExitCode.SOME_FAILED, report.to_do)
    for lines in (to_do(page), todo_lines(report.to_do), [line.strip() for line in console.splitlines()]):
        assert [
            line for line in lines if morning.cause in line and morning.customer in line and morning.command in line
        ], lines
    assert page.index('class="todo"') < page.index('class="tiles"')


@pytest.mark.parametrize("morning", MORNINGS, ids=lambda morning: morning.name)
def test_the_page_of_a_broken_morning_is_clean(morning: Morning, warehouse: Warehouse, options: RunOptions) -> None:
    """No backticks, no "(s)", and what a failed stage said stands on it once."""
    page = page_of(options, live(morning, warehouse, options))
    assert "`" not in page
    assert "(s)" not in page
    assert page.count("Encountered an error") <= 1
    assert page.count("<h1>") == 1


def test_rows_in_always_add_up(warehouse: Warehouse, options: RunOptions, tmp_path: Path) -> None:
    """With a workbook that no model reads the equation names its rows; the plain one is nowhere."""
    morning = next(m for m in MORNINGS if m.name == "a workbook that no model reads")
    report = live(morning, warehouse, options)
    said = "46 = 23 orders + 3 rejected rows + 20 rows that no model reads (NEW BRAND.xlsx)"
    assert said in summary(report, tmp_path)
    page = page_of(options, report)
    assert said in page
    assert "Rows in = orders + rejected rows, customer by customer" not in page


def test_rejects_are_listed_and_new_ones_stand_first(warehouse: Warehouse, options: RunOptions) -> None:
    """The second morning has two rejects that the first had not; a row that moved within its sheet is not new."""
    first = live(CALM, warehouse, options)
    assert {row.is_new for row in first.figures.rejected_rows or ()} == {None}
    with warehouse.session() as session:
        session.execute("update order_list_rejects set _source_row = 40 where _source_file like 'AJE%'")
        session.execute(
            "insert into order_list_rejects values ('RHONE ORDER LIST (M3).xlsx', 'MASTER', 3, 'RHONE', 'value', "
            "'EX FACTORY DATE', 'TBC', 'not_a_date', 'TBC is no date.')"
        )
    second = run(warehouse, options, stages=stages(CALM))
    rows = second.figures.rejected_rows or ()
    assert [(row.text, row.is_new) for row in rows] == [("TBC", True), ("", False), ("", False), ("", False)]
    page = page_of(options, second)
    assert page.index("1 reject new since the run before") < page.index("3 rejects that the run before had too")
    assert "+1 since the last run" in page
    assert "as in the last run" in page


def test_a_run_judges_what_it_saw(warehouse: Warehouse, options: RunOptions) -> None:
    """What was given up yesterday alarms a push of everything, and neither a load nor a push of another customer."""
    morning = next(m for m in MORNINGS if m.name == "orders were given up")
    live(morning, warehouse, options)
    calm = stages(CALM)
    for changed in ({"only": ("load",)}, {"only": ("transform",)}, {"only": ("sync",), "customers": ("AJE",)}):
        report = run(warehouse, replace(options, **changed), stages=calm)  # type: ignore[arg-type]
        assert (report.status, report.verdict.split(":")[0]) == (Status.OK, "All well"), changed
    assert run(warehouse, replace(options, only=("sync",)), stages=calm).status is Status.ATTENTION


def test_what_was_accepted_with_a_reason_alarms_nobody(warehouse: Warehouse, options: RunOptions) -> None:
    """The row is named on the page, and the run is well."""
    morning = next(m for m in MORNINGS if m.name == "orders were given up")

    def breaks(session: Session) -> None:
        morning.breaks(session)
        session.execute(
            "insert into monday_sync_accepted values ('item', 'RHONE2', 'h', 'maria', now(), 'They know.', null)"
        )

    report = live(replace(morning, push=pushed(), breaks=breaks), warehouse, options)
    assert (report.status, report.to_do) == (Status.OK, ())
    assert "They know." in page_of(options, report)


def test_a_run_that_saw_nothing_is_not_well(warehouse: Warehouse, options: RunOptions) -> None:
    """No customers, no rows: there was nothing to look at, and that is said."""
    report = run(warehouse, options, stages=stages(CALM))
    assert (report.status, report.to_do[0].found[:29]) == (Status.ATTENTION, "There was nothing to look at:")


@pytest.mark.parametrize(
    ("share", "verdict", "expected"),
    [(1.0, "success", Status.OK), (0.9, "attention", Status.ATTENTION), (0.79, "failed", Status.FAILED),
     (None, "attention", Status.ATTENTION)],
)  # fmt: skip
def test_the_share_of_a_push_has_the_word_that_the_ledger_has(
    share: float | None, verdict: str, expected: Status
) -> None:
    """What is not known of a push is no success, and never 0 %."""
    stage = stage_of(pushed(success_share=share, verdict=verdict))
    assert stage.status is expected
    assert " 0 %" not in " ".join(finding.found for finding in stage.findings)
