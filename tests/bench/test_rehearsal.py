"""The parts of `make rehearsal` that are not the programs themselves."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from bench.errors import MeasurementError
from bench.rehearsal import kills, legacy
from bench.rehearsal.engines import File, Server
from bench.rehearsal.kills import Moment
from bench.rehearsal.stage import Stage, require
from operations.cutover.rehearsal.place import environment
from operations.log import CUTOVER, Entry, Log
from tests.monday_sync.conftest import orders, project
from tests.monday_sync.live import Live, live
from tests.sqlserver.tsql import errors_in
from warehouse import Target, load_target, open_warehouse

__all__ = ["live", "project"]


def test_the_old_tables_have_the_boards_ids(live: Live, tmp_path: Path) -> None:
    """Six tables of at most so many rows, with indexes and words, whose ids are those of the board that was filled."""
    live.have(orders(*[str(n) for n in range(7)]))
    assert live.push().items.created == 7
    with live.relations.warehouse.session() as session:
        session.execute("checkpoint")
    shutil.copy(live.project / "board.duckdb", tmp_path / "old.duckdb")  # the test keeps the other one open
    engine = File(tmp_path / "prod.duckdb")
    prod = open_warehouse(Target("prod", "duckdb", "main", {"path": str(engine.path)}, tmp_path))
    counts = legacy.create(prod, engine, tmp_path / "old.duckdb", 5)
    assert counts == dict.fromkeys(counts, 5)
    assert len(counts) == 6
    there = {str(item.id) for item in live.handle.state.all_items()}
    assert len(legacy.ids(prod)) == 10
    assert legacy.ids(prod) <= there
    with duckdb.connect(str(tmp_path / "prod.duckdb"), read_only=True) as connection:
        assert connection.execute("select count(*) from duckdb_indexes()").fetchall() == [(3,)]


def test_on_a_server_the_old_tables_have_its_types_and_rights(tmp_path: Path) -> None:
    """Texts that an index takes, ids as each program had them, a description and a right; every statement is T-SQL."""
    settings = {"type": "sqlserver", "schema": "olb_1", "server": "s", "port": 1, "password": "secret"}
    server = Server(Target("prod", "sqlserver", "olb_1", settings, tmp_path), None)
    lines = legacy.columns(server, lambda name: f"[{name}]", "ORDER_LIST_LINES", ["parent_item_id", "size_code", "qty"])
    assert lines == "[parent_item_id] bigint null, [size_code] nvarchar(400) null, [qty] decimal(18, 4) null"
    assert "[monday_item_id] float" in legacy.columns(
        server, lambda name: f"[{name}]", "swp_ORDER_LIST_SYNC", ["monday_item_id"]
    )
    words = server.words("[olb_1].[ORDER_LIST_DELTA]", "ORDER_LIST_DELTA")
    assert [errors_in(statement) for statement in words] == [[], []]
    assert words[1] == "grant select on [olb_1].[ORDER_LIST_DELTA] to public"


def test_the_profile_on_a_server_holds_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its texts come from the environment; read again it is the same target. Macros lie over the project's."""
    (tmp_path / "project/macros").mkdir(parents=True)
    (tmp_path / "laid").mkdir()
    (tmp_path / "laid/one.sql").write_text("x", "utf-8")
    settings = {"type": "sqlserver", "schema": "olb_1", "server": "s", "port": 1, "password": "secret", "encrypt": True}
    server = Server(Target("prod", "sqlserver", "olb_1", settings, tmp_path), tmp_path / "laid")
    server.prepare(tmp_path / "project")
    assert "secret" not in (tmp_path / "project/profiles.yml").read_text("utf-8")
    assert (tmp_path / "project/macros/one.sql").is_file()
    monkeypatch.delenv("DBT_PROFILES_DIR", raising=False)
    with environment(server.variables()):
        assert load_target("prod", project_dir=tmp_path / "project").settings == settings


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    (tmp_path / "project").mkdir()
    before, prod = (File(tmp_path / f"{name}.duckdb") for name in ("before", "prod"))
    return Stage(tmp_path, 100, "http://127.0.0.1:1", "http://127.0.0.1:2", before, prod)


def test_a_number_that_is_asked_for_is_given(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a person does: the command again with the number of the refusal."""
    typed = list[tuple[str, ...]]()

    def call(_stage: Stage, *arguments: str, moment: object) -> tuple[int, str, str]:
        typed.append(arguments)
        return (0, '{\n"done": 1}\n', "") if "--yes" in arguments else (2, '{\n"error": "no"}', "run it with --yes 12.")

    monkeypatch.setattr(Stage, "_call", call)
    assert stage.run("operations.cutover", "go") == {"done": 1}
    assert typed[1] == ("operations.cutover", "go", "--yes", "12")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((1, '{\n"x": 1}', "it broke"), "status 1"),
        ((0, "nothing", "said so"), "printed no result"),
        ((0, '{\n"error": "no place took it"}', ""), "no place took it"),
    ],
)
def test_what_fails_ends_the_rehearsal(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, answer: tuple[int, str, str], words: str
) -> None:
    """A status that is not expected, no result, or an error as the result: said, with the program's own words."""
    monkeypatch.setattr(Stage, "_call", lambda *_, **__: answer)
    with pytest.raises(MeasurementError, match=words):
        stage.run("operations.cutover", "go")


@pytest.mark.slow
def test_a_program_is_killed_at_each_moment_and_begun_again(stage: Stage) -> None:
    """Three times: twice killed while it waits, once to its end."""
    (stage.project / "slow.py").write_text(
        "import pathlib, sys, time\n"
        "runs = pathlib.Path('runs.txt')\n"
        "runs.write_text(runs.read_text() + 'x' if runs.exists() else 'x')\n"
        "time.sleep(30 if len(runs.read_text()) < 3 else 0)\n"
        "print('{\\n\"runs\": ' + str(len(runs.read_text())) + '}')\n",
        "utf-8",
    )
    began = stage.project / "runs.txt"

    def run_is_there(number: int) -> Moment:
        return lambda: began.exists() and len(began.read_text("utf-8")) == number

    sys_path = {"PYTHONPATH": str(stage.project), "PYTHONSAFEPATH": ""}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Stage, "variables", lambda _: sys_path)
        found = stage.run("slow", moments=[run_is_there(1), run_is_there(2)])
    assert found == {"runs": 3}


def test_moments_come_once(tmp_path: Path) -> None:
    """By a row of the log that was not there before, or a relation; not by what was there."""
    warehouse = open_warehouse(Target("prod", "duckdb", "main", {"path": str(tmp_path / "d.duckdb")}, tmp_path))
    log = Log(warehouse, CUTOVER)
    log.write(Entry("go", "prod", "begun"))
    _, begun = kills.of_go(warehouse)
    _, restored = kills.of_rollback(warehouse)
    soon = kills.logged(warehouse, lambda entry: entry.action == "go")
    assert (begun(), soon(), restored()) == (False, False, False)
    log.write(Entry("go", "prod", "begun"))
    with warehouse.session() as session:
        session.execute("create table a__restored (x int)")
    assert (soon(), restored()) == (True, True)
    assert not begun()  # it waits for what comes after the row


def test_what_is_not_exact_ends_the_rehearsal(stage: Stage) -> None:
    """Each step says what has to be exact after it; what it took is kept."""
    assert stage.step("look", lambda: 3) == 3
    assert list(stage.took) == ["look"]
    require([1], "there is one")
    with pytest.raises(MeasurementError, match="not exact: there is one"):
        require([], "there is one")
