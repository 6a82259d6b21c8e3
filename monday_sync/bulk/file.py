"""The file of a bulk import, and which rows may go into one. Pure.

First column ``name``, then the columns' ids; subitems below their item in columns ``name.subitem`` and
``<column id>.subitem``. An empty cell is left alone when an item is matched; ``<NULL>`` clears it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from monday_sync.domain.board import ColumnMapping
from monday_sync.domain.values import is_index_like

CLEAR = "<NULL>"
MOST_ROWS = {"ingest": 10_000, "backfill": 20_000}
MOST_BYTES = 150_000_000
#: Jobs that may be started in an hour, and items an account may ingest in one.
JOBS_AN_HOUR = 100
ITEMS_AN_HOUR = 19_000
#: Columns that an import can find existing items by.
MATCHABLE = frozenset({"name", "text", "numbers", "date", "long_text", "status"})

_SUBITEM = ".subitem"


@dataclass(frozen=True, slots=True)
class BulkRow:
    """An item, or a subitem, of the file.

    Args:
        name: what it is called.
        texts: view column to the text to show. ``None`` clears the cell of a matched item; a column that is missing
            here is left alone.
        subitems: only created together with their item.
    """

    name: str
    texts: Mapping[str, str | None]
    subitems: tuple[BulkRow, ...] = ()

    @property
    def rows(self) -> int:
        """Rows that it takes in the file."""
        return 1 + len(self.subitems)


def unfit(row: BulkRow, items: Sequence[ColumnMapping], subitems: Sequence[ColumnMapping]) -> str | None:
    """Why a row cannot go by file, if so; it is sent by a mutation instead."""
    for part, mappings in ((row, items), *((s, subitems) for s in row.subitems)):
        if not part.name.strip() or part.name == CLEAR:
            return f"the name {part.name!r} cannot stand in a file"
        for mapping in mappings:
            text = part.texts.get(mapping.view_column)
            if text is None:
                continue
            if text == CLEAR:
                return f"{mapping.view_column}: {CLEAR} would clear the cell"
            if mapping.type == "dropdown" and ("," in text or "\n" in text):
                return f"{mapping.view_column}: the label {text!r} could be read as several"
            if mapping.type == "status" and is_index_like(text):
                return f"{mapping.view_column}: the label {text!r} could be read as an index"
    return None


def missing_labels(
    rows: Iterable[BulkRow], mappings: Sequence[ColumnMapping], existing: Mapping[str, Iterable[str]], *,
    subitems: bool = False,
) -> dict[str, tuple[str, ...]]:  # fmt: skip
    """Labels by column id that must be made before the file is sent, in order of first use.

    Args:
        mappings: of the items, or with ``subitems`` of the subitems.
        existing: column id to the labels it has.
    """
    parts = [part for row in rows for part in (row.subitems if subitems else (row,))]
    found: dict[str, tuple[str, ...]] = {}
    for mapping in mappings:
        if mapping.type in {"dropdown", "status"}:
            there = set(existing.get(mapping.column_id, ()))
            texts = dict.fromkeys(text for part in parts if (text := part.texts.get(mapping.view_column)) is not None)
            if new := tuple(text for text in texts if text not in there):
                found[mapping.column_id] = new
    return found


def parts(rows: Iterable[BulkRow], mode: str) -> Iterator[list[BulkRow]]:
    """Rows in as few files as the limits of a mode permit; an item and its subitems stay together."""
    most, part, size = MOST_ROWS[mode], list[BulkRow](), 0
    for row in rows:
        if part and size + row.rows > most:
            yield part
            part, size = [], 0
        part.append(row)
        size += row.rows
    if part:
        yield part


def write_csv(rows: Iterable[BulkRow], items: Sequence[ColumnMapping], subitems: Sequence[ColumnMapping]) -> bytes:
    """The file, in UTF-8 with commas. Every row must have passed :func:`unfit`."""
    listed = list(rows)
    with_subitems = any(row.subitems for row in listed)
    below = list(subitems) if with_subitems else []
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    header = ["name", *(m.column_id for m in items)]
    if with_subitems:
        header += [f"name{_SUBITEM}", *(f"{m.column_id}{_SUBITEM}" for m in below)]
    writer.writerow(header)
    left, right = [""] * (1 + len(items)), [""] * (1 + len(below)) if with_subitems else []
    for row in listed:
        writer.writerow([row.name, *_cells(row, items), *right])
        for subitem in row.subitems:
            # a subitem is new with its item: there is nothing to clear
            writer.writerow([*left, subitem.name, *(cell.replace(CLEAR, "") for cell in _cells(subitem, below))])
    return text.getvalue().encode("utf-8")


def _cells(row: BulkRow, mappings: Sequence[ColumnMapping]) -> Iterator[str]:
    for mapping in mappings:
        if mapping.view_column not in row.texts:
            yield ""
        else:
            text = row.texts[mapping.view_column]
            yield CLEAR if text is None else text
