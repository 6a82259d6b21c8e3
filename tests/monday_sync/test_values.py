"""Values: what is shown, what is sent, and that what is sent reads back as what was shown."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monday_sync.domain.board import ColumnMapping
from monday_sync.domain.board.model import ColumnType
from monday_sync.domain.values import LENGTHS, encode, is_index_like, read, shown, utf16_length
from monday_sync.errors import ValueRejectedError


def column(kind: ColumnType) -> ColumnMapping:
    return ColumnMapping("notes", "c1", kind)


def cell(kind: str, sent: Any, label_ids: dict[str, int] | None = None) -> dict[str, Any]:
    """What the API returns for a cell after ``sent`` was written, by its documentation."""
    if sent is None:
        return {"id": "c1", "text": "", "number": None, "date": None, "time": None, "values": []}
    found: dict[str, Any] = {"id": "c1", "text": sent}
    if kind == "numbers":
        found["number"] = float(sent)
    elif kind == "date":
        found |= {"text": sent["date"], "date": sent["date"], "time": sent.get("time")}
    elif kind == "long_text":
        found["text"] = sent["text"].replace("\n", "\r\n")
    elif kind == "dropdown":
        found |= {"text": ", ".join(sent["labels"]), "values": [{"label": x} for x in sent["labels"]]}
    elif kind == "status":
        by_index = {number: label for label, number in (label_ids or {}).items()}
        found["text"] = sent["label"] if "label" in sent else by_index[sent["index"]]
    return found


TEXTS = st.text(alphabet=st.characters(codec="utf-8"), max_size=300)


@given(kind=st.sampled_from(["text", "long_text", "dropdown", "status"]), value=TEXTS)
def test_text_that_is_shown_reads_back(kind: ColumnType, value: str) -> None:
    """Whatever a text column, long text, dropdown or status is given reads back as the text we compare with."""
    mapping = column(kind)
    try:
        text = shown(mapping, value)
    except ValueRejectedError:
        assert utf16_length(" ".join(value.split())) > LENGTHS[kind]
        return
    ids = {text: 7} if text else {}
    assert read(mapping, cell(kind, encode(mapping, text, ids), ids)) == text
    assert text is None or shown(mapping, text) == text


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=4))
def test_numbers_read_back_without_exponent_or_trailing_zeros(value: Decimal) -> None:
    """A number is the same number on the board, in one spelling."""
    mapping = column("numbers")
    text = shown(mapping, value)
    assert text is not None
    assert Decimal(text) == value
    assert "e" not in text.lower()
    assert not ("." in text and text.endswith("0"))
    assert text != "-0"
    assert read(mapping, cell("numbers", encode(mapping, text))) == text


@given(st.dates())
def test_dates_read_back(value: dt.date) -> None:
    """A date is the same day on the board, whether the view gave a date, a midnight or ISO text."""
    mapping = column("date")
    text = shown(mapping, value)
    assert read(mapping, cell("date", encode(mapping, text))) == text == value.isoformat()
    assert shown(mapping, dt.datetime.combine(value, dt.time())) == text
    assert shown(mapping, value.isoformat()) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("12.5000"), "12.5"), (Decimal("100"), "100"), (Decimal("1E+3"), "1000"), (Decimal("-0.00"), "0"),
        (0, "0"), (7, "7"), (0.1, "0.1"), ("  12.50 ", "12.5"), ("", None), (None, None),
        (Decimal("0.000123"), "0.000123"), (Decimal("123456789012345"), "123456789012345"),
    ],
)  # fmt: skip
def test_a_number_has_one_spelling(value: object, text: str | None) -> None:
    """Numbers of every origin are normalised the same way."""
    assert shown(column("numbers"), value) == text


@pytest.mark.parametrize("value", ["TBC", "NaN", "Infinity", True, Decimal("1234567890123456"), Decimal("1E+15"),
                                   Decimal("0.1234567890123456"), Decimal("1E-30"),
                                   Decimal("1.0000000000000000000000000000000000001")])  # fmt: skip
def test_what_the_board_cannot_keep_exactly_is_no_number(value: object) -> None:
    """Text, infinities and more digits than a float keeps are refused, not rounded."""
    with pytest.raises(ValueRejectedError, match="notes: "):
        shown(column("numbers"), value)


@pytest.mark.parametrize("value", ["soon", "2026-13-01", dt.datetime(2026, 6, 15, 10, 30)])  # noqa: DTZ001
def test_what_is_no_day_is_refused(value: object) -> None:
    """A date column takes days."""
    with pytest.raises(ValueRejectedError, match="date"):
        shown(column("date"), value)


@pytest.mark.parametrize(("kind", "limit"), [("text", 2000), ("long_text", 2000), ("dropdown", 255), ("status", 30)])
def test_lengths_are_counted_as_the_vendor_counts(kind: ColumnType, limit: int) -> None:
    """The limit is in UTF-16 units: a character outside the basic plane counts as two."""
    assert shown(column(kind), "x" * limit) == "x" * limit
    assert shown(column(kind), "𝄞" * (limit // 2)) == "𝄞" * (limit // 2)
    for long in ("x" * (limit + 1), "𝄞" * (limit // 2) + "x" * (limit % 2 + 1)):
        with pytest.raises(ValueRejectedError, match=f"the board takes {limit}"):
            shown(column(kind), long)


def test_white_space_is_folded_but_long_text_keeps_its_lines() -> None:
    """One-line columns fold all white space; long text keeps line breaks and loses only blanks at their ends."""
    raw = "  navy \t blue\r\nsize\u2028M  \n\n"
    assert shown(column("text"), raw) == "navy blue size M"
    assert shown(column("long_text"), raw) == "navy \t blue\nsize\nM"
    assert shown(column("text"), " \t\u00a0") is None


def test_text_columns_take_numbers_and_dates_in_canonical_form() -> None:
    """A number or date that goes to a text column is not spelled as the database's driver likes."""
    assert shown(column("text"), Decimal("12.5000")) == "12.5"
    assert shown(column("text"), dt.date(2026, 6, 15)) == "2026-06-15"
    assert shown(column("text"), dt.datetime(2026, 6, 15)) == "2026-06-15"  # noqa: DTZ001
    assert shown(column("dropdown"), 34) == "34"


def test_half_characters_and_control_characters() -> None:
    """A lone surrogate cannot be sent; control characters are dropped."""
    with pytest.raises(ValueRejectedError, match="half of a character"):
        shown(column("text"), "a\ud800b")
    assert shown(column("text"), "a\x00b\x07c") == "a b c"
    assert shown(column("long_text"), "a\x00b") == "ab"


@pytest.mark.parametrize(
    ("kind", "text", "sent"),
    [
        ("text", "x", "x"), ("text", None, None),
        ("long_text", "x\ny", {"text": "x\ny"}), ("long_text", None, None),
        ("numbers", "42.5", "42.5"), ("numbers", None, None),
        ("date", "2026-06-15", {"date": "2026-06-15"}), ("date", None, None),
        ("dropdown", "S, M", {"labels": ["S, M"]}), ("dropdown", "34", {"labels": ["34"]}), ("dropdown", None, None),
        ("status", "PCS", {"label": "PCS"}), ("status", None, None),
    ],
)  # fmt: skip
def test_what_is_sent_for_each_type(kind: ColumnType, text: str | None, sent: object) -> None:
    """The documented JSON of each column type, and null to clear; numbers are never cleared with "", which writes 0."""
    assert encode(column(kind), text) == sent


@pytest.mark.parametrize("label", ["3", "07", "-1", "1.5", "1,000", "٣"])
def test_a_status_label_that_is_a_number_goes_by_its_index(label: str) -> None:
    """Such a label is sent as the index that the board gave it, and refused where there is none."""
    mapping = column("status")
    assert is_index_like(label)
    assert encode(mapping, label, {label: 12, "PCS": 0}) == {"index": 12}
    with pytest.raises(ValueRejectedError, match="takes for an index"):
        encode(mapping, label, {"PCS": 3})


def test_a_label_with_a_comma_is_one_label() -> None:
    """A dropdown is read by its labels, not by its text, where a comma would make two of one."""
    mapping = column("dropdown")
    one = {"id": "c1", "text": "S, M", "values": [{"label": "S, M"}]}
    two = {"id": "c1", "text": "S, M", "values": [{"label": "S"}, {"label": "M"}]}
    assert read(mapping, one) == "S, M"
    assert read(mapping, two) == "S\nM"
    assert encode(mapping, "S\nM") == {"labels": ["S", "M"]}


@pytest.mark.parametrize(
    ("kind", "found", "text"),
    [
        ("text", None, None), ("text", {"text": None}, None), ("text", {"text": " a  b "}, "a b"),
        ("numbers", {"text": "12.50"}, "12.5"), ("numbers", {"text": ""}, None), ("numbers", {"text": None}, None),
        ("numbers", {"text": "$ 12", "number": 12.0}, "12"), ("numbers", {"text": "twelve"}, "twelve"),
        ("date", {"date": None, "text": ""}, None), ("date", {"date": "2026-06-15", "time": ""}, "2026-06-15"),
        ("date", {"date": "2026-06-15", "time": "10:00:00"}, "2026-06-15 10:00:00"),
        ("status", {"text": None}, None), ("status", {"text": "x", "label": "PCS"}, "PCS"),
        ("dropdown", {"text": None, "values": []}, None), ("dropdown", {"text": "S"}, "S"),
    ],
)  # fmt: skip
def test_reading_what_people_and_the_api_leave_in_a_cell(
    kind: ColumnType, found: dict[str, Any] | None, text: str | None
) -> None:
    """Empty cells are None however they are spelled; what we would not have written stays visible as a difference."""
    assert read(column(kind), found) == text


def test_a_time_that_a_person_gave_a_date_can_be_sent_back() -> None:
    """A rollback may have to restore a date with a time."""
    assert encode(column("date"), "2026-06-15 10:00:00") == {"date": "2026-06-15", "time": "10:00:00"}
