"""What the board shows after a bulk import, and what that means for the rows of its file. Pure.

The job's own report names no items, so the board is believed and not the report: an item with a row's business key is
the row's, and it is confirmed only if it shows every value that the file held.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from monday_sync.api.jobs import BulkJobResult
from monday_sync.domain import state as machine
from monday_sync.domain.board import BoardConfig
from monday_sync.domain.diff import is_shown, mappings_of, on_board
from monday_sync.domain.keys import Key, KeyReader, subitem_for
from monday_sync.domain.plan import Duplicate
from monday_sync.domain.remote import BoardItem
from monday_sync.domain.rows import (
    GROUP_ID,
    GROUP_NAME,
    NAME,
    Address,
    Answered,
    Attempt,
    AttemptOutcome,
    LedgerRow,
    Level,
)
from monday_sync.engine.execution.settle import CREATE, Settled, expire, withdraw

#: The kind of an attempt that went by file. The item is created like any other; only the way differs.
IMPORT = "import"
_CREATED = frozenset({CREATE})


@dataclass(slots=True)
class Found:
    """Items and subitems that stand for rows of the file, and the duplicates among them."""

    items: dict[Address, BoardItem] = field(default_factory=dict)
    duplicates: list[Duplicate] = field(default_factory=list)


@dataclass(slots=True)
class Import:
    """What became of the rows of one file.

    Args:
        rows: ledger rows as they are now.
        forgotten: rows that the ledger did not have before and that are not on the board.
        different: rows that are on the board with other values than the file's; a change brings them in line.
        missing: rows that are surely not on the board: they are created one by one.
        settled: rows whose outcome is known.
    """

    answers: list[Answered] = field(default_factory=list)
    rows: list[LedgerRow] = field(default_factory=list)
    forgotten: list[LedgerRow] = field(default_factory=list)
    different: dict[Address, LedgerRow] = field(default_factory=dict)
    missing: set[Address] = field(default_factory=set)
    settled: list[Settled] = field(default_factory=list)


def match(
    attempts: Sequence[Attempt], items: Iterable[BoardItem], linked: Collection[str], board: BoardConfig
) -> Found:
    """Find each row's item by the business key, and its lines below it by their names; of duplicates the oldest.

    Args:
        linked: ids of items and subitems that stand for other rows.
    """
    keys = KeyReader(board)
    by_key: dict[Key, dict[str, BoardItem]] = {}
    for item in items:
        if item.id not in linked and item.state == "active":
            by_key.setdefault(keys.of_item(item), {})[item.id] = item
    found = Found()
    for attempt in attempts:
        if attempt.level is Level.ITEM:
            same = sorted(by_key.get(keys.of_texts(attempt.desired), {}).values(), key=lambda item: int(item.id))
            if same:
                found.items[Level.ITEM, attempt.row_key] = same[0]
            if len(same) > 1:
                others = tuple(item.id for item in same[1:])
                found.duplicates.append(Duplicate(attempt.row_key, attempt.desired[NAME] or "", same[0].id, others))
    taken = set(linked)
    for attempt in attempts:
        parent = found.items.get((Level.ITEM, attempt.order_key or ""))
        if attempt.level is Level.SUBITEM and parent is not None:
            line, duplicates = subitem_for(attempt.desired[NAME] or "", parent, taken)
            if line is not None:
                taken.add(line.id)
                found.items[Level.SUBITEM, attempt.row_key] = line
                if duplicates:
                    found.duplicates.append(Duplicate(attempt.row_key, line.name, line.id, duplicates))
    return found


def is_short(result: BulkJobResult, rows: int, found: int) -> bool:
    """Whether the job says that it created more than the board shows: then what is missing may still appear."""
    counts = result.status.counts
    if result.status.state == "COMPLETED":
        return rows - found > counts["invalid"] + counts["failed"] + counts["skipped"]
    return found < counts["created"]


def settle(
    attempts: Sequence[Attempt], rows: Mapping[Address, LedgerRow], found: Found, board: BoardConfig, *,
    job_id: str | None, now: dt.datetime, why: str, short: bool,
) -> Import:  # fmt: skip
    """What the ledger learns.

    Args:
        rows: of the ledger, as they are now.
        why: said of rows that are missing.
        short: the missing rows may still appear: none is created before the board is asked again.
    """
    result = Import()
    missing = []
    for attempt in attempts:
        address = attempt.level, attempt.row_key
        item = found.items.get(address)
        if item is None or address not in rows:
            missing.append(attempt)
            continue
        row, wrong = _linked(rows[address], attempt, item, board, now)
        result.rows.append(row)
        outcome, message = AttemptOutcome.SYNCED, None
        if wrong:
            outcome, message = AttemptOutcome.ERROR, f"imported, but it shows other values: {', '.join(wrong)}"
            result.different[address] = row
        else:
            result.settled.append(Settled(row.key, row.level, row, True, _CREATED))
        result.answers.append(
            Answered(attempt.batch_id, attempt.position, outcome, now, item.id, job_id, message=message)
        )
    if short:
        answers, changed = expire(rows, missing, now)
        result.rows += changed
        message = "the bulk import says that it created more than the board shows; the next push looks for it again"
        result.settled += [Settled(r.key, r.level, r, False, _CREATED, message) for r in changed]
    else:
        answers, undone = withdraw(missing, now, why)
        for settled in undone:
            address = settled.level, settled.key
            result.missing.add(address)
            if settled.row is not None:
                result.rows.append(settled.row)
            elif address in rows:
                result.forgotten.append(rows[address])
    result.answers += answers
    return result


def _linked(
    row: LedgerRow, attempt: Attempt, item: BoardItem, board: BoardConfig, now: dt.datetime
) -> tuple[LedgerRow, list[str]]:
    """The row linked to its item, and the columns that do not show what the file held."""
    wanted = {column: text for column, text in attempt.desired.items() if column not in {GROUP_ID, GROUP_NAME}}
    shows = on_board(item, mappings_of(board, attempt.level))
    mappings = {m.view_column: m for m in mappings_of(board, attempt.level)}
    wrong = [column for column, text in wanted.items() if not is_shown(mappings.get(column), shows.get(column), text)]
    if attempt.level is Level.ITEM and item.group_id != attempt.desired[GROUP_ID]:
        wrong.append(GROUP_NAME.removeprefix("@"))
    state = machine.adopt(row.state) if wrong else machine.confirm(row.state)
    linked = row.with_state(
        state, monday_id=item.id, confirmed=shows if wrong else wanted, item_name=item.name, error_message=None,
        created_run_id=attempt.run_id, run_id=attempt.run_id, completed_at=now,
        group_id=item.group_id if attempt.level is Level.ITEM else None,
        group_name=attempt.desired.get(GROUP_NAME),
    )  # fmt: skip
    return linked, wrong
