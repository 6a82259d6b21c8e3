"""Limits of the API per account and app: complexity, calls a minute and a day, concurrent calls, calls per address.

Windows slide. Where the documentation is silent: every call, replays included, counts as a call; a rejected one costs
0.1 of a day's call and nothing of the minute; ``t`` in ``RateLimit`` is the time until the window is empty again.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from board_emulator.clock import MovableClock

MINUTE = 60.0
_DAY = 86_400.0
_REJECTED_CALL = 0.1


@dataclass(frozen=True, slots=True)
class Limits:
    """What is permitted. ``enforced=False`` counts and rejects nothing.

    ``combined`` is a personal token's single budget for reads and writes; else each has ``points_a_minute``.
    ``fields`` caps calls of single mutations a minute (FIELD_MINUTE_RATE_LIMIT_EXCEEDED).
    ``legacy_errors`` answers with the complexity error of older versions.
    """

    name: str
    calls_a_day: int
    calls_a_minute: int
    concurrent: int
    points_a_minute: int = 5_000_000
    points_a_query: int = 5_000_000
    calls_per_ip: int = 5_000
    combined: bool = False
    legacy_errors: bool = False
    enforced: bool = True
    fields: dict[str, int] = field(default_factory=dict)


PLANS = {
    "off": Limits("off", 10**9, 10**9, 10**6, 10**9, 10**9, 10**9, enforced=False),
    "free": Limits("free", 200, 1_000, 40, points_a_minute=1_000_000, combined=True),
    "standard": Limits("standard", 1_000, 1_000, 40),
    "pro": Limits("pro", 10_000, 2_500, 100),
    "enterprise": Limits("enterprise", 25_000, 5_000, 250),
}


@dataclass(frozen=True, slots=True)
class Rejection:
    """A call that is turned away: HTTP status, seconds to wait, and the body."""

    code: str
    status: int
    wait: int
    body: dict[str, Any]


class _Window:
    """What was used in the last ``span`` seconds."""

    def __init__(self, span: float) -> None:
        self._span = span
        self._uses: deque[tuple[float, float]] = deque()
        self._total = 0.0

    def used(self, now: float) -> float:
        while self._uses and self._uses[0][0] <= now - self._span:
            self._total -= self._uses.popleft()[1]
        return self._total

    def add(self, now: float, amount: float) -> None:
        self._uses.append((now, amount))
        self._total += amount

    def empty_in(self, now: float) -> int:
        self.used(now)
        return max(0, math.ceil(self._uses[-1][0] + self._span - now)) if self._uses else 0

    def room_in(self, now: float, need: float, most: float) -> int:
        """Seconds until ``need`` fits below ``most``."""
        left = most - self.used(now)
        for at, amount in self._uses:
            left += amount
            if left >= need:
                return max(1, math.ceil(at + self._span - now))
        return max(1, math.ceil(self._span))


class Meter:
    """Counts calls and points, and says which calls are over a limit."""

    def __init__(self, limits: Limits, clock: MovableClock) -> None:
        self.limits = limits
        self.under_way = 0
        self._clock = clock
        self._points = {"read": _Window(MINUTE), "write": _Window(MINUTE)}
        self._calls = _Window(MINUTE)
        self._by_ip: dict[str, _Window] = {}
        self._by_field: dict[str, _Window] = {}
        self._days: dict[str, float] = {}

    def _budget(self, kind: str) -> _Window:
        return self._points["read" if self.limits.combined else kind]

    @property
    def day(self) -> str:
        """Today, UTC, ISO 8601."""
        return _iso_day(self._clock.now())

    def calls_by_day(self) -> dict[str, float]:
        """Calls used, by day."""
        return dict(self._days)

    def restore_days(self, days: dict[str, float]) -> None:
        """Take the counters of earlier runs over."""
        self._days = {str(day): float(calls) for day, calls in days.items()}

    def admit_call(self, ip: str) -> Rejection | None:
        """Count one call in, or say why not. Looks at everything that does not need the query's text."""
        now, limits = self._clock.now(), self.limits
        by_ip = self._by_ip.setdefault(ip, _Window(10.0))
        used_today = self._days.get(self.day, 0.0)
        rejection = None
        if limits.enforced:
            if by_ip.used(now) + 1 > limits.calls_per_ip:
                rejection = _rejection(
                    "IP_RATE_LIMIT_EXCEEDED", "Your IP is rate limited", by_ip.room_in(now, 1, limits.calls_per_ip)
                )
            elif self.under_way > limits.concurrent:
                rejection = _rejection("maxConcurrencyExceeded", "Max number of concurrent queries exceeded", 1)
            elif used_today + 1 > limits.calls_a_day:
                rejection = _rejection("DAILY_LIMIT_EXCEEDED", "Daily limit exceeded", math.ceil(_DAY - now % _DAY))
            elif self._calls.used(now) + 1 > limits.calls_a_minute:
                wait = self._calls.room_in(now, 1, limits.calls_a_minute)
                rejection = _rejection("Rate Limit Exceeded", "Minute limit rate exceeded", wait)
        if rejection:
            self.charge_rejection()
            return rejection
        by_ip.add(now, 1)
        self._calls.add(now, 1)
        self._days[self.day] = used_today + 1
        return None

    def charge_rejection(self) -> None:
        """A rejected call costs a tenth of a day's call."""
        self._days[self.day] = self._days.get(self.day, 0.0) + _REJECTED_CALL

    def admit_points(self, kind: str, points: int, fields: list[str]) -> Rejection | None:
        """Charge the points of a query (``kind``: read, write), or say why not."""
        now, limits, budget = self._clock.now(), self.limits, self._budget(kind)
        if limits.enforced:
            left = limits.points_a_minute - budget.used(now)
            if points > limits.points_a_query:
                return self._exhausted(points, limits.points_a_query, limits.points_a_query, int(MINUTE))
            if points > left:
                return self._exhausted(points, int(left), limits.points_a_minute,
                                       budget.room_in(now, points, limits.points_a_minute))  # fmt: skip
            for name in set(fields) & set(limits.fields):
                window = self._by_field.setdefault(name, _Window(MINUTE))
                if window.used(now) + fields.count(name) > limits.fields[name]:
                    wait = window.room_in(now, fields.count(name), limits.fields[name])
                    return _rejection("FIELD_MINUTE_RATE_LIMIT_EXCEEDED", f"Field {name} rate limit exceeded", wait,
                                      {"field": name})  # fmt: skip
        for name in fields:
            if name in limits.fields:
                self._by_field.setdefault(name, _Window(MINUTE)).add(now, 1)
        budget.add(now, points)
        return None

    def _exhausted(self, points: int, left: int, most: int, wait: int) -> Rejection:
        if not self.limits.legacy_errors:
            return _rejection("COMPLEXITY_BUDGET_EXHAUSTED", "Complexity budget exhausted", wait)
        message = (f"Complexity budget exhausted, query cost {points} budget remaining {left} out of {most} "
                    f"reset in {wait} seconds")  # fmt: skip
        return Rejection("ComplexityException", 429, wait, {
            "error_code": "ComplexityException", "status_code": 429, "error_message": message, "error_data": {},
            "errors": [message],
        })  # fmt: skip

    def complexity_left(self, kind: str = "read") -> tuple[int, int]:
        """Points left of this minute, and seconds until all are back."""
        now, budget = self._clock.now(), self._budget(kind)
        if not self.limits.enforced:
            return self.limits.points_a_minute, 0
        return max(0, int(self.limits.points_a_minute - budget.used(now))), budget.empty_in(now)

    def headers(self, kind: str = "read") -> dict[str, str]:
        """The headers that every response carries."""
        now, limits = self._clock.now(), self.limits
        used = self._calls.used(now) if limits.enforced else 0
        calls = max(0, int(limits.calls_a_minute - used))
        points, reset = self.complexity_left(kind)
        free = max(0, limits.concurrent - self.under_way)
        return {
            "RateLimit-Policy": f'"minuteRate";q={limits.calls_a_minute};w=60, '
                                f'"concurrency";q={limits.concurrent};qu="concurrent-requests", '
                                f'"complexityMinute";q={limits.points_a_minute};w=60;qu="content-bytes"',
            "RateLimit": f'"minuteRate";r={calls};t={self._calls.empty_in(now)}, "concurrency";r={free}, '
                         f'"complexityMinute";r={points};t={reset}',
        }  # fmt: skip


def _rejection(code: str, message: str, wait: int, more: dict[str, Any] | None = None) -> Rejection:
    extensions = {"code": code, "retry_in_seconds": wait, "status_code": 429, **(more or {})}
    return Rejection(code, 429, wait, {"errors": [{"message": message, "extensions": extensions}]})


def _iso_day(seconds: float) -> str:
    return dt.datetime.fromtimestamp(seconds, dt.UTC).date().isoformat()
