"""The file of a bulk import: reads it, and puts its rows on the board one by one.

Strict readings of what the documentation leaves open: lengths of all rows must equal the header's; a cell of a dropdown
is one label as a whole; subitem rows below an item that was matched (updated or skipped) are invalid, since subitems
"can only be created"; a match with several items fails the row.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import dataclass, field

from board_emulator.errors import ApiError, bad_value
from board_emulator.model import Board, Group, Item
from board_emulator.values import WRITABLE, Change, parse, parse_simple
from board_emulator.world import World, check_name

NULL = "<NULL>"
SUBITEM = ".subitem"
MOST_ROWS = {"ingest": 10_000, "backfill": 20_000}
MATCHABLE = frozenset({"name", "text", "numbers", "date", "long_text", "status"})
_MOST_REPORTED = 20_000


class UploadRejectedError(Exception):
    """The file as a whole is no good: the job ends REJECTED with INVALID_UPLOAD or a capacity as its reason."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(slots=True)
class Sheet:
    """A parsed file: item columns and subitem columns by their place, and the rows below the header."""

    names: dict[str, int]
    subitem_names: dict[str, int]
    rows: list[list[str]]

    def is_subitem(self, row: list[str]) -> bool:
        """Whether a row is a subitem's."""
        return "name" in self.subitem_names and row[self.subitem_names["name"]] != ""


@dataclass(slots=True)
class Outcome:
    """What became of the rows: counts as ``ItemsJobItemCounts`` has them, and (row number, status, error)."""

    counts: Counter[str] = field(default_factory=Counter)
    report: list[tuple[int, str, str]] = field(default_factory=list)

    def note(self, row: int, status: str, error: str = "") -> None:
        """Count a row (1 is the first below the header)."""
        self.counts[status] += 1
        if len(self.report) < _MOST_REPORTED:
            self.report.append((row, status, error))


def read_sheet(data: bytes, world: World, board: Board, kind: str) -> Sheet:
    """Parse an uploaded file and check its header.

    Raises:
        UploadRejectedError: encoding, header, a row's length or the number of rows is wrong.
    """
    try:
        lines = list(csv.reader(io.StringIO(data.decode("utf-8"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise UploadRejectedError("INVALID_UPLOAD", f"the file is not UTF-8 comma-separated text: {error}") from error
    if not lines or not lines[0] or lines[0][0] != "name":
        raise UploadRejectedError("INVALID_UPLOAD", "the first header must be name")
    header, rows = lines[0], lines[1:]
    if len(set(header)) != len(header):
        raise UploadRejectedError("INVALID_UPLOAD", "a header stands twice")
    subitem_board = world.boards[board.subitem_board_id] if board.subitem_board_id else None
    names: dict[str, int] = {}
    subitem_names: dict[str, int] = {}
    for place, head in enumerate(header):
        below = head.endswith(SUBITEM)
        column_id = head.removesuffix(SUBITEM)
        owner = subitem_board if below else board
        column = owner.columns.get(column_id) if owner else None
        if column is None or (column_id != "name" and column.type not in WRITABLE):
            raise UploadRejectedError("INVALID_UPLOAD", f"header {head} is no column that can be imported")
        (subitem_names if below else names)[column_id] = place
    if subitem_names and "name" not in subitem_names:
        raise UploadRejectedError("INVALID_UPLOAD", "subitem columns need the header name.subitem")
    if len(rows) > MOST_ROWS[kind]:
        raise UploadRejectedError(
            "INVALID_UPLOAD", f"the file has {len(rows)} rows, at most {MOST_ROWS[kind]} are taken"
        )
    for number, row in enumerate(rows, start=1):
        if len(row) != len(header):
            raise UploadRejectedError("INVALID_UPLOAD", f"row {number} has {len(row)} cells, the header {len(header)}")
    return Sheet(names, subitem_names, rows)


def put_rows(  # noqa: PLR0917 - a job is all of these
   world: World, board: Board, group: Group, sheet: Sheet, creator: str, on_match: dict[str, str] | None,
             stop_after: int | None = None) -> Outcome:  # fmt: skip
    """Create and update what the rows say. ``stop_after`` ends after so many rows, as a job that dies half-way."""
    outcome = Outcome()
    parent: Item | None = None
    parent_is_new = False
    for number, row in enumerate(sheet.rows[:stop_after], start=1):
        try:
            if sheet.is_subitem(row):
                _subitem(world, board, sheet, row, parent, parent_is_new, creator)
                outcome.note(number, "created")
                continue
            parent, status = _item(world, board, group, sheet, row, creator, on_match)
            parent_is_new = status == "created"
            outcome.note(number, status)
        except ApiError as error:
            if not sheet.is_subitem(row):
                parent = None
            full = error.extensions["code"] == "ItemsLimitationException"
            outcome.note(number, "failed" if full else "invalid", error.message)
    return outcome


def _subitem(  # noqa: PLR0917 - a row is all of these
   world: World, board: Board, sheet: Sheet, row: list[str], parent: Item | None, parent_is_new: bool,
             creator: str) -> None:  # fmt: skip
    if parent is None:
        raise bad_value("subtasks", "the item row above is missing or was not created")
    if not parent_is_new:
        raise bad_value("subtasks", "subitems can only be created together with their item")
    if any(row[place] for place in sheet.names.values()):
        raise bad_value("subtasks", "a subitem row fills item columns")
    below = world.boards[board.subitem_board_id or ""]
    changes = [change for _, change in _changes(below, sheet.subitem_names, row)]
    name = row[sheet.subitem_names["name"]]
    world.create_item(below, below.active_groups()[0].id, name, changes, creator, parent=parent)


def _item(  # noqa: PLR0917 - a row is all of these
   world: World, board: Board, group: Group, sheet: Sheet, row: list[str], creator: str,
          on_match: dict[str, str] | None) -> tuple[Item, str]:  # fmt: skip
    name = row[sheet.names["name"]]
    check_name(name, "item name")
    changes = _changes(board, sheet.names, row)
    matched = _matched(world, board, sheet, row, on_match) if on_match else None
    if matched is None:
        kept = [change for text, change in changes if text != NULL]
        return world.create_item(board, group.id, name, kept, creator), "created"
    if on_match and on_match["behaviour"] == "SKIP":
        return matched, "skipped"
    world.apply(matched, [change for _, change in changes], name)
    return matched, "updated"


def _changes(board: Board, places: dict[str, int], row: list[str]) -> list[tuple[str, Change]]:
    """Text and change of each cell that says something: an empty one is left alone, ``<NULL>`` clears."""
    changes = []
    for column_id, place in places.items():
        text = row[place]
        if column_id == "name" or text == "":
            continue
        column = board.columns[column_id]
        if text == NULL:
            change = Change(column, None)
        elif column.type == "dropdown":
            change = parse(column, {"labels": [text]}, create_labels=False)
        else:
            change = parse_simple(column, text, create_labels=False)
        changes.append((text, change))
    return changes


def _matched(world: World, board: Board, sheet: Sheet, row: list[str], on_match: dict[str, str]) -> Item | None:
    column_id = on_match["match_column_id"]
    text = row[sheet.names[column_id]] if column_id in sheet.names else ""
    if text in ("", NULL):
        return None
    hits = [world.items[number] for number in world.by_cell(board, column_id, [text])]
    active = [item for item in hits if world.is_active(item)]
    if len(active) > 1:
        raise bad_value(board.columns[column_id].type, f"{len(active)} items match {text!r}")
    return active[0] if active else None
