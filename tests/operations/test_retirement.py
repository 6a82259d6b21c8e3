"""A table's way out, step by step, and back: each edge of the machine, with its conditions, and killed anywhere."""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import re
import shlex
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import duckdb
import pytest

from console import ConfigurationError
from operations.backup import BackupPolicy, check, shelves, take
from operations.errors import ConfirmationNeededError, PlaceError, RefusedStepError
from operations.log import Log
from operations.maintenance.texts import planned
from operations.retirement import Context, State, apply_next, load_entries, plan, rehearse, undo_last
from pipeline.history import RUNS, STAGES
from warehouse import StatementFailedError, Uses, Warehouse
from warehouse.duckdb_catalog import DuckDBCatalog

TABLE = "OLD_DELTA"
_DECLARED = """
tables:
  OLD_DELTA: {owner: planning, why: replaced by FACT_ORDER_LIST, watch: 72h, approved_by: Jane Doe}
"""


class Clock:
    """A clock that people move."""

    def __init__(self) -> None:
        self.passed = dt.timedelta(0)

    def __call__(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC) + self.passed


class Desk:
    """A target with an old table, and the ways to retire it."""

    def __init__(self, warehouse: Warehouse, folder: Path, places: tuple[str, ...] = ("one", "two", "three")) -> None:
        self.warehouse, self.folder, self.clock = warehouse, folder, Clock()
        self.policy = BackupPolicy(places=places)
        (folder / "operations").mkdir(exist_ok=True)
        self.declare(_DECLARED)
        with warehouse.session() as session:
            session.execute('create table OLD_DELTA ("Order" varchar primary key, qty int check (qty >= 0), x date)')
            session.execute("create unique index by_x on OLD_DELTA (x, qty)")
            session.execute("comment on table OLD_DELTA is 'what changed'")
            session.execute("insert into OLD_DELTA select 'o' || i, i, date '2026-01-01' + i::int from range(50) t(i)")
            session.execute(f"create table {RUNS} (run_id varchar, started_at timestamp, ended_at timestamp, "
                            "status varchar, sentence varchar)")  # fmt: skip
            session.execute(f"create table {STAGES} (run_id varchar, sentence varchar, figures varchar)")
        self.facts = self.look()

    @property
    def context(self) -> Context:
        return Context(self.warehouse, self.policy, shelves(self.policy, self.folder), now=self.clock)

    def declare(self, text: str) -> None:
        (self.folder / "operations/retire.yml").write_text(text, "utf-8")

    def secure(self) -> None:
        take(self.warehouse, self.policy)
        check(self.warehouse, self.policy)

    def ran(self, status: str = "ok", said: str = "All well") -> None:
        with self.warehouse.session() as session:
            at = self.clock().replace(tzinfo=None)
            session.execute(f"insert into {RUNS} values (?, ?, ?, ?, ?)", [str(random.random()), at, at, status, said])  # noqa: S311

    def state(self) -> State:
        return plan(self.context)[0].state

    def step(self, **options: Any) -> None:
        done, refused = apply_next(self.context, TABLE, **options)
        if refused:
            raise RefusedStepError(refused[0])
        assert len(done) == 1

    def go(self, state: State) -> None:
        """All steps up to a state, as it should be done."""
        self.secure()
        while self.state() is not state:
            if self.state() is State.DISABLED:
                self.clock.passed += dt.timedelta(hours=73)
                self.ran()
            self.step(yes=50)

    def look(self, name: str = TABLE) -> list[list[tuple[Any, ...]]]:
        """The table as a person sees it: rows, keys, indexes, words."""
        with self.warehouse.session() as session:
            return [
                session.rows(sql, values)
                for sql, values in (
                    (f"select * from {name} order by 1", []),
                    ("select constraint_text from duckdb_constraints() where table_name = ? order by 1", [name]),
                    ("select sql from duckdb_indexes() where table_name = ? order by 1", [name]),
                    ("select comment from duckdb_tables() where table_name = ?", [name]),
                )
            ]

    def relations(self) -> set[str]:
        with self.warehouse.session() as session:
            return {name for name in session.relations() if name.startswith("OLD")}


@pytest.fixture(autouse=True)
def disks_are_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a disk does with a file is tested with the places."""
    monkeypatch.setattr("os.fsync", lambda _: None)


@pytest.fixture(autouse=True)
def kept_open(warehouse: Warehouse) -> Iterator[None]:
    """With the file open, opening it again costs next to nothing; a session that dies is rolled back all the same."""
    kept = duckdb.connect(str(warehouse.target.settings["path"]))
    yield
    kept.close()


@pytest.fixture
def desk(warehouse: Warehouse, tmp_path: Path) -> Desk:
    return Desk(warehouse, tmp_path)


def test_a_table_goes_and_comes_back(desk: Desk) -> None:
    """All steps to the drop, then all steps back: rows, keys, indexes and words are as they were at the beginning."""
    desk.go(State.DROPPED)
    assert desk.relations() == set()
    record = (desk.folder / "docs/retired_tables/local.md").read_text("utf-8")
    for words in ("OLD_DELTA: dropped", "replaced by FACT_ORDER_LIST", "Jane Doe", "50 rows", "maintenance undo"):
        assert words in record
    done = undo_last(desk.context, TABLE, to=State.DECLARED)
    assert [step.after for step in done] == list(State)[-2::-1]
    assert desk.look() == desk.facts
    assert desk.relations() == {TABLE}


def test_what_is_no_longer_declared_is_not_forgotten(desk: Desk) -> None:
    """A line taken out of the file half-way, or spelled otherwise, leaves a table where it is, with a way back."""
    desk.go(State.DISABLED)
    desk.declare(_DECLARED.replace(TABLE, TABLE.lower()))
    assert desk.state() is State.DISABLED
    desk.declare("tables: {}")
    (planned,) = plan(desk.context)
    assert (planned.state, planned.owner, planned.why) == (State.DISABLED, "planning", "replaced by FACT_ORDER_LIST")
    assert "names it no more" in str(planned.reason)
    with pytest.raises(RefusedStepError, match="names it no more"):
        desk.step()
    undo_last(desk.context, TABLE, to=State.DECLARED)
    assert (desk.look(), plan(desk.context)) == (desk.facts, [])


def test_a_life_stays_told_when_its_line_is_gone(desk: Desk) -> None:
    """A dropped table whose line was tidied away keeps its section in the file for people, and comes back."""
    desk.go(State.DROPPED)
    desk.declare("tables: {OLD_THING: {owner: planning, why: nobody reads it}}")
    with desk.warehouse.session() as session:
        session.execute("create table OLD_THING (a integer)")
    assert not apply_next(desk.context, "OLD_THING")[1]
    record = (desk.folder / "docs/retired_tables/local.md").read_text("utf-8")
    for words in ("OLD_THING: clear", "OLD_DELTA: dropped", "replaced by FACT_ORDER_LIST", "Jane Doe"):
        assert words in record
    assert [planned.table for planned in plan(desk.context)] == ["OLD_THING"]
    undo_last(desk.context, TABLE, to=State.ARCHIVED)
    assert desk.look() == desk.facts


@pytest.mark.parametrize("name", ["monday_sync_items", "Maintenance_Log", "order_list_versions"])
def test_a_table_that_our_programs_keep_is_never_retired(desk: Desk, name: str) -> None:
    """Nothing makes the ledger, the logs and the versions again: their first step is refused, whatever names them."""
    desk.secure()
    with desk.warehouse.session() as session:
        session.execute("create table monday_sync_items (order_key varchar)")
    desk.declare(f"tables: {{{name}: {{owner: planning, why: looks old}}}}")
    done, refused = apply_next(desk.context, name)
    assert (done, "never retired" in refused[0]) == ([], True)


def test_a_table_that_is_not_there_is_planned_for_nothing(desk: Desk) -> None:
    """A name that the database does not have is said by the plan, before anybody applies it."""
    desk.declare("tables: {OLD_DETLA: {owner: planning, why: a slip}}")
    assert plan(desk.context)[0].reason == "there is no table OLD_DETLA"
    with pytest.raises(ConfigurationError, match="no table that"):
        rehearse(desk.context, "NOBODYS")


def test_a_name_is_quoted_in_the_command_that_is_next(desk: Desk) -> None:
    """What a person copies from the plan is one argument, whatever the table is called."""
    name = 'ORDER "Δ" LIST\'s'
    with desk.warehouse.session() as session:
        session.execute(f"create table {desk.warehouse.quote(name)} (a int)")
    desk.declare(f"tables: {{{json.dumps(name)}: {{owner: planning, why: old}}}}")
    (command,) = re.findall("maintenance apply .*", planned(plan(desk.context), []))
    assert shlex.split(command) == ["maintenance", "apply", name]


def test_folders_of_others_are_looked_at_again_before_the_drop(desk: Desk) -> None:
    """Where it was found clear it has to be clear still, though nobody names the folder anew."""
    other = desk.folder / "data" / "elsewhere"
    other.mkdir(parents=True)
    first = Context(desk.warehouse, desk.policy, desk.context.shelves, code=[other], now=desk.clock)
    assert not apply_next(first, TABLE)[1]
    desk.go(State.WATCHED)
    (other / "report.sql").write_text("select * from OLD_DELTA", "utf-8")
    with pytest.raises(RefusedStepError, match=r"report\.sql:1"):
        desk.step(yes=50)
    other.rename(other.with_name("moved"))
    with pytest.raises(RefusedStepError, match="not there to look at again"):
        desk.step(yes=50)


def test_readers_of_a_table_set_aside_learn_why(desk: Desk) -> None:
    """Whoever still reads it gets what happened and whom to ask; the rows lie under another name."""
    desk.go(State.DISABLED)
    for query in (
        f"select * from {TABLE}",
        f"select count(*) from {TABLE}",
        f"select qty from {TABLE} where x is null",
    ):
        with (
            desk.warehouse.session() as session,
            pytest.raises(
                StatementFailedError, match=r"OLD_DELTA was retired on .*replaced by FACT_ORDER_LIST.*planning"
            ),
        ):
            session.rows(query)
    assert desk.look("OLD_DELTA__retired")[0] == desk.facts[0]
    undo_last(desk.context, TABLE)
    assert desk.look() == desk.facts


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("create view v as with q as (select * from main.old_delta) select qty from q", "view v"),
        ('create view "w (a) AS" as select 1 as a where exists (select * from OLD_DELTA)', "view w (a) AS"),
        ("create macro m() as (select max(qty) from OLD_DELTA)", "macro m"),
        ('create table child (o varchar references OLD_DELTA("Order"))', "foreign key child"),
    ],
)
def test_a_table_that_something_uses_is_not_clear(desk: Desk, statement: str, words: str) -> None:
    """Views, macros and references in the database keep a table, and are named."""
    with desk.warehouse.session() as session:
        session.execute(statement)
        session.execute("create view other as select 'OLD_DELTA' as a_text, 1 as OLD_DELTA_2")
    with pytest.raises(RefusedStepError) as raised:
        desk.step()
    assert f"{TABLE} is in use: {words}." in raised.value.message
    assert desk.state() is State.DECLARED
    planned = plan(desk.context)[0]
    assert words in str(planned.reason)
    assert re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC: OLD_DELTA is in use", planned.last)


def test_code_that_names_a_table_keeps_it(desk: Desk) -> None:
    """A line of code, here or in a folder of another program, is told with file and line; an ignored file is not."""
    (desk.folder / "models").mkdir()
    (desk.folder / "models/m.sql").write_text("select 1\nfrom old_delta -- here\n", "utf-8")
    with pytest.raises(RefusedStepError, match=r"code models/m\.sql:2"):
        desk.step()
    desk.declare(_DECLARED.replace("watch", "ignore: [models/*], watch"))
    other = desk.folder / "data" / "elsewhere"
    other.mkdir(parents=True)
    (other / "report.txt").write_bytes("SELECT * FROM [OLD_DELTA]".encode("utf-16"))
    done, refused = apply_next(Context(desk.warehouse, desk.policy, desk.context.shelves, code=[other]), TABLE)
    assert not done
    assert "report.txt:1" in refused[0]
    done, refused = apply_next(Context(desk.warehouse, desk.policy, desk.context.shelves, code=[other / "x"]), TABLE)
    assert (done, len(refused)) == ([], 1)
    assert "There is no folder" in refused[0]
    desk.step()


def test_code_that_may_not_be_read_is_not_code_without_the_table(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that this user may not list is said to be not looked at, with the right that is missing."""
    (desk.folder / "secret").mkdir()
    scandir = os.scandir

    def forbidden(path: str) -> Any:
        if Path(path).name == "secret":
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr("os.scandir", forbidden)
    desk.step()
    (entry,) = Log(desk.warehouse).entries(action="retire")
    assert f"{desk.folder / 'secret'} cannot be used: this user may not." in entry.evidence["not_looked_at"]


def test_what_could_not_be_looked_at_stands_in_the_message(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each with its reason, as one sentence: a login may not see all, and no manifest is there."""
    uses = DuckDBCatalog.uses

    def partly(self: DuckDBCatalog, name: str) -> Uses:
        return uses(self, name) + Uses((), ("jobs: the login may not.", "Query Store: it is off"))

    monkeypatch.setattr(DuckDBCatalog, "uses", partly)
    (done,), _ = apply_next(desk.context, TABLE)
    assert "; jobs: the login may not; Query Store: it is off; dbt's manifest: there is none" in done.message


def test_what_dbt_makes_is_in_use(desk: Desk) -> None:
    """dbt's manifest names a node or a source: it is in use, whatever the files say."""
    (desk.folder / "target").mkdir()
    (desk.folder / "target/manifest.json").write_text(
        '{"nodes": {"model.x.y": {"alias": "old_delta", "original_file_path": "models/y.sql"}}, "sources": {}}', "utf-8"
    )
    with pytest.raises(RefusedStepError, match=r"dbt model\.x\.y"):
        desk.step()


def test_an_archive_needs_three_places(warehouse: Warehouse, tmp_path: Path) -> None:
    """Two places are too few, and a place that does not take the archive stops the step."""
    desk = Desk(warehouse, tmp_path, places=("one", "two"))
    desk.step()
    with pytest.raises(RefusedStepError, match="needs 3 places"):
        desk.step()
    desk.policy = BackupPolicy(places=("one", "two", "three"))
    (tmp_path / "three").write_text("in the way", "utf-8")
    with pytest.raises(PlaceError, match="could not be archived"):
        desk.step()
    assert desk.state() is State.CLEAR


def test_nothing_changes_without_a_backup_that_was_restored(desk: Desk) -> None:
    """Neither without one, nor with one that is too old."""
    desk.step()
    desk.step()
    with pytest.raises(RefusedStepError, match="no backup was ever restored on trial"):
        desk.step()
    desk.secure()
    desk.clock.passed = dt.timedelta(days=9)
    assert "9 days old" in str(plan(desk.context)[0].reason)
    with pytest.raises(RefusedStepError, match="9 days old"):
        desk.step()
    assert desk.state() is State.ARCHIVED


def test_a_table_that_changed_since_is_not_set_aside(desk: Desk) -> None:
    """Somebody writes to it: it is named, and the archive is to be made anew."""
    desk.go(State.ARCHIVED)
    with desk.warehouse.session() as session:
        session.execute("update OLD_DELTA set qty = 99 where qty = 1")
    with pytest.raises(RefusedStepError, match="changed since it was archived: column qty has other values"):
        desk.step()


def test_the_watch_takes_its_time(desk: Desk) -> None:
    """Hours pass, runs go well; a failure that names the table begins it anew, another failure does not end it."""
    desk.go(State.DISABLED)
    with pytest.raises(RefusedStepError, match="72 h of 72 h are left"):
        desk.step()
    desk.clock.passed += dt.timedelta(hours=40)
    desk.ran("failed", "transform: Binder Error: old_delta was retired on 2026-11-27")
    desk.clock.passed += dt.timedelta(hours=40)
    with pytest.raises(RefusedStepError, match=r"a failure named it on .*; 32 h of 72 h are left"):
        desk.step()
    assert "a failure named it" in str(plan(desk.context)[0].reason)
    desk.clock.passed += dt.timedelta(hours=40)
    with pytest.raises(RefusedStepError, match="no run has gone well"):
        desk.step()
    desk.ran()
    desk.ran("failed", "the board was down")
    desk.clock.passed += dt.timedelta(seconds=1)
    with pytest.raises(RefusedStepError, match="the last run did not go well"):
        desk.step()
    desk.ran("attention", "12 workbooks")
    desk.step()
    assert desk.state() is State.WATCHED


def test_a_drop_needs_approval_archive_and_number(desk: Desk) -> None:
    """Without any of them the table stays; a view that appeared meanwhile stops it too."""
    desk.go(State.WATCHED)
    with pytest.raises(ConfirmationNeededError, match="50 rows"):
        desk.step()
    desk.declare(_DECLARED.replace(", approved_by: Jane Doe", ""))
    with pytest.raises(RefusedStepError, match="Nobody approved"):
        desk.step(yes=50)
    desk.declare(_DECLARED)
    (file,) = (desk.folder / "two").glob("retired-*/OLD_DELTA.parquet")
    kept = file.read_bytes()
    file.write_bytes(kept[:-1])
    with pytest.raises(RefusedStepError, match="is not whole at every place"):
        desk.step(yes=50)
    file.write_bytes(kept)
    with desk.warehouse.session() as session:
        session.execute("create macro late() as (select max(qty) from OLD_DELTA)")
    with pytest.raises(RefusedStepError, match="macro late"):
        desk.step(yes=50)
    with desk.warehouse.session() as session:
        session.execute("drop macro late")
    desk.step(yes=50)
    assert desk.relations() == set()


def test_a_rehearsal_changes_nothing(desk: Desk) -> None:
    """A step in a scratch copy says what readers would get and what each part takes; the target stays as it is."""
    before = desk.look()
    desk.go(State.ARCHIVED)
    (rehearsed,) = rehearse(desk.context, TABLE)
    assert rehearsed.rows == 50
    assert any("readers would get" in found for found in rehearsed.found)
    assert "gone after the drop" in rehearsed.found
    assert set(rehearsed.seconds) >= {"copy", "restore and compare", "set aside", "put back", "drop"}
    assert (desk.look(), desk.state(), desk.relations()) == (before, State.ARCHIVED, {TABLE})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("tables: {A: {owner: x}}", "tables.A.why"),
        ("tables: {A: {owner: x, why: y, watch: 24h}}", "48h at least"),
        ("tables: {A: {owner: x, why: y, watch: soon}}", "as 72h or 3d"),
        ("tables: {A: {owner: x, why: y}, a: {owner: x, why: y}}", "same table twice"),
        ("tabels: {}", "tabels"),
        ("tables: [", "cannot be read"),
    ],
)
def test_a_wrong_declaration_names_its_key(tmp_path: Path, text: str, words: str) -> None:
    """A mistake in operations/retire.yml is said with table and key."""
    (tmp_path / "operations").mkdir()
    (tmp_path / "operations/retire.yml").write_text(text, "utf-8")
    with pytest.raises(ConfigurationError) as raised:
        load_entries(tmp_path)
    assert words in str(raised.value)


class KilledError(BaseException):
    """The process died here."""


@contextmanager
def _killed_at(warehouse: Warehouse, statement: int) -> Iterator[Callable[[], int]]:
    """Die before the statement of that number; gives how many there were."""
    count = 0
    real = type(warehouse).session

    @contextmanager
    def session(self: Any, *, read_only: bool = False) -> Iterator[Any]:
        with real(self, read_only=read_only) as opened:
            execute = opened.execute

            def counted(sql: str, parameters: Any = ()) -> None:
                nonlocal count
                count += 1
                if count == statement:
                    raise KilledError
                execute(sql, parameters)

            opened.execute = counted  # type: ignore[method-assign]
            yield opened

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(warehouse), "session", session)
        yield lambda: count


@pytest.mark.parametrize("forward", [True, False], ids=["apply", "undo"])
@pytest.mark.parametrize("state", list(State)[1:])
def test_each_step_is_done_or_not_wherever_it_dies(
    warehouse: Warehouse, tmp_path: Path, state: State, forward: bool
) -> None:  # fmt: skip
    """Killed before each statement of a step, the table is where it was or where it goes, and the step goes on."""
    desk = Desk(warehouse, tmp_path)
    before = list(State)[list(State).index(state) - 1]
    desk.go(before)
    start, end = (before, state) if forward else (state, before)
    if state is State.WATCHED:
        desk.clock.passed += dt.timedelta(hours=73)
        desk.ran()
    if not forward:
        desk.step(yes=50)
    aside = {State.DISABLED: {TABLE, "OLD_DELTA__retired"}, State.WATCHED: {TABLE, "OLD_DELTA__retired"}}

    def act() -> None:
        if forward:
            desk.step(yes=50)
        else:
            undo_last(desk.context, TABLE)

    for number in range(1, 60):
        with _killed_at(warehouse, number) as counted:
            with suppress(KilledError):
                act()
            died = counted() >= number
        now = desk.state()
        assert now in {start, end}
        left = desk.relations() - {"OLD_DELTA__retired"} if now is State.DROPPED else desk.relations()
        expected = set() if now is State.DROPPED else aside.get(now, {TABLE})
        assert left == expected, f"after statement {number}, at {now}"
        if now not in {State.DROPPED, *aside}:
            assert desk.look() == desk.facts
        if now is end:
            if not died:
                return
            # the row in the log was written before it died: go back, and die one statement later
            undo_last(desk.context, TABLE) if forward else desk.step(yes=50)
    pytest.fail("the step has no end")
