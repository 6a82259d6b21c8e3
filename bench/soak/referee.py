"""Compares the emulator's board with the source, field by field, without asking monday_sync."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bench.soak.relations import Order, Relations
from board_emulator.testing import EmulatorHandle
from board_emulator.values import text_of
from monday_sync.domain.board import BoardConfig
from monday_sync.domain.values import shown
from monday_sync.errors import ValueRejectedError


def differences(
    handle: EmulatorHandle, config: BoardConfig, relations: Relations, orders: Iterable[Order]
) -> list[str]:
    """What is wrong on the board; empty when it shows the source exactly, each order and line once."""
    found: list[str] = []
    world = handle.state
    with world.lock:
        board, sub_board = world.board(config.board_id), world.board(config.subitem_board_id)
        titles = {g.id: g.title for g in board.active_groups()}
        items = {}
        for item in world.listed(board):
            if item.name in items:
                found.append(f"{item.name} is there twice")
            items[item.name] = item
        lines = {}
        for item in world.listed(sub_board):
            address = (str(item.parent_id), item.name)
            if address in lines:
                found.append(f"{address} is there twice")
            lines[address] = item
        expected_lines = set()
        for order in orders:
            row = relations.row(order)
            name = row["item_name"]
            if name not in items:
                found.append(f"{name} is missing")
                continue
            item = items.pop(name)
            found += _wrong_group(item.name, order.group, item.group_id, titles)
            for mapping in config.items:
                try:
                    wants = shown(mapping, row[mapping.view_column])
                except ValueRejectedError:
                    continue  # the cell stays as it was, whatever that was
                shows = text_of(board.columns[mapping.column_id], item.values.get(mapping.column_id)) or None
                if not _same(wants, shows, is_label=mapping.type in {"dropdown", "status"}):
                    found.append(f"{item.name}.{mapping.view_column}: {wants!r} expected, {shows!r} found")
            quantity = next(m.column_id for m in config.subitems if m.view_column == "qty")
            for size, ordered in order.sizes.items():
                line = lines.get((str(item.id), size))
                expected_lines.add((str(item.id), size))
                wants = "0" if order.cancelled else str(ordered)
                shows = text_of(sub_board.columns[quantity], line.values.get(quantity)) if line else None
                if shows != wants:
                    found.append(f"{item.name}/{size}: {wants} expected, {shows} found")
        found += [f"{name} is extra" for name in items]
        found += [f"line {address} is extra" for address in lines.keys() - expected_lines]
    report = handle.referee.report()
    if report["duplicates"] or report["orphans"]:
        found.append(f"referee: {report['duplicates']} duplicates, orphans {report['orphans']}")
    return found


def _wrong_group(name: str, wants: str, group_id: str, titles: Mapping[str, str]) -> list[str]:
    """Every item is in the oldest group of its title."""
    title = titles.get(group_id, "no group")
    # a group that a person renamed is followed by its id
    if title.startswith("renamed by a person"):
        return []
    if title != wants:
        return [f"{name} is in group {title}"]
    if group_id != min(other for other, text in titles.items() if text == title):
        return [f"{name} is in a younger group {title}"]
    return []


def _same(wants: str | None, shows: str | None, *, is_label: bool) -> bool:
    """Equal as text, as numbers, or as labels, for which blanks and case do not matter."""
    if wants == shows or wants is None or shows is None:
        return wants == shows
    if is_label:
        return wants.upper().split() == shows.upper().split()
    try:
        return float(wants) == float(shows)
    except ValueError:
        return False
