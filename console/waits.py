"""Every wait and every retry is said: on stderr if a person would notice, and in the log in any case."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from console.journal import current_facts, repeat, seconds_silent
from console.output import has_bar, say

#: Shorter waits nobody notices; of longer ones stderr tells why nothing happens.
NOTICED = 2.0
#: Seconds between two lines about what goes on.
BEAT = 60.0


@contextmanager
def never_silent(what: str) -> Iterator[None]:
    """Say once a minute that the block goes on, if it says nothing itself for so long and shows no bar."""
    began = time.monotonic()

    def tell() -> None:
        facts = current_facts()
        if seconds_silent() >= BEAT and not has_bar() and not facts.get("idle"):
            stage = facts.get("stage")
            say(f"{stage or what}: still at work ({_span(time.monotonic() - began)} so far)")

    with every(BEAT / 6, tell):
        yield


@contextmanager
def every(seconds: float, do: Callable[[], object]) -> Iterator[None]:
    """Call ``do`` again and again while the block lasts, from a thread."""
    over = threading.Event()

    def beat() -> None:
        while not over.wait(seconds):
            do()

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def wait(
    seconds: float, what: str, *, sleep: Callable[[float], object] | None = None, retry: int | None = None,
    of: int | None = None, loud: bool | None = None, **facts: object,
) -> None:  # fmt: skip
    """Wait, and say how long and for what; a long wait says each minute that it goes on.

    Args:
        what: is waited for, and why: "the API: minute limit".
        retry: which retry follows the wait.
        of: how many there may be.
        loud: whether stderr hears of it; by default if it is long, or a retry follows.
        facts: for the log.
    """
    if seconds <= 0 and retry is None and not loud:
        return
    sleep = sleep or time.sleep
    numbered = "" if retry is None else f" (retry {retry})" if of is None else f" (retry {retry} of {of})"
    line = f"waiting {_span(seconds)} for {what}{numbered}"
    heard = loud if loud is not None else seconds >= NOTICED or retry is not None
    facts["milliseconds"] = round(seconds * 1000)
    repeat(logging.INFO if heard else logging.DEBUG, line, facts, screen=heard)
    if seconds <= BEAT:
        sleep(seconds)
        return
    until = time.monotonic() + seconds
    with every(BEAT, lambda: say(f"still waiting for {what}: {_span(max(0.0, until - time.monotonic()))} left")):
        sleep(seconds)


def _span(seconds: float) -> str:
    """``0.5 s``, ``40 s``, ``12 min``."""
    if seconds < 10:  # noqa: PLR2004
        return f"{seconds:.1f} s".replace(".0 s", " s")
    return f"{seconds:.0f} s" if seconds < 2 * BEAT else f"{seconds / BEAT:.0f} min"
