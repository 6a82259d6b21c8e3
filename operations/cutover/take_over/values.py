"""Ids and parts of keys as other programs keep them: numbers, texts, floats, with blanks around them. Pure."""

from __future__ import annotations

import re
from decimal import Decimal

_ID = re.compile(r"0*([1-9]\d*)(?:[.,]0*)?")
_NONE = frozenset({"", "0", "0.0", "null", "none", "nan", "n/a", "-"})
_WHOLE = re.compile(r"(\d+)\.0+")
#: From here on a float no longer tells neighbours apart.
_EXACT = 2**53


class NotAnIdError(ValueError):
    """A value that is neither an id nor the lack of one."""


def id_of(value: object) -> str | None:
    """A board id; ``None`` where there is none.

    Raises:
        NotAnIdError: it cannot be one, or has lost digits.
    """
    if value is None or (isinstance(value, float) and value != value):  # noqa: PLR0124 - NaN
        return None
    if isinstance(value, float) and not (value.is_integer() and abs(value) < _EXACT):
        raise NotAnIdError(repr(value))
    if isinstance(value, bool):
        raise NotAnIdError(repr(value))
    if isinstance(value, Decimal) and value == value.to_integral_value():
        value = int(value)
    text = str(int(value)) if isinstance(value, float) else str(value).strip().strip("'\"").strip()
    if text.lower() in _NONE:
        return None
    match = _ID.fullmatch(text)
    if match is None:
        raise NotAnIdError(repr(value))
    return match[1]


def part_of(value: object) -> str:
    """A part of a key as it is compared: blanks folded, a whole number without its point; no value is an empty text."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = " ".join(str(value).split())
    match = _WHOLE.fullmatch(text)
    return match[1] if match else text


def loose(text: str) -> str:
    """The same where upper and lower case are one."""
    return text.casefold().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
