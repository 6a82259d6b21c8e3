"""Reads items in pages as large as the limits permit, and smaller ones when the API finds them too large."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from monday_sync.api import parsing
from monday_sync.api.costs import READ
from monday_sync.api.pacing import Pacer
from monday_sync.api.retrying import Exchange
from monday_sync.domain.board import BoardConfig, ColumnMapping
from monday_sync.domain.remote import BoardItem, Whereabouts
from monday_sync.errors import NotReadError, TooLargeError

_PAGE = 500
_IDS = 100
_TEXTS = 100
_RESTARTS = 3

Page = tuple[str | None, list[BoardItem]]
_Pick = Callable[[Mapping[str, Any]], tuple[str | None, object]]


@dataclass(frozen=True, slots=True)
class Reader:
    """Items of one board, with the columns that its file maps."""

    exchange: Exchange
    pacer: Pacer
    board: BoardConfig

    def by_ids(self, ids: Iterable[str]) -> Iterator[BoardItem]:
        """The items with these ids, in no order; those that are gone or on another board are left out."""
        left = list(dict.fromkeys(ids))
        while left:
            limit = self.pacer.page_size(READ, _IDS)
            try:
                yield from self._ask("items_by_id", {"ids": left[:limit]}, min(limit, len(left)), _listed)[1]
            except TooLargeError:
                if limit == 1:
                    raise
                continue
            left = left[limit:]

    def where(self, ids: Iterable[str]) -> dict[str, Whereabouts]:
        """Where items and subitems are, on whatever board, by id; those that nobody knows are left out."""
        left, found = list(dict.fromkeys(ids)), dict[str, Whereabouts]()
        while left:
            asked = {"ids": left[:_IDS], "limit": _IDS}
            for one in self.exchange.query("where_items_are", asked, parsing.whereabouts):
                found[one.id] = one
            left = left[_IDS:]
        return found

    def all(self, group_id: str | None = None) -> Iterator[BoardItem]:
        """The active items of the board, or of one of its groups."""
        if group_id is None:
            return self._pages("items_first_page", {"board_id": self.board.board_id}, _of_board)
        return self._pages("items_of_group", {"board_id": self.board.board_id, "group_id": group_id}, _of_group)

    def by_texts(self, column_id: str, texts: Iterable[str]) -> Iterator[BoardItem]:
        """The active items whose column shows one of the texts, upper and lower case being the same."""
        wanted = list(dict.fromkeys(texts))
        seen: set[str] = set()
        for start in range(0, len(wanted), _TEXTS):
            variables = {"board_id": self.board.board_id, "column_id": column_id,
                         "wanted": wanted[start : start + _TEXTS]}  # fmt: skip
            for item in self._pages("items_by_value", variables, _by_value):
                if item.id not in seen:
                    seen.add(item.id)
                    yield item

    def _pages(self, first: str, variables: Mapping[str, object], pick: _Pick) -> Iterator[BoardItem]:
        """All pages, each item once. A cursor that is not accepted any more starts the reading again."""
        seen: set[str] = set()
        for restart in range(_RESTARTS + 1):
            name, asked, cursor = first, dict(variables), None
            try:
                while True:
                    cursor, items = self._page(name, asked, pick if name == first else _next)
                    for item in items:
                        if item.id not in seen:
                            seen.add(item.id)
                            yield item
                    if cursor is None:
                        return
                    name, asked = "items_next_page", {"cursor": cursor}
            except TooLargeError:
                raise
            except NotReadError:
                if cursor is None or restart == _RESTARTS:
                    raise

    def _page(self, name: str, variables: Mapping[str, object], pick: _Pick) -> Page:
        while True:
            limit = self.pacer.page_size(READ, _PAGE)
            try:
                return self._ask(name, variables, limit, pick)
            except TooLargeError:
                if limit == 1:
                    raise

    def _ask(self, name: str, variables: Mapping[str, object], limit: int, pick: _Pick) -> Page:
        board = self.board
        asked = {**variables, "limit": limit, **_columns("", board.items), **_columns("subitem_", board.subitems)}

        def parse(data: Mapping[str, Any]) -> Page:
            cursor, listed = pick(data)
            return cursor, parsing.items(listed, board.board_id, board.items, board.subitems)

        return self.exchange.query(name, asked, parse, {READ: limit})


def _columns(prefix: str, mappings: Sequence[ColumnMapping]) -> dict[str, list[str]]:
    """Columns by what has to be asked of them: most cells are their text, which keeps pages cheap and small."""
    found: dict[str, list[str]] = {f"{prefix}{name}": [] for name in ("texts", "dates", "dropdowns")}
    for mapping in mappings:
        name = {"date": "dates", "dropdown": "dropdowns"}.get(mapping.type, "texts")
        found[f"{prefix}{name}"].append(mapping.column_id)
    return found


def _listed(data: Mapping[str, Any]) -> tuple[str | None, object]:
    return None, data.get("items")


def _of_board(data: Mapping[str, Any]) -> tuple[str | None, object]:
    return _page_of((parsing.one_board(data) or {}).get("items_page"))


def _of_group(data: Mapping[str, Any]) -> tuple[str | None, object]:
    groups: Sequence[Any] = (parsing.one_board(data) or {}).get("groups") or ()
    return _page_of(groups[0].get("items_page")) if groups and isinstance(groups[0], dict) else (None, [])


def _by_value(data: Mapping[str, Any]) -> tuple[str | None, object]:
    return _page_of(data.get("items_page_by_column_values"))


def _next(data: Mapping[str, Any]) -> tuple[str | None, object]:
    return _page_of(data.get("next_items_page"))


def _page_of(found: object) -> tuple[str | None, object]:
    if not isinstance(found, dict):
        raise parsing.ShapeError("items_page")
    cursor = found.get("cursor")
    if cursor is not None and not isinstance(cursor, str):
        raise parsing.ShapeError("cursor")
    return cursor or None, found.get("items")
