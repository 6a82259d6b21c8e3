"""The parts of `make rehearsal` that are not the programs themselves."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from bench.errors import MeasurementError
from bench.rehearsal import legacy
from bench.rehearsal.stage import Stage, require
from tests.monday_sync.conftest import orders, project
from tests.monday_sync.live import Live, live

__all__ = ["live", "project"]


def test_the_old_tables_have_the_boards_ids(live: Live, tmp_path: Path) -> None:
    """Six tables of at most so many rows, with indexes and words, whose ids are those of the board that was filled."""
    live.have(orders(*[str(n) for n in range(7)]))
    assert live.push().items.created == 7
    with live.relations.warehouse.session() as session:
        session.execute("checkpoint")
    shutil.copy(live.project / "board.duckdb", tmp_path / "old.duckdb")  # the test keeps the other one open
    counts = legacy.create(tmp_path / "prod.duckdb", tmp_path / "old.duckdb", 5)
    assert counts == dict.fromkeys(counts, 5)
    assert len(counts) == 6
    there = {str(item.id) for item in live.handle.state.all_items()}
    assert len(legacy.ids(tmp_path / "prod.duckdb")) == 10
    assert legacy.ids(tmp_path / "prod.duckdb") <= there
    with duckdb.connect(str(tmp_path / "prod.duckdb"), read_only=True) as connection:
        assert connection.execute("select count(*) from duckdb_indexes()").fetchall() == [(3,)]


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path, 100, "http://127.0.0.1:1", "http://127.0.0.1:2", tmp_path / "before.duckdb")


def test_a_number_that_is_asked_for_is_given(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a person does: the command again with the number of the refusal."""
    typed = list[tuple[str, ...]]()

    def call(_stage: Stage, *arguments: str) -> tuple[int, str, str]:
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
    monkeypatch.setattr(Stage, "_call", lambda *_: answer)
    with pytest.raises(MeasurementError, match=words):
        stage.run("operations.cutover", "go")


def test_what_is_not_exact_ends_the_rehearsal(stage: Stage) -> None:
    """Each step says what has to be exact after it; what it took is kept."""
    assert stage.step("look", lambda: 3) == 3
    assert list(stage.took) == ["look"]
    require([1], "there is one")
    with pytest.raises(MeasurementError, match="not exact: there is one"):
        require([], "there is one")
