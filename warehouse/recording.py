"""Which statements a piece of work sends, how often, and how long they take. Costs nothing while nobody asks."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field

_NOTHING: AbstractContextManager[None] = nullcontext()
_LONGEST = 400
_BLANKS = re.compile(r"\s+")
_LISTS = re.compile(r"\?(?:, ?\?)+")
_ROWS = re.compile(r"\(\?\.\.\.\)(?:, ?\(\?\.\.\.\))+")
#: What stands in the parentheses of these differs from table to table and says nothing.
_SHAPES = re.compile(
    r"^(create table (?:if not exists )?\S+|insert into \S+) \(.*?\)(?= values| select|$).*", re.IGNORECASE
)
_OWN = frozenset({"begin", "commit"})


@dataclass(frozen=True, slots=True)
class Tally:
    """One statement, whatever its values, and what it cost.

    Args:
        count: how often it was sent.
        seconds: all in all, its rows included where they came at once.
        slowest: the one that took longest, in seconds.
    """

    statement: str
    count: int
    seconds: float
    slowest: float


@dataclass(slots=True)
class Recorder:
    """Counts the statements of all sessions of this process while it is on."""

    _tallies: dict[str, Tally] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, sql: str, seconds: float) -> None:
        """Add a statement that was sent."""
        if sql in _OWN:  # one engine says them, the other's driver does
            return
        shape = shape_of(sql)
        with self._lock:
            old = self._tallies.get(shape, Tally(shape, 0, 0.0, 0.0))
            self._tallies[shape] = Tally(
                shape, old.count + 1, old.seconds + seconds, max(old.slowest, seconds)
            )  # fmt: skip

    @property
    def count(self) -> int:
        """All statements so far."""
        return sum(tally.count for tally in self._tallies.values())

    def tallies(self) -> list[Tally]:
        """What was sent, the costliest first."""
        return sorted(self._tallies.values(), key=lambda tally: (-tally.seconds, tally.statement))


_active: list[Recorder] = []


@contextmanager
def recording() -> Iterator[Recorder]:
    """Count what is sent within the block; an outer block counts it as well."""
    recorder = Recorder()
    _active.append(recorder)
    try:
        yield recorder
    finally:
        _active.remove(recorder)


def recorded(sql: str) -> AbstractContextManager[None]:
    """For an engine's session: the block sends ``sql``."""
    return _timed(sql) if _active else _NOTHING


def shape_of(sql: str) -> str:
    """A statement without what differs from call to call: blanks, the number of its placeholders, its columns."""
    text = _LISTS.sub("?...", _BLANKS.sub(" ", sql).strip())
    text = _SHAPES.sub(r"\1 (...)", _ROWS.sub("(?...)", text))
    return text[:_LONGEST]


@contextmanager
def _timed(sql: str) -> Iterator[None]:
    began = time.perf_counter()
    try:
        yield
    finally:
        seconds = time.perf_counter() - began
        for recorder in _active:
            recorder.note(sql, seconds)
