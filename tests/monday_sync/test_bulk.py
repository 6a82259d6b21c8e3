"""The file of a bulk import: its form, which rows may stand in it, and how rows are parted into files."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monday_sync.bulk.file import CLEAR, MOST_ROWS, BulkRow, missing_labels, parts, unfit, write_csv
from monday_sync.domain.board import ColumnMapping

ITEMS = (
    ColumnMapping("aag_order_number", "text_1", "text"),
    ColumnMapping("customer_name", "dropdown_1", "dropdown"),
    ColumnMapping("unit_of_measure", "status_1", "status"),
)
SUBITEMS = (ColumnMapping("size_code", "dropdown_2", "dropdown"), ColumnMapping("qty", "numbers_2", "numbers"))


def table(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8"), newline=""), strict=True))


def test_items_and_their_subitems() -> None:
    """Column ids in the header, a subitem's row below its item's, empty cells where the other kind has its columns."""
    row = BulkRow("A 1", {"aag_order_number": "A1", "customer_name": None}, (BulkRow("S", {"size_code": "S"}),))
    assert table(write_csv([row, BulkRow("B 2", {"aag_order_number": "B2"})], ITEMS, SUBITEMS)) == [
        ["name", "text_1", "dropdown_1", "status_1", "name.subitem", "dropdown_2.subitem", "numbers_2.subitem"],
        ["A 1", "A1", CLEAR, "", "", "", ""],
        ["", "", "", "", "S", "S", ""],
        ["B 2", "B2", "", "", "", "", ""],
    ]


def test_a_new_subitem_has_nothing_to_clear() -> None:
    """An empty cell of a subitem is left empty, not marked for clearing."""
    row = BulkRow("A", {}, (BulkRow("S", {"size_code": "S", "qty": None}),))
    assert table(write_csv([row], ITEMS, SUBITEMS))[2][-1] == ""


def test_without_subitems_there_are_no_subitem_columns() -> None:
    """A file of items alone has the items' columns alone."""
    assert table(write_csv([BulkRow("A", {})], ITEMS, SUBITEMS))[0] == ["name", "text_1", "dropdown_1", "status_1"]


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1), min_size=1, max_size=5))
def test_every_text_comes_back_as_it_was(texts: list[str]) -> None:
    """Commas, quotes and line breaks in a text do not break the file."""
    rows = [BulkRow(text, {"aag_order_number": text}) for text in texts]
    assert [line[:2] for line in table(write_csv(rows, ITEMS, SUBITEMS))[1:]] == [[t, t] for t in texts]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (BulkRow("A", {"customer_name": "A, B"}), "read as several"),
        (BulkRow("A", {"customer_name": "A\nB"}), "read as several"),
        (BulkRow("A", {"unit_of_measure": "3"}), "read as an index"),
        (BulkRow("A", {"aag_order_number": CLEAR}), "would clear"),
        (BulkRow(CLEAR, {}), "cannot stand in a file"),
        (BulkRow(" ", {}), "cannot stand in a file"),
        (BulkRow("A", {}, (BulkRow("S", {"size_code": "S,M"}),)), "size_code"),
    ],
)
def test_rows_that_a_file_would_change_are_sent_another_way(row: BulkRow, why: str) -> None:
    """What the import would read otherwise than it is meant does not go by file."""
    assert why in (unfit(row, ITEMS, SUBITEMS) or "")


def test_other_rows_fit() -> None:
    """A number as a size, and an empty value, are no obstacle."""
    row = BulkRow("A", {"customer_name": None}, (BulkRow("34", {"size_code": "34", "qty": "5"}),))
    assert unfit(row, ITEMS, SUBITEMS) is None


def test_labels_to_be_made_beforehand() -> None:
    """The import makes no labels: those that are missing are listed by column, once, in order of first use."""
    rows = [BulkRow("A", {"customer_name": n}, (BulkRow("S", {"size_code": s}),)) for n, s in
            [("RHONE", "S"), ("GREYSON", "M"), ("RHONE", "S")]]  # fmt: skip
    assert missing_labels(rows, ITEMS, {"dropdown_1": ["GREYSON"]}) == {"dropdown_1": ("RHONE",)}
    assert missing_labels(rows, SUBITEMS, {}, subitems=True) == {"dropdown_2": ("S", "M")}
    assert missing_labels(rows, SUBITEMS, {"dropdown_2": ("S", "M")}, subitems=True) == {}


@given(st.lists(st.integers(0, 9_000), max_size=30), st.sampled_from(["ingest", "backfill"]))
def test_files_keep_to_the_limit_and_items_stay_whole(sizes: list[int], mode: str) -> None:
    """No file has more rows than its mode takes; every item is in one file, with its subitems, in order."""
    rows = [BulkRow(str(n), {}, (BulkRow("S", {}),) * size) for n, size in enumerate(sizes)]
    files = list(parts(rows, mode))
    assert [row for file in files for row in file] == rows
    assert all(sum(row.rows for row in file) <= MOST_ROWS[mode] for file in files)
