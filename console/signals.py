"""Ctrl-C and a service manager's stop: one way to end, whichever it is."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from console.output import say

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def stoppable() -> Iterator[None]:
    """Let SIGTERM end the block the way Ctrl-C does; a second one is ignored meanwhile."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise KeyboardInterrupt

    if not _ours() or sys.platform == "win32":
        yield
        return
    # a shell that starts us in the background has SIGINT ignored; we want to be stoppable all the same
    old = {signal.SIGTERM: signal.signal(signal.SIGTERM, interrupt)}
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        old[signal.SIGINT] = signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        for number, handler in old.items():
            signal.signal(number, handler)


@contextmanager
def to_its_end(what: str) -> Iterator[None]:
    """Let the block end before a first Ctrl-C or SIGTERM does; a second one breaks it off.

    Args:
        what: what goes on meanwhile ("the report is being written").

    Raises:
        KeyboardInterrupt: after the block, if there was one.
    """
    came: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        if came:
            raise KeyboardInterrupt
        came.append(number)
        say(f"stopping: {what}; once more breaks that off.")

    if not _ours():
        yield
        return
    old = {number: signal.signal(number, note) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in old.items():
            signal.signal(number, handler)
    if came:
        raise KeyboardInterrupt


def _ours() -> bool:
    """Whether signals reach this thread: only the main one's handlers can be set."""
    return threading.current_thread() is threading.main_thread()
