"""What a value looks like on the board, and how it is sent and read back. Pure.

Everything is compared as canonical text, ``None`` being an empty cell: :func:`shown` makes it from a value of the
database, :func:`read` from what the API returned, and :func:`encode` turns it into the JSON that is sent. For every
value that :func:`shown` accepts, reading what was sent gives the same text again.

Canonical forms: text and labels with white space folded to single blanks; long text with its line breaks (as ``\\n``);
numbers without exponent, trailing zeros or sign of zero; dates as ``YYYY-MM-DD`` (``YYYY-MM-DD HH:MM:SS`` when someone
gave the cell a time); several labels in one dropdown cell, which only people choose, one a line.
Lengths are counted in UTF-16 units, as the vendor's software counts.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from monday_sync.domain.board import ColumnMapping
from monday_sync.errors import ValueRejectedError

#: Most UTF-16 units that a column type takes. Long text and status labels are documented; for the others we keep to
#: what certainly fits: a text no longer than a long text, a dropdown label no longer than an item's name.
LENGTHS = {"text": 2_000, "long_text": 2_000, "dropdown": 255, "status": 30}
#: Part of every mapping's fingerprint. Raise it when :func:`shown` makes another text of some value: then each row is
#: compared with the board once.
FORM = 2
#: The board computes with 64-bit floats: more digits would come back as another number.
SIGNIFICANT_DIGITS = 15

_NO_LABELS: Mapping[str, int] = {}
# control characters that are no white space
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
#: A number as people type it in a cell: what dbt's macro decimal_of takes (macros/platform/decimal_of.sql).
_TYPED_NUMBER = re.compile(
    r"[+-]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3}| ?%)?|[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]*)?(?: ?%)?)"
)
_INDEX_LIKE = re.compile(r"[+-]?[\d.,]*\d[\d.,]*")
_MIDNIGHT = dt.time()
#: Most cells of a column hold one of few values: what was made of these is kept.
_KEPT = 10_000


def shown(mapping: ColumnMapping, value: object) -> str | None:
    """The text that the board should show for a value of the database; ``None`` for an empty cell.

    Args:
        value: text, number, date or ``None``, as a view returns it.

    Raises:
        ValueRejectedError: the column cannot show the value.
    """
    if value is None:
        return None
    if mapping.type == "numbers":
        return _shown_number(mapping, value)
    if mapping.type == "date":
        return _shown_date(mapping, value)
    raw = _as_text(value)
    if _SURROGATE.search(raw):
        raise ValueRejectedError(mapping.view_column, f"{_quoted(raw)} holds half of a character")
    text = _lines(raw) if mapping.type == "long_text" else _folded(raw)
    limit = LENGTHS[mapping.type]
    if (length := utf16_length(text)) > limit:
        what = "label" if mapping.type in {"dropdown", "status"} else "text"
        raise ValueRejectedError(
            mapping.view_column, f"the {what} {_quoted(text)} has {length} characters; the board takes {limit}"
        )
    return text or None


def encode(mapping: ColumnMapping, text: str | None, label_ids: Mapping[str, int] = _NO_LABELS) -> object:
    """The JSON value that makes the column show ``text``; ``None`` clears it.

    Args:
        text: what :func:`shown` returned.
        label_ids: the column's ``ColumnInfo.label_ids``. A status label that is a number is sent by its index, since
            the API would read the label itself as an index.

    Raises:
        ValueRejectedError: a status label that is a number and not among ``label_ids``.
    """
    if text is None:
        return None
    match mapping.type:
        case "long_text":
            return {"text": text}
        case "date":
            day, _, time = text.partition(" ")
            return {"date": day, "time": time} if time else {"date": day}
        case "dropdown":
            return {"labels": text.split("\n")}
        case "status":
            return _encoded_status(mapping, text, label_ids)
        case _:
            return text


def read(mapping: ColumnMapping, column_value: Mapping[str, Any] | None) -> str | None:
    """The canonical text that a cell shows.

    Args:
        column_value: a ``ColumnValue`` of the API, with ``text`` and the fields of its type (``date``, ``time``,
            ``number``, ``label``, ``values``) as far as they were asked for; ``None`` when the item has no such cell.
    """
    if column_value is None:
        return None
    if mapping.type == "dropdown" and column_value.get("values") is not None:
        return "\n".join(_folded(str(chosen["label"])) for chosen in column_value["values"]) or None
    if mapping.type == "date" and "date" in column_value:
        return _read_date(column_value)
    text = column_value.get("label") if mapping.type == "status" else None
    text = column_value.get("text") if text is None else text
    if mapping.type == "numbers":
        return _read_number(text, column_value.get("number"))
    if not text:
        return None
    return (_lines(str(text)) if mapping.type == "long_text" else _folded(str(text))) or None


def is_index_like(label: str) -> bool:
    """Whether a status label could be read as an index."""
    return _INDEX_LIKE.fullmatch(label) is not None


def utf16_length(text: str) -> int:
    """Length in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def number_text(number: Decimal) -> str:
    """A number without exponent, trailing zeros and sign of zero."""
    return format(number.normalize(), "f") if number else "0"


def _encoded_status(mapping: ColumnMapping, text: str, label_ids: Mapping[str, int]) -> dict[str, object]:
    if not is_index_like(text):
        return {"label": text}
    if text not in label_ids:
        raise ValueRejectedError(
            mapping.view_column,
            f"the status label {text!r} is a number, which the API takes for an index, and the board column has no "
            "such label: add it on the board by hand",
        )
    return {"index": label_ids[text]}


def _shown_number(mapping: ColumnMapping, value: object) -> str | None:
    if isinstance(value, Decimal | float | int) and not isinstance(value, bool):
        raw = repr(value) if isinstance(value, float) else str(value)
        text, refusal = _checked_number(raw)
    else:
        raw = _folded(str(value))
        if not raw:
            return None
        text, refusal = _checked_number(raw) if _TYPED_NUMBER.fullmatch(raw) else (None, None)
    if text is None:
        raise ValueRejectedError(mapping.view_column, f"{_quoted(raw)} {refusal or 'is no number'}")
    return text


@lru_cache(maxsize=_KEPT)
def _checked_number(raw: str) -> tuple[str | None, str | None]:
    """A number's canonical text, or why the board cannot show it."""
    try:
        number = Decimal(raw.replace(",", "").rstrip("% "))
    except InvalidOperation:
        return None, None
    if not number.is_finite():
        return None, None
    if raw.endswith("%"):
        number = number.scaleb(-2)
    digits = "".join(map(str, number.as_tuple().digits)).strip("0")
    if len(digits) > SIGNIFICANT_DIGITS or not -SIGNIFICANT_DIGITS <= number.adjusted() < SIGNIFICANT_DIGITS:
        return None, f"has more than the {SIGNIFICANT_DIGITS} digits that the board keeps"
    return number_text(number), None


def _read_number(text: object, number: object) -> str | None:
    for raw in (text, repr(number) if isinstance(number, float | int) else None):
        if raw is None or not str(raw).strip():
            continue
        try:
            parsed = Decimal(str(raw).strip())
        except InvalidOperation:
            continue
        if parsed.is_finite():
            return number_text(parsed)
    # a cell that shows something which is no number differs from every number
    return _folded(str(text)) or None if text is not None else None


def _shown_date(mapping: ColumnMapping, value: object) -> str | None:
    if isinstance(value, dt.datetime):
        if value.time() != _MIDNIGHT:
            raise ValueRejectedError(mapping.view_column, f"{value.isoformat(sep=' ')!r} is a time, not a date")
        return value.date().isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    raw = _folded(str(value))
    if not raw:
        return None
    # fromisoformat takes other forms as well
    with suppress(ValueError):
        if len(raw) == len("YYYY-MM-DD") and raw[4] == raw[7] == "-" and raw.isascii():
            return dt.date.fromisoformat(raw).isoformat()
    raise ValueRejectedError(mapping.view_column, f"{_quoted(raw)} is no date of the form YYYY-MM-DD")


def _read_date(column_value: Mapping[str, Any]) -> str | None:
    day, time = column_value.get("date"), column_value.get("time")
    if not day:
        return None
    return f"{day} {time}" if time else str(day)


def _as_text(value: object) -> str:
    """Text as typed; a number or date that goes to a text column in its canonical form."""
    if isinstance(value, str):
        return value
    if isinstance(value, Decimal) and value.is_finite():
        return number_text(value)
    if isinstance(value, dt.datetime) and value.time() == _MIDNIGHT:
        return value.date().isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value)


@lru_cache(maxsize=_KEPT)
def _folded(text: str) -> str:
    """Runs of white space and control characters as one blank; none at the ends."""
    return " ".join(_CONTROL.sub(" ", text).split())


def _lines(text: str) -> str:
    r"""Line breaks as ``\n``, no blanks at line ends, no blank lines at the ends of the text, no control characters."""
    return "\n".join(line.rstrip() for line in _CONTROL.sub("", text).splitlines()).strip()


def _quoted(text: str, at_most: int = 60) -> str:
    clean = text.encode("utf-8", "replace").decode("utf-8")
    return repr(clean if len(clean) <= at_most else clean[: at_most - 1] + "…")
