"""Folders for files on their way: gone with the block, swept after a kill, and what is wrong with them is said."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from console import NoWorkplaceError, workplace
from console.workplace import HELD

_DIES = """
import sys, tempfile
from console import workplace
tempfile.tempdir = sys.argv[1]
with workplace("backup") as folder:
    (folder / "orders.parquet").write_bytes(b"x" * 1000)
    print("made", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def older(folder: Path) -> None:
    """As if the folder had been made a minute ago."""
    os.utime(folder, (folder.stat().st_mtime - 60,) * 2)


@pytest.mark.slow
def test_the_next_one_takes_away_what_a_killed_one_left(temporary: Path) -> None:
    """As long as its process lives a folder stays; once it was killed the next of its kind removes it, and no other."""
    process = subprocess.Popen(
        [sys.executable, "-c", _DIES, str(temporary)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdout.readline()
    (left,) = temporary.iterdir()
    older(left)
    with workplace("backup"):
        assert left.exists()
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdin.close()
    process.stdout.close()
    with workplace("check"):
        assert left.exists()
    with workplace("backup") as folder:
        assert names(temporary) == [folder.name]
    assert names(temporary) == []


def test_a_folder_in_use_or_in_the_making_stays(temporary: Path) -> None:
    """Two at once of one process, and one that has no lock yet."""
    making = temporary / "order-list-backup-new"
    making.mkdir()
    with workplace("backup") as first:
        older(first)
        with workplace("backup") as second:
            assert names(temporary) == sorted([first.name, second.name, making.name])
            assert (first / HELD).exists()


@pytest.mark.parametrize("name", ["x", None])
def test_a_full_disk_is_said_of_the_folder(temporary: Path, name: str | None) -> None:
    """With the file's name or without, as a write says it: where, why, and that another folder can be named."""
    with pytest.raises(NoWorkplaceError, match=r"cannot be kept in .*: its disk is full") as raised:  # noqa: SIM117
        with workplace("backup") as folder:
            raise OSError(errno.ENOSPC, "No space left on device", str(folder / name) if name else None)
    assert raised.value.message.startswith(f"Files on their way cannot be kept in {temporary}")
    assert "TMPDIR" in str(raised.value.hint)
    assert names(temporary) == []


def test_what_is_wrong_elsewhere_is_not_said_of_the_folder(temporary: Path) -> None:
    """A file of somebody else's, with its own name, is told as it was."""
    with pytest.raises(PermissionError, match=r"/data/schedule\.yml"):  # noqa: SIM117
        with workplace("backup"):
            raise PermissionError(errno.EACCES, "Permission denied", "/data/schedule.yml")


def test_no_folder_can_be_made(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A temporary folder that is not there any more is named."""
    monkeypatch.setattr(tempfile, "tempdir", str(temporary / "gone"))
    with pytest.raises(NoWorkplaceError, match=f"cannot be kept in {temporary}/gone: it is not there"):  # noqa: SIM117
        with workplace("backup"):
            pytest.fail("there is none")
