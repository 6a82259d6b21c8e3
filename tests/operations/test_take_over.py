"""The take-over of a legacy schema: everything archived, renamed, read; and back to what it was."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

import monday_sync
from board_emulator.testing import running_emulator
from console import ConfigurationError, OrderListError
from monday_sync.api.backoff import Backoff
from monday_sync.commands.opening import open_boards
from monday_sync.commands.undo import rollback
from operations import backup, retirement
from operations.cutover import take_over
from operations.cutover.context import Context
from operations.cutover.take_over import Result, rename
from operations.cutover.take_over.foreign import progress
from operations.errors import ConfirmationNeededError, RefusedStepError
from operations.tables import Shelf
from tests.killing import killed
from tests.operations.faults import BOARD, DATABASE, DISK, Fault, broken
from tests.operations.legacy import OURS, WIDE, Legacy, Template, by_marks, fill, orders
from tests.project import ROOT
from warehouse import recording
from warehouse.duckdb import DuckDBSession

pytestmark = pytest.mark.slow

PROFILE = "order_list: {target: local, outputs: {local: {type: duckdb, schema: main, path: a.duckdb}}}"
TAKEN = ["FACT_ORDER_LIST", "ORDER_LIST", "ORDER_LIST_LINES", "swp_ORDER_LIST_SYNC"]


@pytest.fixture(autouse=True)
def disks_are_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a disk does with a file is tested with the places."""
    monkeypatch.setattr("os.fsync", lambda _: None)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Template]:
    """A board with twelve orders, and the legacy schema that has its ids: made once, for no test changes the board."""
    folder = tmp_path_factory.mktemp("legacy")
    (folder / "profiles.yml").write_text(PROFILE, "utf-8")
    shutil.copytree(ROOT / "boards", folder / "boards")
    with running_emulator(boards=None) as handle, pytest.MonkeyPatch.context() as patch:
        patch.delenv("MONDAY_API_TOKEN", raising=False)
        patch.setenv("DBT_PROFILES_DIR", str(folder))
        patch.setenv("MONDAY_API_URL", handle.url)
        yield fill(handle, folder, orders(12))


@pytest.fixture
def legacy(template: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Legacy]:
    """A copy of it in a project folder of the test's own."""
    monkeypatch.chdir(tmp_path)
    for name in ("MONDAY_API_TOKEN", "ORDER_LIST_DUCKDB", "ORDER_LIST_SOURCE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DBT_PROFILES_DIR", str(tmp_path))
    monkeypatch.setenv("MONDAY_API_URL", template.handle.url)
    for name in ("profiles.yml", "a.duckdb"):
        shutil.copy(template.folder / name, tmp_path)
    (tmp_path / "boards").mkdir()
    for name in ("local.yml", "dev.yml"):
        shutil.copy(ROOT / "boards" / name, tmp_path / "boards")
    (tmp_path / "operations").mkdir()
    (tmp_path / "operations/backup.yml").write_text("places: [one, two, three]", "utf-8")
    monkeypatch.setattr("operations.cutover.take_over.foreign.foreign_relations", by_marks())
    kept = duckdb.connect(str(tmp_path / "a.duckdb"))  # opening the file again costs next to nothing then
    yield Legacy(template, tmp_path)
    kept.close()


def _take(legacy: Legacy, **options: Any) -> Result:
    return take_over.take_over(legacy.context, build=legacy.build, **options)


def test_a_legacy_schema_is_taken_over_and_given_back(legacy: Legacy) -> None:
    """All four are renamed with keys and indexes, all ids linked; a push sends nothing; undo leaves it as it was."""
    before = legacy.look()
    assert take_over.pending(legacy.context) == TAKEN
    result = _take(legacy)
    assert (dict(result.renamed), result.left, result.well) == ({n: f"{n}__before" for n in TAKEN}, (), True)
    assert (result.items, result.subitems, result.already) == (12, 24, 0)
    assert (result.compared, result.differing, result.differences) == (36, 0, {})
    assert result.states["FACT_ORDER_LIST__before"] == {"SYNCED": 12}
    assert result.readers == ("view report reads ORDER_LIST",)
    assert set(result.retire) == {*result.renamed.values(), "ORDER_LIST_DELTA", "ORDER_LIST_LINES_DELTA"}
    assert legacy.rows("select sql from duckdb_indexes() where table_name = 'FACT_ORDER_LIST__before'") == [
        ("CREATE INDEX by_item ON FACT_ORDER_LIST__before(monday_item_id);",)
    ]
    assert take_over.pending(legacy.context) == []
    told = legacy.context.log.entries(action="take-over", last=1)[0].message
    assert told == "12 items and 24 subitems linked; every id followed"
    calls = sum(1 for _ in legacy.handle.state.all_items())
    undone = take_over.undo(legacy.context)
    assert (list(undone.back), undone.items, undone.subitems, undone.changed) == (TAKEN, 12, 24, ())
    assert legacy.look() == before
    assert sum(1 for _ in legacy.handle.state.all_items()) == calls
    again = _take(legacy)
    assert (again.items, again.subitems, again.left) == (12, 24, ())
    pushed = monday_sync.push("local", project_dir=legacy.folder)
    assert (pushed.items.created, pushed.items.updated, pushed.subitems.created) == (0, 0, 0)
    assert (pushed.items.confirmed, pushed.subitems.confirmed) == (12, 24)


def test_nothing_to_take_over_is_no_fault(legacy: Legacy) -> None:
    """Done once, a second take-over does nothing and says so."""
    _take(legacy)
    assert _take(legacy).nothing
    assert legacy.cli()[0] == 0
    assert "There is nothing to take over" in legacy.cli("--dry-run")[1]


def test_a_dry_run_shows_all_of_it_and_changes_nothing(legacy: Legacy) -> None:
    """Relations, rows, what their columns are, who names them: for people and as JSON; no row in any log."""
    before = Path(legacy.folder / "a.duckdb").read_bytes()
    code, said = legacy.cli("--dry-run")
    assert code == 0
    for words in ("4 relations", "FACT_ORDER_LIST__before", "it has no column of board ids", "view report", "stays"):
        assert words in said, said
    document = json.loads(legacy.cli("--dry-run", "--json")[1])
    fact = next(one for one in document["relations"] if one["name"] == "FACT_ORDER_LIST")
    assert (fact["rows"], fact["columns"]["monday_item_id"]) == (12, "item_id")
    assert "cutover_log" not in legacy.look()["names"]  # type: ignore[operator]
    assert Path(legacy.folder / "a.duckdb").read_bytes() == before


def test_what_is_not_true_is_listed_and_the_rest_taken_over(legacy: Legacy) -> None:
    """Ids that the board has not, twice used, of other rows, of keys that are gone, and texts: each with its reason."""
    first, second, third, fourth, *_ = legacy.orders
    item = legacy.ids
    fact, of = '"FACT_ORDER_LIST"', 'where "AAG ORDER NUMBER" ='
    legacy.change(
        "drop index by_item",
        'drop table "ORDER_LIST_DELTA"',
        'delete from "swp_ORDER_LIST_SYNC"',
        f"update {fact} set monday_item_id = '424242' {of} '{first.number}'",
        f"update {fact} set monday_item_id = '{item[third.key]}' {of} '{second.number}'",
        f"update {fact} set monday_item_id = 'soon' {of} '{fourth.number}'",
        f"insert into {fact} values ('GREYSON', 'GONE', 'SEA', 'ST1', 1, '777', 'ERROR')",
        f"update {fact} set monday_item_id = null {of} 'A00011'",
    )
    result = _take(legacy)
    assert result.reasons["not on the board"] == 1
    assert result.reasons["one id with several rows"] == 2
    assert result.reasons["not an id"] == 1
    assert result.reasons["no such row any more"] >= 1
    assert result.items == 7
    assert f"; {len(result.left)} ids not followed" in legacy.context.log.entries(action="take-over", last=1)[0].message
    listing = (legacy.folder / str(result.listing)).read_text("utf-8").splitlines()
    assert len(listing) == len(result.left) + 1
    assert any(line.startswith("item,GREYSON / GONE / SEA / ST1,777,") for line in listing)
    code, said = legacy.cli()
    assert (code, "nothing to take over" in said) == (0, True)


def test_a_view_of_theirs_is_moved_by_its_definition(legacy: Legacy) -> None:
    """It has no rows to archive; its definition is in the log, and it comes back by undo."""
    legacy.change('drop table "swp_ORDER_LIST_SYNC"', 'create view "swp_ORDER_LIST_SYNC" as select * from report')
    before = legacy.look()
    result = _take(legacy)
    assert result.renamed["swp_ORDER_LIST_SYNC"] == "swp_ORDER_LIST_SYNC__before"
    assert "swp_ORDER_LIST_SYNC__before" not in result.retire
    assert take_over.undo(legacy.context).changed == ()
    assert legacy.look() == before


def test_tables_of_others_under_names_of_our_programs_are_taken_over_too(legacy: Legacy) -> None:
    """The ledger's, the loader's and raw tables; what ours held is kept by undo, and used again."""
    legacy.change(
        "create table monday_sync_items as select 1 as id", "create table pipeline_runs as select 'x' as status",
        'create table "xGREYSON_ORDER_LIST_RAW" as select 1 as "AAG ORDER NUMBER"',
    )  # fmt: skip
    before = legacy.look()
    assert {"monday_sync_items", "pipeline_runs", "xGREYSON_ORDER_LIST_RAW"} <= set(take_over.pending(legacy.context))
    assert _take(legacy).items == 12
    undone = take_over.undo(legacy.context)
    assert undone.kept == ("monday_sync_items is called monday_sync_items__after",)
    assert legacy.rows("select * from monday_sync_items") == [(1,)]
    after = legacy.look()
    assert {name: after.get(name) for name in before if name != "names"} == {
        k: before[k] for k in before if k != "names"
    }
    assert _take(legacy).items == 12
    assert legacy.rows("select count(*) from monday_sync_items") == [(12,)]
    assert not [name for name in legacy.relations_there() if name.endswith("__after")]


def test_a_log_of_somebody_elses_is_refused(legacy: Legacy) -> None:
    """The steps could not be written down."""
    legacy.change("create table cutover_log as select 1 as id")
    with pytest.raises(RefusedStepError, match="cutover_log is the name under which the cutover keeps its log"):
        _take(legacy)


def test_a_name_that_is_taken_stops_it(legacy: Legacy) -> None:
    """What would be in the way of a renaming is named before anything is done."""
    legacy.change('create table "ORDER_LIST__before" (x int)')
    assert "ORDER_LIST__before" in legacy.cli("--dry-run")[1]
    with pytest.raises(RefusedStepError, match="is there already"):
        _take(legacy)


def test_what_holds_a_table_to_its_name_is_named(legacy: Legacy) -> None:
    """DuckDB renames nothing that a foreign key refers to: nothing was archived or renamed, and it is said who does."""
    legacy.change(f'create table child ({", ".join(chr(97 + n) + " varchar" for n in range(4))}, '
                  'foreign key (a, b, c, d) references "ORDER_LIST" '
                  '("CUSTOMER NAME", "AAG ORDER NUMBER", "PLANNED DELIVERY METHOD", "CUSTOMER STYLE"))')  # fmt: skip
    before = legacy.look()
    with pytest.raises(RefusedStepError, match="ORDER_LIST cannot be renamed") as raised:
        _take(legacy)
    assert "foreign key child" in (raised.value.hint or "")
    assert not (legacy.folder / "one").exists()
    assert legacy.look() == before


def test_on_prod_the_number_is_asked_for(legacy: Legacy, monkeypatch: pytest.MonkeyPatch) -> None:
    """Forward and back: without the number nothing is done."""
    monkeypatch.setattr("operations.cutover.take_over.steps.PROD", "local")
    monkeypatch.setattr("operations.cutover.take_over.giving_back.PROD", "local")
    before = legacy.look()
    with pytest.raises(ConfirmationNeededError, match="renames 4 relations") as raised:
        _take(legacy)
    assert "--yes 4" in (raised.value.hint or "")
    assert legacy.look() == before
    _take(legacy, yes=4)
    with pytest.raises(ConfirmationNeededError, match="4 relations"):
        take_over.undo(legacy.context)
    assert take_over.undo(legacy.context, yes=4).changed == ()


def test_what_was_renamed_goes_by_retirement(legacy: Legacy) -> None:
    """A table under its other name is looked for, archived and set aside like any; an undo names the way back first."""
    before = legacy.look()
    _take(legacy)
    (legacy.folder / "operations/retire.yml").write_text(
        "tables: {FACT_ORDER_LIST__before: {owner: planning, why: replaced by FACT_ORDER_LIST}}", "utf-8"
    )
    context = legacy.context
    backup.take(context.warehouse, context.policy)
    backup.check(context.warehouse, context.policy)
    desk = retirement.Context(context.warehouse, context.policy, context.shelves)
    name = "FACT_ORDER_LIST__before"
    for state in ("clear", "archived", "disabled"):
        done, refused = retirement.apply_next(desk, name)
        assert ([one.after for one in done], refused) == ([state], [])
    with pytest.raises(RefusedStepError, match=f"{name} is not there as the table") as raised:
        take_over.undo(legacy.context)
    assert f"maintenance undo {name} --to declared" in (raised.value.hint or "")
    retirement.undo_last(desk, name, to=retirement.State.DECLARED)
    assert take_over.undo(legacy.context).changed == ()
    assert {k: v for k, v in legacy.look().items() if k in before} == before


def test_every_command_of_the_page_runs(legacy: Legacy, monkeypatch: pytest.MonkeyPatch) -> None:
    """The runbook's block, in its order, on a legacy schema: look, take over, go back."""
    monkeypatch.setattr("operations.cutover.take_over.steps.build_with", lambda _source: legacy.build)
    text = (ROOT / "docs/operations/take_over.md").read_text("utf-8")
    (block,) = re.findall(r"```bash\n(.*?)```", text, re.S)
    lines = [shlex.split(line.split("#")[0]) for line in block.splitlines()]
    assert [line[:2] for line in lines] == [["cutover", "take-over"]] * 3
    (legacy.folder / "data/workbooks").mkdir(parents=True)
    (legacy.folder / "data/workbooks/GREYSON ORDER LIST (M3).xlsx").touch()  # only its name is looked at before
    before = legacy.look()
    said = [legacy.cli(*line[2:]) for line in lines]
    assert [code for code, _ in said] == [0, 0, 0]
    assert "Linked: 12 items, 24 subitems" in said[1][1]
    assert "Each is what was archived" in said[2][1]
    assert legacy.look() == before


# -- what goes wrong, and the way on ---------------------------------------------------------------------------------


def _no_place(legacy: Legacy, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    (legacy.folder / "three").write_text("in the way", "utf-8")
    return (legacy.folder / "three").unlink


def _full_disk(legacy: Legacy, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    real = Shelf.keep

    def keep(self: Shelf, manifest: Any, folder: Path) -> Any:
        stored = real(self, manifest, folder)
        return replace(stored, fault="two: its disk is full.") if self.label.endswith("two") else stored

    with_fault = pytest.MonkeyPatch()
    with_fault.setattr(Shelf, "keep", keep)
    return with_fault.undo


def _no_board(legacy: Legacy, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    monkeypatch.setenv("MONDAY_API_URL", "http://127.0.0.1:9/v2")
    return lambda: monkeypatch.setenv("MONDAY_API_URL", legacy.handle.url)


def _wrong_token(legacy: Legacy, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    monkeypatch.setenv("MONDAY_API_TOKEN", "local-of-nobody")
    return lambda: monkeypatch.setenv("MONDAY_API_TOKEN", legacy.handle.token)


def _no_right(legacy: Legacy, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    real = DuckDBSession.execute

    def execute(self: DuckDBSession, sql: str, parameters: Sequence[object] = ()) -> None:
        if "rename to" in sql and "ORDER_LIST_LINES" in sql:
            sql = "select error('you may not')"
        real(self, sql, parameters)

    patch = pytest.MonkeyPatch()
    patch.setattr(DuckDBSession, "execute", execute)
    return patch.undo


@pytest.mark.parametrize(
    ("breaks", "words"),
    [
        (_no_place, "could not be archived"), (_full_disk, "its disk is full"), (_no_board, "could not be reached"),
        (_wrong_token, "token"), (_no_right, "ORDER_LIST_LINES cannot be renamed: .*you may not"),
    ],
)  # fmt: skip
def test_what_is_missing_is_said_and_nothing_is_changed(
    legacy: Legacy, monkeypatch: pytest.MonkeyPatch, breaks: Callable[..., Callable[[], None]], words: str
) -> None:
    """A sentence with a way on; everything is as it was; once it is there, the same command does it."""
    monkeypatch.setattr("monday_sync.api.retrying._CONNECT", Backoff(0.01, 0.01, tries=2))
    before = legacy.look()
    correct = breaks(legacy, monkeypatch)
    try:
        with pytest.raises(OrderListError, match=f"(?i){words}") as raised:
            _take(legacy)
        assert raised.value.hint
        assert legacy.look() == before
    finally:
        correct()
    assert _take(legacy).items == 12


@pytest.mark.parametrize("kinds", [DISK, DATABASE, BOARD], ids=["disk", "database", "board"])
def test_a_take_over_that_the_machine_stops_goes_on(legacy: Legacy, kinds: Sequence[str]) -> None:
    """Forward and back, broken off further and further into it: a sentence each, and in the end all is as before.

    Exit status 2, which says that nothing was done, only where nothing was.
    """
    before = legacy.look()
    stopped = 0
    faults = list[Fault]()

    def build(context: Context) -> str:
        """What stands in for dbt is not dbt: it does not break off."""
        kept = replace(faults[-1])
        faults[-1].moment = 10**9
        try:
            return legacy.build(context)
        finally:
            faults[-1].moment, faults[-1].count = kept.moment, kept.count

    for act in (
        lambda: take_over.take_over(legacy.context, build=build),
        lambda: take_over.undo(legacy.context),
    ):
        moment = 1
        while True:
            step, kind = progress(legacy.context).step, kinds[stopped % len(kinds)]
            with broken(kind, moment) as fault:
                faults.append(fault)
                try:
                    act()
                except OrderListError as error:
                    told = error
                else:
                    break
            assert fault.reached(), told
            assert told.hint, told
            assert told.exit_code == 1 or progress(legacy.context).step == step, told
            stopped, moment = stopped + 1, moment * 2 + 1
    assert stopped >= 2
    assert legacy.look() == before
    failed = [entry for entry in legacy.context.log.entries() if entry.outcome == "failed"]
    assert failed or kinds is DATABASE  # which takes no row either


def test_a_source_without_workbooks_stops_it_before_anything_is_renamed(legacy: Legacy) -> None:
    """What could not be built afterwards keeps its names: readers of the old tables notice nothing."""
    before = legacy.look()
    with pytest.raises(ConfigurationError, match="does not exist"):
        take_over.take_over(legacy.context, source=str(legacy.folder / "nowhere"))
    assert legacy.look() == before


def test_a_build_that_fails_leaves_the_names_free_and_goes_on(legacy: Legacy) -> None:
    """What was renamed stays so; the same command builds and reads the ids, or undo goes back."""
    before = legacy.look()

    def broken(_context: object) -> str:
        raise RefusedStepError("Our relations could not be built: no", hint="Correct it.")

    with pytest.raises(RefusedStepError):
        take_over.take_over(legacy.context, build=broken)
    assert "came as far as: renamed aside" in legacy.cli("--dry-run")[1]
    result = _take(legacy)
    assert (result.items, len(result.renamed)) == (12, 4)
    take_over.undo(legacy.context)
    with pytest.raises(RefusedStepError):
        take_over.take_over(legacy.context, build=broken)
    assert take_over.undo(legacy.context).items == 0
    assert legacy.look() == before


def test_the_board_may_be_gone_once_everything_was_built(legacy: Legacy, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ids are read when it is back; what was done before is not done again; undo needs no board."""
    monkeypatch.setattr("monday_sync.api.retrying._CONNECT", Backoff(0.01, 0.01, tries=2))
    built = []

    def build(context: Any) -> str:
        built.append(1)
        run_id = legacy.build(context)
        monkeypatch.setenv("MONDAY_API_URL", "http://127.0.0.1:9/v2")
        return run_id

    with pytest.raises(OrderListError):
        take_over.take_over(legacy.context, build=build)
    with pytest.raises(OrderListError):
        take_over.take_over(legacy.context, build=build)
    monkeypatch.setenv("MONDAY_API_URL", legacy.handle.url)
    assert take_over.take_over(legacy.context, build=build).items == 12
    assert built == [1]
    monkeypatch.setenv("MONDAY_API_URL", "http://127.0.0.1:9/v2")
    assert take_over.undo(legacy.context).items == 12


def test_who_writes_meanwhile_stops_the_renaming(legacy: Legacy, monkeypatch: pytest.MonkeyPatch) -> None:
    """A row that came after the archive is in no archive: nothing is renamed."""
    real = rename.archive

    def archive(context: Any, relations: Any) -> Any:
        manifest = real(context, relations)
        legacy.change("delete from \"ORDER_LIST_LINES\" where size_code = 'S'")
        return manifest

    monkeypatch.setattr(rename, "archive", archive)
    with pytest.raises(RefusedStepError, match="ORDER_LIST_LINES changed since it was archived"):
        _take(legacy)
    assert take_over.pending(legacy.context) == TAKEN


def test_undo_waits_for_the_rollback_of_pushes(legacy: Legacy) -> None:
    """A push since then keeps the names; once it is rolled back, they go back."""
    before = legacy.look()
    _take(legacy)
    run = monday_sync.push("local", project_dir=legacy.folder).run_id
    with pytest.raises(ConfigurationError, match=run):
        take_over.undo(legacy.context)
    assert take_over.pending(legacy.context) == []
    with open_boards("local", project_dir=legacy.folder) as opened:
        rollback(opened.contexts[0], run)
    assert take_over.undo(legacy.context).items == 12
    assert legacy.look() == before


def test_undo_says_what_changed_meanwhile(legacy: Legacy) -> None:
    """Rows that somebody changed under the other name stay so, and are named; a table that is gone stops it."""
    _take(legacy)
    legacy.change("delete from \"ORDER_LIST_LINES__before\" where size_code = 'S'")
    assert take_over.undo(legacy.context).changed == ("ORDER_LIST_LINES: 12 rows instead of 24",)
    _take(legacy)
    legacy.change('drop table "ORDER_LIST__before"')
    with pytest.raises(RefusedStepError, match="ORDER_LIST__before is not there"):
        take_over.undo(legacy.context)


def test_undo_drops_nothing_of_others(legacy: Legacy) -> None:
    """A table that came to stand under our name and has no mark is left, and named."""
    _take(legacy)
    legacy.change('drop table "ORDER_LIST"', 'create table "ORDER_LIST" (theirs int)')
    with pytest.raises(RefusedStepError, match="ORDER_LIST was not made by this project"):
        take_over.undo(legacy.context)


def test_the_number_of_statements_does_not_grow_with_the_rows(legacy: Legacy) -> None:
    """Two orders cost as many as twelve, all in all."""
    seen = []
    for linked in (12, 12, 2):  # the first makes the ledger and the log
        with recording() as recorder:
            assert _take(legacy).items == linked
        seen.append(sum(tally.count for tally in recorder.tallies()))
        take_over.undo(legacy.context)
        if len(seen) > 1:
            legacy.change(*(f'delete from "{name}" where "AAG ORDER NUMBER" > \'A00001\'' for name in WIDE))
    assert seen[1] == seen[2]


class Executioner:
    """Kills before the statement of a number, of those that are not the stand-in's for a build."""

    def __init__(self, legacy: Legacy) -> None:
        self.legacy, self.counting = legacy, True

    def build(self, context: Any) -> str:
        self.counting = False
        try:
            return self.legacy.build(context)
        finally:
            self.counting = True

    def killed(self, act: Callable[[], object], number: int) -> bool:
        """Act; whether it died before its end."""
        return killed(act, number, counting=lambda: self.counting)


def test_killed_before_any_statement_the_same_command_goes_on(
    legacy: Legacy, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    """Forward and back, killed before each statement of each step: all are renamed or none, and the end is the same."""
    before, once = legacy.look(), Executioner(legacy)
    relations = take_over.plan(legacy.context).asides
    manifest = rename.archive(legacy.context, relations)
    monkeypatch.setattr(rename, "archive", lambda *_: manifest)  # copying changes nothing of the database
    monkeypatch.setattr("monday_sync.ask_boards", lambda *_: ())
    acts: tuple[Callable[[], object], ...] = (
        lambda: take_over.take_over(legacy.context, build=once.build),
        lambda: take_over.undo(legacy.context),
    )
    deaths = 0
    for act in acts:
        number, step = 1, progress(legacy.context).step
        while once.killed(act, number):
            deaths += 1
            asides = [name for name in legacy.relations_there() if name.endswith("__before")]
            assert len(asides) in {0, len(OURS)}
            now = progress(legacy.context).step
            # a step that is done is not begun again: its statements are counted from the first
            number, step = (number + 1, step) if now == step else (1, now)
            assert number < 100
        if act is acts[0]:
            assert progress(legacy.context).step == "taken over"
            assert legacy.rows("select count(*) from monday_sync_items where monday_item_id is not null") == [(12,)]
            assert legacy.rows("select count(*) from monday_sync_subitems") == [(24,)]
    assert deaths > 30
    assert legacy.look() == before
    assert legacy.rows("select count(*) from monday_sync_items") == [(0,)]
