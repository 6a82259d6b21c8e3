"""The ``RateLimit`` and ``RateLimit-Policy`` headers, and how much of a limit is free when. Pure."""

from __future__ import annotations

import math
import re
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

CALLS, POINTS = "minuteRate", "complexityMinute"
_WINDOW = 60.0
_ABOUT_TO_END = 2.0
#: A share of the quota that cannot be a difference between our count and the API's.
_SIGNIFICANT = 0.05
#: Bounds of a hidden limit are close when the upper one is no more than so many times the lower one.
_CLOSE = 1.25

_ITEM = re.compile(r'"([^"]+)"((?:\s*;\s*[A-Za-z]+\s*=\s*(?:"[^"]*"|[^,;\s]+))*)')
_PARAMETER = re.compile(r';\s*([A-Za-z]+)\s*=\s*("[^"]*"|[^,;\s]+)')


@dataclass(frozen=True, slots=True)
class Quota:
    """What headers say of one limit.

    Args:
        quota: most in a window.
        remaining: what is left of it.
        reset: seconds until there is more.
        window: its length in seconds.
    """

    quota: float | None = None
    remaining: float | None = None
    reset: float | None = None
    window: float = _WINDOW


def read_quotas(headers: Mapping[str, str]) -> dict[str, Quota]:
    """Limits by name, from the headers of one response. Unreadable parts are left out."""
    policy = _parsed(headers.get("ratelimit-policy") or headers.get("RateLimit-Policy") or "")
    state = _parsed(headers.get("ratelimit") or headers.get("RateLimit") or "")
    return {
        name: Quota(
            quota=policy.get(name, {}).get("q"),
            remaining=state.get(name, {}).get("r"),
            reset=state.get(name, {}).get("t"),
            window=policy.get(name, {}).get("w") or _WINDOW,
        )
        for name in policy.keys() | state.keys()
    }


def _parsed(header: str) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for name, parameters in _ITEM.findall(header):
        values = {}
        for key, raw in _PARAMETER.findall(parameters):
            if re.fullmatch(r"\d+(\.\d+)?", raw):
                values[key] = float(raw)
        found[name] = values
    return found


class Use(StrEnum):
    """What a limit is used for: reads and writes may have budgets of their own."""

    READ = "read"
    WRITE = "write"


@dataclass(slots=True)
class Spending:
    """An entry of what we used: when its window begins, and how much."""

    at: float
    amount: float
    use: Use


@dataclass(slots=True)
class _Others:
    amount: float = 0.0
    until: float = 0.0


class Window:
    """What we used of one limit lately, and what the API says is left.

    The windows of the API slide, so what we use comes back a window later. What others with the same token or account
    used is the rest of what the API says is gone; we take it to come back when the API says so. Whether reads and
    writes share one budget depends on the kind of token, which nobody tells us; it shows in what is left after each.

    Args:
        quota: until the API says otherwise.
    """

    def __init__(self, quota: float) -> None:
        self.quota = quota
        self.length = _WINDOW
        self.shared = True
        self._spent: deque[Spending] = deque()
        self._others = {use: _Others() for use in Use}

    def spend(self, at: float, amount: float, use: Use) -> Spending:
        """We use so much at that time. The amount may be corrected once it is known."""
        entry = Spending(at, amount, use)
        self._spent.append(entry)
        return entry

    def learn(self, now: float, said: Quota, use: Use) -> None:
        """Take in what a response said. What we spent on the request is booked already."""
        if said.quota:
            self.quota, self.length = said.quota, said.window
        if said.remaining is None:
            return
        gone = self.quota - said.remaining
        mine = self._sum(now, use)
        # entries about to end may have ended for the API already
        rest = self._sum(now + _ABOUT_TO_END, None) - self._sum(now + _ABOUT_TO_END, use)
        if rest > self.quota * _SIGNIFICANT:
            self.shared = gone >= mine + rest / 2
        until = now + (self.length if said.reset is None else said.reset)
        self._others[use] = _Others(max(0.0, gone - self._own(now, use)), until)

    def free(self, now: float, use: Use) -> float:
        """What may be used at once."""
        while self._spent and self._spent[0].at + self.length <= now:
            self._spent.popleft()
        return max(0.0, self._free_at(now, use))

    def wait(self, now: float, amount: float, use: Use) -> float:
        """Seconds until so much may be used. More than the whole quota waits for an empty window."""
        wanted = min(amount, self.quota)
        if self.free(now, use) >= wanted:
            return 0.0
        others = self._others[use]
        ends = [(e.at + self.length, e.amount) for e in self._spent if self.shared or e.use is use]
        coming = sorted(end for end in (*ends, (others.until, others.amount)) if end[0] > now)
        free = self.quota - sum(amount for _, amount in coming)
        for end, freed in coming:
            free += freed
            if free >= wanted:
                return end - now
        return 0.0

    def _free_at(self, now: float, use: Use) -> float:
        others = self._others[use]
        return self.quota - self._own(now, use) - (others.amount if now < others.until else 0.0)

    def _own(self, now: float, use: Use) -> float:
        return self._sum(now, None if self.shared else use)

    def _sum(self, now: float, use: Use | None) -> float:
        return sum(e.amount for e in self._spent if e.at + self.length > now and use in (None, e.use))


class HiddenWindow(Window):
    """A limit that no header tells: what was let through and what was not bound it from both sides."""

    def __init__(self) -> None:
        super().__init__(math.inf)
        self._floor, self._ceiling = 0.0, math.inf

    def let_through(self, now: float) -> None:
        """The latest use was permitted."""
        self._floor = min(max(self._floor, self._sum(now, None)), self._ceiling)

    def refused(self, now: float, amount: float) -> None:
        """So much more was not. Half-way between the bounds is tried next, unless they are close to each other."""
        held = self._sum(now, None)
        self._ceiling = min(self._ceiling, max(1.0, held + amount - 1))
        self._floor = min(max(self._floor, held), self._ceiling)
        close = self._ceiling <= self._floor * _CLOSE
        self.quota = max(1.0, self._floor if close else (self._floor + self._ceiling) // 2)
