"""What a run wrote, field by field, and what of it may go back: only what the board still shows as we wrote it. Pure.

A push keeps with each attempt what the board itself showed of the fields that it was about to overwrite. Attempts of
releases before that have no such record; for them what the ledger says was last confirmed stands in for it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from monday_sync.domain.rows import GROUP, GROUP_ID, GROUP_NAME, Attempt, AttemptOutcome, LedgerRow

#: Outcomes of attempts that took effect, or may have.
_EFFECTIVE = frozenset({AttemptOutcome.SYNCED, AttemptOutcome.EXPIRED})

CHANGED = "it was changed since then"
UNKNOWN = "what it showed before is not known"
NOT_THERE = "the item is not to be seen on the board any more"
REMAPPED = "the board's file maps it to another column since"
NO_GROUP = "the group that it lay in is not on the board any more"


@dataclass(frozen=True, slots=True)
class LeftField:
    """A field that was not taken back, and why.

    Args:
        column: view column, the item's name or group; ``None``: the item as a whole.
        wrote: what the run wrote; shows: what the board shows now; before: what it showed before the run.
    """

    level: str
    monday_id: str
    name: str
    column: str | None
    wrote: str | None
    shows: str | None
    before: str | None
    reason: str

    def __str__(self) -> str:
        """As a person reads it."""
        what = f"{self.level} {self.name} ({self.monday_id})"
        if self.column is None:
            return f"{what}: {self.reason}"
        wrote, shows, before = (
            "nothing" if text is None else f"'{text}'" for text in (self.wrote, self.shows, self.before)
        )
        return f"{what}: {self.column}: we wrote {wrote}, it shows {shows}, before {before}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Written:
    """A field that a run wrote.

    Args:
        before: what the board showed before the run's first write.
        is_known: whether that is known at all.
    """

    column: str
    wrote: str | None
    before: str | None
    is_known: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """What the board shows of an item now.

    Args:
        values: by view column, the name included; group: the id of the group it lies in.
    """

    values: Mapping[str, str | None]
    group: str | None = None


def written(attempts: Iterable[Attempt], earlier: LedgerRow | None) -> dict[str, Written]:
    """The fields that a run's attempts on one row wrote, in the order of sending; a group by its id.

    Args:
        earlier: the ledger's row before the run.
    """
    known = {**earlier.confirmed} if earlier is not None else {}
    if earlier is not None and earlier.group_id is not None:
        known[GROUP_ID] = earlier.group_id
    found: dict[str, Written] = {}
    for attempt in attempts:
        if attempt.outcome not in _EFFECTIVE:
            continue
        before = known if attempt.shown_before is None else attempt.shown_before
        for key, text in attempt.desired.items():
            if key == GROUP_NAME:
                continue
            first = found.get(key)
            column = GROUP if key == GROUP_ID else key
            if first is None:
                found[key] = Written(column, text, before.get(key), key in before)
            else:
                found[key] = Written(column, text, first.before, first.is_known)
    return {field.column: field for field in found.values()}


def parted(
    fields: Iterable[Written],
    shown: Shown | None,
    *,
    row: LedgerRow,
    remapped: Collection[str],
    groups: Mapping[str, str],
) -> tuple[dict[str, Written], list[LeftField]]:
    """The fields to take back, and those to leave: changed since, or with nothing known to go back to.

    A field that shows what it showed before is neither.

    Args:
        shown: ``None``: the item is not to be seen.
        remapped: view columns that go to another board column since.
        groups: ids to titles of the groups that are on the board.
    """
    back: dict[str, Written] = {}
    left: list[LeftField] = []
    for field in fields:
        now = None if shown is None else shown.group if field.column == GROUP else shown.values.get(field.column)
        if shown is not None and field.column not in remapped and field.is_known and now == field.before:
            continue
        reason = _reason(field, shown, now, remapped, groups)
        if reason is None:
            back[field.column] = field
        else:
            left.append(_left(row, field, now, reason, groups))
    return back, left


def changed_since(
    fields: Iterable[Written], shown: Shown, *, row: LedgerRow, groups: Mapping[str, str]
) -> list[LeftField]:
    """The fields of an item that a run created which show something else by now."""
    found = []
    for field in fields:
        now = shown.group if field.column == GROUP else shown.values.get(field.column)
        if now != field.wrote and not (field.is_known and now == field.before):
            found.append(_left(row, field, now, CHANGED, groups))
    return found


def _reason(
    field: Written, shown: Shown | None, now: str | None, remapped: Collection[str], groups: Mapping[str, str]
) -> str | None:
    if shown is None:
        return NOT_THERE
    if field.column in remapped:
        return REMAPPED
    if now != field.wrote:
        return CHANGED
    if not field.is_known:
        return UNKNOWN
    if field.column == GROUP and field.before not in groups:
        return NO_GROUP
    return None


def _left(row: LedgerRow, field: Written, now: str | None, reason: str, groups: Mapping[str, str]) -> LeftField:
    def told(text: str | None) -> str | None:
        return groups.get(text, text) if field.column == GROUP and text is not None else text

    return LeftField(
        row.level.value, row.monday_id or "", row.item_name or row.key, field.column, told(field.wrote), told(now),
        told(field.before), reason,
    )  # fmt: skip


def left_item(row: LedgerRow, reason: str) -> LeftField:
    """An item that is left as a whole."""
    return LeftField(row.level.value, row.monday_id or "", row.item_name or row.key, None, None, None, None, reason)
