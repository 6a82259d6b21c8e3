"""Number formats and the dates, times and durations that numbers become under them. Pure.

Which format is one of dates is decided here for every file format: ECMA-376 part 1, 18.8.30 (built-in ids) and 18.8.31
(format codes).
"""

from __future__ import annotations

import datetime as dt
import re
from enum import Enum
from functools import lru_cache

#: Formats whose code the file need not say. 27 to 36 and 50 to 58 are dates in East Asian Excel, where a file says
#: nothing else under these ids.
_BUILT_IN_DATES = frozenset({*range(14, 23), *range(27, 37), 45, 47, *range(50, 59)})
_BUILT_IN_DURATION = 46
#: Quoted text, escaped characters, padding and fill: none of it is a place holder.
_LITERAL = re.compile(r'"[^"]*"?|\\.|_.|\*.|!.')
_BRACKETS = re.compile(r"\[([^\]]*)\]")
_ELAPSED = re.compile(r"h+|m+|s+", re.IGNORECASE)
_GENERAL = re.compile(r"general|standard", re.IGNORECASE)
_NUMBER = re.compile(r"[0#?]|@")
_FRACTION_OF_SECOND = re.compile(r"s+(\.0+)", re.IGNORECASE)
_DATE = re.compile(r"[ymdhs]|am/pm|a/p", re.IGNORECASE)

_DAY_MS = 86_400_000
_EPOCH_1900, _EPOCH_1904 = dt.datetime(1899, 12, 30), dt.datetime(1904, 1, 1)  # noqa: DTZ001 - Excel knows no zones
#: 1900-02-29, a day that only Excel has; days before it count one less.
_PHANTOM_DAY = 60
#: 9999-12-31 is the day before this one.
_END_1900 = 2_958_466
_BETWEEN_EPOCHS = 1_462


class Moment(Enum):
    """What numbers under a format are."""

    DATE = "date"
    DURATION = "duration"


@lru_cache(4096)
def moment_of_format(number: int, code: str | None) -> Moment | None:
    """What a number format makes of numbers; ``None``: they stay numbers.

    Args:
        number: the format's id.
        code: what the file says under that id; ``None`` when it says nothing, so that the built-in format holds.
    """
    if code is None:
        if number == _BUILT_IN_DURATION:
            return Moment.DURATION
        return Moment.DATE if number in _BUILT_IN_DATES else None
    # the first section is for positive numbers, and only they are dates
    plain = _LITERAL.sub("", code).split(";")[0]
    if any(_ELAPSED.fullmatch(inside) for inside in _BRACKETS.findall(plain)):
        return Moment.DURATION
    plain = _FRACTION_OF_SECOND.sub("s", _BRACKETS.sub("", plain))
    if _GENERAL.search(plain) or _NUMBER.search(plain):
        return None
    return Moment.DATE if _DATE.search(plain) else None


def moment(
    number: float, kind: Moment, *, date_1904: bool = False
) -> dt.datetime | dt.date | dt.time | dt.timedelta | float:
    """The moment that ``number`` is under a format, to the millisecond; the number itself where it is none.

    A whole number is a date, one below 1 a time of day. None are: negative ones, days after 9999, and 1900-02-29.
    """
    if kind is Moment.DURATION:
        try:
            return dt.timedelta(milliseconds=round(number * _DAY_MS))
        except (OverflowError, ValueError):
            return number
    end = _END_1900 - _BETWEEN_EPOCHS if date_1904 else _END_1900
    if not 0 <= number < end or (not date_1904 and _PHANTOM_DAY <= number < _PHANTOM_DAY + 1):
        return number
    if number < 1:
        return (_EPOCH_1904 + dt.timedelta(milliseconds=round(number * _DAY_MS))).time()
    days = number + 1 if number < _PHANTOM_DAY and not date_1904 else number
    epoch = _EPOCH_1904 if date_1904 else _EPOCH_1900
    try:
        found = epoch + dt.timedelta(milliseconds=round(days * _DAY_MS))
    except OverflowError:
        return number
    return found.date() if number == int(number) else found
