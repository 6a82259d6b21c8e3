"""Labels of dropdown and status columns, checked before the call. Pure.

The API fails a whole row for a label that is missing, and one flag per call creates all that are. So each label is
checked against the column as the board has it: missing ones are allowed only where the board's file says so.
"""

from __future__ import annotations

from collections.abc import Mapping

from monday_sync.domain.board import ColumnMapping
from monday_sync.domain.remote import ColumnInfo
from monday_sync.domain.values import encode
from monday_sync.errors import ValueRejectedError

_KINDS = frozenset({"dropdown", "status"})
_STATUS_LABELS = 40
_SHOWN_AT_MOST = 20


class Labels:
    """The labels of a board's columns, and those that this run is about to create.

    Args:
        columns: of one board, by id.
    """

    def __init__(self, columns: Mapping[str, ColumnInfo]) -> None:
        self._existing = {column_id: frozenset(column.labels) for column_id, column in columns.items()}
        self._ids = {column_id: column.label_ids for column_id, column in columns.items()}
        self._added: dict[str, set[str]] = {}

    def refusal(self, mapping: ColumnMapping | None, text: str | None) -> str | None:
        """Why ``text`` must not be sent to the column, if so. A new label that is allowed counts as there from now."""
        if text is None or mapping is None or mapping.type not in _KINDS:
            return None
        try:
            encode(mapping, text, self._ids.get(mapping.column_id, {}))
        except ValueRejectedError as error:
            return str(error)
        if not self.creates(mapping, text):
            return None
        there = self._existing.get(mapping.column_id, frozenset())
        added = self._added.setdefault(mapping.column_id, set())
        if not mapping.create_labels:
            listed = ", ".join(sorted(there)[:_SHOWN_AT_MOST]) or "none"
            more = f" and {len(there) - _SHOWN_AT_MOST} more" if len(there) > _SHOWN_AT_MOST else ""
            return (
                f"{mapping.view_column}: the board column has no label {text!r} and none may be created there; "
                f"it has {listed}{more}"
            )
        if mapping.type == "status" and text not in added and len(there) + len(added) >= _STATUS_LABELS:
            return f"{mapping.view_column}: the status column has {_STATUS_LABELS} labels, so {text!r} cannot be added"
        added.add(text)
        return None

    def creates(self, mapping: ColumnMapping | None, text: str | None) -> bool:
        """Whether sending ``text`` needs a label that the board did not have when it was read."""
        return (
            text is not None
            and mapping is not None
            and mapping.type in _KINDS
            and text not in self._existing.get(mapping.column_id, frozenset())
        )
