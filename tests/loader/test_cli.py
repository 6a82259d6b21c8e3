"""The loader's command line, as operators and programs use it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from loader.cli import main
from tests.loader.books import NAME, TABLE, order, save


@pytest.fixture(autouse=True)
def in_the_project(project: Path) -> None:
    """The commands find a profile where they are run."""


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


@contextmanager
def locked() -> Iterator[int]:
    """Another process is at work on the target; gives its id."""
    code = (
        "from warehouse import load_target, open_warehouse\n"
        "with open_warehouse(load_target('local')).lock():\n    print('held', flush=True)\n    input()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    ) as holder:  # fmt: skip
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        yield holder.pid
        holder.communicate("\n")


def test_all_landed_is_0(source: Path) -> None:
    """The summary is on stdout, a line for each workbook on stderr."""
    save(source, [order("A1"), order("A2")])
    done = invoke("land", "--source", str(source))
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("1 landed (2 rows), 0 unchanged, 0 rejected in ")
    assert f"landed {NAME}: 2 rows" in done.stderr


def test_some_rejected_is_1(source: Path) -> None:
    """The summary names the rejected workbook and why, and what else was passed over."""
    save(source, [order("A1")])
    (source / "BAD ORDER LIST.xlsx").write_bytes(b"x")
    (source / "notes.txt").write_text("x", encoding="utf-8")
    done = invoke("land", "--source", str(source))
    assert done.exit_code == 1
    assert "rejected BAD ORDER LIST.xlsx: The file is not a zip archive" in done.stdout
    assert "ignored, no workbooks: notes.txt" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["land", "--source", "nowhere"], "The folder nowhere does not exist. Give another with --source"),
        (["land", "--target", "nowhere"], "nowhere"),
        (["land", "--limit-files", "0"], "0 is not in the range"),
        (["land", "--ful"], "No such option"),
        (["lend"], "No such command"),
        (["scaffold", "nowhere.xlsx"], "nowhere.xlsx is no workbook"),
    ],
)
def test_wrong_use_is_2(arguments: list[str], message: str) -> None:
    """The message says what is wrong; nothing is printed as a result."""
    done = invoke(*arguments)
    assert done.exit_code == 2
    assert message in done.stderr
    assert not done.stdout
    assert not Path("order_list.duckdb").exists() or arguments[0] == "land"


def test_a_bad_limit_is_2(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A limit that is no number is found before anything is done."""
    save(source, [order("A1")])
    monkeypatch.setenv("ORDER_LIST_LIMIT_ROWS", "lots")
    done = invoke("land", "--source", str(source), "--json")
    assert done.exit_code == 2
    assert "ORDER_LIST_LIMIT_ROWS is 'lots'" in json.loads(done.stdout)["error"]


def test_a_target_in_use_is_3(source: Path) -> None:
    """The message says who is at work; with --json it is one object."""
    save(source, [order("A1")])
    with locked() as pid:
        done = invoke("land", "--source", str(source), "--json")
    assert done.exit_code == 3
    assert f"process {pid}" in json.loads(done.stdout)["error"]


def test_json_is_one_object(source: Path) -> None:
    """Everything a program may want to know of each workbook, on stdout alone."""
    save(source, [order("A1"), order("A2")])
    (source / "BAD ORDER LIST.xlsx").write_bytes(b"x")
    done = invoke("land", "--source", str(source), "--json")
    result = json.loads(done.stdout)
    assert result["target"] == "local"
    assert result["source"] == str(source)
    bad, good = result["files"]
    assert (good["file"], good["raw_table"], good["status"], good["rows"]) == (NAME, TABLE, "landed", 2)
    assert (good["sheet"], good["header_row"], good["columns"], len(good["sha256"])) == ("MASTER", 1, 4, 64)
    assert (bad["status"], bad["rows"]) == ("rejected", 0)
    assert "not a zip archive" in bad["reason"]


def test_select_limit_and_full(source: Path) -> None:
    """The options reach the landing."""
    for name in ("A ORDER LIST.xlsx", "B ORDER LIST.xlsx", "C ORDER LIST.xlsx"):
        save(source, [order("1")], name=name)

    def statuses(*arguments: str) -> dict[str, str]:
        done = invoke("land", "--source", str(source), "--json", "--processes", "1", *arguments)
        return {file["file"][0]: file["status"] for file in json.loads(done.stdout)["files"]}

    assert statuses("--select", "b*", "--select", "c*") == {"B": "landed", "C": "landed"}
    assert statuses("--limit-files", "2") == {"A": "landed", "B": "unchanged"}
    assert statuses("--full", "--select", "*") == {"A": "landed", "B": "landed", "C": "landed"}


def test_the_source_comes_from_the_environment(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """ORDER_LIST_SOURCE is the source when none is given."""
    save(source, [order("A1")])
    monkeypatch.setenv("ORDER_LIST_SOURCE", str(source))
    assert invoke("land").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "taught"),
    [
        ([], ["land", "scaffold", "every cell as text"]),
        (["land"], ["az://container/prefix", "exit status is 1", "ORDER_LIST_LIMIT_FILE_BYTES", "--full", "--json"]),
        (["scaffold"], ["new customer", "--customer", "--force"]),
    ],
)
def test_help_teaches(arguments: list[str], taught: list[str]) -> None:
    """Help says what a command does, with its options."""
    done = invoke(*arguments, "--help")
    assert done.exit_code == 0
    assert not [text for text in taught if text not in " ".join(done.stdout.split())]
