"""Dirt: every kind occurs, and what is said of it is true of the cells."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from samples import generate


@pytest.fixture(scope="module")
def filthy(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("filthy")
    return folder, generate(folder, rows=4000, dirt="filthy", customers=["GREYSON", "WHITE FOX", "B'HOOD"])


@pytest.fixture(scope="module")
def cells(filthy: Any, read: Callable[..., dict[int, list[Any]]]) -> Any:
    """(expectation, row number, cells by header) of every row below the headers."""
    folder, manifest = filthy
    found = []
    for name, expected in manifest.files.items():
        rows = read(folder / name, expected.sheet)
        header = [" ".join(str(value).split()) for value in rows.pop(expected.header_row)]
        found += [(expected, number, dict(zip(header, row, strict=True))) for number, row in rows.items()]
    return found


def test_every_reason_to_reject_a_row_occurs(filthy: Any) -> None:
    """Blank rows, rows without a number, duplicates, strangers."""
    reasons = {reason for expected in filthy[1].files.values() for reason in expected.rejects}
    assert reasons == {"blank", "no_order_number", "duplicate", "unknown_customer"}


def test_values_that_do_not_cast_stand_where_the_manifest_says(cells: Any) -> None:
    """Each listed text is in its cell; the list is not empty and has placeholders and errors."""
    by_row = {(expected.file, number): row for expected, number, row in cells}
    listed = {
        (expected.file, number, header, text)
        for expected, _, _ in cells
        for number, header, text in expected.uncastable
    }
    assert {text for *_, text in listed} >= {"TBC", "N/A", "-", "#N/A", "400000"}
    for file, number, header, text in listed:
        assert str(by_row[file, number][header]) == text


def test_quantities_as_text_still_add_up_to_the_manifest(cells: Any) -> None:
    """Blanks, separators and decimals as people type them; read by the rule they give the stated pieces."""
    forms = set()
    for expected in {id(e): e for e, _, _ in cells}.values():
        pieces = 0
        for owner, number, row in cells:
            if owner is expected and number not in expected.rejected_rows:
                headers = list(row)
                sizes = headers[headers.index("UNIT OF MEASURE") + 1 : headers.index("TOTAL QTY")]
                for value in (row[size] for size in sizes):
                    if isinstance(value, str) and value.strip(" 0123456789,.") == "":
                        forms.add(value.strip() != value or "." in value)
                        pieces += int(float(value.replace(",", "")))
                    elif isinstance(value, int):
                        pieces += value
        assert pieces == expected.pieces, expected.file
    assert forms == {True, False}


def test_dates_as_text_mean_what_the_manifest_says(cells: Any) -> None:
    """Three ways to type a date, none of which can be read as another day."""
    listed = {date for expected, _, _ in cells for date in expected.dates_as_text}
    forms = ("%Y-%m-%d", "%d-%b-%Y", "%d/%m/%Y")
    used = set()
    for _, _, text, meaning in listed:
        for form in forms:
            try:
                day = dt.datetime.strptime(text.strip(), form).replace(tzinfo=dt.UTC).date()
            except ValueError:
                continue
            used.add(form)
            assert day.isoformat() == meaning
            assert form != "%d/%m/%Y" or day.day > 12
    assert used == set(forms)


def test_cancelled_is_spelled_in_several_ways(cells: Any) -> None:
    """The count of the manifest is the count of spellings of one word."""
    for expected in {id(e): e for e, _, _ in cells}.values():
        rows = [row for owner, number, row in cells if owner is expected and number not in expected.rejected_rows]
        assert sum(str(row["ORDER TYPE"]).strip().upper().startswith("CANCEL") for row in rows) == expected.cancelled
    assert len({str(row["ORDER TYPE"]) for _, _, row in cells if str(row["ORDER TYPE"]).upper().startswith("CANC")}) > 3


def test_wrong_totals_are_wrong_and_all_others_right(cells: Any) -> None:
    """TOTAL QTY differs from the sizes in the stated rows only."""
    for expected, number, row in cells:
        total = row["TOTAL QTY"]
        if number in expected.rejected_rows or str(total) == "400000":
            continue
        headers = list(row)
        sizes = headers[headers.index("UNIT OF MEASURE") + 1 : headers.index("TOTAL QTY")]
        typed = [str(row[size]).strip() for size in sizes if row[size] is not None]
        pieces = sum(int(float(t.replace(",", ""))) for t in typed if t.strip("0123456789,.") == "")
        assert (int(float(str(total).replace(",", ""))) != pieces) == (number in expected.total_differs)
