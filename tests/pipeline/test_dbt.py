"""dbt runs as a process; what it says of its nodes, and its failures, reach the run: with a small project."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from console import ConfigurationError
from pipeline.dbt import DbtResult, Node, run_dbt
from pipeline.errors import StageFailedError
from pipeline.fingerprint import fingerprint
from pipeline.history import History
from pipeline.model import Status
from pipeline.options import RunOptions
from pipeline.run import run
from pipeline.stages import Context
from pipeline.stages.transform import transform
from warehouse import Warehouse, load_target, open_warehouse

ROOT = Path(__file__).parents[2]
_MARK = """comment on {{ 'table' if model.config.materialized == 'table' else 'view' }} {{ this }}
      is 'Made by the order list, dbt invocation {{ invocation_id }}'"""
_PROJECT = f"""name: small
version: '1.0'
profile: order_list
test-paths: [checks]
models:
  +post-hook: "{_MARK}"
"""
_ORDERS = (
    "select 'a' as order_key, 'f' as _source_file, 'AJE' as customer_name, 'A-1' as aag_order_number, 2 as _source_row"
)
_LINES = "{{ config(alias='ORDER_LIST_LINES') }} select order_key from {{ ref('order_list') }}"
_REJECTS = (
    "select 'row' as reject_level, 'f' as _source_file, 's' as _source_sheet, 3 as _source_row, 'c' as reason_code, "
    "'AJE' as customer_name, cast(null as varchar) as column_name, cast(null as varchar) as value_text, 'r' as reason"
)
_MODELS = {
    "models/order_list.sql": "{{ config(materialized='table', alias='ORDER_LIST') }} " + _ORDERS,
    "models/order_list_lines.sql": _LINES,
    "models/order_list_rejects.sql": _REJECTS,
    "models/models.yml": "models: [{name: order_list, columns: [{name: order_key, data_tests: [unique]}]}]",
}
_UNIT_TEST = """unit_tests:
  - name: wrong
    model: order_list_lines
    given: [{input: ref('order_list'), rows: [{order_key: b}]}]
    expect: {rows: [{order_key: c}]}
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copy(ROOT / "profiles.example.yml", tmp_path / "profiles.yml")
    monkeypatch.setenv("ORDER_LIST_DUCKDB", str(tmp_path / "a.duckdb"))
    for name, text in {"dbt_project.yml": _PROJECT, **_MODELS}.items():
        write(tmp_path, name, text)
    return tmp_path


@pytest.fixture
def warehouse(project: Path) -> Warehouse:
    warehouse = open_warehouse(load_target(project_dir=project))
    with warehouse.session() as session:
        session.execute("create table \"xAJE_ORDER_LIST_RAW\" as select 'f' as _source_file from range(2)")
        session.execute(
            "create table loader_file_headers as select 'xAJE_ORDER_LIST_RAW' as raw_table, 'l1' as load_id"
        )
    return warehouse


def write(project: Path, name: str, text: str) -> None:
    path = project / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")


def context(warehouse: Warehouse, *, full: bool = False) -> Context:
    history = History(warehouse)
    history.begin("run", started_at=datetime.now(UTC), source="", options={})
    return Context("run", warehouse, RunOptions(full=full), history)


def test_a_build_is_counted_and_needed_only_once(warehouse: Warehouse, project: Path) -> None:
    """The second run skips the build; a new landing, a changed file or table, dbt run alone, or --full builds again."""
    options = RunOptions(only=("transform",), reports=project / "reports")
    first = run(warehouse, options).stage("transform")
    assert first is not None
    assert (first.status, first.rows, first.figures["models"], first.figures["tests"]) == (Status.OK, 2, 3, 1)
    second = run(warehouse, options).stage("transform")
    assert second is not None
    assert second.status is Status.SKIPPED
    assert "Not needed" in second.message
    known = fingerprint(warehouse)
    with warehouse.session() as session:
        session.execute("update loader_file_headers set load_id = 'l2'")
    assert fingerprint(warehouse) != known
    with warehouse.session() as session:
        session.execute("update loader_file_headers set load_id = 'l1'")
    assert fingerprint(warehouse) == known
    run_dbt(["run", "--select", "order_list_rejects"], target="local", project_dir=project)
    withdrawn = fingerprint(warehouse)
    assert withdrawn != known, "dbt that runs on its own, from any checkout, leaves a mark of its own"
    with warehouse.session() as session:
        session.execute("update \"ORDER_LIST\" set customer_name = 'ASRV'")
    assert fingerprint(warehouse) not in (known, withdrawn), "a value changed by hand is seen"
    known = fingerprint(warehouse)
    with warehouse.session() as session:
        session.execute(
            "create table monday_sync_mappings as select 'item' as row_level, 'm1' as mapping, 1 as is_current"
        )
    mapped = fingerprint(warehouse)
    assert mapped != known, "what the board's columns can show is part of the rejects"
    known = mapped
    write(project, "models/new.sql", "select 1 as x")
    assert fingerprint(warehouse) != known
    (project / "models/new.sql").unlink()
    again = replace(options, full=True)
    assert run(warehouse, again).status is Status.OK


def test_unit_tests_are_left_to_make_test(warehouse: Warehouse, project: Path) -> None:
    """They test the models' code and not the data: a run has none of them, and takes a third less time."""
    write(project, "models/unit.yml", _UNIT_TEST)
    stage = transform(context(warehouse))
    assert (stage.status, stage.figures["models"], stage.figures["tests"]) == (Status.OK, 3, 1)
    assert "unit tests" not in stage.figures


def test_each_run_of_dbt_has_a_folder_and_parses_what_changed_only(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two at once do not read each other's results; the next one begins with what was parsed; old folders go."""
    monkeypatch.setenv("DBT_LOG_PATH", str(project / "logs"))  # one log for both, as a user may want it
    runs = project / "target" / "runs" / "local"
    for number in range(12):
        (runs / f"19990101T0000{number:02}").mkdir(parents=True)
    other = {"ORDER_LIST_DUCKDB": str(project / "other.duckdb")}
    first, second = (
        run_dbt(["run", "--select", name], target="local", project_dir=project, environment=other)
        for name in ("order_list", "order_list_rejects")
    )
    assert [node.name for node in (*first.nodes, *second.nodes)] == ["order_list", "order_list_rejects"]
    left = sorted(path.name for path in runs.iterdir() if path.is_dir())
    assert (len(left), left[0]) == (10, "19990101T000004")
    assert [
        [result["unique_id"] for result in json.loads((runs / name / "run_results.json").read_text())["results"]]
        for name in left[-2:]
    ] == [["model.small.order_list"], ["model.small.order_list_rejects"]]
    said = (project / "logs/dbt.log").read_text(encoding="utf-8")
    assert said.count("Partial parsing enabled: 0 files deleted, 0 files added, 0 files changed") == 1
    assert not (project / "target/run_results.json").exists()


def test_a_relation_that_someone_dropped_is_built_again(warehouse: Warehouse, project: Path) -> None:
    """Without ORDER_LIST there is no fingerprint, and no fingerprint means build."""
    run(warehouse, RunOptions(only=("transform",), reports=project / "reports"))
    with warehouse.session() as session:
        session.execute('drop table "ORDER_LIST" cascade')
    assert fingerprint(warehouse) is None


@pytest.mark.parametrize(
    ("severity", "status", "problems"),
    [("error", Status.FAILED, "test too_few: Got 1 result"), ("warn", Status.OK, "test too_few: Got 1 result")],
)
def test_a_failing_test_stops_or_warns_by_its_severity(
    warehouse: Warehouse, project: Path, severity: str, status: Status, problems: str
) -> None:
    """Severity error fails the stage and so keeps the sync from beginning; severity warn is reported."""
    write(
        project,
        "checks/too_few.sql",
        f"{{{{ config(severity='{severity}') }}}} select 1 as x from {{{{ ref('order_list') }}}}",
    )
    stage = transform(context(warehouse))
    assert stage.status is status
    assert stage.problems[0].startswith(problems)


def test_a_model_that_fails_is_named_with_the_engines_words(warehouse: Warehouse, project: Path) -> None:
    """The sentence names the model and what the database said; no fingerprint is kept."""
    write(project, "models/order_list.sql", "select no_such_column")
    stage = transform(context(warehouse))
    assert stage.status is Status.FAILED
    assert "model order_list: " in stage.message
    assert "no_such_column" in stage.message
    assert History(warehouse).last_fingerprint() is None


def test_a_project_that_does_not_parse_is_told_in_dbts_words(project: Path) -> None:
    """Nothing ran, so there are no nodes: the error ends in what dbt said."""
    write(project, "models/bad.sql", "select {{ ref('nothing') }}")
    with pytest.raises(StageFailedError, match=r"(?s)before it ran anything .*:\n.*nothing") as told:
        run_dbt(["build"], target="local", project_dir=project)
    (log,) = (project / "target/runs/local").glob("*/dbt.log")
    assert f"(all it said: {log})" in told.value.message
    assert "nothing" in log.read_text(encoding="utf-8")


def test_a_folder_without_a_project_is_a_message(tmp_path: Path, project: Path) -> None:
    """Outside the project's folder the error says so."""
    (project / "dbt_project.yml").unlink()
    with pytest.raises(ConfigurationError, match=r"no dbt_project\.yml"):
        made = open_warehouse(load_target(project_dir=project))
        with made.session() as session:
            for name in ("ORDER_LIST", "ORDER_LIST_LINES", "loader_file_headers"):
                session.execute(f'create table "{name}" (raw_table text, load_id text)')
        fingerprint(made)


@pytest.mark.parametrize("text", ["", "- a", "a: [", "\xff"], ids=["empty", "a list", "half", "other bytes"])
def test_a_project_file_that_is_none_is_told_in_a_sentence(warehouse: Warehouse, project: Path, text: str) -> None:
    """Whatever somebody left in dbt_project.yml: status 2, one line, and how to get it back."""
    (project / "dbt_project.yml").write_bytes(text.encode("latin-1"))
    with warehouse.session() as session:
        session.execute('create table "ORDER_LIST" (i int); create table "ORDER_LIST_LINES" (i int)')
    with pytest.raises(ConfigurationError, match=r"dbt_project\.yml (cannot be read|is not a mapping)") as caught:
        fingerprint(warehouse)
    assert "\n" not in caught.value.message
    assert "git checkout" in str(caught.value.hint)


_VICTIM = "[40001] [SQL Server]Transaction was deadlocked and has been chosen as the deadlock victim. (1205)"


def failing_until(project: Path, files: int, words: str) -> Path:
    """Let the model of the orders fail with these words until so many files lie in a folder."""
    folder = project / "healed"
    folder.mkdir()
    sql = (
        "{{ config(materialized='table', alias='ORDER_LIST') }} "
        f"select case when (select count(*) from glob('{folder.as_posix()}/*')) < {files} "
        f"then error('{words}') else 'a' end as order_key, 'f' as _source_file, 'AJE' as customer_name"
    )
    write(project, "models/order_list.sql", sql)
    return folder


def test_a_deadlock_victim_is_retried_and_the_rest_is_not(
    warehouse: Warehouse, project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What failed and what was skipped for it run again, and only that; every node is counted once; the log says so."""
    times = 2
    folder = failing_until(project, times, _VICTIM)
    waited: list[float] = []

    def wait(seconds: float) -> None:
        (folder / f"{len(waited)}.txt").touch()
        waited.append(seconds)

    monkeypatch.setattr("pipeline.dbt.time.sleep", wait)
    result = run_dbt(["build"], target=warehouse.target.name, project_dir=project)
    assert (result.exit_code, result.failures, len(waited)) == (0, (), times)
    assert (result.counts["models"], result.counts["tests"]) == (3, 1)
    assert {node.status for node in result.nodes} == {"success", "pass"}
    said = capsys.readouterr().err
    assert said.count("This passes by itself (retry ") == times
    assert "(1205)" in said


@pytest.mark.parametrize(
    ("words", "times"), [(_VICTIM, 2), ("[42S22] [SQL Server]Invalid column name. (207)", 0)], ids=["victim", "wrong"]
)
def test_what_does_not_pass_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str, times: int) -> None:
    """A deadlock that comes again and again fails after the third time, any other error after the first."""
    asked: list[list[str]] = []
    waited: list[float] = []

    def run_once(arguments: list[str], **_: object) -> DbtResult:
        asked.append(arguments)
        return DbtResult(1, (Node("model.small.order_list", "error", 1.0, words),), 1.0)

    monkeypatch.setattr("pipeline.dbt._run_once", run_once)
    monkeypatch.setattr("pipeline.dbt.time.sleep", waited.append)
    result = run_dbt(["build"], target="prod", project_dir=tmp_path)
    assert len(result.failures) == 1
    assert asked == [["build"], *[["retry"]] * times]
    assert len(waited) == times


@pytest.mark.parametrize("nodes", [[], [Node("operation.small.small-on-run-end-0", "error", 0.0, _VICTIM)]])
def test_a_hook_that_lost_a_deadlock_is_not_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nodes: list[Node]
) -> None:
    """dbt's retry leaves hooks out, and one of them holds back customers: the whole command runs again."""
    asked: list[list[str]] = []

    def run_once(arguments: list[str], **_: object) -> DbtResult:
        asked.append(arguments)
        return DbtResult(1, tuple(nodes), 1.0, _VICTIM) if len(asked) == 1 else DbtResult(0, (), 1.0)

    monkeypatch.setattr("pipeline.dbt._run_once", run_once)
    monkeypatch.setattr("pipeline.dbt.time.sleep", lambda _: None)
    result = run_dbt(["build"], target="prod", project_dir=tmp_path)
    assert asked == [["build"], ["build"]]
    assert result.failures == ()


_HELD = (
    'dbt build ended with status 2 before it ran anything:\nIO Error: Could not set lock on file "a.duckdb": '
    "Conflicting lock is held in python3.11 (PID {pid})."
)


def test_dbt_waits_for_its_turn_and_says_for_whom(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """While another process has the file open dbt is started again and again, as all programs wait."""
    asked: list[list[str]] = []

    def run_once(arguments: list[str], **_: object) -> DbtResult:
        asked.append(arguments)
        if len(asked) < 4:
            raise StageFailedError(_HELD.format(pid=os.getpid()))
        return DbtResult(0, (), 1.0)

    monkeypatch.setattr("pipeline.dbt._run_once", run_once)
    monkeypatch.setattr("pipeline.dbt._TURN_PAUSE", 0.0)
    assert run_dbt(["build"], target="local", project_dir=tmp_path).exit_code == 0
    assert asked == [["build"]] * 4
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 3
    assert all(f"waiting 0 s for the database, which dbt needs: process {os.getpid()} (" in line for line in lines)
    assert all(" since 20" in line for line in lines)


def test_dbts_turn_comes_to_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who never closes the file is named, with what to do."""

    def run_once(arguments: list[str], **_: object) -> DbtResult:
        raise StageFailedError(_HELD.format(pid=os.getpid()))

    monkeypatch.setattr("pipeline.dbt._run_once", run_once)
    monkeypatch.setattr("pipeline.dbt._TURN", -1.0)
    with pytest.raises(StageFailedError, match=rf"process {os.getpid()} .* has kept it open") as caught:
        run_dbt(["build"], target="local", project_dir=tmp_path)
    assert "Close that program" in str(caught.value.hint)


def test_dbt_by_hand_waits_by_the_profile(warehouse: Warehouse, project: Path) -> None:
    """profiles.example.yml lets dbt itself wait for a reader: nobody needs to start it again."""
    holding = (
        "import duckdb, sys, time; c = duckdb.connect(sys.argv[1], read_only=True); print(flush=True); time.sleep(9)"
    )
    command = [sys.executable, "-c", holding, str(project / "a.duckdb")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdout is not None
        reader.stdout.readline()
        done = subprocess.run(
            [sys.executable, "-m", "dbt.cli.main", "run", "--select", "order_list", "--profiles-dir", str(project)],
            cwd=project, capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stdout


def test_nodes_are_counted_as_dbt_counts_them() -> None:
    """The project's hooks are no nodes: "113 nodes" beside "of 112" is one too many."""
    nodes = tuple(Node(f"{kind}.small.x", "success", 1.0, "") for kind in ("model", "test", "operation"))
    assert DbtResult(0, nodes, 1.0).ran == 2
