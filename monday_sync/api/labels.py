"""Makes dropdown labels beforehand, for bulk imports, which create none; activates labels that are deactivated."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from monday_sync.api import parsing
from monday_sync.api.documents import Request, single
from monday_sync.api.faults import Fault
from monday_sync.api.retrying import Exchange
from monday_sync.domain.remote import ColumnInfo
from monday_sync.errors import InDoubtError, RequestFailedError

_TRIES = 4
_KIND = "update_labels"
_DOCUMENTS = {"dropdown": "update_labels", "status": "update_status_labels"}
_STATUS_KEYS = ("label", "color", "index", "description", "is_done", "id", "is_deactivated")


def add_labels(exchange: Exchange, board_id: str, column_id: str, labels: Iterable[str]) -> ColumnInfo:
    """See that the column has the labels.

    The API replaces the whole list of labels, so the list as it is now is read first, sent back with the new ones, and
    refused by its revision if someone changed it in between. Asking twice does no harm, so doubts end by reading again.
    """
    wanted = list(dict.fromkeys(labels))
    refusal = "its labels kept changing"
    for _ in range(_TRIES):
        found, settings = exchange.query(
            "column", {"board_id": board_id, "column_id": column_id}, lambda data: _column(data, column_id)
        )
        missing = [label for label in wanted if label not in found.label_ids]
        if not missing:
            return found
        if found.type == "status" and all(label in found.deactivated for label in missing):
            active = {"labels": _status_entries(settings, missing)}
            refusal = _update(exchange, "status", _variables(board_id, column_id, found, active)) or refusal
            continue
        if found.type != "dropdown":
            raise RequestFailedError(
                f"Column {column_id} ({found.title}) is no dropdown, so no labels are added to it."
            )
        listed = parsing.labels(settings)
        deactivated = {text for text, _, off in listed if off}
        entries: list[dict[str, object]] = [
            # a wanted label that was deactivated comes back rather than standing there twice
            {"id": number, "label": text, "is_deactivated": off and text not in missing}
            for text, number, off in listed
        ]
        entries += [{"label": text} for text in missing if text not in deactivated]
        kept = {"labels": entries, **_kept(settings)}
        refusal = _update(exchange, "dropdown", _variables(board_id, column_id, found, kept)) or refusal
    raise RequestFailedError(f"Labels could not be added to column {column_id}: {refusal}.")


def _variables(
    board_id: str, column_id: str, found: ColumnInfo, settings: Mapping[str, object]
) -> Mapping[str, object]:  # fmt: skip
    return {"board_id": board_id, "column_id": column_id, "revision": found.revision, "settings": settings}


def _status_entries(settings: object, activated: Iterable[str]) -> list[dict[str, object]]:
    """All labels of a status column as they are, but for those that become active."""
    wanted = set(activated)
    listed = settings.get("labels") if isinstance(settings, dict) else None
    entries = []
    for entry in listed if isinstance(listed, list) else ():
        kept = {key: entry[key] for key in _STATUS_KEYS if entry.get(key) is not None}
        entries.append(kept | ({"is_deactivated": False} if entry.get("label") in wanted else {}))
    if not entries or any(not {"label", "color", "index"} <= entry.keys() for entry in entries):
        raise RequestFailedError(
            "The API does not say how the labels of the status column look, so none is activated: do it on the board."
        )
    return entries


def _update(exchange: Exchange, kind: str, variables: Mapping[str, object]) -> str | None:
    """Send it once; returns why it was refused."""
    request = Request(single(_DOCUMENTS[kind]), variables)
    try:
        answer, _ = exchange.mutate(request, uuid.uuid4().hex, {_KIND: 1}, [f"update_{kind}_column"])
    except InDoubtError as error:
        return error.message
    part = answer if isinstance(answer, Fault) else answer[0]
    return part.message if isinstance(part, Fault) else None


def _column(data: Mapping[str, Any], column_id: str) -> tuple[ColumnInfo, object]:
    board = parsing.one_board(data) or {}
    for entry in board.get("columns") or ():
        if isinstance(entry, dict) and entry.get("id") == column_id:
            return parsing.column(entry), entry.get("settings")
    raise RequestFailedError(f"The board has no column {column_id}.")


def _kept(settings: object) -> dict[str, object]:
    found = settings if isinstance(settings, dict) else {}
    return {key: found[key] for key in ("limit_select", "label_limit_count") if found.get(key) is not None}
