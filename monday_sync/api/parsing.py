"""From the JSON of answers to boards and items. Pure. A wrong shape raises :class:`ShapeError`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from monday_sync.domain.board import ColumnMapping
from monday_sync.domain.remote import BoardInfo, BoardItem, ColumnInfo, Day, Group, Me, Whereabouts
from monday_sync.domain.values import read


class ShapeError(ValueError):
    """The answer is not of the shape that was asked for."""


def me(data: Mapping[str, Any]) -> Me | None:
    """``me``; ``None`` when the token is nobody's."""
    found = data.get("me")
    if found is None:
        return None
    user_id, name = _text(found, "id"), _text(found, "name")
    return Me(user_id, name, _text(_object(found, "account"), "id"), str(found.get("kind")).lower() == "admin")


def board(data: Mapping[str, Any]) -> BoardInfo | None:
    """The one board asked for; ``None`` when there is none that the token may see."""
    found = one_board(data)
    return None if found is None else _board(found)


def boards(data: Mapping[str, Any]) -> dict[str, BoardInfo]:
    """All boards asked for that the token may see, by id."""
    found = [_board(one) for one in _boards(data)]
    return {info.id: info for info in found}


def _board(found: Mapping[str, Any]) -> BoardInfo:
    groups = [g for g in _list(found, "groups") if g and not g.get("archived") and not g.get("deleted")]
    columns = [column(c) for c in _list(found, "columns") if c and not c.get("archived")]
    limit, count, hierarchy = (found.get(name) for name in ("items_limit", "items_count", "hierarchy_type"))
    return BoardInfo(
        id=_text(found, "id"),
        name=_text(found, "name"),
        state=_text(found, "state"),
        permissions=_text(found, "permissions"),
        can_write=_text(found, "access_level") == "edit",
        items_count=count if isinstance(count, int) else None,
        items_limit=limit if isinstance(limit, int) else None,
        groups=tuple(Group(_text(g, "id"), _text(g, "title"), n) for n, g in enumerate(groups)),
        columns={c.id: c for c in columns},
        gone_groups={
            _text(g, "id"): "deleted" if g.get("deleted") else "archived"
            for g in _list(found, "groups")
            if g and (g.get("archived") or g.get("deleted"))
        },
        hierarchy=hierarchy if isinstance(hierarchy, str) else None,
    )


def versions(data: Mapping[str, Any]) -> dict[str, str]:
    """Versions of the API with their kinds; none when the API does not say."""
    listed = data.get("versions")
    found = listed if isinstance(listed, list) else []
    return {_text(one, "value"): _text(one, "kind") for one in found if one is not None}


def one_board(data: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The first of ``boards``."""
    return next(iter(_boards(data)), None)


def _boards(data: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = data.get("boards") or []
    if not isinstance(found, list) or not all(isinstance(b, dict) or b is None for b in found):
        raise ShapeError("boards")
    return [b for b in found if b is not None]


def column(found: Mapping[str, Any]) -> ColumnInfo:
    """A column with its labels."""
    listed = labels(found.get("settings"))
    label_ids = {label: number for label, number, off in listed if not off}
    return ColumnInfo(
        id=_text(found, "id"),
        title=_text(found, "title"),
        type=_text(found, "type"),
        labels=tuple(label_ids),
        label_ids=label_ids,
        revision=str(found.get("revision") or ""),
        board_ids=_board_ids(found.get("settings")),
        deactivated={label: number for label, number, off in listed if off and label not in label_ids},
    )


def _settings(settings: object) -> Mapping[str, Any]:
    """Settings come as an object or as its text."""
    if isinstance(settings, str):
        try:
            settings = json.loads(settings)
        except ValueError:
            raise ShapeError("settings") from None
    return settings if isinstance(settings, dict) else {}


def _board_ids(settings: object) -> tuple[str, ...]:
    """The boards that a subtasks column names."""
    listed = _settings(settings).get("boardIds")
    return tuple(str(board_id) for board_id in listed) if isinstance(listed, list) else ()


def labels(settings: object) -> list[tuple[str, int, bool]]:
    """Labels of a column's settings, each with its id (dropdown) or index (status) and whether it is deactivated.

    Labels come as a list or, in the older form of a status column, as an object of index to label.
    """
    listed = _settings(settings).get("labels")
    if isinstance(listed, dict):
        listed = [{"index": int(k), "label": v} for k, v in listed.items() if str(k).isdigit()]
    found = []
    for entry in listed if isinstance(listed, list) else ():
        if not isinstance(entry, dict):
            raise ShapeError("settings.labels")
        text = entry.get("label", entry.get("name"))
        number = entry.get("index", entry.get("id"))
        if isinstance(text, str) and text and isinstance(number, int):
            found.append((text, number, bool(entry.get("is_deactivated"))))
    return found


def day(data: Mapping[str, Any], today: str) -> Day:
    """What ``platform_api`` says of the day's calls."""
    platform = _part(data, "platform_api")
    limit = _part(platform, "daily_limit").get("total")
    by_day = _part(platform, "daily_analytics").get("by_day")
    used = None
    for entry in by_day or ():
        if isinstance(entry, dict) and str(entry.get("day", ""))[:10] == today:
            used = entry.get("usage")
    return Day(limit if isinstance(limit, int) else None, used if isinstance(used, int) else None)


def _part(found: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = found.get(key)
    return value if isinstance(value, dict) else {}


def items(
    listed: object, board_id: str, mappings: Sequence[ColumnMapping], sub_mappings: Sequence[ColumnMapping]
) -> list[BoardItem]:
    """Items of a board; those that lie on another one by now are left out."""
    if not isinstance(listed, list):
        raise ShapeError("items")
    return [
        _item(entry, mappings, sub_mappings)
        for entry in listed
        if entry is not None and _on_board(entry, board_id)
    ]  # fmt: skip


def whereabouts(data: Mapping[str, Any]) -> list[Whereabouts]:
    """Where items are. One that the API does not know, or that the token may not see, is not among them."""
    found = []
    for entry in _list(data, "items"):
        if entry is not None:
            board, group = entry.get("board") or {}, entry.get("group") or {}
            found.append(
                Whereabouts(
                    _text(entry, "id"), str(entry.get("state") or "active"), board.get("id"), board.get("name"),
                    group.get("title"), entry.get("url"),
                )
            )  # fmt: skip
    return found


def _on_board(entry: object, board_id: str) -> bool:
    if not isinstance(entry, dict):
        raise ShapeError("item")
    found = entry.get("board")
    # a deleted item has no board any more
    return found is None or _text(found, "id") == board_id


def _item(entry: Mapping[str, Any], mappings: Sequence[ColumnMapping], subs: Sequence[ColumnMapping]) -> BoardItem:
    group = entry.get("group")
    return BoardItem(
        id=_text(entry, "id"),
        name=_text(entry, "name"),
        state=str(entry.get("state") or "active"),
        group_id=_text(group, "id") if group else None,
        values=_values(entry, mappings),
        subitems=tuple(
            BoardItem(_text(s, "id"), _text(s, "name"), str(s.get("state") or "active"), None, _values(s, subs))
            for s in entry.get("subitems") or ()
            if s is not None
        ),
    )


def _values(entry: Mapping[str, Any], mappings: Sequence[ColumnMapping]) -> dict[str, str | None]:
    cells = {_text(cell, "id"): cell for part in ("texts", "dates", "dropdowns") for cell in _list(entry, part)}
    try:
        return {m.column_id: read(m, cells.get(m.column_id)) for m in mappings}
    except (AttributeError, KeyError, TypeError) as error:
        raise ShapeError("column_values") from error


def _object(found: object, key: str) -> Mapping[str, Any]:
    value = found.get(key) if isinstance(found, dict) else None
    if not isinstance(value, dict):
        raise ShapeError(key)
    return value


def _list(found: Mapping[str, Any], key: str) -> list[Any]:
    value = found.get(key)
    if not isinstance(value, list):
        raise ShapeError(key)
    return value


def _text(found: object, key: str) -> str:
    value = found.get(key) if isinstance(found, dict) else None
    if not isinstance(value, str):
        raise ShapeError(key)
    return value
