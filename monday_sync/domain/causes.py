"""Failures by cause: what many rows failed for is said once, with their number, some orders and what to do. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

_EXAMPLES = 3
_DEFAULT = "`monday-sync history <order number>` shows what was sent and answered."
#: What a message is about, and what to do then; the first that fits counts.
_HINTS = (
    (r"(\w+): the board column has no label ('.*?'|\".*?\") and none may be created",
     "Add label {1} to column {0} on the board, or correct the cell; or write `create_labels: yes` at the column in "
     "the board's file."),
    (r"no label .* and none may be created",
     "Correct the cell or the label on the board; or write `create_labels: yes` at the column in the board's file."),
    (r"is deactivated",
     "Activate the label on the board, or write `create_labels: yes` at the column in the board's file."),
    (r"the status column has \d+ labels", "Take labels off the column that nobody uses, or correct the cell."),
    (r"\(policy [a-z, ]+: (leave)\)",
     "Put it back on the board and the next push goes on; or say what else is to become of it by that policy in the "
     "board's file."),
    (r"just now and is not to be seen yet",
     "Push again: what was moved is looked for before anything is made."),
    (r"it could not be moved to board",
     "See that the token's user may edit both boards, and both have room and subitems. The next push tries again."),
    (r"policy moved: follow, but",
     "Name the board in `follow_boards` of the board's file and give it the same columns, or move the item back."),
    (r"is no number|is no date|is a time|has \d+ characters|digits that the board keeps|half of a character",
     "Correct the cell in the workbook; or map the column to a board column that can show it."),
    (r"would have no name", "Fill one of these cells in the workbook."),
    (r"UserUnauthorized|not authori[sz]ed|unauthori[sz]ed", "Give the token's user the right on the board."),
    (r"ItemsLimitation|is full", "Archive old items, or narrow `scope` in the board's file."),
)  # fmt: skip
_COMPILED = tuple((re.compile(pattern, re.I), hint) for pattern, hint in _HINTS)
_GIVEN_UP = re.compile(r"^given up on .{10,14} after \d+ attempts: ")
_VALUE = re.compile(r"('[^']*'|\"[^\"]*\") (?=is no|has more|is a time|holds half|has \d+ char)")
_ID = re.compile(r"\d{4,}")


@dataclass(frozen=True, slots=True)
class Cause:
    """Why rows failed.

    Args:
        kind: failed, given up or left.
        message: of one of them; they differ in values and ids only.
        count: how many rows.
        orders: numbers of some of their orders.
        more: how many other orders.
    """

    kind: str
    message: str
    hint: str
    count: int
    orders: tuple[str, ...]
    more: int = 0


def causes(kind: str, rows: Iterable[tuple[str, str]], name: Callable[[str], str] = str) -> list[Cause]:
    """The causes of failures, the most frequent first.

    Args:
        rows: of each row its order and its message.
        name: the number that people know an order by.
    """
    found: dict[str, tuple[str, int, dict[str, None]]] = {}
    for order, message in rows:
        key = cause_of(message)
        first, count, orders = found.get(key, (message, 0, {}))
        found[key] = (first, count + 1, orders | {order: None} if order else orders)
    listed = [
        Cause(kind, message, hint_of(kind, message), count, tuple(name(o) for o in list(orders)[:_EXAMPLES]),
              max(0, len(orders) - _EXAMPLES))
        for message, count, orders in found.values()
    ]  # fmt: skip
    return sorted(listed, key=lambda cause: -cause.count)


def cause_of(message: str) -> str:
    """A message without what differs from row to row: ids, days, and values that a column cannot show."""
    return _ID.sub("#", _VALUE.sub("'#' ", _GIVEN_UP.sub("", message)))


def hint_of(kind: str, message: str) -> str:
    """What to do about it."""
    found = ((pattern.search(message), hint) for pattern, hint in _COMPILED)
    hint = next((hint.format(*match.groups()) for match, hint in found if match), _DEFAULT)
    return f"{hint} Then `monday-sync retry`." if kind == "given up" else hint


def cause_lines(found: Sequence[Cause]) -> list[str]:
    """Causes as text: each once."""
    lines = []
    for cause in found:
        rows = "1 row" if cause.count == 1 else f"{cause.count} rows"
        more = f" and {cause.more} more" if cause.more else ""
        orders = f" (order {', '.join(cause.orders)}{more})" if cause.orders else ""
        lines += [f"{cause.kind}: {rows}{orders}: {cause.message}", f"    {cause.hint}"]
    return lines
