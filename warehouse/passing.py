"""Which errors of the engines pass by themselves. Pure, and needs no driver: dbt's words are judged by it as well."""

from __future__ import annotations

import re

DEADLOCK = 1205
LOCK_TIMEOUT = 1222
#: Failover, resume, throttling: Microsoft's list of transient errors of Azure SQL.
PASSING = frozenset({
    926, 4221, 10928, 10929, 40143, 40197, 40501, 40540, 40613, 42108, 42109, 49918, 49919, 49920,
})  # fmt: skip
#: SQLSTATEs of a connection that is gone; IMC06 is the driver's own "broken, and recovery is not possible".
LOST_STATES = frozenset({"08S01", "08003", "08007", "01002", "IMC06"})
#: SQLSTATEs of a server that did not answer in time, as one that wakes up does not.
LATE_STATES = frozenset({"HYT00", "HYT01"})

_NATIVE = re.compile(r"\((\d+)\)")
_STATE = re.compile(r"[\['\"]([0-9A-Z]{5})[\]'\"]")


def numbers_in(message: str) -> set[int]:
    """The server's error numbers in a driver's message."""
    return {int(number) for number in _NATIVE.findall(message)}


def passes_by_itself(message: str) -> bool:
    """Whether a driver's error, as text, is a deadlock, a lock that was not given in time, or a lost connection."""
    if numbers_in(message) & (PASSING | {DEADLOCK, LOCK_TIMEOUT}):
        return True
    return bool(set(_STATE.findall(message)) & (LOST_STATES | LATE_STATES | {"40001"}))


def is_held_elsewhere(message: str) -> bool:
    """Whether DuckDB's words, told by another program, are that a process has the file open."""
    said = message.lower()
    return "could not set lock on file" in said or "being used by another process" in said
