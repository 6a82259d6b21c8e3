"""A folder on this machine."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from loader.errors import RejectedError, RetryableReadError, SourceError
from loader.filenames import not_a_workbook, printable
from loader.sources.base import Entry
from loader.sources.near import likest_first, listed

# a pipe that took the place of a file must not be waited for
_READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
_KINDS = (
    (stat.S_ISFIFO, "a pipe"), (stat.S_ISSOCK, "a socket"), (stat.S_ISCHR, "a device"), (stat.S_ISBLK, "a device"),
)  # fmt: skip
_TAKE_OUT = "Take it out of the source, or put the workbook in its place."


@dataclass(frozen=True, slots=True)
class Folder:
    """The files of one folder; folders inside it are not entered."""

    path: Path

    @property
    def label(self) -> str:
        """Its whole path."""
        return printable(os.path.abspath(self.path))  # noqa: PTH100 - resolve() follows links, and people do not

    def entries(self) -> list[Entry]:
        """All files, sorted by name. What cannot be a file but is named like a workbook is there with its fault."""
        try:
            with os.scandir(self.path) as found:
                entries = [entry for item in found if (entry := _listed(item))]
        except FileNotFoundError as error:
            raise SourceError(f"The folder {self.path} does not exist.", hint=_instead(self.path)) from error
        except OSError as error:
            raise SourceError(
                f"{self.path} cannot be listed: {error.strerror}.", hint="Give a readable folder."
            ) from error
        return sorted(entries, key=lambda entry: entry.path)

    def read(self, entry: Entry) -> bytes:
        """The file's bytes, unless it changed since it was listed or while it was read."""
        if entry.fault:
            raise RejectedError(entry.fault[0], hint=entry.fault[1])
        path = Path(entry.path)
        try:
            data = _contents(path)
            after = _entry(path, path.stat())
        except FileNotFoundError as error:
            raise RetryableReadError(
                "The file vanished between listing and reading.", hint="Run again once it is back in its place."
            ) from error
        except OSError as error:
            raise RetryableReadError(
                f"The file cannot be read: {error.strerror}.",
                hint="Close it in Excel, or give the loader the right to read it.",
            ) from error
        if after != entry or len(data) != entry.size:
            raise RetryableReadError(
                "The file is being written: it changed while it was read.", hint="Run again once it is saved."
            )
        return data

    def around(self) -> str:
        """The folders in it, where the workbooks may be."""
        try:
            with os.scandir(self.path) as found:
                folders = sorted(printable(item.name) for item in found if item.is_dir() and item.name[0] != ".")
        except OSError:
            return ""
        return f"Folders in it are not entered: {listed(folders)}." if folders else ""


def _listed(item: os.DirEntry[str]) -> Entry | None:
    """``None`` for a folder, or what is gone again: somebody saves workbooks while we list them."""
    path = Path(item.path)
    try:
        found = item.stat()
        if not stat.S_ISDIR(found.st_mode):
            return _entry(path, found)
    except FileNotFoundError:
        if not item.is_symlink():
            return None
        return _faulty(path, "It is a link to a file that is not there.", _TAKE_OUT)
    except OSError as error:
        return _faulty(path, f"It cannot be looked at: {error.strerror}.", _TAKE_OUT)
    # a folder is no file to speak of, unless somebody must think that it is a workbook
    return None if not_a_workbook(item.name) else _faulty(path, "It is a folder, not a file.", _TAKE_OUT)


def _entry(path: Path, found: os.stat_result) -> Entry:
    if not stat.S_ISREG(found.st_mode):
        kind = next((kind for is_kind, kind in _KINDS if is_kind(found.st_mode)), "something else")
        return _faulty(path, f"It is {kind}, not a file.", _TAKE_OUT)
    # size and time alone can be those of another version: copying and unpacking give back old times. Nobody sets the
    # time of the last change to the entry, and another file has another number
    etag = f"{found.st_size}-{found.st_mtime_ns}-{found.st_ctime_ns}-{found.st_ino}"
    return Entry(str(path), printable(path.name), etag, found.st_size)


def _faulty(path: Path, what: str, hint: str) -> Entry:
    return Entry(str(path), printable(path.name), "", 0, (what, hint))


def _contents(path: Path) -> bytes:
    with open(os.open(path, _READ), "rb") as file:  # noqa: PTH123 - Path.open waits for the writer of a pipe
        return file.read() if stat.S_ISREG(os.fstat(file.fileno()).st_mode) else b""


def _instead(path: Path) -> str:
    """What to do when there is no such folder: near names, if there are some."""
    try:
        with os.scandir(path.parent) as found:
            folders = [printable(item.name) for item in found if item.is_dir() and item.name[0] != "."]
    except OSError:
        folders = []
    beside = f" Beside it there are {listed(likest_first(path.name, sorted(folders)))}." if folders else ""
    return f"Give another with --source (or SOURCE= for make).{beside}"
