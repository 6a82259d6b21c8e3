"""The emulator's idea of time. Limits, idempotency keys and jobs look at nothing else, so that a test can move it."""

from __future__ import annotations

import datetime as dt
import threading
import time
from typing import Protocol


class Clock(Protocol):
    """Seconds since 1970-01-01 UTC."""

    def now(self) -> float:
        """The time, in seconds since the epoch."""
        ...


class MovableClock:
    """The clock of the machine plus what it was moved; or, with ``start``, a clock that stands still until moved.

    Args:
        start: seconds since the epoch to stand at; None to run with the machine's clock.
        step: seconds that pass with every request (a standing clock's stand-in for the time that work takes).
    """

    def __init__(self, start: float | None = None, *, step: float = 0.0) -> None:
        self._at = start
        self._moved = 0.0
        self.step = step
        self._lock = threading.Lock()

    def now(self) -> float:
        """The time, in seconds since the epoch."""
        with self._lock:
            return (time.time() if self._at is None else self._at) + self._moved

    def advance(self, seconds: float) -> float:
        """Move on by ``seconds`` (not back: no limit of the real thing ever runs backwards); returns the new time."""
        if seconds < 0:
            raise ValueError("a clock moves forward only")
        with self._lock:
            self._moved += seconds
        return self.now()

    def set(self, seconds: float) -> float:
        """Stand still at ``seconds`` since the epoch."""
        with self._lock:
            self._at, self._moved = seconds, 0.0
        return seconds

    @property
    def stands_still(self) -> bool:
        """Whether only a move lets time pass."""
        return self._at is not None


def iso(seconds: float) -> str:
    """``seconds`` since the epoch as ISO 8601 in UTC."""
    return dt.datetime.fromtimestamp(seconds, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
