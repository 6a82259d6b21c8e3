"""The command line of the generator, as make and people use it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from samples.cli import main


def _run(*arguments: Any) -> Any:
    return CliRunner().invoke(main, ["generate", *map(str, arguments)])


def test_it_says_what_it_wrote(tmp_path: Path) -> None:
    """Workbooks, rows, orders and lines, in words."""
    result = _run("--out", tmp_path, "--customers", "B'HOOD", "--rows", 12, "--dirt", "clean")
    assert result.exit_code == 0
    assert "1 workbooks" in result.stdout
    assert "12 rows, 12 orders" in result.stdout
    assert (tmp_path / "B'HOOD ORDER LIST (M3).xlsx").is_file()


def test_json_is_one_object_with_every_file(tmp_path: Path) -> None:
    """Programs read the manifest from stdout."""
    result = _run("--out", tmp_path, "--customers", "AJE", "--customers", "RHONE", "--rows", 40, "--json")
    document = json.loads(result.stdout)
    assert sorted(document["files"]) == ["AJE ORDER LIST (M3).xlsx", "RHONE ORDER LIST (M3).xlsx"]


def test_tomorrow_lists_its_changes(tmp_path: Path) -> None:
    """A person sees what to look for on the board."""
    result = _run("--out", tmp_path, "--customers", "AJE", "--rows", 30, "--day", 2)
    assert [line.split(":")[0] for line in result.stdout.splitlines()[2:]] == [
        "cell", "cell", "cell", "cancelled", "gone", "new_size", "new_order",
    ]  # fmt: skip


@pytest.mark.parametrize("arguments", [["--customers", "NOBODY"], ["--rows", "0"], ["--dirt", "muddy"], ["--day", "3"]])
def test_wrong_use_ends_with_2_and_writes_nothing(tmp_path: Path, arguments: Any) -> None:
    """Nothing half done."""
    assert _run("--out", tmp_path / "new", *arguments).exit_code == 2
    assert not (tmp_path / "new").exists()


def test_other_files_in_the_folder_stay(tmp_path: Path) -> None:
    """The generator overwrites its own workbooks and nothing else."""
    (tmp_path / "mine.xlsx").write_bytes(b"mine")
    assert _run("--out", tmp_path, "--customers", "AJE", "--rows", 12).exit_code == 0
    assert (tmp_path / "mine.xlsx").read_bytes() == b"mine"
