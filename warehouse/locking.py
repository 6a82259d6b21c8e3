"""A lock between processes that lives in a file: the system releases it when the process dies."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import filelock

from console import LockHeldError, needed, private, private_folder, write_private


@contextmanager
def file_lock(path: Path) -> Iterator[None]:
    """Hold ``path`` against other processes; inside this process it may be taken again.

    Who holds it stands beside it in ``<path>.owner``, for the message only: what counts is the system's lock.

    Raises:
        LockHeldError: another process holds it.
        ConfigurationError: the file cannot be made, or not be written.
    """
    owner = path.with_name(path.name + ".owner")
    # one for the whole process: taken again, it only counts
    lock = filelock.FileLock(path.resolve(), thread_local=False, is_singleton=True)
    with needed(f"The lock file {path} cannot be written"), private():
        private_folder(path.parent)
        try:
            lock.acquire(timeout=0)
        except filelock.Timeout:
            raise LockHeldError(
                f"Another run is at work on this target ({_read(owner)}).", hint="Wait for it to end, or stop it."
            ) from None
    try:
        if lock.lock_counter == 1:
            started = datetime.now(UTC).isoformat(timespec="seconds")
            with suppress(OSError):  # a full disk: then nobody is told who it is
                write_private(owner, f"process {os.getpid()} on {socket.gethostname()} since {started}")
        yield
    finally:
        if lock.lock_counter == 1:
            with suppress(OSError):
                owner.unlink(missing_ok=True)
        lock.release()


def _read(owner: Path) -> str:
    try:
        return owner.read_text(encoding="utf-8")
    except OSError:
        return "owner unknown"
