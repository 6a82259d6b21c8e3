"""Pages of items: a cursor stands for the rest of a list as it was when the first page was read."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from board_emulator.errors import ApiError

if TYPE_CHECKING:
    from board_emulator.model import Item
    from board_emulator.world import World

_LIFE_SECONDS = 3600.0  # documented: a cursor lives 60 minutes after the first call
_KEPT = 2_000


@dataclass(frozen=True, slots=True)
class _Rest:
    ids: list[int]
    at: int
    born: float


class Cursors:
    """Hands out cursors, single use not enforced: the same cursor gives the same page again."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._rests: OrderedDict[str, _Rest] = OrderedDict()

    def first(self, items: list[Item], limit: int) -> dict[str, object]:
        """The first page of ``items``."""
        return self._page(_Rest([item.id for item in items], 0, self._world.clock.now()), limit)

    def next(self, cursor: str, limit: int) -> dict[str, object]:
        """The page that ``cursor`` stands for."""
        rest = self._rests.get(cursor)
        if rest is None or self._world.clock.now() - rest.born > _LIFE_SECONDS:
            raise ApiError("CursorExpiredError", "The cursor provided for pagination is unknown or has expired. "
                                                 "Please refresh your query and obtain a new cursor.")  # fmt: skip
        return self._page(rest, limit)

    def _page(self, rest: _Rest, limit: int) -> dict[str, object]:
        """Items that were removed since the first page are left out: a page may be short."""
        end = rest.at + limit
        found = [self._world.items[number] for number in rest.ids[rest.at : end]]
        cursor = None
        if end < len(rest.ids):
            cursor = "MSw" + secrets.token_urlsafe(24)
            self._rests[cursor] = _Rest(rest.ids, end, rest.born)
            if len(self._rests) > _KEPT:
                self._rests.popitem(last=False)
        return {"cursor": cursor, "items": [item for item in found if self._world.is_active(item)]}
