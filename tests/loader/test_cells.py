# ruff: noqa: DTZ001 - a cell knows no time zone
from __future__ import annotations

import datetime as dt
import io
import math
import re
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.utils.exceptions import IllegalCharacterError

from loader import cells
from loader.cells import Texts, column_of, text_of
from loader.limits import Limits
from loader.workbook import read_sheet
from tests.loader.books import REQUIRED, book

# what XML 1.0 cannot hold; openpyxl refuses it too
_NOT_XML = "".join(map(chr, [*range(9), 11, 12, *range(13, 32), 0xFFFE, 0xFFFF]))
# openpyxl does not mark a text of blanks alone as one to preserve, so XML lets readers drop it
_XML_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters=_NOT_XML), max_size=60).filter(
    lambda text: (
        not re.search(r"_x[0-9A-Fa-f]{4}_", text) and not text.startswith(("=", "#")) and (text.strip() or not text)
    )
)
_NUMBERS = st.floats(-1e300, 1e300, allow_nan=False, allow_infinity=False) | st.integers(-(2**53), 2**53)
_MOMENTS = st.datetimes(dt.datetime(1900, 3, 1), dt.datetime(2100, 12, 31)).map(
    lambda moment: moment.replace(microsecond=0)
)
_CELLS = (
    _XML_TEXT | _NUMBERS | st.booleans() | _MOMENTS | st.dates(dt.date(1900, 3, 1), dt.date(2100, 1, 1)) | st.none()
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (12.0, "12"), (-0.0, "0"), (0.1, "0.1"), (1e22, "10000000000000000000000"), (1e-7, "0.0000001"),
        (123456.789012345, "123456.789012345"), (True, "TRUE"), (False, "FALSE"), ("", None), (None, None), (" ", " "),
        (dt.date(2026, 6, 15), "2026-06-15"), (dt.datetime(2026, 6, 15, 13, 30), "2026-06-15T13:30:00"),
        (dt.time(12, 30), "12:30:00"), (dt.timedelta(hours=30, seconds=5), "30:00:05"),
        (-dt.timedelta(hours=1), "-1:00:00"), (7, "7"),
    ],
)  # fmt: skip
def test_a_cell_has_one_text(value: object, text: str | None) -> None:
    """Each kind of cell has the text that the contract promises."""
    assert text_of(value) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_comes_back_from_its_text(value: float) -> None:
    """No number loses a bit, and none is written with an exponent."""
    text = text_of(value)
    assert text is not None
    assert float(text) == value
    assert "e" not in text.lower()


@given(st.lists(st.lists(
    st.none() | st.booleans() | st.integers(0, 2).map(float) | st.sampled_from(["", "1", "TRUE", -0.0, 1e15, 1e-7])
)))  # fmt: skip
def test_a_column_is_its_cells(parts: list[list[object]]) -> None:
    """The fast path over a column, part by part, gives what the single cells give, though 1.0 == True."""
    texts = Texts()
    for values in parts:
        assert column_of(values, texts).to_pylist() == [text_of(value) for value in values]


@given(st.lists(st.lists(
    st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from(["", -0.0, 1e15, 1e-7, "TBC"])
)))  # fmt: skip
def test_a_column_of_numbers_is_its_cells(parts: list[list[object]]) -> None:
    """Any number, part by part: exponents, a zero with a sign, a text among them."""
    texts = Texts()
    for values in parts:
        assert column_of(values, texts).to_pylist() == [text_of(value) for value in values]


def test_a_column_of_many_different_values_does_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Texts are forgotten before there are too many, and found out again."""
    monkeypatch.setattr(cells, "_MOST_REMEMBERED", 3)
    texts, values = Texts(), [float(n) / 2 for n in (*range(10), *range(10))]
    assert column_of(values, texts).to_pylist() == [text_of(value) for value in values]
    assert len(texts) <= 3


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.lists(_CELLS, min_size=1, max_size=4), min_size=1, max_size=5), st.booleans())
def test_what_openpyxl_writes_lands_without_loss(rows: list[list[object]], mac: bool) -> None:
    """openpyxl is the independent reference: every cell it writes comes back as its text, in both date systems."""
    workbook = openpyxl.Workbook()
    workbook.epoch = CALENDAR_MAC_1904 if mac else workbook.epoch
    if mac:
        rows = [[None if isinstance(c, dt.date) and c.year < 1905 else c for c in row] for row in rows]
    sheet = workbook.active
    assert sheet is not None
    headers = [*REQUIRED, *(f"X{n}" for n in range(4))]
    sheet.append(headers)
    for row in rows:
        try:
            sheet.append(["KEY", *[None] * 3, *row])
        except IllegalCharacterError:
            return
    buffer = io.BytesIO()
    workbook.save(buffer)
    landed = read_sheet("a.xlsx", buffer.getvalue(), Limits()).data.to_pylist()
    assert len(landed) == len(rows)
    for written, read in zip(rows, landed, strict=True):
        for index, value in enumerate(written):
            _same(value, read.get(f"X{index}"))


def _same(written: object, read: str | None) -> None:
    match written:
        case None | "":
            assert read is None
        case bool():
            assert read == str(written).upper()
        case int() | float():
            # openpyxl itself writes 16 significant digits
            assert read is not None
            assert math.isclose(float(read), float(written), rel_tol=1e-15)
            assert Decimal(read) == Decimal(repr(float(read)))
        case dt.datetime():
            assert read == (written.isoformat() if written.time() != dt.time() else written.date().isoformat())
        case dt.date():
            assert read == written.isoformat()
        case _:
            assert read == written


def test_error_cells_land_as_their_own_text() -> None:
    """calamine reads an error as an empty cell; the loader puts its text back, in formulas too."""
    workbook = openpyxl.load_workbook(io.BytesIO(book([["A1", "GREYSON", "#N/A", "#DIV/0!"], ["A2", "G", "#REF!", 3]])))
    sheet = workbook.active
    assert sheet is not None
    assert sheet["C2"].data_type == "e"
    buffer = io.BytesIO()
    workbook.save(buffer)
    rows = read_sheet("a.xlsx", buffer.getvalue(), Limits()).data.to_pylist()
    assert [row["CUSTOMER STYLE"] for row in rows] == ["#N/A", "#REF!"]
    assert [row["TOTAL QTY"] for row in rows] == ["#DIV/0!", "3"]
