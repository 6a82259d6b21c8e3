"""Folders for files on their way, among the system's temporary files: gone with the block, whatever ends the process.

Each is held by a lock of the system, which goes with its process: so the next one of its kind knows which of them
nobody needs any more, and takes them away.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import filelock

from console.errors import NoWorkplaceError
from console.system import NO_ROOM, refused

PREFIX = "order-list-"
#: The file in each that its process holds.
HELD = ".held"
#: One that nobody holds, and nobody ever did as far as can be seen, is being made, or is of an earlier release.
_YOUNG_SECONDS = 24 * 3600
#: So long a folder may take from its making to its lock.
_MAKING_SECONDS = 2
_ELSEWHERE = "TMPDIR names another folder."


@contextmanager
def workplace(kind: str) -> Iterator[Path]:
    """A folder that lasts as long as the block; what killed processes left of its ``kind`` is taken away first.

    Raises:
        NoWorkplaceError: it cannot be made, or takes no more: nothing else is at fault.
    """
    prefix = f"{PREFIX}{kind}-"
    _sweep(prefix)
    folder: Path | None = None
    try:
        with tempfile.TemporaryDirectory(prefix=prefix, ignore_cleanup_errors=True) as text:
            folder = Path(text)
            lock = filelock.FileLock(folder / HELD)
            with suppress(NotImplementedError):  # a file system without locks: then its age decides
                lock.acquire(timeout=0)
            try:
                yield folder
            finally:
                lock.release()
    except OSError as error:
        if folder is not None and not _is_about(error, folder):
            raise
        raise _no_room(error, folder) from error


def _is_about(error: OSError, folder: Path) -> bool:
    names = [os.fsdecode(name) for name in (error.filename, error.filename2) if isinstance(name, str | bytes | Path)]
    return any(Path(name).is_relative_to(folder) for name in names) or (not names and error.errno in NO_ROOM)


def _no_room(error: OSError, folder: Path | None) -> NoWorkplaceError:
    where = folder.parent if folder else _temporary()
    told = refused(error, f"Files on their way cannot be kept in {where}")
    return NoWorkplaceError(told.message, hint=f"{told.hint or ''} {_ELSEWHERE}".strip())


def _temporary() -> str:
    """The system's folder; the names of several, where none of them can be used."""
    try:
        return tempfile.gettempdir()
    except OSError:
        return "the system's folder for temporary files"


def _sweep(prefix: str) -> None:
    """Take away what nobody holds any more; what cannot be looked at or taken away stays."""
    try:
        there = list(Path(tempfile.gettempdir()).glob(f"{prefix}*"))
    except OSError:
        return
    for folder in there:
        with suppress(OSError):
            if _is_left(folder):
                shutil.rmtree(folder, ignore_errors=True)


def _is_left(folder: Path) -> bool:
    held, age = folder / HELD, time.time() - folder.stat().st_mtime
    if not held.exists() or age < _MAKING_SECONDS:
        return age > _YOUNG_SECONDS
    lock = filelock.FileLock(held)
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        return False
    lock.release()
    return True
