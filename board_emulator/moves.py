"""Items and groups that change their board, and things that come back from the archive, as people do it.

An item keeps its id on the other board, and its subitems go to that board's subitem board. A cell arrives where a
column is mapped to it: by the caller, else the one of the same id, or of the same title, and of the same type; what has
no column there is lost. Labels arrive as their text, and are made where they are missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from board_emulator.context import Context, Info
from board_emulator.errors import invalid_argument, invalid_column, invalid_group, invalid_item
from board_emulator.model import Board, Column, Group, Item, Value
from board_emulator.world import World


def move_item_to_board(
    world: World,
    item: Item,
    board: Board,
    group: Group,
    *,
    columns: Mapping[str, str] | None = None,
    subitem_columns: Mapping[str, str] | None = None,
) -> None:
    """Put an item with its subitems on another board.

    Args:
        columns, subitem_columns: ids of the columns here to ids there.
    """
    if item.parent_id is not None:
        raise invalid_argument("a subitem goes where its item goes")
    if board.parent_board_id is not None or board.id == item.board_id:
        raise invalid_argument(f"an item cannot be moved to board {board.id}")
    world.check_room(board)
    below = world.subitems(item)
    if below and board.subitem_board_id is None:
        raise invalid_argument(f"board {board.id} has no subitems")
    _carry(world, item, board, group.id, columns)
    for subitem in below:
        beneath = world.boards[str(board.subitem_board_id)]
        moved = world.renewed(subitem) if world.renews_moved_subitems else subitem
        _carry(world, moved, beneath, beneath.active_groups()[0].id, subitem_columns)


def move_group_to_board(world: World, board: Board, group: Group, other: Board) -> Group:
    """Put a group with its items on another board, where it is a new group; it is gone here."""
    there = world.create_group(other, group.title)
    for item in world.listed(board, group.id):
        move_item_to_board(world, item, other, there)
    world.remove_group(board, group, "deleted")
    return there


def restore_item(world: World, item: Item) -> None:
    """Bring an item with its subitems back from the archive or the trash. The API has no way to do this."""
    if item.state == "active" or world.boards[item.board_id].groups[item.group_id].state != "active":
        raise invalid_item(item.id)
    for number in (item.id, *world.children.get(item.id, ())):
        found = world.items[number]
        if found.state != "active":
            found.state = "active"
            world.active[found.board_id] += 1
            world.touched_items.add(number)


def restore_group(world: World, board: Board, group_id: str) -> None:
    """Bring a group with its items back."""
    group = board.groups.get(group_id)
    if group is None or group.state == "active":
        raise invalid_group(group_id)
    group.state = "active"
    world.touched_boards.add(board.id)
    for number in list(world.on_board[board.id]):
        item = world.items[number]
        if item.group_id == group_id and item.parent_id is None and item.state != "active":
            restore_item(world, item)


def _carry(world: World, item: Item, board: Board, group_id: str, columns: Mapping[str, str] | None) -> None:
    old = world.boards[item.board_id]
    values: dict[str, Value] = {}
    for column_id, value in item.values.items():
        source = old.columns[column_id]
        target = board.columns.get(columns.get(column_id, "")) if columns is not None else _like(source, board)
        if target is not None and target.type == source.type:
            values[target.id] = _carried(world, board, source, target, value)
    world.forget_cells(old.id)
    world.forget_cells(board.id)
    world.on_board[old.id].remove(item.id)
    world.on_board[board.id].append(item.id)
    world.active[old.id] -= 1
    world.active[board.id] += 1
    item.board_id, item.group_id, item.values = board.id, group_id, values
    world.touched_items.add(item.id)


def _like(source: Column, board: Board) -> Column | None:
    """Where a cell goes without a mapping: the vendor goes by title and type."""
    same = board.columns.get(source.id)
    if same is not None and same.type == source.type:
        return same
    return next((c for c in board.columns.values() if (c.title, c.type) == (source.title, source.type)), None)


def _carried(world: World, board: Board, source: Column, target: Column, value: Value) -> Value:
    if isinstance(value, str):
        return value
    numbers = value if isinstance(value, list) else [value]
    made = []
    for text in (source.labels[number].text for number in numbers if number in source.labels):
        made.append((target.by_text.get(text) or target.add_label(text)).id)
        world.touch_column(board, target.id)
    return made if isinstance(value, list) else made[0]


def _move(_: None, info: Info, *, board_id: str, group_id: str, item_id: str, **a: Any) -> Item:
    context: Context = info.context
    context.begin_mutation()
    world = context.world
    item = world.item(item_id)
    context.require_edit(world.boards[item.board_id])
    board = context.require_edit(world.board(board_id))
    mine, below = (
        {line["source"]: line.get("target") or "" for line in a[name]} if a.get(name) is not None else None
        for name in ("columns_mapping", "subitems_columns_mapping")
    )
    group = world.group(board, group_id)
    old = world.boards[item.board_id]
    _check_mapping(old, board, mine)
    if below is not None and old.subitem_board_id is not None and board.subitem_board_id is not None:
        _check_mapping(world.boards[old.subitem_board_id], world.boards[board.subitem_board_id], below)
    move_item_to_board(world, item, board, group, columns=mine, subitem_columns=below)
    return item


def _check_mapping(old: Board, board: Board, columns: Mapping[str, str] | None) -> None:
    """Refuse a mapping that leaves columns out, or names some that are not there or of another type.

    The vendor asks for all columns wherever a mapping is given; this is stricter, so that nothing is lost unawares.
    """
    if columns is None:
        return
    carried = {column.id for column in old.columns.values() if column.type not in _NOT_CARRIED}
    if missing := carried - columns.keys():
        raise invalid_argument(f"the mapping has to name every column; it lacks {', '.join(sorted(missing))}")
    for source, target in columns.items():
        if source not in old.columns:
            raise invalid_column(source)
        if not target:
            continue
        if target not in board.columns:
            raise invalid_column(target)
        if board.columns[target].type != old.columns[source].type:
            raise invalid_argument(f"column {source} cannot be mapped to {target}: their types differ")
    named = [target for target in columns.values() if target]
    if len(named) != len(set(named)):
        raise invalid_argument("two columns are mapped to one")


_NOT_CARRIED = ("name", "subtasks")
RESOLVERS: dict[str, Any] = {"move_item_to_board": _move}
