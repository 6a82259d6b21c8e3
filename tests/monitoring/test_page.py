"""The page: what it says of what is known, that it says what is not, and how it is read and written."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from console import ConfigurationError, register_secret
from monitoring.alerts import alert_key
from monitoring.model import State
from monitoring.overview import Overview
from monitoring.page import PAGE, render_page, write_page
from monitoring.page.customers import customer_rows
from monitoring.page.facts import Due, Facts, Run, Stage, Workbook
from monitoring.page.reading import SHOWN, STATEMENTS, read_facts
from monitoring.page.trends import trends
from monitoring.page.view import page_view
from monitoring.texts import RUN_WORDS
from monitoring.watch import watch
from pipeline.verdict import WORDS
from tests.monitoring.conftest import Post, World
from tests.monitoring.pages import EVIL, NOW, facts_of, figures, name_of, overview_of, runs, view_of
from tests.sqlserver import gates
from tests.sqlserver.refused import refused_in
from tests.sqlserver.tsql import errors_in
from warehouse import open_warehouse, recording

Fill = Callable[[int, int], World]
CASES = {status.value: word for status, word in WORDS.items()}


def test_runs_are_called_as_the_pipeline_calls_them() -> None:
    """The page is below the pipeline, and says the same words for how a run ended."""
    assert RUN_WORDS == CASES


def test_the_first_line_says_how_things_stand() -> None:
    """Alerts, the worst of them, and the last run with its figures; the colour is that of the worst."""
    view = view_of(46)
    assert (view.look, view.word) == ("failed", "failed")
    assert view.line == (
        "8 alerts open, 1 of them failed. Last run 2026-03-31 06:56: needs attention, 268 s, 45,929 orders, 29 changes."
    )
    assert view.unknown == ("API calls left of the day", "Days since a backup was restored on trial")


def test_what_is_not_known_is_not_all_well() -> None:
    """Nothing open and a figure unknown is no "all well"; nothing judged is not known."""
    calm = replace(overview_of(0), alerts=())
    assert page_view(calm, facts_of(0), now=NOW).word == "nothing is open"
    known = {name: some for name, some in figures().items() if all(one.value is not None for one in some)}
    assert page_view(replace(calm, figures=known), facts_of(0), now=NOW).word == "all well"
    unjudged = page_view(replace(calm, figures={}), facts_of(0), now=NOW)
    assert (unjudged.word, unjudged.look, unjudged.line[:24]) == ("not known", "unknown", "Nothing was judged yet. ")
    # as `monitor check --expect-within` leaves it, which judges only that
    overdue = page_view(replace(overview_of(1), figures={}, history={}), Facts(), now=NOW)
    assert (overdue.word, len(overdue.alerts)) == ("failed", 3)
    assert overdue.line == "3 alerts open, 1 of them failed. No run is known."


def test_unknown_figures_are_gaps_and_never_zero() -> None:
    """A run without the figure has no dot; a killed run has no time; sums with an unknown part are unknown."""
    view = view_of(1)
    success = next(one for one in view.trends if one.title.startswith("API calls that were not"))
    assert [dot.value for dot in success.dots].count(None) == 4
    assert 0.0 not in [dot.value for dot in success.dots]
    killed = [run for run in view.runs if run.word == "killed"]
    assert [(run.seconds, run.orders, run.changes) for run in killed] == [(None, None, None)] * 3
    page = render_page(view)
    assert page.count('<rect class="unknown"') == 3
    assert page.count('<rect class="gap"') > 5
    some = overview_of(0)
    spoilt = [*some.history["rejects"], replace(some.history["rejects"][0], subject="CUSTOMER 003", value=None)]
    drawn = trends(replace(some, history={**some.history, "rejects": spoilt}), tuple(reversed(runs())))
    rejects = next(one for one in drawn if one.title == "Rows and values rejected")
    assert (rejects.dots[-1].value, rejects.dots[-3].value) == (None, 84.0)


def test_bars_are_drawn_at_their_height() -> None:
    """Shares have both bars; the sum of what customers reject has the sum of theirs; rows have what is usual."""
    by_title = {one.title: one for one in view_of(1).trends}
    share = by_title["Records that the board shows as they are"]
    assert [(line.kind, line.value) for line in share.lines] == [("attention", 95), ("failed", 80)]
    assert (share.low, share.high, share.bars) == (70.0, 100.0, "well: at least 95 %, failed: below 80 %")
    assert [line.value for line in by_title["Rows and values rejected"].lines] == [120.0]
    assert by_title["Records that wait for longer than a day"].bars == "well: none"
    assert [line.kind for line in by_title["Rows in the workbooks"].lines] == ["usual"]
    assert by_title["Items of board 92: how full"].note == "9,300 of 10,000; full on 2026-04-21 at the present rate"


@pytest.mark.parametrize(
    ("stages", "values"),
    [
        (((), ("ok", 10), ("skipped", None)), [None, 10, 10]),
        ((("ok", 10), ("failed", None), ("skipped", None)), [10, None, None]),
        ((("ok", 10), (), ("ok", 12)), [10, None, 12]),
    ],
)
def test_rows_are_those_of_the_last_build(
    stages: tuple[tuple[str, int | None] | tuple[()], ...], values: list[float | None]
) -> None:
    """A run that needed no build leaves them; after one that failed, nobody knows until the next."""
    made = tuple(
        Run(str(n), NOW, 1.0, "ok", "", 1, 1, (Stage("transform", one[0], 1.0, one[1]),) if one else ())
        for n, one in enumerate(stages)
    )
    rows = next(one for one in trends(overview_of(0), made) if one.title == "Rows in the workbooks")
    assert [dot.value for dot in rows.dots] == values


def test_customers_stand_by_trouble_with_their_reasons() -> None:
    """Whom the board refuses most comes first, the one held back and the rejected workbook after it, the calm last."""
    rows = customer_rows(overview_of(46), facts_of(46))
    assert len(rows) == 46
    assert [row.is_quiet for row in rows] == [False] * 7 + [True] * 39
    first = rows[0]
    assert (first.name, first.failed, first.rejects, first.owner) == ("CUSTOMER 019", 12, 25, "operations")
    assert [(some.title, len(some.rows), some.left_out) for some in first.rows] == [
        ("The board refuses", 10, 2), ("Waiting for the next push", 3, 0), ("Rejected", 10, 15),
    ]  # fmt: skip
    assert first.rows[2].command == 'pipeline rejects --customer "CUSTOMER 019"'
    held = next(row for row in rows if row.is_held)
    assert (held.held, [reason.text for reason in held.reasons]) == (
        30, ["Customers held back: 1 customer (none is well). 7 of 10 orders are gone"],
    )  # fmt: skip
    spoilt = next(row for row in rows if row.name == name_of(7))
    assert [reason.text for reason in spoilt.reasons] == [
        "CUSTOMER 007 ORDER LIST (M3).xlsx was rejected: It is no workbook. Save it again."
    ]


def test_a_workbook_of_nobody_has_a_row_of_its_own() -> None:
    """Rejected from the first day on, it has no orders that say whose it is; parts that cannot be read are a ?."""
    facts = Facts(workbooks=(Workbook("NEW.xlsx", "rejected", "no header", None),), orders={})
    view = Overview("local", None, (), (), {}, {}, ())
    (row,) = customer_rows(view, facts)
    assert (row.name, row.state, row.orders) == ("NEW.xlsx (customer not known)", State.ATTENTION, 0)
    assert (row.rejects, row.waiting, row.failed) == (None, None, None)
    (calm,) = customer_rows(view, Facts(orders={("AJE", "a.xlsx"): 3}))
    assert (calm.state, calm.orders, calm.failed) == (State.UNKNOWN, 3, None)


def test_many_alerts_of_one_check_are_folded_and_counted() -> None:
    """Five at once, up to sixty in all, and the number of the rest with the command that lists them."""
    alerts = overview_of(2).open_alerts
    one = next(alert for alert in alerts if alert.check == "records_refused")
    many = tuple(replace(one, key=alert_key("records_refused", str(n)), subject=f"C{n:03}") for n in range(500))
    (group,) = page_view(replace(overview_of(0), alerts=many), facts_of(0), now=NOW).alerts
    assert (group.count, len(group.first), len(group.others), group.left_out) == (500, 5, 55, 440)
    assert "440 more: <code>monitor status</code>" in render_page(
        page_view(replace(overview_of(0), alerts=many), facts_of(0), now=NOW)
    )


def test_nothing_becomes_markup_and_nothing_comes_from_elsewhere() -> None:
    """Names, reasons, cells and verdicts are text; links lead to files beside the page, and only to those there are."""
    page = render_page(view_of(46))
    assert "<img" not in page
    assert page.count("&lt;img") > 50
    assert not re.findall(r"<(?:link|iframe|object)|@import|url\(|<script [^>]*src|https?:", page)
    links = set(re.findall(r'(?:href|src)="([^"]*)"', page))
    kept = {f"{run.run_id}/report.html" for run in runs()[:20]}
    assert links == {*kept, "audit.html", "latest.html", "../BACKUP_LOG.md"}
    assert page.count("<script>") == 1
    assert EVIL not in page


def test_a_known_secret_is_not_in_the_page() -> None:
    """A password that found its way into a reason is masked."""
    register_secret('pass"word-77')
    first = facts_of(0)
    told = replace(first, unasked=('rejects: login pass"word-77 <b>',))
    page = render_page(page_view(overview_of(1), told, now=NOW))
    assert "word-77" not in page
    assert "rejects: login *** &lt;b&gt;" in page


def test_a_first_day_has_a_page(world: World, tmp_path: Path) -> None:
    """No database, then an empty one, then a first run: each is said, and each is a page of the owner's alone."""
    target = world.warehouse.target
    path = write_page(world.warehouse, now=world.now)
    assert path == target.project_dir / "data/reports" / PAGE
    assert path.stat().st_mode & 0o077 == 0
    text = path.read_text(encoding="utf-8")
    assert "No run has been noted yet: <code>pipeline run</code> makes the first" in text
    world.well()
    watch(world.warehouse, now=world.clock, delivering=Post())
    text = write_page(world.warehouse, tmp_path / "elsewhere" / "x.html", now=world.now).read_text(encoding="utf-8")
    assert "Nothing is open. Last run 2026-03-02 07:00: all well, 60 s, 10 orders, 2 changes." in text
    (tmp_path / "a.duckdb").unlink()
    text = write_page(world.warehouse, now=world.now).read_text(encoding="utf-8")
    assert "No run has been noted yet" in text


def test_what_cannot_be_read_stands_on_the_page_and_is_raised(world: World) -> None:
    """A page of yesterday does not stay as if it were today's."""
    world.well()
    path = write_page(world.warehouse, now=world.now)
    world.settings("quiet_hours: 7")
    with pytest.raises(ConfigurationError, match=r"monitoring\.yml"):
        write_page(world.warehouse, now=world.now)
    text = path.read_text(encoding="utf-8")
    assert "Nobody knows how things stand: monitoring.yml" in text
    assert "Last run" not in text
    write_page(world.warehouse, now=world.now, problem="The disk is full.")
    assert "Nobody knows how things stand: The disk is full." in path.read_text(encoding="utf-8")


def test_each_target_has_a_page_of_its_own(world: World) -> None:
    """A run of dev leaves prod's page alone; each leads to the other; a page of before under the plain name goes."""
    world.well()
    default = write_page(world.warehouse, now=world.now)
    other = open_warehouse(replace(world.warehouse.target, name="a b", is_default=False))
    page = write_page(other, now=world.now)
    assert (default.name, page.name) == ("monitor.html", "monitor.a%20b.html")
    assert "target <b>local</b>" in default.read_text(encoding="utf-8")
    text = page.read_text(encoding="utf-8")
    assert "target <b>a b</b>" in text
    assert 'href="monitor.html"' in text
    assert 'href="monitor.a%2520b.html"' in write_page(world.warehouse, now=world.now).read_text(encoding="utf-8")
    page.rename(default)  # as a release had it that wrote one for all
    write_page(other, now=world.now)
    assert (page.exists(), default.exists()) == (True, False)


@pytest.fixture
def stocked(world: World) -> Fill:
    """The world with customers, each with rejects and records that are not on the board."""
    for table in ("items", "subitems"):
        for column in ("sync_state varchar", "sync_error_message varchar", "line_key varchar"):
            world.sql(f"alter table sync_monday__{table} add column {column}")
    world.sql(
        'alter table "ORDER_LIST" add column _source_row int',
        *(f"alter table order_list_rejects add column {one}" for one in
          ("_source_row int", "column_name varchar", "value_text varchar")),
        "alter table loader_file_log add column logged_at timestamp",
        "create table monday_sync_plans (plan_id varchar, board_id varchar, created_at timestamp, run_id varchar)",
    )  # fmt: skip

    def fill(first: int, customers: int) -> World:
        for number in range(first, customers):
            name = f"C{number}"
            world.sql(
                f"insert into \"ORDER_LIST\" values ('k{number}', '{name}', '{name}.xlsx', 'load-1', 5)",
                f"insert into loader_file_log values ('load-1', '{name}.xlsx', 20, 'landed', '', 's', 1, "
                "'2026-03-01 06:00')",
                f"insert into loader_file_log values ('load-2', '{name}.xlsx', 20, 'rejected', 'no zip', 's', 2, "
                "'2026-03-02 06:00')",
                *(f"insert into order_list_rejects values ('{name}.xlsx', '{name}', 'row', 'no number', {row}, '', '')"
                  for row in range(SHOWN + 3)),
                f"insert into sync_monday__items values ('k{number}', '{name}', 'TEE', 0, 'UPDATE', 'ERROR', 'no BOX', "
                "null)",
                f"insert into sync_monday__subitems values ('k{number}', '{name}', 'M', 0, 'INSERT', 'NEW', null, 'l')",
                f"insert into sync_monday__items values ('g{number}', '{name}', 'OLD', 0, 'DELETE', 'SYNCED', null, "
                "null)",
            )  # fmt: skip
        return world

    return fill


def test_every_kind_is_one_statement_whatever_the_number(stocked: Fill) -> None:
    """Two customers or forty: as many statements, none twice; what they give is counted, cut and placed."""
    sent = []
    for first, customers in ((0, 2), (2, 40)):
        world = stocked(first, customers)
        world.run()
        with recording() as recorder:
            facts = read_facts(world.warehouse)
        sent.append(sum(tally.count for tally in recorder.tallies()))
    assert sent[0] == sent[1] <= len(STATEMENTS) + 2
    assert facts.unasked == ()
    assert facts.due is not None
    assert facts.rejects is not None
    assert facts.workbooks is not None
    assert {key: some.count for key, some in facts.due.items() if key[0] == "C7"} == {
        ("C7", "failed"): 1, ("C7", "waiting"): 1,
    }  # fmt: skip
    refused = facts.due["C7", "failed"].first[0]
    assert isinstance(refused, Due)
    assert (refused.item, refused.message, refused.file, refused.row) == ("TEE", "no BOX", "C7.xlsx", 5)
    rejects = facts.rejects["C7", "C7.xlsx"]
    assert (rejects.count, [one.row for one in rejects.first]) == (SHOWN + 3, list(range(SHOWN)))
    book = next(one for one in facts.workbooks if one.file == "C7.xlsx")
    assert (book.status, book.reason, f"{book.landed_at:%d %H}") == ("rejected", "no zip", "01 06")
    assert [run.run_id for run in facts.runs or ()] == ["run-002", "run-001"]
    world.sql("insert into monday_sync_accepted values ('k7', null)")
    assert ("C7", "failed") not in (read_facts(world.warehouse).due or {})


def test_what_cannot_be_asked_is_not_known(stocked: Fill) -> None:
    """A table of an earlier version costs its own part, which is said, and no other."""
    world = stocked(0, 1)
    world.run()
    world.sql("alter table loader_file_log drop column logged_at")
    facts = read_facts(world.warehouse)
    assert (facts.workbooks, facts.orders) == (None, {("C0", "C0.xlsx"): 1})
    assert len(facts.unasked) == 1
    assert facts.unasked[0].startswith("workbooks: ")
    shown = page_view(replace(overview_of(0), alerts=()), facts, now=NOW)
    assert [note[:31] for note in shown.notes] == ["Could not be asked: workbooks: "]


@pytest.mark.parametrize("name", STATEMENTS)
def test_a_statement_of_the_page_is_t_sql(name: str) -> None:
    """It parses, holds nothing that SQL Server refuses, names its relations with their schema, loses no letter."""
    relations, sql = STATEMENTS[name]
    sql = sql.format(**{one: f"[dbo].[{one}]" for one in relations}, file="[file]")
    assert (errors_in(sql.replace("?", "@p")), refused_in(sql)) == ([], [])
    assert (gates.unqualified(sql), gates.misspelt_catalog(sql), gates.code_page_losses(sql)) == (set(), set(), [])
