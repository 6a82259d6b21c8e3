"""What the system refuses is told with its cause; what the programs write is for its owner."""

from __future__ import annotations

import errno
import os
import stat
import sys
from pathlib import Path

import pytest

from console import ConfigurationError, ExitCode, needed, private, private_folder, refused, write_private
from console.system import seen_by_others, umask

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no such rights")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize(
    ("number", "cause", "hint"),
    [
        (errno.EACCES, "this user may not", "right to write"),
        (errno.EROFS, "read-only file system", "Mount it writable"),
        (errno.ENOSPC, "its disk is full", "Make room"),
        (errno.ENOTDIR, "a file stands where a folder must be", "another place"),
        (errno.EIO, "its disk or network share failed", "Look at the disk"),
        (errno.EMFILE, "too many files are open", "ulimit"),
    ],
)
def test_each_cause_has_its_own_hint(number: int, cause: str, hint: str) -> None:
    """A right, room, a folder in the way: the path, the cause in words, and what helps for that cause."""
    error = refused(OSError(number, os.strerror(number), "/data/x"))
    assert error.message == f"/data/x cannot be used: {error.message.partition(': ')[2]}"
    assert cause in error.message
    assert error.hint is not None
    assert hint in error.hint
    assert error.exit_code is ExitCode.SOME_FAILED


def test_what_is_needed_before_anything_was_done_is_configuration(tmp_path: Path) -> None:
    """A folder that cannot be made because a file stands there is status 2, and says which and what for."""
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError, match=r"^The reports cannot be kept: a file stands where") as caught:  # noqa: SIM117
        with needed("The reports cannot be kept"):
            private_folder(tmp_path / "file" / "below")
    assert caught.value.exit_code is ExitCode.USAGE


@posix_only
def test_files_and_folders_are_for_their_owner(tmp_path: Path) -> None:
    """0600 and 0700, new folders above included; what is there already keeps its rights."""
    tmp_path.chmod(0o755)
    folder = private_folder(tmp_path / "a" / "b")
    write_private(folder / "prices.json", "{}")
    assert [mode(folder), mode(folder.parent), mode(folder / "prices.json")] == [0o700, 0o700, 0o600]
    assert mode(tmp_path) == 0o755
    assert [path.name for path in folder.iterdir()] == ["prices.json"]
    with private():
        (folder / "by a library").touch()
    assert mode(folder / "by a library") == 0o600


@posix_only
def test_a_setting_lets_a_group_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """ORDER_LIST_UMASK=027: the group reads, others do not; it is what counts as seen by others, too."""
    monkeypatch.setenv("ORDER_LIST_UMASK", "027")
    write_private(private_folder(tmp_path / "a") / "f", "")
    assert (mode(tmp_path / "a"), mode(tmp_path / "a" / "f")) == (0o750, 0o640)
    assert not seen_by_others(tmp_path / "a" / "f")
    (tmp_path / "a" / "f").chmod(0o644)
    assert seen_by_others(tmp_path / "a" / "f")


@pytest.mark.parametrize("text", ["9", "u=rwx", "777", "-1"])
def test_a_umask_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """A mistake in the setting must not open the files to everybody."""
    monkeypatch.setenv("ORDER_LIST_UMASK", text)
    with pytest.raises(ConfigurationError, match="which is no umask"):
        umask()
