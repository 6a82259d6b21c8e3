"""The web page: the board as a planner sees it, read-only. Its data comes in small pieces from ``/page/...``."""

from __future__ import annotations

from decimal import Decimal
from importlib import resources
from typing import TYPE_CHECKING, Any

from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from board_emulator.errors import ApiError
from board_emulator.model import PALETTE, Board, Item
from board_emulator.values import WRITABLE, text_of

if TYPE_CHECKING:
    from board_emulator.server import Service
    from board_emulator.world import World

_FILES = {
    "/": ("page.html", "text/html"),
    "/page.css": ("page.css", "text/css"),
    "/page.js": ("page.js", "text/javascript"),
}
_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
}
_MOST_ROWS = 200
_HEX = {name: fill for name, fill, _ in PALETTE}


def boards(world: World) -> list[dict[str, Any]]:
    """The boards to choose from."""
    return [
        {"id": board.id, "name": board.name, "target": board.target, "items": world.active[board.id]}
        for board in world.boards.values()
        if board.parent_board_id is None
    ]


def overview(world: World, board: Board, search: str) -> dict[str, Any]:
    """Columns in use, groups with counts and quantities: of all items, or of those that ``search`` finds."""
    items = [item for item in world.listed(board) if _found(world, item, search)]
    used = {column_id for item in items for column_id in item.values}
    groups = {
        group.id: {"id": group.id, "title": group.title, "color": group.color, "items": 0, "quantity": Decimal(0)}
        for group in board.active_groups()
    }
    subitems = 0
    for item in items:
        entry = groups[item.group_id]
        below = world.subitems(item)
        subitems += len(below)
        entry["items"] = int(str(entry["items"])) + 1
        entry["quantity"] = Decimal(str(entry["quantity"])) + _quantity(world, board, item, below)
    shown = [entry | {"quantity": format(Decimal(str(entry["quantity"])), "f")} for entry in groups.values()]
    return {
        "id": board.id,
        "name": board.name,
        "items": len(items),
        "subitems": subitems,
        "columns": _columns(board, used),
        "groups": [entry for entry in shown if entry["items"] or not search],
    }


def rows(world: World, board: Board, group_id: str, search: str, *, offset: int, limit: int) -> dict[str, Any]:
    """Some rows of a group."""
    items = [item for item in world.listed(board, group_id) if _found(world, item, search)]
    some = items[offset : offset + min(limit, _MOST_ROWS)]
    return {"total": len(items), "rows": [_row(world, board, item) for item in some]}


def subitem_rows(world: World, item: Item) -> dict[str, Any]:
    """The subitems of an item, with the columns they use."""
    board = world.boards[world.boards[item.board_id].subitem_board_id or ""]
    below = world.subitems(item)
    used = {column_id for sub in below for column_id in sub.values}
    return {"columns": _columns(board, used), "rows": [_row(world, board, sub) for sub in below]}


def _columns(board: Board, used: set[str]) -> list[dict[str, str]]:
    return [
        {"id": column.id, "title": column.title, "type": column.type}
        for column in board.columns.values()
        if column.type in WRITABLE and column.id in used
    ]


def _quantity(world: World, board: Board, item: Item, below: list[Item]) -> Decimal:
    """The item's own quantity where the board has such a column, else the sum of its subitems'."""
    if board.quantity_column:
        return Decimal(str(item.values.get(board.quantity_column, 0)))
    if board.subitem_board_id is None:
        return Decimal(0)
    column_id = world.boards[board.subitem_board_id].quantity_column or ""
    return sum((Decimal(str(sub.values.get(column_id, 0))) for sub in below), Decimal(0))


def _row(world: World, board: Board, item: Item) -> dict[str, Any]:
    cells: dict[str, Any] = {}
    for column_id, value in item.values.items():
        column = board.columns[column_id]
        if isinstance(value, str):
            cells[column_id] = value
        else:
            labels = [column.labels[number] for number in (value if isinstance(value, list) else [value])]
            cells[column_id] = [{"text": label.text, "color": _HEX[label.color]} for label in labels]
    return {"id": str(item.id), "name": item.name, "cells": cells, "subitems": len(world.subitems(item))}


def _found(world: World, item: Item, search: str) -> bool:
    """Whether every word of ``search`` stands in the name or in a cell."""
    if not search:
        return True
    columns = world.boards[item.board_id].columns
    cells = (text_of(columns[column_id], value) or "" for column_id, value in item.values.items())
    text = "\n".join((item.name, str(item.id), *cells)).casefold()
    return all(word in text for word in search.casefold().split())


def routes(service: Service) -> list[BaseRoute]:
    """Routes of the page."""
    emulator = service.emulator

    def file(http: HttpRequest) -> Response:
        name, kind = _FILES[http.url.path]
        content = (resources.files("board_emulator") / name).read_bytes()
        content = content.replace(b"{admin_token}", service.admin_token.encode())
        return Response(content, headers=_HEADERS, media_type=f"{kind}; charset=utf-8")

    def data(http: HttpRequest) -> Response:
        with emulator.world.lock:
            try:
                return JSONResponse(_data(emulator.world, http), headers=_HEADERS)
            except (ApiError, ValueError) as error:
                return JSONResponse({"error": str(error)}, 404, headers=_HEADERS)

    paths = (
        "/page/boards",
        "/page/boards/{board_id}",
        "/page/boards/{board_id}/groups/{group_id}",
        "/page/items/{item_id}",
    )
    return [*(Route(path, file) for path in _FILES), *(Route(path, data) for path in paths)]


def _data(world: World, http: HttpRequest) -> Any:
    path, query = http.path_params, http.query_params
    if "item_id" in path:
        return subitem_rows(world, world.item(path["item_id"]))
    if "board_id" not in path:
        return boards(world)
    board, search = world.board(path["board_id"]), query.get("q", "")
    if "group_id" not in path:
        return overview(world, board, search)
    return rows(
        world,
        board,
        path["group_id"],
        search,
        offset=max(0, int(query.get("offset", 0))),
        limit=int(query.get("limit", 50)),
    )
