"""What can be asked of a board: operations, requests of several of them, and the outcome of each. Plain values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

#: Column id to its value in the JSON form of :func:`monday_sync.domain.values.encode`.
Values = Mapping[str, object]

#: One encoder for all: json.dumps() with options makes one for each value.
_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class CreateItem:
    """Create an item in a group. ``create_labels`` lets the call make missing labels of every column in ``values``."""

    board_id: str
    group_id: str
    name: str
    values: Values
    create_labels: bool = False


@dataclass(frozen=True, slots=True)
class CreateSubitem:
    """Create a subitem below an item."""

    parent_id: str
    name: str
    values: Values
    create_labels: bool = False


@dataclass(frozen=True, slots=True)
class ChangeColumns:
    """Change columns of an item or subitem. ``board_id`` is the board it lies on (for a subitem: the subitem board).

    The pseudo column ``name`` renames it.
    """

    board_id: str
    item_id: str
    values: Values
    create_labels: bool = False


@dataclass(frozen=True, slots=True)
class MoveToGroup:
    """Move an item to another group of its board."""

    item_id: str
    group_id: str


@dataclass(frozen=True, slots=True)
class MoveToBoard:
    """Move an item with its subitems to a group of another board.

    Args:
        columns, subitem_columns: every column here to the one there that gets its values; ``None``: they are lost.
    """

    item_id: str
    board_id: str
    group_id: str
    columns: Mapping[str, str | None]
    subitem_columns: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class ArchiveItem:
    """Archive an item (with its subitems) or a subitem. There is no way back through the API."""

    item_id: str


@dataclass(frozen=True, slots=True)
class CreateGroup:
    """Create a group, at the top or next to another. Its outcome's ``item_id`` is the group's id."""

    board_id: str
    name: str
    relative_to: str | None = None
    position: Literal["after_at", "before_at"] | None = None


@dataclass(frozen=True, slots=True)
class ArchiveGroup:
    """Archive a group, and whatever items are in it. There is no way back through the API."""

    board_id: str
    group_id: str


Operation = (
    CreateItem | CreateSubitem | ChangeColumns | MoveToGroup | MoveToBoard | ArchiveItem | CreateGroup | ArchiveGroup
)


@dataclass(frozen=True, slots=True)
class MutationRequest:
    """Operations that travel in one POST under one key, and take effect one after the other, each for itself."""

    idempotency_key: str
    operations: tuple[Operation, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one operation of a request.

    Args:
        index: position of the operation in its request.
        item_id: id of the item (or group) that was created or changed; ``None`` when not ok.
        ms: milliseconds that the request took (of all its operations together).
        code: the API's error code.
        message: the error as a sentence for a person.
        retryable: the operation surely did not take effect and may be sent again as it is (a limit was
            met, or the token may not do it): the row is not at fault.
        gone: the item is not there any more: archived or deleted.
    """

    index: int
    ok: bool
    item_id: str | None
    request_id: str | None
    ms: int
    code: str | None = None
    message: str | None = None
    retryable: bool = False
    gone: bool = False


def document_of(operation: Operation) -> str:
    """Name of the operation's GraphQL document, which is also the kind that its costs are learnt by."""
    return _DOCUMENTS[type(operation)]


def variables_of(operation: Operation) -> dict[str, object]:
    """Variables of the operation's document. What is not given is left out, not sent as null."""
    match operation:
        case CreateItem():
            found: dict[str, object] = {
                "board_id": operation.board_id, "group_id": operation.group_id, "name": operation.name,
                "values": _json(dict(operation.values)), "create_labels": operation.create_labels,
            }  # fmt: skip
        case CreateSubitem():
            found = {"parent_id": operation.parent_id, "name": operation.name, "values": _json(dict(operation.values)),
                     "create_labels": operation.create_labels}  # fmt: skip
        case ChangeColumns():
            found = {"board_id": operation.board_id, "item_id": operation.item_id,
                     "values": _json(dict(operation.values)), "create_labels": operation.create_labels}  # fmt: skip
        case MoveToGroup():
            found = {"item_id": operation.item_id, "group_id": operation.group_id}
        case MoveToBoard():
            found = {
                "item_id": operation.item_id, "board_id": operation.board_id, "group_id": operation.group_id,
                "columns": _pairs(operation.columns), "subitem_columns": _pairs(operation.subitem_columns),
            }  # fmt: skip
        case ArchiveItem():
            found = {"item_id": operation.item_id}
        case CreateGroup():
            found = {"board_id": operation.board_id, "name": operation.name, "relative_to": operation.relative_to,
                     "position": operation.position}  # fmt: skip
        case ArchiveGroup():
            found = {"board_id": operation.board_id, "group_id": operation.group_id}
    return {name: value for name, value in found.items() if value is not None}


def _pairs(columns: Mapping[str, str | None]) -> list[dict[str, str | None]]:
    return [{"source": source, "target": target} for source, target in columns.items()]


_DOCUMENTS: dict[type, str] = {
    CreateItem: "create_item", CreateSubitem: "create_subitem", ChangeColumns: "change_columns",
    MoveToGroup: "move_to_group", MoveToBoard: "move_to_board", ArchiveItem: "archive_item",
    CreateGroup: "create_group", ArchiveGroup: "archive_group",
}  # fmt: skip
