"""Reads the file that defines the boards (``boards.yml``): which boards a fresh emulator starts with."""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

from board_emulator.errors import BoardFileError
from board_emulator.model import LABELLED, PALETTE, STATUS_LABEL_LENGTH, STATUS_LABELS, Board, Column, Group, Label
from console import parse_yaml, yaml_fault

#: What a column may be here.
COLUMN_TYPES = frozenset({
    "name", "text", "long_text", "numbers", "date", "dropdown", "status", "subtasks", "mirror", "formula",
    "board_relation", "item_id", "last_updated",
})  # fmt: skip


def load_boards(path: Path | None = None) -> dict[str, Board]:
    """Boards by id, as ``path`` (or the emulator's own file) defines them, empty but for one group each.

    Raises:
        BoardFileError: the file is missing or wrong; names the board and the key.
    """
    where = "boards.yml" if path is None else str(path)
    try:
        text = (resources.files("board_emulator") / "boards.yml" if path is None else path).read_text("utf-8")
        document = _document(text)
    except OSError as error:
        raise BoardFileError(f"{where} cannot be read: {error.strerror}.", hint="Give an existing file.") from error
    except yaml.YAMLError as error:
        raise BoardFileError(f"{where} is not YAML: {yaml_fault(error)}.", hint="Correct it at that line.") from error
    try:
        lists: dict[str, list[str]] = document.get("labels") or {}
        boards = {board.id: board for board in (_board(entry, lists) for entry in document["boards"])}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BoardFileError(f"{where} does not define boards as it should: {error!r}.",
                             hint="Compare it with board_emulator/boards.yml.") from error  # fmt: skip
    if not boards:
        raise BoardFileError(f"{where} does not define boards.", hint="Compare it with board_emulator/boards.yml.")
    for board in boards.values():
        if board.subitem_board_id:
            if board.subitem_board_id not in boards:
                raise BoardFileError(f"{where}: subitem_board {board.subitem_board_id} of {board.id} is not defined.",
                                     hint="Add it to the boards.")  # fmt: skip
            boards[board.subitem_board_id].parent_board_id = board.id
    return boards


@cache
def _document(text: str) -> Any:
    return parse_yaml(text)


def _board(entry: dict[str, Any], lists: dict[str, list[str]]) -> Board:
    board_id = str(entry["id"])
    subitem_board = str(entry["subitem_board"]) if "subitem_board" in entry else None
    columns = {}
    for column_id, (title, kind, *labels) in entry["columns"].items():
        column = _column(column_id, title, kind, lists[labels[0]] if labels else [])
        if kind == "subtasks" and subitem_board:
            column.board_ids = (subitem_board,)
        columns[column_id] = column
    title = "Backlog" if subitem_board else "Subitems"
    return Board(
        id=board_id, name=entry["name"], target=entry["target"], columns=columns,
        groups={"topics": Group("topics", board_id, title, "#579bfc", 65536.0)},
        permissions=entry.get("permissions", "everyone"), items_limit=int(entry.get("items_limit", 10_000)),
        hierarchy=entry.get("hierarchy", "classic"),
        subitem_board_id=subitem_board, business_key=tuple(entry.get("business_key", ())),
        quantity_column=entry.get("quantity_column"),
    )  # fmt: skip


def _column(column_id: str, title: str, kind: str, labels: list[str]) -> Column:
    if kind not in COLUMN_TYPES:
        raise ValueError(f"column {column_id} has the unknown type {kind}")
    if labels and kind not in LABELLED:
        raise ValueError(f"column {column_id} is no dropdown or status column and takes no labels")
    if kind == "status" and (len(labels) > STATUS_LABELS or any(len(text) > STATUS_LABEL_LENGTH for text in labels)):
        raise ValueError(f"status column {column_id} has too many or too long labels")
    first = 0 if kind == "status" else 1
    column = Column(column_id, str(title), kind, {
        number: Label(number, str(text), PALETTE[number % len(PALETTE)][0])
        for number, text in enumerate(labels, start=first)
    })  # fmt: skip
    column.index_labels()
    return column
