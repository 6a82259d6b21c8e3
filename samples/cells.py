"""What may stand in a cell besides text, numbers, booleans and dates."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula with its cached result; ``{row}`` in the text is the row it stands in."""

    text: str
    cached: str | int | float | ErrorValue


@dataclass(frozen=True, slots=True)
class ErrorValue:
    """An error result, such as ``#N/A``."""

    code: str


@dataclass(frozen=True, slots=True)
class Formatted:
    """A cell with a format and no content."""


FORMATTED = Formatted()
Cell = str | int | float | bool | dt.date | dt.datetime | Formula | ErrorValue | Formatted | None
