"""The files: readable by others, the same for the same seed, and what the manifest says of them."""

from __future__ import annotations

import datetime as dt
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from console import ConfigurationError
from samples import full_books, generate
from samples.generate import Manifest

BOOKS = {book.file_name: book for book in full_books()}


def test_every_workbook_shows_its_headers_and_rows_to_other_readers(
    today: tuple[Path, Manifest], read_by_each: Callable[..., dict[int, list[Any]]]
) -> None:
    """Header rows and counts of rows are as the manifest says, in all 46 files."""
    folder, manifest = today
    assert len(manifest.files) == 46
    for name, expected in manifest.files.items():
        rows = read_by_each(folder / name, expected.sheet)
        header = [_folded(value) for value in rows[expected.header_row]]
        assert header == list(BOOKS[name].headers), name
        assert sum(number > expected.header_row for number in rows) == expected.rows, name


def test_the_same_seed_gives_the_same_bytes(today: tuple[Path, Manifest], tmp_path: Path) -> None:
    """A run can be repeated anywhere; another seed gives other orders."""
    folder, _ = today
    generate(tmp_path / "again")
    generate(tmp_path / "other", seed=2)
    for path in sorted(folder.iterdir()):
        assert (tmp_path / "again" / path.name).read_bytes() == path.read_bytes(), path.name
    name = next(iter(BOOKS))
    assert (tmp_path / "other" / name).read_bytes() != (folder / name).read_bytes()


@pytest.mark.parametrize("dirt", ["clean", "normal", "filthy"])
def test_rows_in_are_orders_and_rejects(tmp_path: Path, dirt: Any) -> None:
    """The manifest keeps the promise it is meant to test, file by file."""
    manifest = generate(tmp_path, rows=2000, dirt=dirt)
    for expected in manifest.files.values():
        assert expected.rows == expected.orders + sum(expected.rejects.values())
        assert len(expected.rejected_rows) == sum(expected.rejects.values())
        assert sum(expected.customers.values()) == expected.orders
    rejects = sum(len(expected.rejected_rows) for expected in manifest.files.values())
    assert (rejects == 0) == (dirt == "clean")


def test_the_manifest_agrees_with_a_count_made_from_the_cells(
    tmp_path: Path, read: Callable[..., dict[int, list[Any]]]
) -> None:
    """Orders, lines and pieces counted again from a clean file by another reader and by the plain rule."""
    manifest = generate(tmp_path, rows=500, dirt="clean", customers=["AJE", "RHONE", "LORNA JANE"])
    assert len(manifest.files) == 3
    for name, expected in manifest.files.items():
        rows = read(tmp_path / name, expected.sheet)
        header = [_folded(value) for value in rows.pop(expected.header_row)]
        start, end = header.index("UNIT OF MEASURE") + 1, header.index("TOTAL QTY")
        orders = [row for row in rows.values() if row[header.index("AAG ORDER NUMBER")]]
        quantities = [value for row in orders for value in row[start:end] if value]
        assert (len(orders), len(quantities), sum(quantities)) == (expected.orders, expected.lines, expected.pieces)
        assert sum(row[end] for row in orders) == expected.pieces


def test_business_keys_are_unique_but_for_the_stated_duplicates(
    tmp_path: Path, read: Callable[..., dict[int, list[Any]]]
) -> None:
    """Every repeated key is one of the rows that the manifest calls duplicate, and the first one stands."""
    manifest = generate(tmp_path, rows=6000, dirt="filthy", customers=["GREYSON", "WHITE FOX", "LORNA JANE"])
    duplicates = 0
    for name, expected in manifest.files.items():
        rows = read(tmp_path / name, expected.sheet)
        header = [_folded(value) for value in rows.pop(expected.header_row)]
        columns = [header.index(h) for h in ("AAG ORDER NUMBER", "PLANNED DELIVERY METHOD", "CUSTOMER STYLE")]
        seen = set()
        for number, row in rows.items():
            reason = expected.rejected_rows.get(number)
            key = tuple(_folded(row[column] or "") for column in columns)
            if reason == "duplicate":
                duplicates += 1
                assert key in seen
            elif reason is None:
                assert key not in seen
                seen.add(key)
    assert duplicates > 0


def test_oddities_of_books_are_in_the_files(today: tuple[Path, Manifest]) -> None:
    """Titles, other sheets, hidden columns, 1904 dates, inline strings: each where the list of books says so."""
    folder, manifest = today

    def load(name: str) -> Any:
        return openpyxl.load_workbook(folder / f"{name} ORDER LIST (M3).xlsx", data_only=True)

    assert load("RYDERWEAR")["MASTER"]["A1"].value == "RYDERWEAR ORDER LIST"
    assert "A1:F1" in {str(area) for area in load("RYDERWEAR")["MASTER"].merged_cells.ranges}
    assert load("BANDIT RUNNING").sheetnames == ["README", "MASTER"]
    assert load("BC BRANDS").sheetnames == ["Orders"]
    assert load("NOBULL").sheetnames == ["ORDER LIST", "LOOKUPS"]
    assert load("BOGGI MILANO").epoch.year == 1904
    assert sum(d.hidden for d in load("ASRV")["MASTER"].column_dimensions.values()) == 2
    with zipfile.ZipFile(folder / "B'HOOD ORDER LIST (M3).xlsx") as archive:
        assert "xl/sharedStrings.xml" not in archive.namelist()
    assert manifest.files["MACK WELDON ORDER LIST (M3).xlsm"].rows > 0


def test_dates_mean_the_same_in_both_date_systems(
    today: tuple[Path, Manifest], read: Callable[..., dict[int, list[Any]]]
) -> None:
    """A 1904 workbook shows plausible days, not days four years off."""
    folder, manifest = today
    name = "BOGGI MILANO ORDER LIST (M3).xlsx"
    rows = read(folder / name, manifest.files[name].sheet)
    header = rows.pop(1)
    days = [row[header.index("EX FACTORY DATE")] for row in rows.values()]
    years = {day.year for day in days if isinstance(day, dt.datetime)}
    assert years
    assert years <= {2026, 2027}


def test_expected_json_says_what_the_manifest_says(today: tuple[Path, Manifest]) -> None:
    """The file beside the workbooks is the manifest, for programs that only see the folder."""
    folder, manifest = today
    document = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    assert document["seed"] == 1
    assert {name: f["orders"] for name, f in document["files"].items()} == {
        name: f.orders for name, f in manifest.files.items()
    }
    assert not (folder / "changes.json").exists()


def test_small_samples_show_dirt_too(today: tuple[Path, Manifest]) -> None:
    """The demo has rejects and values that do not cast, or `make run` would show a world without them."""
    _, manifest = today
    reasons = {reason for expected in manifest.files.values() for reason in expected.rejects}
    assert reasons >= {"blank", "no_order_number"}
    assert any(expected.uncastable for expected in manifest.files.values())
    assert any(expected.cancelled for expected in manifest.files.values())


def test_books_too_small_for_tomorrow_are_refused(tmp_path: Path) -> None:
    """Losing one order of three would make the sync hold the customer back: day 2 says so instead."""
    with pytest.raises(ConfigurationError, match="at least 10 rows"):
        generate(tmp_path, rows=3, customers=["FEETURES"], day=2)
    assert list(tmp_path.iterdir()) == []


def _folded(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return " ".join(str(value).split())
