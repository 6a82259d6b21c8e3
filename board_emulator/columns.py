"""Mutations of columns: the whole list of labels is replaced, guarded by the column's revision."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from board_emulator.context import Context, Info
from board_emulator.errors import ApiError, invalid_argument, invalid_column
from board_emulator.model import PALETTE, STATUS_LABEL_LENGTH, STATUS_LABELS, Column, Label
from board_emulator.values import DROPDOWN_LABEL_LENGTH, utf16_length


def update_column(kind: str) -> Callable[..., Column]:
    """The resolver of ``update_<kind>_column``."""

    def resolve(_: None, info: Info, *, board_id: str, id: str, revision: str, **a: Any) -> Column:  # noqa: A002
        context: Context = info.context
        context.begin_mutation()
        board = context.require_structure(context.world.board(board_id))
        column = board.columns.get(id)
        if column is None:
            raise invalid_column(id)
        if column.type != kind:
            raise invalid_argument(f"column {id} is a {column.type} column, not a {kind} column")
        if revision != str(column.revision):
            raise ApiError("REVISION_MISMATCH", f"The column was changed since: its revision is {column.revision}",
                           status_code=409, data={"revision": str(column.revision)})  # fmt: skip
        settings = a.get("settings")
        labels = _labels(context, column, settings["labels"]) if settings else column.labels
        column.labels = labels
        column.limit_select = bool((settings or {}).get("limit_select", column.limit_select))
        column.title = a.get("title") or column.title
        column.description = a.get("description", column.description)
        column.revision += 1
        column.index_labels()
        context.world.touch_column(board, column.id)
        return column

    return resolve


def _labels(context: Context, column: Column, given: list[dict[str, Any]]) -> dict[int, Label]:
    """The new list of labels. One that is left out is gone; strict: not while a cell still shows it."""
    status = column.type == "status"
    longest = STATUS_LABEL_LENGTH if status else DROPDOWN_LABEL_LENGTH
    if status and len(given) > STATUS_LABELS:
        raise invalid_argument(f"a status column has at most {STATUS_LABELS} labels")
    texts = [entry["label"] for entry in given]
    if len(set(texts)) != len(texts):
        raise invalid_argument("two labels have the same text")
    labels: dict[int, Label] = {}
    fresh = max(column.labels, default=0)
    for entry in given:
        text = entry["label"]
        if not text.strip() or text != text.strip() or utf16_length(text) > longest:
            raise invalid_argument(f"a label has 1 to {longest} characters and no blanks at its ends: {text[:40]!r}")
        number = entry.get("index") if status else entry.get("id")
        if number is None:
            fresh += 1
            number = fresh
        elif not status and number not in column.labels:
            raise invalid_argument(f"no label has the id {number}: leave the id out to make a new one")
        if number in labels:
            raise invalid_argument(f"the label {number} is given twice")
        color = entry.get("color") or PALETTE[number % len(PALETTE)][0]
        labels[number] = Label(number, text, color, bool(entry.get("is_done")), bool(entry.get("is_deactivated")))
    used = _used(context, column)
    gone = [column.labels[number].text for number in used - set(labels)]
    if gone:
        raise invalid_argument(f"labels that items still show cannot be removed: {', '.join(sorted(gone)[:5])}")
    return labels


def _used(context: Context, column: Column) -> set[int]:
    used: set[int] = set()
    for item in context.world.all_items():
        value = item.values.get(column.id)
        if value is not None and context.world.boards[item.board_id].columns.get(column.id) is column:
            used |= set(value) if isinstance(value, list) else {int(value)}
    return used


RESOLVERS: dict[str, Any] = {
    "update_dropdown_column": update_column("dropdown"),
    "update_status_column": update_column("status"),
}
