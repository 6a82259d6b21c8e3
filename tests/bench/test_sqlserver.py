"""The bench of SQL Server without a server: what it samples, counts and calls intact, and how it refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pyarrow as pa
import pytest
from click.testing import CliRunner

from bench.claims import Report
from bench.errors import MeasurementError
from bench.sqlserver import ways
from bench.sqlserver.cli import main
from bench.sqlserver.counting import CountedConnection, CountingWarehouse, Tally, dbt_statements
from bench.sqlserver.landing import Landing, Speed
from bench.sqlserver.place import SCHEMA, Project, server_target
from bench.sqlserver.runs import report_statements
from bench.sqlserver.shares import share_in_words, typical
from bench.sqlserver.ways import Way, difference, rows_like_a_workbook
from console import ConfigurationError

ROOT = Path(__file__).parents[2]
_PROFILE = """
order_list:
  outputs:
    local: {type: duckdb, path: x.duckdb, schema: main}
    prod: {type: sqlserver, server: 127.0.0.1, port: 9, schema: "%s", user: u, password: secret-word}
"""


class Cursor:
    """What the driver has; nothing is sent anywhere."""

    fast_executemany = False
    description = (("one",),)

    def __init__(self) -> None:
        self.sent: list[tuple[object, ...]] = []

    def execute(self, sql: str, *parameters: object) -> Cursor:
        self.sent.append((sql, *parameters))
        return self

    def executemany(self, sql: str, rows: list[tuple[object, ...]]) -> None:
        self.sent.append((sql, rows))


class Connection:
    """A driver's connection with one cursor."""

    autocommit = True

    def __init__(self) -> None:
        self.made = Cursor()
        self.commits = 0

    def cursor(self) -> Cursor:
        return self.made

    def commit(self) -> None:
        self.commits += 1


@pytest.fixture
def profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Writes a profile whose server target has this schema, and makes it the one that is found."""

    def write(schema: str = "{{ env_var('ORDER_LIST_SQLSERVER_SCHEMA', 'dbo') }}") -> None:
        (tmp_path / "profiles.yml").write_text(_PROFILE % schema, encoding="utf-8")
        monkeypatch.setenv("DBT_PROFILES_DIR", str(tmp_path))
        monkeypatch.setenv(SCHEMA, "users_own")

    return write


def test_the_sample_has_whole_tables_of_average_height() -> None:
    """A sample of short tables would make executemany look slow, one of long tables fast: it prepares once a table."""
    tables = {"tiny": 1, "small": 5, "a": 99, "b": 101, "large": 294, "empty": 0}
    assert typical(tables, 200) == ["a", "b"]
    assert typical(tables, 1) == ["a"]
    assert sorted(typical(tables, 500)) == ["a", "b", "large", "small", "tiny"]
    assert typical({"empty": 0}, 10) == []


def test_a_share_is_printed_as_a_share() -> None:
    """Who reads the report knows that not all rows were sent."""
    assert share_in_words(500, 500, 46) == "all 500 rows"
    assert share_in_words(100, 400, 3) == "100 of the 400 rows (25 %): 3 workbooks of average height"


def test_speeds_are_by_rows_and_by_cells() -> None:
    """A table of twice the columns is twice the work."""
    speed = Speed(tables=2, rows=100, cells=8_000, seconds=4)
    assert (speed.rows_a_second, speed.cells_a_second) == (25, 2_000)


def test_statements_and_chunks_are_counted_and_reach_the_driver() -> None:
    """An array of rows is one chunk; without arrays executemany is a statement for each row."""
    tally, real = Tally(), Connection()
    connection = CountedConnection(real, tally)
    cursor = connection.cursor()
    assert cursor.execute("select ?", [1]).description == (("one",),)
    cursor.executemany("insert", [(1,), (2,), (3,)])
    assert (tally.statements, tally.chunks) == (4, 0)
    cursor.fast_executemany = True
    cursor.executemany("insert", [(1,)] * 1_000)
    assert (tally.statements, tally.chunks) == (4, 1)
    assert real.made.fast_executemany is True
    assert [sent[0] for sent in real.made.sent] == ["select ?", "insert", "insert"]
    connection.autocommit = False
    connection.commit()
    assert (real.autocommit, real.commits) == (False, 1)


@pytest.mark.parametrize(
    ("statements", "chunks", "holds"),
    [(233, 138, True), (233, 154, True), (234, 138, False), (233, 155, False)],
)
def test_statements_may_not_grow_with_rows(statements: Any, chunks: Any, holds: Any) -> None:
    """One statement more is too many; of chunks there may be one more for each 1,000 further rows."""

    def landing(rows: int, statements: int, chunks: int) -> Landing:
        return Landing({"x": rows}, Speed(1, rows, rows, 1.0), statements, chunks)

    report = Report()
    report_statements(report, landing(4_000, 233, 138), landing(20_000, statements, chunks))
    assert report.holds is holds


def test_dbts_statements_are_counted_in_its_log(tmp_path: Path) -> None:
    """Each statement is one event; its status, its text in another event, and stray lines are not."""
    events = [
        {"info": {"name": "SQLQuery"}, "data": {"sql": "select 1"}},
        {"info": {"name": "SQLQueryStatus"}, "data": {"status": "OK"}},
        {"info": {"name": "AdapterEventDebug"}, "data": {"base_msg": 'saw "SQLQuery"'}},
        {"info": {"name": "SQLQuery"}, "data": {"sql": "select 2"}},
    ]
    lines = [json.dumps(event) for event in events] + ['a warning about "SQLQuery"', '{"SQLQuery": 1}']
    (tmp_path / "dbt.log").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "dbt.log.1").write_text(json.dumps(events[0]), encoding="utf-8")
    assert dbt_statements(tmp_path) == 3
    assert dbt_statements(tmp_path / "nothing") == 0


def test_what_arrived_is_compared_with_what_was_sent() -> None:
    """Rows may come in any order; a row that is missing or differs is told."""
    sent = pa.table({"a": ["x", None, "Größe"], "b": ["1", "2", "3"]})
    assert difference(sent, [("Größe", "3"), ("x", "1"), (None, "2")]) is None
    assert difference(sent, [("x", "1"), (None, "2")]) == "2 rows arrived of 3"
    assert difference(sent, [("x", "1"), ("", "2"), ("Größe", "3")]) is not None


def test_a_way_that_failed_has_no_speed() -> None:
    """A bulk copy that writes other values is fast and worthless."""
    assert Way("bulkcopy", 100, 0.1, "5 of 100 rows did not arrive as they were sent").speed == 0
    assert str(Way("own", 100, 0.5)) == "200 rows/s (100 rows)"


def test_a_panic_of_a_driver_is_the_trouble_of_its_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """mssql-python's Rust panics with what is no Exception; the other ways are measured all the same."""

    class PanicError(BaseException):
        pass

    def fill(*_: object) -> None:
        raise PanicError("index out\n of bounds, PWD=secret-word;")

    class Warehouse:
        def session(self) -> Any:
            return self

        def __enter__(self) -> Any:
            return self

        def __exit__(self, *_: object) -> None:
            return None

        def drop_table(self, _: str) -> None:
            return None

        def create_table(self, *_: object) -> None:
            return None

    way = ways._timed(cast("CountingWarehouse", Warehouse()), "bulkcopy", rows_like_a_workbook(1), fill)
    assert way.speed == 0
    assert way.trouble == "PanicError: index out of bounds, PWD=***;"


def test_the_rows_are_the_same_every_time() -> None:
    """Two ways are compared on equal rows, with letters beyond ASCII and empty cells among them."""
    data = rows_like_a_workbook(50)
    assert data == rows_like_a_workbook(50)
    assert (data.num_rows, data.num_columns) == (50, 100)
    assert {None, "Größe 30/32"} < set(data.column("c0").to_pylist())


def test_a_target_that_is_no_sql_server_is_refused(profile: Callable[..., None]) -> None:
    """Exit status 2 and a sentence, before anything is connected."""
    profile()
    with pytest.raises(ConfigurationError, match="'local' has type 'duckdb'"):
        server_target("local", "olb_1")


def test_a_profile_with_a_schema_of_its_own_is_refused(profile: Callable[..., None]) -> None:
    """dbt would build among the user's tables, and the bench drops what it finds in its schema."""
    profile("dbo")
    with pytest.raises(ConfigurationError, match=f"'dbo' whatever {SCHEMA} says"):
        server_target("prod", "olb_1")


def test_the_target_is_the_profiles_with_the_benchs_schema(profile: Callable[..., None]) -> None:
    """Login and server are the user's; only the schema is not."""
    profile()
    target = server_target("prod", "olb_1")
    assert (target.schema, target.settings["user"]) == ("olb_1", "u")


def test_without_a_server_the_bench_ends_with_2_and_a_message(profile: Callable[..., None]) -> None:
    """Nothing listens on that port: no trace, no table, the password nowhere, and the variable as it was."""
    profile()
    outcome = CliRunner().invoke(main, ["--rows", "230"])
    assert outcome.exit_code == 2
    assert "error: " in outcome.output
    assert "Traceback" not in outcome.output
    assert "secret-word" not in outcome.output


def test_the_projects_copy_builds_with_the_macros_laid_over(tmp_path: Path) -> None:
    """Macros of the same path are replaced, the others stay; a second copy does not keep what the first had."""
    overlay = tmp_path / "overlay"
    (overlay / "rules").mkdir(parents=True)
    (overlay / "rules" / "hash_of.sql").write_text("-- stand-in", encoding="utf-8")
    folder = tmp_path / "project"
    Project(folder, overlay)
    copied = {path.relative_to(folder / "macros") for path in (folder / "macros").rglob("*.sql")}
    assert copied == {path.relative_to(ROOT / "macros") for path in (ROOT / "macros").rglob("*.sql")}
    assert (folder / "macros/rules/hash_of.sql").read_text(encoding="utf-8") == "-- stand-in"
    Project(folder, None)
    original = (ROOT / "macros/rules/hash_of.sql").read_text(encoding="utf-8")
    assert (folder / "macros/rules/hash_of.sql").read_text(encoding="utf-8") == original


def test_a_build_whose_statements_were_not_counted_is_no_result(
    tmp_path: Path, profile: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nought statements for any number of rows would keep the claim."""
    profile()
    monkeypatch.setattr("bench.sqlserver.place.production", lambda: Path("python"))
    monkeypatch.setattr("bench.sqlserver.place.run", lambda *_, **__: None)
    project = Project(tmp_path / "project", None)
    with pytest.raises(MeasurementError, match="no statement"):
        project.build(server_target("prod", "olb_1"))
