"""That an item on the board stands for a row, as somebody else kept it: what of it can be believed. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from monday_sync.domain.board import ColumnMapping
from monday_sync.domain.diff import is_shown, on_board
from monday_sync.domain.keys import plain_size
from monday_sync.domain.remote import BoardItem, Whereabouts
from monday_sync.domain.rows import GROUP, LedgerRow, Level
from monday_sync.domain.source import SourceRow

#: As many digits as the API takes for an id.
_ID = re.compile(r"[1-9]\d{0,17}")


@dataclass(frozen=True, slots=True)
class Claim:
    """That an item or subitem stands for an order or a line.

    Args:
        key: the order's or the line's.
        monday_id: of the item or subitem.
        evidence: where that stood, and in which state.
    """

    level: Level
    key: str
    order_key: str
    monday_id: str
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class LeftClaim:
    """A claim that was not followed.

    Args:
        reason: in few words, always the same for the same reason: for counting.
        message: what is wrong with this one.
    """

    level: str
    key: str
    monday_id: str
    reason: str
    message: str
    evidence: str = ""


SEVERAL_IDS = "one row with several ids"
SEVERAL_ROWS = "one id with several rows"
NO_ID = "not an id"
NO_ROW = "no such row any more"
LINKED_OTHERWISE = "linked otherwise already"
NOT_THERE = "not on the board"
OTHER_KEY = "the item on the board has another key"
NO_ORDER = "its order was not taken over"
NOT_BELOW = "not below the order's item"
OTHER_SIZE = "the subitem on the board has another size"


def left(claim: Claim, reason: str, message: str) -> LeftClaim:
    """The claim, not followed."""
    return LeftClaim(claim.level.value, claim.key, claim.monday_id, reason, message, claim.evidence)


def unambiguous(claims: Iterable[Claim]) -> tuple[list[Claim], list[LeftClaim]]:
    """The claims that none contradicts, each once; and those that others contradict, of which none is followed."""
    merged: dict[tuple[Level, str, str], Claim] = {}
    for claim in claims:
        address = (claim.level, claim.key, claim.monday_id)
        if (same := merged.get(address)) is None:
            merged[address] = claim
        elif claim.evidence not in same.evidence.split("; "):
            merged[address] = replace(same, evidence=f"{same.evidence}; {claim.evidence}")
    ids: dict[tuple[Level, str], list[str]] = {}
    rows: dict[tuple[Level, str], list[str]] = {}
    for claim in merged.values():
        ids.setdefault((claim.level, claim.key), []).append(claim.monday_id)
        rows.setdefault((claim.level, claim.monday_id), []).append(claim.key)
    good, bad = list[Claim](), list[LeftClaim]()
    for claim in merged.values():
        of_row, of_id = ids[claim.level, claim.key], rows[claim.level, claim.monday_id]
        if not _ID.fullmatch(claim.monday_id):
            bad.append(left(claim, NO_ID, f"{claim.monday_id!r} is no id of a {claim.level.value}"))
        elif len(of_row) > 1:
            bad.append(left(claim, SEVERAL_IDS, f"the row has the ids {', '.join(sorted(of_row))}"))
        elif len(of_id) > 1:
            bad.append(left(claim, SEVERAL_ROWS, f"{len(of_id)} rows have the id {claim.monday_id}"))
        else:
            good.append(claim)
    return good, bad


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of the claims of one level.

    Args:
        believed: to be linked, each with its item.
        already: linked so already.
    """

    believed: Sequence[tuple[Claim, BoardItem]]
    already: Sequence[Claim]
    left: Sequence[LeftClaim]


@dataclass(slots=True)
class Judge:
    """Holds claims against the database, the ledger and the board.

    Args:
        known: rows of the ledger, of all boards, by key.
        there: items or subitems that are on a board and active, by id.
        elsewhere: what the API says of the others.
    """

    known: Mapping[str, LedgerRow]
    there: Mapping[str, BoardItem]
    elsewhere: Mapping[str, Whereabouts]
    _left: list[LeftClaim] = field(default_factory=list)

    def judge(self, claims: Iterable[Claim], doubt: Callable[[Claim, BoardItem], LeftClaim | None]) -> Judged:
        """What becomes of ``claims``; ``doubt`` says what is wrong with the item of one, if something is."""
        holders = {row.monday_id: key for key, row in self.known.items() if row.monday_id}
        believed, already, bad = list[tuple[Claim, BoardItem]](), list[Claim](), list[LeftClaim]()
        for claim in claims:
            row, item = self.known.get(claim.key), self.there.get(claim.monday_id)
            holder = holders.get(claim.monday_id)
            if row is not None and row.monday_id == claim.monday_id:
                already.append(claim)
            elif row is not None and row.monday_id is not None:
                bad.append(left(claim, LINKED_OTHERWISE, f"the ledger links the row to {row.monday_id}"))
            elif holder is not None:
                bad.append(left(claim, LINKED_OTHERWISE, f"the ledger links {claim.monday_id} to another row"))
            elif item is None:
                bad.append(left(claim, *_where(claim, self.elsewhere.get(claim.monday_id))))
            elif (doubted := doubt(claim, item)) is not None:
                bad.append(doubted)
            else:
                believed.append((claim, item))
        return Judged(believed, already, bad)


def _where(claim: Claim, at: Whereabouts | None) -> tuple[str, str]:
    what = f"the {claim.level.value} {claim.monday_id}"
    if at is None:
        return NOT_THERE, f"nobody knows {what}: it was deleted, or the token may not see it"
    if at.state != "active":
        return NOT_THERE, f"{what} is {at.state}"
    if claim.level is Level.SUBITEM:
        return NOT_BELOW, f"{what} lies below an item that is no order's here"
    return NOT_THERE, f"{what} lies on board {at.board_name or at.board_id}"


def doubt_of_line(claim: Claim, subitem: BoardItem, parent: BoardItem, size: str) -> LeftClaim | None:
    """What is wrong with a line's subitem, if something is. ``parent``: the item that its order is linked to."""
    if all(one.id != subitem.id for one in parent.subitems):
        return left(claim, NOT_BELOW, f"subitem {subitem.id} lies below another item than {parent.id}")
    if plain_size(subitem.name) != plain_size(size):
        return left(claim, OTHER_SIZE, f"subitem {subitem.id} is called {subitem.name!r}, the line's size is {size!r}")
    return None


@dataclass(frozen=True, slots=True)
class FieldDifference:
    """A field that the board shows otherwise than the database has it: the next push sends it."""

    level: str
    monday_id: str
    name: str
    column: str
    shown: str | None
    desired: str | None


def differences(
    row: SourceRow, item: BoardItem, mappings: Sequence[ColumnMapping], group: str | None
) -> list[FieldDifference]:  # fmt: skip
    """The fields of an item or subitem, its group among them, that show something else than the row would have."""
    by_column, shows = {m.view_column: m for m in mappings}, on_board(item, mappings)
    found = [
        FieldDifference(row.level.value, item.id, item.name, column, shows.get(column), desired)
        for column, desired in row.desired.items()
        if not is_shown(by_column.get(column), shows.get(column), desired)
    ]
    if row.level is Level.ITEM and group != row.group_name:
        found.append(FieldDifference(row.level.value, item.id, item.name, GROUP, group, row.group_name))
    return found
