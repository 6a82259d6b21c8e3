"""Which columns of a table of others say what we need to know. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

#: What a column is called once case, blanks and signs are folded, the likeliest first.
_NAMES: Mapping[str, Sequence[str]] = {
    "aag_order_number": ("aag_order_number", "aag_order_no", "order_number"),
    "customer_name": ("customer_name", "customer"),
    "planned_delivery_method": ("planned_delivery_method", "delivery_method"),
    "customer_style": ("customer_style", "style"),
    "size_code": ("size_code", "size", "size_name", "size_label"),
    "item_id": ("monday_item_id", "monday_parent_item_id", "parent_item_id", "monday_id", "item_id"),
    "subitem_id": ("monday_subitem_id", "subitem_id"),
    "sync_state": ("sync_state", "sync_status"),
}
#: The business key of an order.
KEY = ("customer_name", "aag_order_number", "planned_delivery_method", "customer_style")


@dataclass(frozen=True, slots=True)
class Recognised:
    """Columns of a relation by what they are to us.

    Args:
        columns: role to the column's own name.
    """

    columns: Mapping[str, str]

    @property
    def key(self) -> tuple[str, ...]:
        """The parts of the business key that there are."""
        return tuple(part for part in KEY if part in self.columns)

    @property
    def is_of_lines(self) -> bool:
        """Whether its rows are lines."""
        return "subitem_id" in self.columns

    @property
    def lacking(self) -> str | None:
        """Why no ids can be read from it; ``None`` if they can."""
        if not {"item_id", "subitem_id"} & self.columns.keys():
            return "it has no column of board ids"
        if self.is_of_lines and "size_code" not in self.columns:
            return "it has ids of subitems and no column of sizes"
        if "aag_order_number" not in self.columns and not (self.is_of_lines and "item_id" in self.columns):
            return "it has board ids and no column of order numbers"
        return None


def folded(name: str) -> str:
    """A column's name as it is compared: ``AAG ORDER NUMBER`` is ``aag_order_number``."""
    return re.sub(r"[^0-9a-z]+", "_", name.lower()).strip("_")


def recognise(names: Sequence[str]) -> Recognised:
    """What the columns of a relation are."""
    known: dict[str, str] = {}
    for name in names:
        known.setdefault(folded(name), name)
    found = {role: [known[one] for one in likely if one in known] for role, likely in _NAMES.items()}
    return Recognised({role: columns[0] for role, columns in found.items() if columns})
