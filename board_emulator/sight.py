"""How much of its boards the API lets its callers see."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from board_emulator.model import Item


@dataclass(slots=True)
class Sight:
    """A slow counter, a restricted view or the trash: the API shows less than there is. People see everything.

    Args:
        counts: whether ``items_count`` is right, left out (the schema allows null), or lags behind at 0.
        hidden: ids of items that are not shown, nor are their subitems.
    """

    counts: Literal["exact", "unknown", "behind"] = "exact"
    hidden: set[int] = field(default_factory=set)

    def count(self, active: int) -> int | None:
        """``items_count`` of a board with so many active items."""
        return {"exact": active, "unknown": None, "behind": 0}[self.counts]

    def shows(self, item: Item) -> bool:
        """Whether the item is shown."""
        return item.id not in self.hidden and item.parent_id not in self.hidden
