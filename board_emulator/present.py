"""What the API shows of boards, columns and cells: settings, JSON of values, fields of each value type. Pure."""

from __future__ import annotations

import json
from typing import Any

from board_emulator.model import PALETTE, Column, Item
from board_emulator.values import json_of, text_of
from board_emulator.world import World

_HEX = {name: (color, border) for name, color, border in PALETTE}
_TYPES = {
    "text": "TextValue", "long_text": "LongTextValue", "numbers": "NumbersValue", "date": "DateValue",
    "dropdown": "DropdownValue", "status": "StatusValue", "mirror": "MirrorValue", "formula": "FormulaValue",
    "subtasks": "SubtasksValue", "board_relation": "BoardRelationValue", "item_id": "ItemIdValue",
    "last_updated": "LastUpdatedValue",
}  # fmt: skip


def settings(column: Column) -> dict[str, Any]:
    """``Column.settings``: the typed form of the column's settings."""
    if column.type == "dropdown":
        labels = column.labels.values()
        listed = [{"id": label.id, "label": label.text, "is_deactivated": label.deactivated} for label in labels]
        return {"limit_select": column.limit_select, "labels": listed}
    if column.type == "status":
        return {"labels": [
            {"id": label.id, "index": label.id, "label": label.text, "color": label.color, "is_done": label.is_done,
             "is_deactivated": label.deactivated, "hex": _HEX[label.color][0]} for label in column.labels.values()
        ]}  # fmt: skip
    return {"boardIds": [int(board_id) for board_id in column.board_ids]} if column.type == "subtasks" else {}


def settings_str(column: Column) -> str:
    """``Column.settings_str``: the older form, as a text."""
    labels = column.labels.values()
    body: dict[str, Any] = settings(column)
    if column.type == "dropdown":
        body = {"hide_footer": False, "limit_select": column.limit_select,
                "labels": [{"id": label.id, "name": label.text} for label in labels],
                "deactivated_labels": [label.id for label in labels if label.deactivated]}  # fmt: skip
    elif column.type == "status":
        body = {
            "done_colors": [label.id for label in labels if label.is_done],
            "labels": {str(label.id): label.text for label in labels if not label.deactivated},
            "labels_positions_v2": {str(label.id): n for n, label in enumerate(labels)},
            "labels_colors": {str(label.id): color(label.color) | {"var_name": label.color} for label in labels},
        }
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def color(name: str) -> dict[str, str]:
    """Colour and border of a name of the palette, in hex."""
    fill, border = _HEX[name]
    return {"color": fill, "border": border}


def cell(world: World, item: Item, column: Column) -> dict[str, Any]:
    """A ``ColumnValue`` of the item, as the type of its column has it."""
    kind = column.type
    value = item.values.get(column.id)
    # the lambdas are called when a query asks for the field: most do not, and there are many cells
    shown: dict[str, Any] = {
        "__typename": _TYPES[kind], "id": column.id, "column": column, "type": kind, "text": text_of(column, value),
        "value": lambda _: json_of(value, kind, item.updated_at), "is_leaf": lambda _: not world.subitems(item),
    }  # fmt: skip
    if kind == "numbers":
        shown["number"] = None if value is None else float(str(value))
    elif kind == "date":
        day, _, time = (str(value) if value is not None else "").partition(" ")
        shown |= {"date": day or None, "time": time or None, "updated_at": item.updated_at}
    elif kind == "dropdown":
        chosen = value if isinstance(value, list) else []
        shown["values"] = [{"id": str(n), "label": column.labels[n].text} for n in chosen]
    elif kind == "status":
        label = column.labels.get(value) if isinstance(value, int) else None
        shown |= {"index": label.id if label else None, "label": label.text if label else None,
                  "is_done": label.is_done if label else False, "label_style": color(label.color) if label else None,
                  "updated_at": item.updated_at}  # fmt: skip
    elif kind == "subtasks":
        subitems = world.subitems(item)
        names = ", ".join(sub.name for sub in subitems)
        shown |= {"subitems": subitems, "subitems_ids": [str(sub.id) for sub in subitems], "display_value": names,
                  "text": names}  # fmt: skip
    elif kind == "item_id":
        shown |= {"item_id": str(item.id), "text": str(item.id)}
    elif kind == "last_updated":
        shown |= {"text": item.updated_at, "updated_at": item.updated_at, "updater_id": item.creator_id}
    elif kind in ("mirror", "formula", "board_relation"):
        # computed from other boards, which the emulator does not have: always empty
        shown |= {"text": None if kind != "formula" else "", "display_value": "", "linked_items": [],
                  "linked_item_ids": [], "updated_at": item.updated_at}  # fmt: skip
    elif kind == "long_text":
        shown["updated_at"] = item.updated_at
    return shown
