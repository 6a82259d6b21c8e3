"""Which new items go by bulk import: those of groups with enough of them, if a file can hold all they need. Pure."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from monday_sync.bulk.file import ITEMS_AN_HOUR, JOBS_AN_HOUR, MATCHABLE, BulkRow, parts, unfit
from monday_sync.domain.board import BoardConfig, ColumnMapping
from monday_sync.domain.estimate import Estimate
from monday_sync.domain.keys import KeyReader
from monday_sync.domain.plan import Action, BulkPart, Mode, Step
from monday_sync.domain.remote import BoardFacts
from monday_sync.domain.rows import NAME, Level

#: What a job is reckoned with beside the reading back: its start, and asking for its state.
_CALLS_A_JOB = 4
_SECONDS_A_JOB = 20.0
#: Jobs under way at once: one waits, on average, for a fraction of the pauses between the questions.
AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class HourlyUse:
    """What the bulk imports of the last hour took of its limits, which are the account's: those of all boards count."""

    jobs: int = 0
    ingested: int = 0

    @classmethod
    def of(cls, imports: Sequence[tuple[str, int]]) -> HourlyUse:
        """Add up imports as the ledger tells them: how each was asked for (JSON), and its rows."""
        ingested = sum(rows for operation, rows in imports if json.loads(operation)["kind"] == "ingest")
        return cls(len(imports), ingested)


@dataclass(frozen=True, slots=True)
class NewOrder:
    """A new item with its new subitems."""

    item: Step
    subitems: tuple[Step, ...]

    @property
    def row(self) -> BulkRow:
        """As it stands in the file: what is empty is left out, for there is nothing to clear."""
        return _row(self.item, tuple(_row(step) for step in self.subitems))


def new_orders(steps: Sequence[Step], orders: Collection[str] | None = None) -> list[NewOrder]:
    """The new items (of some orders) whose subitems, if there are steps for any, are all new, too."""
    below: dict[str, list[Step]] = {}
    for step in steps:
        if step.level is Level.SUBITEM:
            below.setdefault(step.row.order_key, []).append(step)
    found = []
    for step in steps:
        if step.level is Level.ITEM and step.action is Action.CREATE and (orders is None or step.row.key in orders):
            subitems = below.get(step.row.key, [])
            if all(s.action is Action.CREATE for s in subitems):
                found.append(NewOrder(step, tuple(subitems)))
    return found


def choose(
    steps: Sequence[Step],
    board: BoardConfig,
    facts: BoardFacts,
    *,
    mode: str,
    new_groups: Collection[str],
    used: HourlyUse,
    with_subitems: bool,
) -> tuple[BulkPart, ...]:
    """The files to import, a group each, largest first, within the jobs and items of an hour.

    Args:
        mode: ``auto`` wants a minimum of rows in a group, ``always`` does not.
        new_groups: names of groups that the push creates: they hold nothing yet, so an admin's import need not match.
        used: what was imported already.
        with_subitems: whether a file may hold subitems on this board.
    """
    by_group: dict[str, list[NewOrder]] = {}
    for order in _fit(new_orders(steps), board):
        if order.subitems and not with_subitems:
            continue
        by_group.setdefault(order.item.row.group_name, []).append(order)
    chosen: list[BulkPart] = []
    ingested = used.ingested
    for name, group in sorted(by_group.items(), key=lambda entry: (-_rows(entry[1]), entry[0])):
        if mode == "auto" and _rows(group) < board.policy.bulk_minimum:
            break
        kind: Mode = "backfill" if facts.is_admin and name in new_groups else "ingest"
        waiting = iter(group)
        for part in parts((order.row for order in group), kind):
            mine = [next(waiting) for _ in part]
            rows = _rows(mine)
            if used.jobs + len(chosen) >= JOBS_AN_HOUR or (kind == "ingest" and ingested + rows > ITEMS_AN_HOUR):
                return tuple(chosen)
            ingested += rows if kind == "ingest" else 0
            orders = tuple(order.item.row.key for order in mine)
            chosen.append(BulkPart(name, kind, orders, rows - len(mine), _match_column(part, board, kind)))
    return tuple(chosen)


def add_jobs(estimate: Estimate, jobs: int, daily_calls: int | None) -> Estimate:
    """An estimate with so many jobs besides."""
    calls = estimate.calls + jobs * _CALLS_A_JOB
    seconds = estimate.seconds + -(-jobs // AT_ONCE) * _SECONDS_A_JOB
    return replace(estimate, calls=calls, seconds=seconds, day_share=calls / daily_calls if daily_calls else None)


def _fit(found: Sequence[NewOrder], board: BoardConfig) -> list[NewOrder]:
    """Those that a file can hold, and whose item can be told from all others when it is read back."""
    keys = KeyReader(board)
    times = Counter(keys.of_row(order.item.row) for order in found)
    fit = []
    for order in found:
        key = keys.of_row(order.item.row)
        names = [step.row.name for step in order.subitems]
        if not key or key[0] is None or times[key] > 1 or len(set(names)) < len(names):
            continue
        if any(step.reason is not None for step in (order.item, *order.subitems)):
            continue  # some of its values are left out, and the row is to say so
        if unfit(order.row, board.items, board.subitems) is not None:
            continue
        if any(_new_status(step, board) for step in (order.item, *order.subitems)):
            continue
        fit.append(order)
    return fit


def _new_status(step: Step, board: BoardConfig) -> bool:
    """Whether the step needs a status label that is not there: only dropdowns can be given labels beforehand."""
    mappings = board.items if step.level is Level.ITEM else board.subitems
    return any(m.type == "status" and m.view_column in step.new_labels for m in mappings)


def _match_column(rows: Sequence[BulkRow], board: BoardConfig, mode: str) -> str | None:
    """The column by which an import leaves alone what someone created meanwhile: one whose texts differ in all rows.

    A column of the business key, or the name; none for a file with subitems, which can only create. Matching goes over
    the whole board and may take upper and lower case for the same, so that a column with equal texts would leave out
    rows that are new.
    """
    if mode == "backfill" or any(row.subitems for row in rows):
        return None
    by_column: dict[str, ColumnMapping] = {m.view_column: m for m in board.items}
    for column in (*board.key_columns, NAME):
        mapping = by_column.get(column)
        if column != NAME and (mapping is None or mapping.type not in MATCHABLE):
            continue
        texts = [row.name if column == NAME else row.texts.get(column) for row in rows]
        if None not in texts and len({str(text).casefold() for text in texts}) == len(texts):
            return "name" if mapping is None else mapping.column_id
    return None


def _row(step: Step, subitems: tuple[BulkRow, ...] = ()) -> BulkRow:
    texts = {change.column: change.new for change in step.sent if change.column != NAME and change.new is not None}
    return BulkRow(step.row.name, texts, subitems)


def _rows(found: Sequence[NewOrder]) -> int:
    return sum(1 + len(order.subitems) for order in found)
