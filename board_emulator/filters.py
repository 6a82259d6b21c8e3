"""``ItemsQuery``: rules that say which items a page holds, and in which order.

The operators that need more than a cell's text (``within_the_last`` and so on) are refused as not supported: a
stand-in that pretends would be worse.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from board_emulator.errors import invalid_argument, invalid_column
from board_emulator.model import Board, Item
from board_emulator.values import text_of

_MOST_IDS = 100


def matching(board: Board, items: list[Item], query: dict[str, Any] | None) -> list[Item]:
    """Those of ``items`` that ``query`` (an ``ItemsQuery``) asks for, in its order.

    Raises:
        ApiError: an unknown column, an operator that is not served, too many ids.
    """
    if not query:
        return items
    ids = query.get("ids")
    if ids is not None:
        if len(ids) > _MOST_IDS:
            raise invalid_argument(f"query_params.ids takes at most {_MOST_IDS} ids")
        items = [item for item in items if str(item.id) in set(ids)]
    if query.get("rules") or query.get("groups"):
        items = [item for item in items if _group(board, item, query)]
    for order in reversed(query.get("order_by") or []):
        column_id = order["column_id"]
        items = sorted(items, key=lambda item: _sortable(_cell(board, item, column_id)),
                       reverse=order["direction"] == "desc")  # fmt: skip
    return items


def _group(board: Board, item: Item, group: dict[str, Any]) -> bool:
    hits = [_rule(board, item, rule) for rule in group.get("rules") or ()]
    hits += [_group(board, item, inner) for inner in group.get("groups") or ()]
    return any(hits) if group.get("operator") == "or" else all(hits)


def _cell(board: Board, item: Item, column_id: str) -> str:
    if column_id == "name":
        return item.name
    if column_id == "group":
        return item.group_id
    if column_id not in board.columns:
        raise invalid_column(column_id)
    return text_of(board.columns[column_id], item.values.get(column_id)) or ""


def _sortable(text: str) -> tuple[bool, Decimal, str]:
    try:
        return (text == "", Decimal(text), "")
    except InvalidOperation:
        return (text == "", Decimal(0), text.casefold())


def _rule(board: Board, item: Item, rule: dict[str, Any]) -> bool:
    operator: str = rule.get("operator", "any_of")
    column_id = rule["column_id"]
    text = _cell(board, item, column_id)
    given = rule["compare_value"]
    wanted = [str(value) for value in (given if isinstance(given, list) else [given])]
    column = board.columns.get(column_id)
    if operator in ("any_of", "not_any_of"):
        # documented: labels are named by their ids (dropdown) and indexes (status), other cells by their text
        value = item.values.get(column_id)
        if column is not None and column.type in ("dropdown", "status"):
            cells = {str(number) for number in value} if isinstance(value, list) else {str(value)} - {"None"}
        else:
            cells = {text}
        return bool(cells & set(wanted)) == (operator == "any_of")
    first = wanted[0] if wanted else ""
    folded, needle = text.casefold(), first.casefold()
    simple: dict[str, bool] = {
        "is_empty": text == "", "is_not_empty": text != "", "contains_text": needle in folded,
        "not_contains_text": needle not in folded, "starts_with": folded.startswith(needle),
        "ends_with": folded.endswith(needle), "contains_terms": all(word in folded for word in needle.split()),
    }  # fmt: skip
    if operator in simple:
        return bool(simple[operator])
    low, high = _sortable(first), _sortable(wanted[-1] if wanted else "")
    cell = _sortable(text)
    compared: dict[str, bool] = {
        "greater_than": cell > low, "greater_than_or_equals": cell >= low, "lower_than": cell < low,
        "lower_than_or_equal": cell <= low, "between": low <= cell <= high,
    }  # fmt: skip
    if operator not in compared:
        raise invalid_argument(f"the operator {operator} is not supported by the emulator")
    return text != "" and compared[operator]
