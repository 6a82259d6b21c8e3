"""Makes dropdown labels beforehand, for bulk imports, which create none."""

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
        variables: Mapping[str, object] = {
            "board_id": board_id, "column_id": column_id, "revision": found.revision,
            "settings": {"labels": entries, **_kept(settings)},
        }  # fmt: skip
        refusal = _update(exchange, variables) or refusal
    raise RequestFailedError(f"Labels could not be added to column {column_id}: {refusal}.")


def _update(exchange: Exchange, variables: Mapping[str, object]) -> str | None:
    """Send it once; returns why it was refused."""
    request = Request(single(_KIND), variables)
    try:
        answer, _ = exchange.mutate(request, uuid.uuid4().hex, {_KIND: 1}, ["update_dropdown_column"])
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
