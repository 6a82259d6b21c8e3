"""What a row is due for: what the board should show now against what it was last confirmed to show. Pure.

The views compare hashes, so they list every row that may differ. Here the texts are compared: name, group, and every
mapped value as it is sent. ``plan`` says by this why a row is due, a row that differs in nothing is confirmed without
a look at the board, and ``verify`` holds the board against the same texts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from monday_sync.domain.archive import BY_POLICY
from monday_sync.domain.rows import GROUP, LedgerRow, Level
from monday_sync.domain.source import UNDO, SourceRow
from monday_sync.domain.state import Outcome


class Why(StrEnum):
    """Why a row is due."""

    NEW = "new"
    DATA = "data"
    MAPPING = "mapping"
    RULE = "rule"
    GROUP = "group"
    REKEYED = "re-keyed"
    GONE = "gone from the source"
    SHIPPED = "shipped"
    UNCONFIRMED = "not confirmed"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that the board should show otherwise than it was last confirmed to.

    Args:
        column: a view column, the item's name or the group's.
        last: the text it was confirmed to show; ``None``: empty, or unknown under the present mapping.
    """

    column: str
    last: str | None
    desired: str | None
    why: Why


def differences(row: SourceRow) -> tuple[Difference, ...]:
    """What differs, column by column. A column that the board was never told about differs from everything."""
    known = row.ledger
    if known is None:
        return ()
    told = known.confirmed
    else_why = Why.DATA
    if known.row_hash is not None and known.row_hash == row.row_hash:
        # the same data that gives another text: a rule made it; unless the board never took what was sent of the data
        else_why = Why.RULE if known.state.outcome is Outcome.SYNCED else Why.UNCONFIRMED
    found = [
        Difference(column, None, text, Why.MAPPING)
        if column in row.remapped or column not in told
        else Difference(column, told[column], text, else_why)
        for column, text in row.desired.items()
        if column in row.remapped or column not in told or told[column] != text
    ]
    if row.level is Level.ITEM and known.group_name != row.group_name:
        found.append(Difference(GROUP, known.group_name, row.group_name, Why.GROUP))
    return tuple(found)


def reasons(row: SourceRow) -> tuple[Why, ...]:
    """Why the row is due, each reason once."""
    if row.action == "DELETE":
        return (Why.GONE,)
    if row.action == UNDO:
        return ()
    if row.action == BY_POLICY:
        return (Why.SHIPPED,)
    if row.ledger is None or row.ledger.monday_id is None:
        return (Why.NEW,)
    found = [Why.REKEYED] if row.rekeyed_from is not None else []
    found += [difference.why for difference in differences(row)]
    if not found and not is_proven(row.ledger):
        found = [Why.UNCONFIRMED]
    return tuple(dict.fromkeys(found))


def is_proven(known: LedgerRow) -> bool:
    """Whether the board was seen to take, under a mapping we know, all that the ledger says it shows."""
    return known.state.outcome is Outcome.SYNCED and known.mapping is not None and known.monday_id is not None


def needs_no_look(row: SourceRow, group_id: str | None) -> bool:
    """Whether the ledger alone tells that the board shows the row already.

    Args:
        group_id: of the group that stands for the row's group name on the board now.
    """
    known = row.ledger
    if known is None or row.action == "DELETE" or row.rejected is not None or row.misfits or not is_proven(known):
        return False
    if known.left_as is not None:
        return False
    if row.level is Level.ITEM and (group_id is None or known.group_id != group_id):
        return False
    return not differences(row)


def count_reasons(rows: Iterable[tuple[Why, ...]]) -> dict[str, int]:
    """How many rows are due for each reason; a row with two reasons counts twice."""
    found: dict[str, int] = {}
    for row in rows:
        for why in row:
            found[why.value] = found.get(why.value, 0) + 1
    return found
