"""Tomorrow's workbooks differ from today's in the stated edits, and in nothing else."""

from __future__ import annotations

import collections
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from samples.generate import Manifest

KEY = ("AAG ORDER NUMBER", "PLANNED DELIVERY METHOD", "CUSTOMER STYLE")


def test_only_the_files_of_the_stated_changes_differ(
    today: tuple[Path, Manifest], tomorrow: tuple[Path, Manifest]
) -> None:
    """Unchanged workbooks keep their bytes, so that a loader can skip them."""
    (old, _), (new, manifest) = today, tomorrow
    touched = {change.file for change in manifest.changes}
    names = {path.name for path in old.glob("*.xls*")}
    assert {name for name in names if (old / name).read_bytes() != (new / name).read_bytes()} == touched


def test_there_are_three_cells_and_one_of_each_other_change(tomorrow: tuple[Path, Manifest]) -> None:
    """The change set is small and complete."""
    folder, manifest = tomorrow
    counts = collections.Counter(change.change for change in manifest.changes)
    assert counts == {"cell": 3, "cancelled": 1, "gone": 1, "new_order": 1, "new_size": 1}
    stored = json.loads((folder / "changes.json").read_text(encoding="utf-8"))
    assert [change["file"] for change in stored] == [change.file for change in manifest.changes]


def test_the_cells_differ_exactly_as_stated(
    today: tuple[Path, Manifest], tomorrow: tuple[Path, Manifest], read: Callable[..., dict[int, list[Any]]]
) -> None:
    """Compared cell by cell through openpyxl: the differences are the changes, with old and new value."""
    (old, today_manifest), (new, manifest) = today, tomorrow
    for change in manifest.changes:
        sheet = today_manifest.files[change.file].sheet
        header_row = today_manifest.files[change.file].header_row
        before, after = (_orders(read(folder / change.file, sheet), header_row) for folder in (old, new))
        key = (
            change.order["AAG ORDER NUMBER"],
            change.order["PLANNED DELIVERY METHOD"],
            change.order["CUSTOMER STYLE"],
        )
        added, gone = set(after) - set(before), set(before) - set(after)
        assert added == ({key} if change.change == "new_order" else set())
        assert gone == ({key} if change.change == "gone" else set())
        differences = {
            (other, header): (before[other].get(header), after[other].get(header))
            for other in set(before) & set(after)
            for header in before[other] | after[other]
            if before[other].get(header) != after[other].get(header)
        }
        if change.change in {"gone", "new_order"}:
            assert differences == {}
        elif change.change == "new_size":
            (pieces,) = (pair for (_, header), pair in differences.items() if header == "5XL")
            (totals,) = (pair for (_, header), pair in differences.items() if header == "TOTAL QTY")
            assert set(differences) == {(key, "5XL"), (key, "TOTAL QTY")}
            assert pieces == (None, 24)
            assert totals[1] - totals[0] == 24
        else:
            assert differences.keys() == {(key, change.header)}
            (pair,) = differences.values()
            assert tuple(None if v is None else str(v).removesuffix(" 00:00:00") for v in pair) == (
                change.old,
                change.new,
            )


def _orders(rows: Any, header_row: Any) -> Any:
    """Cells by business key and header; empty cells left out."""
    header = [" ".join(str(value).split()) for value in rows.pop(header_row)]
    named = ({h: v for h, v in zip(header, row, strict=True) if v is not None} for n, row in rows.items())
    return {tuple(row.get(header) for header in KEY): row for row in named if row.get("AAG ORDER NUMBER")}
