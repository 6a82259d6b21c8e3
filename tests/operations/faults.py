"""Faults from some moment of a step on: a disk is full, a right is missing, the board does not answer."""

from __future__ import annotations

import errno
import os
import re
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import duckdb
import pytest

from monday_sync.api.pacing import Time
from monday_sync.api.transport import Reply, Transport
from warehouse.recording import recorded

#: Files that say nothing of a step: the log, and what Python writes for itself.
_NOT_OURS = re.compile(r"/logs(/|$)|__pycache__|\.pyc|/dev/null$")
_READS = re.compile(r"\s*(select|with|begin|set|describe)\b", re.IGNORECASE)
_DOWN = "ConnectError: [Errno 111] Connection refused"


@dataclass
class Fault:
    """What breaks, from the operation of which number on.

    Args:
        count: the operations so far.
    """

    kind: str
    moment: int
    count: int = 0
    thread: int = field(default_factory=threading.get_ident)

    def reached(self) -> bool:
        """Whether it broke anything."""
        return self.count >= self.moment

    def tick(self) -> bool:
        """Another operation; whether it breaks."""
        self.count += 1
        return self.reached()


_current: list[Fault] = []
_NUMBERS = {"full disk": errno.ENOSPC, "wrong right": errno.EACCES}


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    """Refuses what this thread would write to files; Python tells of it before it does it, whoever asks."""
    fault = _current[-1] if _current else None
    if fault is None or fault.kind not in _NUMBERS or threading.get_ident() != fault.thread:
        return
    if (event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)) or event == "os.mkdir":
        name = arguments[0]
    elif event == "os.rename":
        name = arguments[1]
    else:
        return
    if isinstance(name, str | bytes | os.PathLike) and not _NOT_OURS.search(path := os.fsdecode(name)) and fault.tick():
        number = _NUMBERS[fault.kind]
        raise OSError(number, os.strerror(number), path)


sys.addaudithook(_hook)  # for good: it does nothing while there is no fault


def _statement(fault: Fault) -> Callable[[str], Any]:
    words = "No space left on device" if fault.kind == "full database" else "Permission denied"

    def sent(sql: str) -> Any:
        if not _READS.match(sql) and fault.tick():
            said = f'Could not write file "a.duckdb.wal": {words}'
            if sql == "commit":
                raise duckdb.TransactionException(f"TransactionContext Error: Failed to commit: {said}")
            raise duckdb.IOException(f"IO Error: {said}")
        return recorded(sql)

    return sent


def _call(fault: Fault) -> Callable[..., Reply]:
    execute = Transport.execute

    def called(self: Transport, *arguments: Any, **options: Any) -> Reply:
        if not fault.tick():
            return execute(self, *arguments, **options)
        if fault.kind == "no network":
            return Reply(None, {}, None, problem=_DOWN, sent=False)
        if fault.kind == "token refused":
            return Reply(401, {}, {"errors": [{"message": "Not Authenticated"}]})
        return Reply(503, {}, None, problem="an HTML page instead of JSON")

    return called


#: Kinds that take turns, by what they break.
DISK = ("full disk", "wrong right")
DATABASE = ("full database", "read-only database")
BOARD = ("no network", "token refused", "board broken")


@contextmanager
def broken(kind: str, moment: int) -> Iterator[Fault]:
    """Let it break from that moment on, until the block ends."""
    fault = Fault(kind, moment)
    with pytest.MonkeyPatch.context() as patch:
        if kind in DATABASE:
            patch.setattr("warehouse.duckdb.recorded", _statement(fault))
        if kind in BOARD:
            patch.setattr(Transport, "execute", _call(fault))
            begin = Time.__init__
            # what was slept has passed for its clock, so nobody has to wait for it
            patch.setattr(Time, "__init__", lambda self, clock, _: begin(self, clock, lambda _: None))
            patch.setattr("monday_sync.engine.execution.sender.wait", lambda *_, **__: None)
        _current.append(fault)
        try:
            yield fault
        finally:
            _current.remove(fault)
