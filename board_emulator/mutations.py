"""Resolvers of everything that changes a board. Each one checks all it can before it changes anything."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from board_emulator.context import Context, Info
from board_emulator.errors import ApiError, invalid_argument, invalid_column, invalid_item
from board_emulator.model import Board, Group, Item
from board_emulator.queries import complexity
from board_emulator.values import Change, parse, parse_simple
from board_emulator.world import World, check_name

Mutation = Callable[..., Any]
_HEX = re.compile(r"#[0-9A-Fa-f]{6}")


def _mutation(function: Mutation) -> Mutation:
    @wraps(function)
    def resolve(_: None, info: Info, **arguments: Any) -> Any:
        context: Context = info.context
        context.begin_mutation()
        return function(context, context.world, **arguments)

    return resolve


def _decoded(text: object) -> dict[str, Any]:
    """``column_values``: a JSON text of an object; an object instead of its text is refused
    (the scalar JSON is "a JSON formatted string")."""
    if text is None:
        return {}
    try:
        value = json.loads(text) if isinstance(text, str) else None
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise ApiError("JsonParseException", "column_values must be a JSON string of an object", status_code=400)
    return value


def _changes(context: Context, board: Board, raw: dict[str, Any], create_labels: bool | None) -> list[Change]:
    changes = []
    for column_id, value in raw.items():
        column = board.columns.get(column_id)
        if column is None:
            raise invalid_column(column_id)
        changes.append(parse(column, value, create_labels=bool(create_labels)))
    return _checked(context, board, changes)


def _checked(context: Context, board: Board, changes: list[Change]) -> list[Change]:
    if any(change.missing_labels for change in changes):
        context.require_structure(board)
    return changes


@_mutation
def create_group(context: Context, world: World, *, board_id: str, group_name: str, **a: Any) -> Group:
    """A new group; on top unless ``relative_to`` says otherwise (documented for none)."""
    board = context.require_structure(world.board(board_id))
    if board.parent_board_id:
        raise invalid_argument("a subitem board has no groups of its own")
    anchor, method = a.get("relative_to"), a.get("position_relative_method")
    if (anchor is None) != (method is None):
        raise invalid_argument("position_relative_method and relative_to go together")
    color = a.get("group_color")
    if color is not None and not _HEX.fullmatch(color):
        raise invalid_argument(f"group_color is a hex colour like #00c875, got {color}")
    if a.get("position") is not None:
        raise invalid_argument("position is deprecated: use position_relative_method and relative_to")
    side = {"before" if method == "before_at" else "after": anchor} if anchor else {}
    return world.create_group(board, group_name, color, **side)


@_mutation
def update_group(context: Context, world: World, *, board_id: str, group_id: str, group_attribute: str,
                 new_value: str) -> Group:  # fmt: skip
    """Title, colour or place of a group."""
    board = context.require_structure(world.board(board_id))
    group = world.group(board, group_id)
    if group_attribute == "title":
        world.rename_group(board, group, new_value)
    elif group_attribute == "color":
        group.color = new_value
        world.touched_boards.add(board.id)
    elif group_attribute == "relative_position_before":
        world.move_group(board, group, before=new_value)
    elif group_attribute == "relative_position_after":
        world.move_group(board, group, after=new_value)
    else:
        raise invalid_argument("position is deprecated: use relative_position_before or relative_position_after")
    return group


def _remove_group(state: str) -> Mutation:
    @_mutation
    def resolve(context: Context, world: World, *, board_id: str, group_id: str) -> Group:
        board = context.require_structure(world.board(board_id))
        group = world.group(board, group_id)
        world.remove_group(board, group, state)
        return group

    return resolve


@_mutation
def create_item(
    context: Context,
    world: World,
    *,
    board_id: str,
    item_name: str,
    group_id: str | None = None,
    column_values: object = None,
    create_labels_if_missing: bool | None = None,
    **a: Any,
) -> Item:
    """A new item at the end of its group (the top group when none is named)."""
    board = context.require_edit(world.board(board_id))
    if board.parent_board_id:
        raise ApiError("InvalidBoardIdException", "items of a subitem board are made with create_subitem",
                       data={"board_id": board_id})  # fmt: skip
    if a.get("relative_to") is not None or a.get("position_relative_method") is not None:
        raise invalid_argument("placing an item next to another is not served by the emulator")
    check_name(item_name, "item name")
    group = world.group(board, group_id) if group_id is not None else board.active_groups()[0]
    changes = _changes(context, board, _decoded(column_values), create_labels_if_missing)
    return world.create_item(board, group.id, item_name, changes, context.token.user_id)


@_mutation
def create_subitem(context: Context, world: World, *, parent_item_id: str, item_name: str, column_values: object = None,
                   create_labels_if_missing: bool | None = None) -> Item:  # fmt: skip
    """A new subitem below an active item."""
    parent = world.item(parent_item_id)
    if parent.parent_id is not None:
        raise invalid_argument("a subitem has no subitems on a classic board")
    owner = context.require_edit(world.boards[parent.board_id])
    if owner.subitem_board_id is None:
        raise invalid_argument(f"board {owner.id} has no subitems")
    board = world.boards[owner.subitem_board_id]
    check_name(item_name, "item name")
    changes = _changes(context, board, _decoded(column_values), create_labels_if_missing)
    group = board.active_groups()[0]
    return world.create_item(board, group.id, item_name, changes, context.token.user_id, parent=parent)


def _item_of(context: Context, world: World, board_id: str, item_id: str | None) -> tuple[Board, Item]:
    board = context.require_edit(world.board(board_id))
    item = world.item(item_id)
    if item.board_id != board.id:
        raise invalid_item(item_id)
    return board, item


@_mutation
def change_multiple_column_values(
    context: Context,
    world: World,
    *,
    board_id: str,
    column_values: object,
    item_id: str | None = None,
    create_labels_if_missing: bool | None = None,
) -> Item:
    """Several cells of an item at once, its name among them; all or none."""
    board, item = _item_of(context, world, board_id, item_id)
    raw = _decoded(column_values)
    name = raw.pop("name", None)
    if name is not None:
        if not isinstance(name, str):
            raise invalid_argument("the name is a text")
        check_name(name, "item name")
    world.apply(item, _changes(context, board, raw, create_labels_if_missing), name)
    return item


@_mutation
def change_column_value(context: Context, world: World, *, board_id: str, column_id: str, value: object,
                        item_id: str | None = None, create_labels_if_missing: bool | None = None) -> Item:  # fmt: skip
    """One cell, as JSON text."""
    board, item = _item_of(context, world, board_id, item_id)
    try:
        decoded = json.loads(value) if isinstance(value, str) else None
    except ValueError as error:
        raise ApiError("JsonParseException", "value must be a JSON string", status_code=400) from error
    world.apply(item, _changes(context, board, {column_id: decoded}, create_labels_if_missing))
    return item


@_mutation
def change_simple_column_value(context: Context, world: World, *, board_id: str, column_id: str,
                               value: str | None = None, item_id: str | None = None,
                               create_labels_if_missing: bool | None = None) -> Item:  # fmt: skip
    """One cell, as plain text."""
    board, item = _item_of(context, world, board_id, item_id)
    if column_id == "name":
        world.apply(item, [], value or "")
        return item
    if column_id not in board.columns:
        raise invalid_column(column_id)
    change = parse_simple(board.columns[column_id], value, create_labels=bool(create_labels_if_missing))
    world.apply(item, _checked(context, board, [change]))
    return item


@_mutation
def move_item_to_group(context: Context, world: World, *, group_id: str, item_id: str | None = None) -> Item:
    """Put an item into another group of its board."""
    item = world.item(item_id)
    board = context.require_edit(world.boards[item.board_id])
    if item.parent_id is not None:
        raise invalid_argument("a subitem cannot be moved to a group")
    world.move_item(item, world.group(board, group_id))
    return item


def _remove_item(state: str) -> Mutation:
    @_mutation
    def resolve(context: Context, world: World, *, item_id: str | None = None) -> Item:
        item = world.item(item_id)
        context.require_edit(world.boards[item.board_id])
        world.remove_item(item, state)
        return item

    return resolve


RESOLVERS: dict[str, Any] = {
    "create_group": create_group, "update_group": update_group, "delete_group": _remove_group("deleted"),
    "archive_group": _remove_group("archived"), "create_item": create_item, "create_subitem": create_subitem,
    "change_multiple_column_values": change_multiple_column_values, "change_column_value": change_column_value,
    "change_simple_column_value": change_simple_column_value, "move_item_to_group": move_item_to_group,
    "archive_item": _remove_item("archived"), "delete_item": _remove_item("deleted"), "complexity": complexity,
}  # fmt: skip
