"""Labels of dropdown and status columns, checked before the call. Pure.

The API fails a whole row for a label that is missing, and one flag per call creates all that are. So each label is
checked against the column as the board has it: missing ones are allowed only where the board's file says so. A label
that is there in another spelling, with other blanks or in upper or lower case, is the same label: it is used as the
board has it, and a cell that shows it shows what it should. One that is deactivated is activated, not made again.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

from monday_sync.domain.board import ColumnMapping
from monday_sync.domain.remote import ColumnInfo
from monday_sync.domain.values import encode
from monday_sync.errors import ValueRejectedError

LABELLED = frozenset({"dropdown", "status"})
_STATUS_LABELS = 40
_SHOWN_AT_MOST = 20
_NEAR_AT_MOST = 3
_NEAR = 0.7


def folded(label: str) -> str:
    """What labels that differ only by blanks or case have in common."""
    return " ".join(label.split()).casefold()


def same_text(mapping: ColumnMapping, one: str | None, other: str | None) -> bool:
    """Whether two texts of a column show the same; of labels, blanks and case do not matter."""
    if one == other:
        return True
    if one is None or other is None or mapping.type not in LABELLED:
        return False
    return [folded(label) for label in one.split("\n")] == [folded(label) for label in other.split("\n")]


class Labels:
    """The labels of a board's columns, and those that this run is about to create.

    Args:
        columns: of one board, by id.
    """

    def __init__(self, columns: Mapping[str, ColumnInfo]) -> None:
        self._existing = {column_id: frozenset(column.labels) for column_id, column in columns.items()}
        self._spelled = {column_id: _by_fold(column.labels) for column_id, column in columns.items()}
        self._off = {column_id: _by_fold(column.deactivated) for column_id, column in columns.items()}
        self._ids = {column_id: column.label_ids for column_id, column in columns.items()}
        self._added: dict[str, dict[str, str]] = {}

    def spelled(self, mapping: ColumnMapping | None, text: str | None) -> str | None:
        """The text as the column has it: another spelling of the same label, active or not; else as it is."""
        if text is None or mapping is None or mapping.type not in LABELLED:
            return text
        if text in self._existing.get(mapping.column_id, frozenset()):
            return text
        fold = folded(text)
        for known in (self._spelled, self._off, self._added):
            label = known.get(mapping.column_id, {}).get(fold)
            if label is not None:
                return label
        return text

    def refusal(self, mapping: ColumnMapping | None, text: str | None) -> str | None:
        """Why ``text`` must not be sent to the column, if so. A new label that is allowed counts as there from now."""
        if text is None or mapping is None or mapping.type not in LABELLED:
            return None
        label = self.spelled(mapping, text) or text
        off = self.is_off(mapping, label)
        try:
            encode(mapping, label, self._ids.get(mapping.column_id, {}))
        except ValueRejectedError as error:
            return str(error)
        if not self.creates(mapping, label):
            return None
        there = self._existing.get(mapping.column_id, frozenset())
        added = self._added.setdefault(mapping.column_id, {})
        if not mapping.create_labels:
            return self._missing(mapping, label, there, off=off)
        full = (
            mapping.type == "status" and len(there) + len(added) + len(self._off[mapping.column_id]) >= _STATUS_LABELS
        )
        if full and not off and folded(label) not in added:
            return f"{mapping.view_column}: the status column has {_STATUS_LABELS} labels, so {text!r} cannot be added"
        if not off:
            added.setdefault(folded(label), label)
        return None

    def creates(self, mapping: ColumnMapping | None, text: str | None) -> bool:
        """Whether sending ``text`` needs a label that the board did not offer when it was read."""
        label = self.spelled(mapping, text)
        return (
            label is not None
            and mapping is not None
            and mapping.type in LABELLED
            and label not in self._existing.get(mapping.column_id, frozenset())
        )

    def is_off(self, mapping: ColumnMapping, label: str) -> bool:
        """Whether the column has the label, but deactivated."""
        return label in self._off.get(mapping.column_id, {}).values()

    @staticmethod
    def _missing(mapping: ColumnMapping, label: str, there: Iterable[str], *, off: bool) -> str:
        if off:
            return (
                f"{mapping.view_column}: the label {label!r} of the board column is deactivated, and none may be "
                "created there"
            )
        known = sorted(there)
        near = nearest(label, known)
        first = f"near it are {', '.join(near)}; " if near else ""
        rest = [one for one in known if one not in near]
        listed = ", ".join(rest[:_SHOWN_AT_MOST]) or ("nothing else" if near else "none")
        more = f" and {len(rest) - _SHOWN_AT_MOST} more" if len(rest) > _SHOWN_AT_MOST else ""
        return (
            f"{mapping.view_column}: the board column has no label {label!r} and none may be created there; "
            f"{first}it has {listed}{more}"
        )


def nearest(label: str, known: Iterable[str]) -> list[str]:
    """Labels that are spelled nearly like this one, the nearest first: most likely it is one of them."""
    by_letters: dict[str, str] = {}
    for one in known:
        by_letters.setdefault(_letters(one), one)
    found = difflib.get_close_matches(_letters(label), list(by_letters), _NEAR_AT_MOST, _NEAR)
    return [by_letters[letters] for letters in found]


def _letters(label: str) -> str:
    return "".join(c for c in folded(label) if c.isalnum()) or label


def _by_fold(labels: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for label in labels:
        found.setdefault(folded(label), label)
    return found
