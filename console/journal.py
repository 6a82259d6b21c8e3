"""What a program says, as `logging` records: for the person who watches, and for the log (:mod:`console.logfile`).

One logger, ``order_list``. Facts that hold for a while (run, stage) are said once with :func:`about`; those of a line
go with it. Facts belong to the process and not to a thread: a command does one thing at a time, and its helper threads
(a heartbeat, a progress line) speak of that.
"""

from __future__ import annotations

import logging
import os
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

NAME = "order_list"
#: The run that a process works for; a program started by another one finds it here.
RUN_ID = "ORDER_LIST_RUN_ID"
_RUN = re.compile(r"[\w.:-]{1,64}")

LOGGER = logging.getLogger(NAME)
LOGGER.setLevel(logging.DEBUG)
LOGGER.propagate = False

_facts: dict[str, object] = {}
#: The run that this process worked for last: what is said of its end is about it.
_last: dict[str, str] = {}
_silence = {"since": time.monotonic()}


def note(message: str, *, level: int = logging.DEBUG, trace: BaseException | None = None, **facts: object) -> None:
    """A line for the log; of the screen's only if somebody asked for details (``-v``).

    Args:
        trace: the error whose trace belongs to it.
        facts: what it is about: ``customer``, ``file``, ``request_id``, ``milliseconds`` and so on.
    """
    _record(level, message, facts, trace=trace, screen=False)


def spoken(message: str, *, level: int = logging.INFO, **facts: object) -> None:
    """A line for the person who watches, and for the log."""
    _silence["since"] = time.monotonic()
    _record(level, message, facts, trace=None, screen=True)


def seconds_silent() -> float:
    """How long ago the last line for the person was said."""
    return time.monotonic() - _silence["since"]


def repeat(level: int, message: str, facts: Mapping[str, object], *, screen: bool) -> None:
    """A line that was said (``screen``) or noted."""
    if screen:
        _silence["since"] = time.monotonic()
    _record(level, message, facts, trace=None, screen=screen)


def _record(
    level: int, message: str, facts: Mapping[str, object], *, trace: BaseException | None, screen: bool
) -> None:
    LOGGER.log(
        level, "%s", message, exc_info=trace, extra={"facts": {**_facts, **facts}, "screen": screen}
    )  # fmt: skip


@contextmanager
def about(**facts: object) -> Iterator[None]:
    """What all lines of the block are about; ``None`` says nothing."""
    before = dict(_facts)
    if facts.get("run_id"):
        _last["run_id"] = str(facts["run_id"])
    _facts.update({name: value for name, value in facts.items() if value is not None})
    try:
        yield
    finally:
        _facts.clear()
        _facts.update(before)


def current_run() -> str | None:
    """The run that this process works for: one it began itself, or that of the program which started it."""
    known = _facts.get("run_id")
    if known:
        return str(known)
    given = os.environ.get(RUN_ID, "").strip()
    return given if _RUN.fullmatch(given) else None


def last_run() -> str | None:
    """The run that this process works for, or did."""
    return current_run() or _last.get("run_id")


@contextmanager
def begun() -> Iterator[None]:
    """A command begins: it works for no run yet but that of its starter."""
    before = dict(_facts)
    _facts.clear()
    _last.clear()
    try:
        yield
    finally:
        _facts.clear()
        _facts.update(before)


def current_facts() -> Mapping[str, object]:
    """What the lines are about at present."""
    return dict(_facts)
