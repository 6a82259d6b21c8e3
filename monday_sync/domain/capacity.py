"""How full a board is, what a push adds, and when there is no room left by the present rate. Pure.

What is not known stays unknown: the API may leave a count out, and a history of a few days tells no rate.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from monday_sync.domain.rows import Level

#: Items of a board, and as many subitems, by the vendor's documentation.
DOCUMENTED_LIMIT = 10_000
#: Days from which the rate is taken, and the fewest that tell one.
WINDOW, SHORTEST = 90, 14


@dataclass(frozen=True, slots=True)
class DayCount:
    """What our pushes made and took off on one day."""

    day: dt.date
    created: int
    archived: int = 0


@dataclass(frozen=True, slots=True)
class Rate:
    """New rows a day, less those taken off.

    Args:
        per_day: ``None`` when the history is too short to tell.
        days: of history, after the day of the first load.
    """

    per_day: float | None
    days: int


def rate(history: Sequence[DayCount], today: dt.date) -> Rate:
    """The present rate. The first day with new rows is the first load, which says nothing about the days after it."""
    made = [day.day for day in history if day.created]
    if not made:
        return Rate(None, 0)
    days = min((today - min(made)).days, WINDOW)
    if days < SHORTEST:
        return Rate(None, max(0, days))
    since = today - dt.timedelta(days=days)
    return Rate(sum(d.created - d.archived for d in history if since < d.day <= today) / days, days)


@dataclass(frozen=True, slots=True)
class Room:
    """The room for items, or for subitems, on one board.

    Args:
        there: rows on the board before the push; the API's count, or what we link when it says less or nothing.
        counted: whether the API told a count at all; otherwise there are at least so many.
        limit: the lower of what the board's file and the API say; the documented one when neither does.
        limit_is_told: whether one of them does.
        adds, removes: what the push creates and archives.
        comes, goes: what is moved from other boards of the target, and to them.
    """

    level: Level
    there: int
    counted: bool
    limit: int
    limit_is_told: bool
    adds: int
    removes: int
    rate: Rate
    full_on: dt.date | None
    comes: int = 0
    goes: int = 0

    @property
    def after(self) -> int:
        """Rows on the board after the push."""
        return self.there + self.adds - self.removes + self.comes - self.goes

    def days_left(self, today: dt.date) -> int | None:
        """Days until it is full; at least ten years where it does not grow, ``None`` while nobody knows whether."""
        if self.full_on is not None:
            return max(0, (self.full_on - today).days)
        return None if self.rate.per_day is None else _FAR

    @property
    def fits(self) -> bool:
        """Whether the push stays within a limit that was told. What it archives goes before what it creates."""
        return not (self.adds or self.comes) or not self.limit_is_told or self.after <= self.limit


def room(
    level: Level, *, counted: int | None, linked: int, limits: Sequence[int | None], adds: int, removes: int,
    history: Sequence[DayCount], today: dt.date, comes: int = 0, goes: int = 0,
) -> Room:  # fmt: skip
    """Add it up.

    Args:
        counted: by the API, which may lag; never less than ``linked`` is believed.
        limits: told by the board's file and by the API.
    """
    told = [limit for limit in limits if limit is not None]
    limit = min(told, default=DOCUMENTED_LIMIT)
    there, found = max(counted or 0, linked), rate(history, today)
    left = limit - (there + adds - removes + comes - goes)
    full_on = None
    if left <= 0:
        full_on = today
    elif found.per_day is not None and found.per_day > 0:
        days = int(left / found.per_day)
        full_on = today + dt.timedelta(days=days) if days < _FAR else None
    return Room(level, there, counted is not None, limit, bool(told), adds, removes, found, full_on, comes, goes)


#: Days from which a date would be a joke.
_FAR = 3_650
