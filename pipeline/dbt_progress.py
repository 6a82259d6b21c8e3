"""What dbt is at, for who watches: it reads the project, waits for the database, builds node by node."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from typing import Any

from console import Advance, every, note, progress, say

#: Seconds without a word after which one is said; a terminal's bar moves by itself.
_SILENCE = 5.0
_BEAT = 1.0
#: What dbt does from this event on.
_PHASES = {
    "MainReportVersion": "reads the project",
    "AdapterRegistered": "reads the project",
    "UnableToPartialParse": "reads the whole project anew",
    "FoundStats": "opens the database",
    "LogHookStartLine": "prepares the database",
}
_LOUD = {"warn": logging.WARNING, "error": logging.ERROR}
_WAITING = "opens the database"


@contextmanager
def shown(
    title: str, who: Callable[[], str | None], *, loud: bool = True
) -> Iterator[Callable[[Mapping[str, Any]], None]]:
    """Progress of dbt on stderr, problems at once; the block gets a function that takes dbt's events.

    Args:
        who: tells which other process has the database open, if one has.
        loud: whether dbt's own words about problems are shown; the log has them anyway.
    """
    has_bar = sys.stderr.isatty()
    bar = progress(f"{title} starts", None) if has_bar else nullcontext(_nowhere)
    with bar as advance:
        state = _State(title, advance, who, has_bar=has_bar, loud=loud)
        with every(_BEAT, state.beat):
            yield state.event


def _nowhere(steps: int, total: int | None = None, now: str | None = None) -> None:
    """Where there is no bar, the lines say it all."""


class _State:
    def __init__(
        self, title: str, advance: Advance, who: Callable[[], str | None], *, has_bar: bool, loud: bool
    ) -> None:
        self._title, self._advance, self._who = title, advance, who
        self._now, self._since = "starts", time.monotonic()
        self._done, self._total = 0, 0
        self._said = time.monotonic()
        self._has_bar, self._loud = has_bar, loud

    def event(self, event: Mapping[str, Any]) -> None:
        info, data = event["info"], event.get("data") or {}
        name, message = str(info.get("name", "")), str(info.get("msg", "")).strip()
        facts = {"invocation_id": info.get("invocation_id"), "node": (data.get("node_info") or {}).get("node_name")}
        if self._loud and (level := _LOUD.get(str(info.get("level")))) and message:
            say(f"dbt: {message}", level=level, **facts)
        elif message:
            took = data.get("execution_time")
            seconds = took if isinstance(took, int | float) else None
            note(f"dbt: {message}", milliseconds=None if seconds is None else round(seconds * 1000), **facts)
        if name in _PHASES and not self._total:  # hooks run after the nodes as well
            self._phase(_PHASES[name])
        elif name == "LogStartLine":
            if not self._total:
                self._total = int(data.get("total") or 0)
                self._phase(f"{self._total:,} nodes")
            self._now = str((data.get("node_info") or {}).get("node_name") or self._now)
        elif name.endswith("Result") and data.get("total"):
            self._done += 1
            if self._has_bar:  # a log hears of it from beat to beat
                self._advance(1, int(data["total"]), self._title)

    def _phase(self, what: str) -> None:
        if what == self._now:
            return
        self._now, self._since = what, time.monotonic()
        if self._has_bar:
            self._advance(0, None, f"{self._title} {what}" if not self._total else self._title)
        else:
            self._tell(f"{self._title}: {what}")

    def beat(self) -> None:
        """Say something if nothing was said for long; on a terminal only what the bar cannot."""
        if time.monotonic() - self._said < _SILENCE:
            return
        if self._total and not self._has_bar:
            self._tell(f"{self._title}: {self._done:,} of {self._total:,}, at {self._now}")
        elif self._now == _WAITING and (holder := self._who()):
            self._tell(f"{self._title} waits for the database: {holder} has it open")
        elif not self._has_bar:
            self._tell(f"{self._title}: {self._now} ({time.monotonic() - self._since:.0f} s)")

    def _tell(self, line: str) -> None:
        self._said = time.monotonic()
        say(line)
