"""Cells as text, without loss. Pure: a column of what calamine read becomes a column of strings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

import pyarrow as pa

_LARGEST_PLAIN = 1e15
#: In each column: hardly any has more, and a sheet of a thousand columns must not fill the memory.
_MOST_REMEMBERED = 2_000


def text_of(value: object) -> str | None:
    """One cell as text; ``None`` when it is empty.

    Numbers in the shortest form that reads back as the same number, never with an exponent, whole ones without a
    fraction. Dates and times as ISO 8601, durations as ``[h]:mm:ss``, booleans as Excel shows them.
    """
    if isinstance(value, float):  # first, because most that is asked for is one
        return _number(value)
    if isinstance(value, str):
        return value or None
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, dt.timedelta):
        return _duration(value)
    return None if value is None else str(value)


class Texts(dict[object, str | None]):
    """What the values of one column look like as text; finds it out for each once, for order lists repeat themselves.

    Not for booleans: ``True == 1.0``, and the one would get the text of the other.
    """

    def __missing__(self, value: object) -> str | None:
        """The text of a value that is new."""
        if len(self) >= _MOST_REMEMBERED:
            self.clear()
        text = self[value] = text_of(value)
        return text


def column_of(values: Sequence[object], texts: Texts) -> pa.StringArray:
    """Some cells of a column as an Arrow array of text, NULL where a cell is empty.

    This is the hot path.

    Args:
        texts: the column's own, from one part of it to the next: one for all columns outgrows the processor's cache.
    """
    kinds = set(map(type, values))
    if kinds == {str}:
        return pa.array([value or None for value in values], pa.string())
    if bool in kinds:
        return pa.array(list(map(text_of, values)), pa.string())
    return pa.array(list(map(texts.__getitem__, values)), pa.string())


def _number(value: float) -> str:
    if value.is_integer() and abs(value) < _LARGEST_PLAIN:
        return str(int(value))
    text = repr(value)
    if "e" not in text:
        return text
    plain = format(Decimal(text), "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def _duration(value: dt.timedelta) -> str:
    sign, value = ("-", -value) if value < dt.timedelta(0) else ("", value)
    seconds, fraction = value // dt.timedelta(seconds=1), value.microseconds
    text = f"{sign}{seconds // 3600}:{seconds % 3600 // 60:02}:{seconds % 60:02}"
    return f"{text}.{fraction:06}".rstrip("0") if fraction else text
