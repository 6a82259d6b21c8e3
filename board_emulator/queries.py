"""Resolvers of everything that reads."""

from __future__ import annotations

from typing import Any

from board_emulator import present
from board_emulator.context import Context, Info, page_size
from board_emulator.errors import ApiError, invalid_argument
from board_emulator.filters import matching
from board_emulator.model import Board, Column, Group, Item, Token

Args = Any
Resolver = Any
_MOST_IDS = 100

VERSIONS = (("2026-07", "maintenance"), ("2026-10", "current"), ("2027-01", "release_candidate"))


def _ctx(info: Info) -> Context:
    return info.context


def boards(_: None, info: Info, **a: Args) -> list[Board]:
    """Boards that are there; unknown ids are left out, as the real one does, and multi-level ones unless asked for."""
    world = _ctx(info).world
    limit, page = page_size(a["limit"]), a["page"]
    if a["state"] not in ("active", "all") or (a.get("board_kind") or "public") != "public":
        return []
    wanted, hierarchies = a.get("ids"), a.get("hierarchy_types") or ["classic"]
    found = [b for b in world.boards.values() if (wanted is None or b.id in wanted) and b.hierarchy in hierarchies]
    return found[(page - 1) * limit : page * limit]


def items(_: None, info: Info, **a: Args) -> list[Item]:
    """Items by id in whatever state but deleted; at most 100 ids (documented), 25 unless ``limit`` says more."""
    world = _ctx(info).world
    ids = a.get("ids")
    if ids is None:
        raise invalid_argument("items needs ids")
    if len(ids) > _MOST_IDS:
        raise invalid_argument(f"items takes at most {_MOST_IDS} ids, got {len(ids)}")
    limit, page = page_size(a["limit"], _MOST_IDS), a["page"]
    known = [item for item in map(world.find, dict.fromkeys(ids)) if item is not None and item.state != "deleted"]
    found = [item for item in known if world.sight.shows(item)]
    if a.get("exclude_nonactive"):
        found = [item for item in found if world.is_active(item)]
    found.sort(key=lambda item: item.id, reverse=bool(a.get("newest_first")))
    return found[(page - 1) * limit : page * limit]


def _items_page(info: Info, board: Board, group_id: str | None, a: dict[str, Any]) -> dict[str, object]:
    context = _ctx(info)
    limit = page_size(a["limit"])
    if a.get("cursor"):
        if a.get("query_params"):
            raise invalid_argument("give a cursor or query_params, not both")
        return context.cursors.next(a["cursor"], limit)
    shown = [item for item in context.world.listed(board, group_id) if context.world.sight.shows(item)]
    return context.cursors.first(matching(board, shown, a.get("query_params")), limit)


def board_items_page(board: Board, info: Info, **a: Args) -> dict[str, object]:
    """A page of a board's items."""
    return _items_page(info, board, None, a)


def group_items_page(group: Group, info: Info, **a: Args) -> dict[str, object]:
    """A page of a group's items."""
    return _items_page(info, _ctx(info).world.boards[group.board_id], group.id, a)


def next_items_page(_: None, info: Info, *, cursor: str, limit: int) -> dict[str, object]:
    """The page after."""
    return _ctx(info).cursors.next(cursor, page_size(limit))


def items_page_by_column_values(_: None, info: Info, *, board_id: str, limit: int, **a: Args) -> object:
    """Items whose cells match in full, upper and lower case alike: any value of a column, and all columns."""
    context = _ctx(info)
    world = context.world
    if a.get("cursor"):
        if a.get("columns"):
            raise invalid_argument("give a cursor or columns, not both")
        return context.cursors.next(a["cursor"], page_size(limit))
    columns = a.get("columns")
    if not columns:
        raise invalid_argument("columns are needed for the first page")
    board = world.board(board_id)
    found: set[int] | None = None
    for column in columns:
        hits = world.by_cell(board, column["column_id"], column["column_values"])
        found = hits if found is None else found & hits
    matched = [world.items[number] for number in sorted(found or ())]
    shown = [item for item in matched if world.is_active(item) and world.sight.shows(item)]
    return context.cursors.first(shown, page_size(limit))


def column_values(item: Item, info: Info, **a: Args) -> list[dict[str, Any]]:
    """Cells of an item. The name is none of them; unknown ids are left out."""
    world = _ctx(info).world
    board = world.boards[item.board_id]
    ids, kinds = a.get("ids"), a.get("types")
    columns = board.columns.values() if ids is None else [board.columns[i] for i in ids if i in board.columns]
    return [
        present.cell(world, item, column)
        for column in columns
        if column.type != "name" and (kinds is None or column.type in kinds)
    ]


def me(_: None, info: Info) -> dict[str, Any]:
    """Who the token belongs to."""
    context = _ctx(info)
    token: Token = context.token
    return {"id": token.user_id, "name": token.name, "email": f"{token.role}@example.com", "kind": token.role,
            "account": account(None, info), "account_id": context.account_id, "title": "", "status": "ACTIVE",
            "url": f"{context.base_url}/"}  # fmt: skip


def account(_: object, info: Info) -> dict[str, Any]:
    """The only account there is."""
    plan = _ctx(info).meter.limits.name
    return {
        "id": _ctx(info).account_id,
        "name": "Order list (emulated)",
        "slug": "order-list",
        "tier": plan,
        "plan": {"max_users": 100, "period": "yearly", "tier": plan, "version": 1},
        "is_during_trial": False,
    }


def complexity(_: None, info: Info) -> dict[str, int]:
    """Points before and after this request."""
    context = _ctx(info)
    left, reset = context.meter.complexity_left(context.kind)
    return {"before": left + context.points, "query": context.points, "after": left, "reset_in_x_seconds": reset}


def platform_api(_: None, info: Info) -> dict[str, Any]:
    """Calls per day, permitted and used."""
    meter = _ctx(info).meter
    used = [{"day": day, "usage": int(calls)} for day, calls in meter.calls_by_day().items()]
    return {"daily_limit": {"base": meter.limits.calls_a_day, "total": meter.limits.calls_a_day},
            "daily_analytics": {"last_updated": _ctx(info).now(), "by_day": used}}  # fmt: skip


def fetch_job_status(_: None, info: Info, *, job_id: str) -> dict[str, Any]:
    """State of a bulk import."""
    return _ctx(info).jobs.import_status(job_id)


def job_status(_: None, info: Info, *, job_id: str) -> dict[str, Any]:
    """State of a bulk archive or delete."""
    return _ctx(info).jobs.removal_status(job_id)


def versions(_: None, _info: Info) -> list[dict[str, str]]:
    """Versions of the API, oldest first."""
    return [{"display_name": value, "kind": kind, "value": value} for value, kind in VERSIONS]


def version(_: None, info: Info) -> dict[str, str]:
    """The version that answers."""
    value = _ctx(info).version
    return {"display_name": value, "kind": dict(VERSIONS)[value], "value": value}


def _pick(found: dict[str, Any], ids: list[str | None] | None) -> list[Any]:
    return list(found.values()) if ids is None else [found[i] for i in ids if i in found]


def _columns(board: Board, _: Info, **a: Args) -> list[Column]:
    if a.get("capabilities") is not None and None not in a["capabilities"]:
        return []  # no column of these boards has any
    return [c for c in _pick(board.columns, a.get("ids")) if a.get("types") is None or c.type in a["types"]]


def _groups(board: Board, _: Info, ids: list[str | None] | None = None) -> list[Group]:
    return [group for group in board.active_groups() if ids is None or group.id in ids]


def _state(item: Item, info: Info) -> str:
    return item.state if item.state != "active" or _ctx(info).world.is_active(item) else "archived"


def _url(source: Board | Item, info: Info) -> str:
    base = _ctx(info).base_url
    return f"{base}/boards/{source.id}" if isinstance(source, Board) else f"{base}{_link(source, info)}"


def _link(item: Item, _: Info) -> str:
    return f"/boards/{item.board_id}/pulses/{item.id}"


def _top_group(board: Board, _: Info) -> Group:
    groups = board.active_groups()
    if not groups:
        raise ApiError("InternalServerError", "the board has no group", status_code=500)
    return groups[0]


RESOLVERS: dict[str, dict[str, Resolver]] = {
    "Query": {
        "boards": boards, "items": items, "next_items_page": next_items_page, "me": me, "account": account,
        "items_page_by_column_values": items_page_by_column_values, "complexity": complexity, "versions": versions,
        "version": version, "fetch_job_status": fetch_job_status, "job_status": job_status,
        "platform_api": platform_api,
    },
    "Board": {
        "state": lambda *_: "active", "board_kind": lambda *_: "public",
        "hierarchy_type": lambda board, _: board.hierarchy,
        "access_level": lambda board, info: "edit" if _ctx(info).token.may_edit(board) else "view",
        "items_count": lambda board, info: _ctx(info).world.sight.count(_ctx(info).world.active[board.id]),
        "columns": _columns, "groups": _groups,
        "top_group": _top_group, "items_page": board_items_page, "url": _url,
        "type": lambda board, _: "sub_items_board" if board.parent_board_id else "board",
    },
    "Group": {
        "archived": lambda group, _: group.state == "archived", "deleted": lambda group, _: group.state == "deleted",
        "position": lambda group, _: str(group.position), "items_page": group_items_page,
    },
    "Column": {
        "archived": lambda *_: False, "settings": lambda column, _: present.settings(column),
        "settings_str": lambda column, _: present.settings_str(column), "capabilities": lambda *_: {},
        "revision": lambda column, _: str(column.revision),
    },
    "Item": {
        "id": lambda item, _: str(item.id), "state": _state, "email": lambda item, _: f"{item.id}@example.com",
        "relative_link": _link, "url": _url, "board": lambda item, info: _ctx(info).world.boards[item.board_id],
        "group": lambda item, info: _ctx(info).world.boards[item.board_id].groups[item.group_id],
        "parent_item": lambda item, info: _ctx(info).world.items.get(item.parent_id),
        "subitems": lambda item, info: _ctx(info).world.subitems(item), "column_values": column_values,
    },
}  # fmt: skip
