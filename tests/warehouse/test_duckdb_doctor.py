"""The doctor of a DuckDB file looks at what a run will do there, and outlives what it finds."""

from __future__ import annotations

import shutil
import sys
from collections import namedtuple
from pathlib import Path

import duckdb
import pytest

from console import Finding
from warehouse import Target
from warehouse.duckdb import DuckDBWarehouse
from warehouse.duckdb_doctor import examine


@pytest.fixture
def path(target: Target) -> Path:
    return Path(str(target.settings["path"]))


def found(target: Target) -> dict[str, Finding]:
    return {finding.check: finding for finding in examine(DuckDBWarehouse(target))}


def fill(path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("create table big as select range as i, md5(range::varchar) as t from range(200000)")


def test_a_sound_file_in_its_place(target: Target, path: Path) -> None:
    """Writing beside it, room, opening and every block are looked at; nothing is left behind."""
    fill(path)
    looked = found(target)
    assert {finding.verdict for finding in looked.values()} <= {"ok", "warning"}
    assert "1 tables, 200,000 rows, all readable" in looked["blocks of the database"].found
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_no_file_yet_is_fine_and_none_is_made(target: Target, path: Path) -> None:
    """The doctor changes nothing."""
    assert found(target)["database"].verdict == "ok"
    assert not path.exists()


def test_a_damaged_block_is_found_with_its_table(target: Target, path: Path) -> None:
    """The file opens, and a run would break half-way: the doctor reads every block."""
    fill(path)
    whole = bytearray(path.read_bytes())
    for place in range(len(whole) // 2, len(whole) // 2 + 4096):
        whole[place] ^= 0xFF
    path.write_bytes(whole)
    looked = found(target)
    assert looked["database"].verdict == "ok"
    assert looked["blocks of the database"].verdict == "missing"
    assert "big (" in looked["blocks of the database"].found
    assert "backup" in str(looked["blocks of the database"].hint)


def test_the_room_is_that_of_the_databases_disk(target: Target, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not that of the project's folder; twice the file, and two GiB at least."""
    usage = namedtuple("usage", "total used free")
    asked = []

    def disk_usage(folder: Path) -> tuple[int, int, int]:
        asked.append(folder)
        return usage(10, 9, 2**30)

    monkeypatch.setattr(shutil, "disk_usage", disk_usage)
    looked = found(target)
    assert asked == [path.parent]
    assert (looked["disk"].verdict, "2.0 GiB" in str(looked["disk"].hint)) == ("warning", True)


def test_a_folder_in_the_way_is_a_finding(target: Target, path: Path) -> None:
    """A path that names a folder, or lies below a file."""
    path.mkdir()
    assert "is a folder" in found(target)["database"].found
    path.rmdir()
    path.write_text("no database", encoding="utf-8")
    assert found(target)["database"].verdict == "missing"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no such rights")
def test_a_file_that_others_may_read_is_named(target: Target, path: Path) -> None:
    """Unless its folder keeps them out."""
    fill(path)
    path.chmod(0o644)
    path.parent.chmod(0o755)
    assert "chmod 600" in str(found(target)["rights of the database"].hint)
    path.parent.chmod(0o700)
    assert "rights of the database" not in found(target)
