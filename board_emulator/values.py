"""Column values: from the JSON a client sends to the canonical value, and from that to what the API shows. Pure.

Only the documented forms are taken; where the documentation is silent, the strict reading stands:

* ``text`` holds at most as much as a long text (2,000); lengths are counted in UTF-16 units, which are never fewer
  than characters.
* ``numbers`` are text of at most 15 significant digits, so that no reader of the ``Float`` loses any; ``""`` writes 0.
* labels match exactly, case included; a label with blanks at its ends cannot be created.
* an object with a key that is not documented is refused.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from board_emulator.errors import ApiError, bad_value
from board_emulator.model import STATUS_LABEL_LENGTH, STATUS_LABELS, Column, Value

LONG_TEXT_LENGTH = 2_000
TEXT_LENGTH = 2_000
DROPDOWN_LABEL_LENGTH = 255
WRITABLE = frozenset({"text", "long_text", "numbers", "date", "dropdown", "status"})

_NUMBER = re.compile(r"-?\d{1,20}(?:\.\d{1,20})?")
_SIGNIFICANT_DIGITS = 15
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIME = re.compile(r"\d{2}:\d{2}:\d{2}")
_HINT = "Please check our API documentation for the correct data structure for this column."


@dataclass(slots=True)
class Change:
    """What a request wants of one column: a value (None clears), and labels that have to be made for it first."""

    column: Column
    value: Value | None
    missing_labels: list[str] = field(default_factory=list)


def utf16_length(text: str) -> int:
    """Length of ``text`` in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def parse(column: Column, raw: object, *, create_labels: bool) -> Change:
    """The change that ``raw`` (decoded JSON of one column) asks for.

    Raises:
        ApiError: ColumnValueException, when the column does not take it.
    """
    if column.type not in WRITABLE:
        raise bad_value(column.type, f"invalid value - a {column.type} column cannot be written. {_HINT}")
    if column.type in ("dropdown", "status"):
        return (_dropdown if column.type == "dropdown" else _status)(column, raw, create_labels)
    scalar = {"text": _text, "long_text": _long_text, "numbers": _numbers, "date": _date}[column.type]
    return Change(column, scalar(raw))


def parse_simple(column: Column, text: str | None, *, create_labels: bool) -> Change:
    """As :func:`parse`, for the plain text that ``change_simple_column_value`` and bulk files carry."""
    if text is None:
        return parse(column, None, create_labels=create_labels)
    if text == "" and column.type != "numbers":
        return Change(column, None)
    wrapped: dict[str, object] = {
        "long_text": {"text": text}, "date": {"date": text}, "status": {"label": text},
        "dropdown": {"labels": [part.strip() for part in text.split(",")]},
    }  # fmt: skip
    return parse(column, wrapped.get(column.type, text), create_labels=create_labels)


def _object(kind: str, raw: object, *allowed: str) -> dict[str, Any]:
    if not isinstance(raw, dict) or not raw or set(raw) - set(allowed):
        raise bad_value(kind, f"invalid value. {_HINT}", raw)
    return raw


def _fits(kind: str, text: object, limit: int) -> str:
    if not isinstance(text, str):
        raise bad_value(kind, f"invalid value. {_HINT}", text)
    if utf16_length(text) > limit:
        raise bad_value(kind, f"invalid value - text is longer than {limit} characters.")
    if "\x00" in text:
        raise bad_value(kind, "invalid value - text holds a NUL character.")
    return text


def _text(raw: object) -> str | None:
    return None if raw is None else _fits("text", raw, TEXT_LENGTH) or None


def _long_text(raw: object) -> str | None:
    if raw is None:
        return None
    text = _fits("long_text", _object("long_text", raw, "text").get("text"), LONG_TEXT_LENGTH)
    if not text:
        raise bad_value("long_text", "invalid value - send null to clear a long text.")
    return text


def _numbers(raw: object) -> str | None:
    if raw is None:
        return None
    if not isinstance(raw, str):
        raise bad_value("numbers", f"invalid value - a number is sent as a string. {_HINT}", raw)
    if raw == "":
        return "0"  # documented: only null clears
    if not _NUMBER.fullmatch(raw):
        raise bad_value("numbers", f"invalid value - not a number. {_HINT}", raw)
    number = Decimal(raw).normalize()
    if len(number.as_tuple().digits) > _SIGNIFICANT_DIGITS:
        raise bad_value("numbers", f"invalid value - more than {_SIGNIFICANT_DIGITS} significant digits.", raw)
    return format(number if number else Decimal(0), "f")


def _date(raw: object) -> str | None:
    if raw is None:
        return None
    value = _object("date", raw, "date", "time")
    day, time = value.get("date"), value.get("time")
    text = f"{day} {time}" if time is not None else str(day)
    well_formed = isinstance(day, str) and _DATE.fullmatch(day) is not None
    if time is not None:
        well_formed = well_formed and isinstance(time, str) and _TIME.fullmatch(time) is not None
    if not well_formed or not _exists(text):
        raise bad_value("date", f"invalid value - not a date. {_HINT}", raw)
    return text


def _exists(moment: str) -> bool:
    try:
        dt.datetime.fromisoformat(moment)
    except ValueError:
        return False
    return True


def _dropdown(column: Column, raw: object, create_labels: bool) -> Change:
    if raw is None:
        return Change(column, None)
    value = _object("dropdown", raw, "labels", "ids")
    if len(value) != 1:
        raise bad_value("dropdown", "invalid value - give labels or ids, not both.", raw)
    key, entries = next(iter(value.items()))
    if not isinstance(entries, list):
        raise bad_value("dropdown", f"invalid value. {_HINT}", raw)
    if column.limit_select and len(entries) > 1:
        raise bad_value("dropdown", "invalid value - this column takes one label.", raw)
    if key == "ids":
        ids = [entry if isinstance(entry, int) else -1 for entry in entries]
        if any(number not in column.labels or column.labels[number].deactivated for number in ids):
            raise bad_value("dropdown", f"invalid value - no such label id in column {column.id}.", raw)
        return Change(column, list(dict.fromkeys(ids)) or None)
    if not all(isinstance(entry, str) and entry.strip() for entry in entries):
        raise bad_value("dropdown", "invalid value - a label is a text that is not blank.", raw)
    texts = list(dict.fromkeys(str(entry) for entry in entries))
    missing = [text for text in texts if text not in column.by_text]
    if missing and (not create_labels or _is_off(column, missing)):
        raise _no_label(column, missing[0])
    for text in missing:
        if text != text.strip() or utf16_length(text) > DROPDOWN_LABEL_LENGTH:
            most = f"a label has at most {DROPDOWN_LABEL_LENGTH} characters and no blanks at its ends."
            raise bad_value("dropdown", f"invalid value - {most}", text)
    return Change(column, [column.by_text[text].id for text in texts if text in column.by_text] or None, missing)


def _status(column: Column, raw: object, create_labels: bool) -> Change:
    if raw is None:
        return Change(column, None)
    value = _object("status", raw, "label", "index")
    if len(value) != 1:
        raise bad_value("status", "invalid value - give a label or an index, not both.", raw)
    wanted = value.get("label", value.get("index"))
    if "index" in value and (isinstance(wanted, bool) or not isinstance(wanted, int)):
        raise bad_value("status", "invalid value - an index is a number.", raw)
    if not isinstance(wanted, int | str) or not str(wanted).strip():
        raise bad_value("status", f"invalid value. {_HINT}", raw)
    text = str(wanted)
    if text.strip().isdigit():  # documented: a label that is a number reads as an index
        index = int(text)
        if index not in column.labels or column.labels[index].deactivated:
            raise bad_value("status", f"invalid value - no label has the index {index} in column {column.id}.", raw)
        return Change(column, index)
    label = column.by_text.get(text)
    if label:
        return Change(column, label.id)
    if not create_labels or _is_off(column, [text]):
        raise _no_label(column, text)
    if text != text.strip() or utf16_length(text) > STATUS_LABEL_LENGTH:
        raise bad_value("status", f"invalid value - a status label has at most {STATUS_LABEL_LENGTH} characters and no "
                                  "blanks at its ends.", text)  # fmt: skip
    if len(column.labels) >= STATUS_LABELS:
        raise bad_value("status", f"invalid value - a status column has at most {STATUS_LABELS} labels.", text)
    return Change(column, None, [text])


def _is_off(column: Column, texts: list[str]) -> bool:
    """Whether one of the labels is there and deactivated: whether the API would make a second one is documented
    nowhere (strict: it does not)."""
    return any(label.deactivated and label.text in texts for label in column.labels.values())


def _no_label(column: Column, text: str) -> ApiError:
    known = ", ".join(list(column.by_text)[:50])
    if _is_off(column, [text]):
        return bad_value(column.type, f"invalid value - label {text!r} of column {column.id} is deactivated.", text)
    return bad_value(column.type, f"invalid value - label {text!r} does not exist in column {column.id}. "
                                  f"Existing labels: {known}.", text)  # fmt: skip


def settle(change: Change) -> Value | None:
    """Make the labels that ``change`` lacks; return the value to store."""
    made = [(change.column.by_text.get(text) or change.column.add_label(text)).id for text in change.missing_labels]
    if not made:
        return change.value
    if change.column.type == "status":
        return made[0]
    kept = change.value if isinstance(change.value, list) else []
    return kept + made


def text_of(column: Column, value: Value | None) -> str | None:
    """What a person reads in the cell: ``""`` or None when it is empty."""
    if isinstance(value, list):
        return ", ".join(column.labels[number].text for number in value if number in column.labels)
    if isinstance(value, int):
        return column.labels[value].text if value in column.labels else None
    if value is None:
        return None if column.type in ("dropdown", "status") else ""
    return value


def json_of(value: Value | None, kind: str, changed_at: str) -> str | None:
    """The ``value`` field: the raw value as a JSON text."""
    if value is None:
        return None
    if isinstance(value, list):
        return json.dumps({"ids": value, "override_all_ids": "true"}, separators=(",", ":"))
    if isinstance(value, int):
        return json.dumps({"index": value, "post_id": None, "changed_at": changed_at}, separators=(",", ":"))
    if kind == "long_text":
        return json.dumps({"text": value, "changed_at": changed_at}, ensure_ascii=False)
    if kind == "date":
        day, _, time = value.partition(" ")
        return json.dumps({"date": day, "time": time or None, "icon": None, "changed_at": changed_at})
    return json.dumps(value, ensure_ascii=False)
