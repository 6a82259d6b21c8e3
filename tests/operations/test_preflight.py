"""``cutover preflight``: ready when all is ready; each line fails by its own fault, with the mend for it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from click.testing import CliRunner

from console import ExitCode, LockHeldError
from monday_sync import look_at_boards
from operations.cutover.cli import main
from operations.cutover.context import Context
from operations.cutover.preflight import Verdict, examine, examine_target, render_page
from operations.cutover.preflight.boards import capacity
from operations.cutover.preflight.constants import PLACES
from operations.cutover.preflight.environment import profile
from operations.cutover.preflight.examine import look_at
from operations.cutover.preflight.model import Check, Preflight, Section
from operations.cutover.preflight.scene import Scene
from operations.log import CUTOVER, Log
from tests.operations.ready import Ready
from warehouse import MARK, Target, open_warehouse
from warehouse.duckdb import DuckDBWarehouse

pytestmark = pytest.mark.slow
_BUILD = "pipeline run --only transform --target prod"
_VIEW = 'create or replace view "{0}" as select * {1} from main."{0}_kept"'


def test_a_target_that_is_ready(ready: Ready) -> None:
    """Every line passes; list, page, JSON, exit status and log agree."""
    ready.prove_a_backup()
    ready.deliver_an_alert()
    page = ready.folder / "reports/preflight.html"
    done = CliRunner().invoke(main, ["preflight", "--target", "prod", "--json", "--html", str(page)])
    document = json.loads(done.stdout)
    lines = {(line["section"], line["name"]): line for line in document["checks"]}
    other = {key: line["found"] for key, line in lines.items() if line["verdict"] != "passed"}
    assert (done.exit_code, document["well"], document["failed"]) == (ExitCode.OK, True, 0), other
    assert other == {}
    counted = lines["cutover statements", "swp_ORDER_LIST_SYNC counts its records"]
    assert counted["found"] == "59 records, 59 new, 0 to update, 2 cancelled"
    first = lines["capacity", "the first load of board 9200517329 ends within a day"]
    assert "2 calls, 3,580,000 points" in first["found"]
    zero = lines["cancelled orders", "lines of cancelled orders are at zero"]
    assert "2 cancelled orders with 13 lines" in zero["found"]
    (entry,) = Log(ready.warehouse, CUTOVER).entries()
    assert (entry.action, entry.subject, entry.outcome) == ("preflight", "prod", "done")
    assert len(entry.evidence["passed"]) == len(lines) - len(other)
    assert "Ready: " in page.read_text("utf-8")
    assert not list(ready.board.state.all_items())


def test_an_empty_database_is_not_ready(ready: Ready) -> None:
    """Nothing to look at has not passed: each section says so with the way on, and nothing is made by looking."""
    (ready.folder / "order_list.duckdb").unlink()
    done = CliRunner().invoke(main, ["preflight", "--target", "prod"])
    found = examine(ready.context)
    assert not (ready.folder / "order_list.duckdb").exists()
    assert done.exit_code == ExitCode.SOME_FAILED
    assert "failed              it can be looked at: There is no database yet." in done.stdout
    by_section = {line.section: line for line in found.checks}
    for name in ("cutover statements", "sync columns", "data quality", "cancelled orders"):
        assert by_section[name].verdict is Verdict.FAILED
        assert _BUILD in by_section[name].mend
    assert not [line for line in found.having(Verdict.PASSED) if line.section in {"relations", "capacity", "alerts"}]


def test_a_damaged_database_hides_no_line(ready: Ready) -> None:
    """Every section has its line, each with what to do, though nothing can be read."""
    (ready.folder / "order_list.duckdb").write_bytes(b"no database" * 1000)
    found = examine(ready.context)
    assert len(found.sections) == 15, found.sections
    assert found.having(Verdict.PASSED)
    assert all(line.mend for line in found.having(Verdict.FAILED))
    assert [line.name for line in found.checks if line.section == "log"] == ["the log can be written"]


def _no_profile(ready: Ready) -> None:
    ready.edit("profiles.yml", "target: prod", "target: prod, target: dev")


def _fact(more: str = "") -> tuple[str, ...]:
    """FACT_ORDER_LIST with other columns, still by our mark."""
    return (
        'create table "FACT_ORDER_LIST_kept" as select * from "FACT_ORDER_LIST"', 'drop view "FACT_ORDER_LIST"',
        _VIEW.format("FACT_ORDER_LIST", more),
    )  # fmt: skip


def _sql(*statements: str) -> Callable[[Ready], None]:
    return lambda ready: ready.change(*statements)


def _edit(file: str, old: str, new: str) -> Callable[[Ready], None]:
    return lambda ready: ready.edit(file, old, new)


def _write(file: str, text: str) -> Callable[[Ready], object]:
    return lambda ready: (ready.folder / file).write_text(text, "utf-8")


def _no_workbooks(ready: Ready) -> None:
    for path in (ready.folder / "workbooks").glob("*.xlsx"):
        path.rename(path.with_name(f"~${path.name}"))  # what Excel leaves beside one that is open is none


_REJECTS = (
    "insert into order_list_rejects select 'RHONE.xlsx', 'MASTER', range, '{0}', 'row', null, null, '{1}', '{2}' "
    "from range({3})"
)
_BOARD = "boards/prod.yml"
_SEASON = "customer_season: {column: dropdown_mkp4kmtp, type: dropdown, create_labels: yes}"
_STYLE = "customer_style: {column: dropdown_mkr5tgaa, type: dropdown, create_labels: yes}"
_OURS = f"comment on {{}} \"FACT_ORDER_LIST\" is '{MARK}, dbt invocation 1'"
#: By name: the section, what breaks it, and what the one line that fails says: its name, what was found, its mend.
FAULTS: dict[str, tuple[str, Callable[[Ready], object], str, str, str]] = {
    "no workbooks": (
        "profile", _no_workbooks, "the source has workbooks", "There is no workbook in", "Set ORDER_LIST_SOURCE",
    ),
    "an id in a model": (
        "nothing hard-coded", _write("models/own.sql", "select 1\n-- 9200517329"), "stand only in boards/",
        "models/own.sql:2 has 9200517329", "boards/<target>.yml",
    ),
    "a ledger that was changed": (
        "relations", _sql("alter table monday_sync_runs drop column started_at"), "the tables of monday_sync",
        "started_at", "",
    ),
    "another dbt": (
        "versions", _edit("requirements/run.txt", "dbt-core==", "dbt-core==9."), "those that were tested",
        "dbt-core is 1.11", "make setup",
    ),
    "no sync view": (
        "cutover statements", _sql('drop view "swp_ORDER_LIST_SYNC" cascade'), "it can be looked at",
        "The database has no swp_ORDER_LIST_SYNC", _BUILD,
    ),
    "no orders": (
        "cutover statements", _sql('delete from "ORDER_LIST"'), "counts its records", "0 records", _BUILD,
    ),
    "a column is gone": (
        "sync columns", _sql(*_fact("exclude (action_type)"), _OURS.format("view")),
        "FACT_ORDER_LIST has its sync columns",
        "it lacks action_type", _BUILD,
    ),
    "a column is nowhere": (
        "cutover statements", _sql(*_fact("exclude (monday_item_id)")), "INFORMATION_SCHEMA shows",
        "not monday_item_id", _BUILD,
    ),
    "a table, not a view": (
        "sync columns", _sql('create table kept as select * from "FACT_ORDER_LIST"', 'drop view "FACT_ORDER_LIST"',
                             'alter table kept rename to "FACT_ORDER_LIST"', _OURS.format("table")),
        "shows the ledger as it is now", "a table, not a view", _BUILD,
    ),
    "a view that was frozen": (
        "sync columns", _sql(*_fact("replace ('17' as monday_item_id)")), "shows the ledger as it is now",
        "59 show another id", _BUILD,
    ),
    "rows without an order": (
        "data quality", _sql('delete from "ORDER_LIST" where _source_row = 2'), "is an order or a reject", "", _BUILD,
    ),
    "many rejects": (
        "data quality", _sql("insert into order_list_rejects select _source_file, 'MASTER', _source_row, null, 'row', "
                             "null, null, 'duplicate', 'twice' from \"ORDER_LIST\" where _source_row < 5",
                             'delete from "ORDER_LIST" where _source_row < 5'),
        "at most 5% of the rows", "duplicate 6 (rows)", "pipeline rejects --target prod",
    ),
    "an unknown header": (
        "data quality", _sql("update order_list_headers set role = 'unknown' where header = 'NOTES' "
                             "and raw_table like 'xRHONE%'"),
        "every header is known", "NOTES", "docs/customers.md",
    ),
    "a cancelled order with pieces": (
        "cancelled orders", _sql("update int_order_lines__keyed set qty = 5 where order_type = 'CANCELLED'"),
        "at zero", "13 are not at zero", _BUILD,
    ),
    "a column that the board lacks": (
        "board", _edit(_BOARD, "column: numeric_mkr5cact", "column: numeric_gone"), "is as its file says",
        "numeric_gone, which board 9200517329", "Correct the id there",
    ),
    "a column of another type": (
        "board", _edit(_BOARD, "column: numeric_mkr5cact, type: numbers", "column: numeric_mkr5cact, type: text"),
        "is as its file says", "is a numbers column", "Correct the type",
    ),
    "a label that may not be created": (
        "board", _edit(_BOARD, "hs_code: {column: dropdown_mkr5k8yn, type: dropdown, create_labels: yes}",
                       "hs_code: {column: dropdown_mkr5k8yn, type: dropdown}"),
        "takes every value", "hs_code: the board column has no label", "create_labels: yes",
    ),
    "a push that cannot be planned": (
        "board", _sql("drop view order_list_drift cascade"), "can be planned", "has no order_list_drift", "dbt build",
    ),
    "a board that is too small": (
        "capacity", _edit(_BOARD, "policy:", "limits: {items: 10}\npolicy:"), "items fit on board", "59 of 10",
        "Archive old items",
    ),
    "too few calls": (
        "capacity", _edit(_BOARD, "max_attempts: 5", "daily_calls: 2, max_attempts: 5"), "ends within a day",
        "ours are 0 of the day's 2", "a customer at a time",
    ),
    "lines of nobody": (
        "integrity", _sql("insert into order_list_rejects values ('gone.xlsx', 'MASTER', 2, null, 'row', null, null, "
                          "'blank', 'x')"),
        "the audit of integrity", "checks failed", "maintenance audit integrity --target prod",
    ),
    "no backup": ("backups", lambda _: None, "restored on trial", "none ever was", "maintenance restore --check"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_fails_its_line_with_its_mend(fault: str, ready: Ready) -> None:
    """One fault, one failing line in its section: named, with what was found and what to do."""
    section, breaks, name, found, mend = FAULTS[fault]
    breaks(ready)
    line = ready.failure(section)
    assert name in line.name
    assert found in line.found
    assert mend in line.mend


def test_who_is_unknown_or_held_back_is_named(ready: Ready) -> None:
    """An unknown customer, a refused workbook and a customer who is held back fail, each with what to do."""
    ready.change(
        _REJECTS.format("", "unknown_customer", "ACME is on no list", 1),
        "update order_list_workbooks set status = 'refused', reason = 'no sizes' where raw_table like 'xRHONE%'",
    )
    failed = {line.name: line for line in ready.lines("data quality") if line.verdict is Verdict.FAILED}
    assert "seeds/customer_names.csv" in failed["every customer is known"].mend
    assert "1 rows, such as" in failed["every customer is known"].found
    assert "monday-sync push --release RHONE" in failed["no customer is held back"].found


def test_the_profile_is_a_line_too(ready: Ready) -> None:
    """A profile that cannot be read is the one line that fails, and no run of the list."""
    _no_profile(ready)
    found = examine_target("prod")
    (line,) = found.checks
    assert (line.verdict, found.well) == (Verdict.FAILED, False)
    assert "the key target stands twice" in line.found
    assert line.mend == "Correct it at that line."


def test_a_login_without_a_name_is_named(ready: Ready) -> None:
    """On a server to which one signs in by name, an empty user is a failure that names the variables."""
    empty = {"ORDER_LIST_SQLSERVER_USER": "", "ORDER_LIST_SQLSERVER_HOST": "localhost"}
    target = Target("prod", "sqlserver", "dbo", {"authentication": "sql"}, ready.folder, empty)
    context = Context(open_warehouse(target), ready.context.policy, ready.context.shelves)
    line = next(one for one in profile(Scene(context), Section("profile")) if one.verdict is Verdict.FAILED)
    assert "ORDER_LIST_SQLSERVER_HOST is localhost" in line.found
    assert line.mend == "Set ORDER_LIST_SQLSERVER_USER."
    entra = replace(target, settings={"authentication": "ActiveDirectoryDefault"})
    context = Context(open_warehouse(entra), ready.context.policy, ready.context.shelves)
    assert not [one for one in profile(Scene(context), Section("profile")) if one.verdict is Verdict.FAILED]


def test_a_lock_that_is_held_fails(ready: Ready, monkeypatch: pytest.MonkeyPatch) -> None:
    """The line names who holds it."""

    def held(_: DuckDBWarehouse) -> None:
        raise LockHeldError("Another run is at work on this target (process 4711).", hint="Wait for it to end.")

    monkeypatch.setattr(DuckDBWarehouse, "lock", held)
    line = ready.failure("database")
    assert (line.name, line.mend) == ("no run holds the lock", "Wait for it to end.")
    assert "process 4711" in line.found


def test_a_table_of_somebody_else_s_fails(ready: Ready) -> None:
    """A table under one of our names that we did not make is named, and the mend is to take it over."""
    ready.change('drop view "FACT_ORDER_LIST" cascade', 'create table "FACT_ORDER_LIST" (x int)')
    line = ready.failure("relations")
    assert "FACT_ORDER_LIST" in line.found
    assert "cutover take-over --target prod" in line.mend
    (waiting,) = ready.lines("data quality")  # and none of the lines that follow from it fails, with a mend of its own
    assert (waiting.verdict, "cutover take-over" in waiting.found) == (Verdict.UNKNOWN, True)


def test_a_log_of_somebody_else_s_fails(ready: Ready) -> None:
    """Names of tables that our programs keep count as well, not only those of dbt's, loader's and ledger's."""
    ready.change("drop table if exists pipeline_outbox", "create table pipeline_outbox (x int)")
    assert ready.failure("relations").found == "pipeline_outbox"


def test_a_token_that_may_only_read(ready: Ready, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both boards are named; what would follow cannot be told."""
    monkeypatch.setenv("MONDAY_API_TOKEN", "local-viewer")
    failed = [line for line in ready.lines("board") if line.verdict is Verdict.FAILED]
    assert [("not write to it" in line.found, "may edit the board" in line.mend) for line in failed] == [
        (True, True)
    ] * 2
    assert {line.verdict for line in ready.lines("capacity")} == {Verdict.UNKNOWN}


def test_without_a_token_no_board_is_asked(ready: Ready, monkeypatch: pytest.MonkeyPatch) -> None:
    """The board's line says which variable; capacity and the API's version cannot be told."""
    monkeypatch.delenv("MONDAY_API_TOKEN")
    monkeypatch.setenv("MONDAY_API_URL", "https://api.invalid/v2")
    line = ready.failure("board")
    assert "MONDAY_API_TOKEN" in line.mend
    assert {line.verdict for line in ready.lines("capacity")} == {Verdict.UNKNOWN}
    assert ready.line("versions", "API").verdict is Verdict.UNKNOWN


def test_an_old_version_of_the_api(ready: Ready, monkeypatch: pytest.MonkeyPatch) -> None:
    """A version that ends soon, and a Python that is too old, fail."""
    monkeypatch.setattr("monday_sync.commands.check.version_warning", lambda *_: "Version 2026-10 ends soon.")
    line = ready.failure("versions")
    assert (line.found, "newer version" in line.mend) == ("Version 2026-10 ends soon.", True)
    monkeypatch.setattr("operations.cutover.preflight.environment._OLDEST", (9, 9))
    assert ready.line("versions", "Python").mend.startswith("Use Python 9.9")


def test_what_has_nothing_to_look_at_has_not_passed(ready: Ready) -> None:
    """No cancelled order, and nothing due: not checkable here, with the reason."""
    ready.change("update \"ORDER_LIST\" set order_type = 'RECEIVED'")
    (line,) = ready.lines("cancelled orders")
    assert (line.verdict, line.found) == (Verdict.UNKNOWN, "no order in the data is cancelled")
    ready.edit("boards/prod.yml", "policy:", "scope: {customers: [NOBODY]}\npolicy:")
    assert ready.line("board", "takes every value").verdict is Verdict.UNKNOWN
    assert ready.line("capacity", "within a day").verdict is Verdict.UNKNOWN


def test_a_load_of_more_than_a_day_and_a_day_that_nobody_knows(ready: Ready) -> None:
    """More than 24 hours fail; without the account's calls the line cannot be told, and says what to write where."""
    scene = Scene(ready.context)
    (look,) = look_at_boards(ready.context.warehouse.target)
    assert look.load
    assert look.load.estimate

    def line(**changes: object) -> Check:
        scene.__dict__["_boards"] = ((replace(look, **changes),), None)  # type: ignore[arg-type]
        return next(one for one in capacity(scene, Section("capacity")) if "within a day" in one.name)

    slow = line(load=replace(look.load, estimate=replace(look.load.estimate, seconds=90_000.0)))
    assert (slow.verdict, "25.0 h" in slow.found) == (Verdict.FAILED, True)
    unknown = line(day=replace(look.day, limit=None))
    assert (unknown.verdict, "daily_calls" in unknown.mend) == (Verdict.UNKNOWN, True)


def test_backups_that_are_too_old_or_not_everywhere(ready: Ready) -> None:
    """The age is said; a place that lacks the last one is named."""
    ready.prove_a_backup()
    ready.edit("operations/backup.yml", "data/backups/third", "data/backups/fourth")
    later = replace(ready.context, now=lambda: dt.datetime.now(dt.UTC) + dt.timedelta(days=8))
    failed = [one for one in look_at("backups", Scene(later)) if one.verdict is Verdict.FAILED]
    assert [("restored 192" in one.found, "data/backups/fourth" in one.found) for one in failed] == [
        (True, False),
        (False, True),
    ]
    assert all("maintenance backup --target prod" in one.mend for one in failed)


def test_alerts_have_to_arrive(ready: Ready) -> None:
    """The last message of each channel that there is counts: sent lately, or the line fails with what came back."""
    ready.deliver_an_alert()
    ready.change("delete from pipeline_outbox")
    assert ready.failure("alerts").found == "no message was ever sent"
    ready.change(
        "insert into pipeline_outbox (message_id, channel, state, queued_at, sent_at, answer) values "
        "('1', 'mail', 'refused', '2026-11-01', null, 'no such host'), "
        "('2', 'mail', 'sent', now()::timestamp, now()::timestamp, null), "
        "('3', 'teams', 'sent', '2026-11-01', '2026-11-01', null), "
        "('4', 'teams', 'refused', now()::timestamp, null, '410 gone'), "
        "('5', 'hook', 'sent', '2020-01-01', '2020-01-01', null), "
        "('6', 'hook', 'waiting', now()::timestamp, null, null), "
        "('7', 'gone', 'closed', now()::timestamp, null, 'the channel is gone')"
    )
    found = {one.name.split()[0]: (one.verdict, one.found) for one in ready.lines("alerts")}
    assert found["mail"][0] is Verdict.PASSED
    assert found["teams"] == (Verdict.FAILED, "the last message is refused: 410 gone")
    assert found["hook"][0] is Verdict.FAILED
    assert "gone" not in found, "it was taken out of monitoring.yml"
    assert "monitor test --target prod" in ready.line("alerts", "teams").mend


def test_a_log_of_somebody_else_s_is_said(ready: Ready) -> None:
    """The list is given all the same, with a line more."""
    ready.change("create table cutover_log (x int)")
    line = next(one for one in examine(ready.context).checks if one.section == "log")
    assert (line.verdict, "cutover_log" in line.found) == (Verdict.FAILED, True)


def test_the_page_escapes_and_shows_every_line() -> None:
    """Each line with its mend; nothing that was found can be markup; what passed may name something better."""
    lines = (
        Check("board", "a <b>", Verdict.FAILED, "<script>", "`do & this`"),
        Check("x", "c", Verdict.PASSED, mend="more"),
        Check("x", "d", Verdict.UNKNOWN, "why not"),
    )  # fmt: skip
    page = render_page(Preflight("prod", dt.datetime.now(dt.UTC), 1.0, lines))
    for words in (
        "a &lt;b&gt;",
        "&lt;script&gt;",
        "do &amp; this",
        "better: more",
        "why not",
        "Not ready: 1 passed, 1",
    ):
        assert words in page


def test_every_part_of_the_project_is_looked_through() -> None:
    """Whatever stands in the project's folder is looked through for ids, or is named here with its reason."""
    from tests.project import ROOT  # noqa: PLC0415 - only here

    own_environments = {"bench", "samples", "tests"}
    profile_and_boards = {"boards", "profiles.example.yml", "profiles.yml"}
    words = {"CHANGELOG.md", "CONTRIBUTING.md", "DECISIONS.md", "LICENSE", "pyproject.toml", "requirements"}
    made = {"data", "logs", "target", "node_modules", "build", "dist", "order_list.egg-info", "__pycache__"}
    there = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")}
    assert not there - set(PLACES) - own_environments - profile_and_boards - words - made
