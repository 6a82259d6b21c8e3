"""What both sides say before anything is compared: the rows that are chosen, and the board's groups."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from monday_sync.domain import state as machine
from monday_sync.domain.archive import Shipped, without_shipped
from monday_sync.domain.board import BoardConfig
from monday_sync.domain.people import Did, Doing, lost_groups
from monday_sync.domain.remote import BoardInfo
from monday_sync.domain.rows import Address, LedgerRow
from monday_sync.domain.selection import PushOptions, Selection, Skip, select
from monday_sync.domain.source import Source, SourceRow
from monday_sync.engine.groups import duplicate_groups, resolve_groups
from monday_sync.engine.homes import board_source
from monday_sync.engine.planning.people import finished_orders
from monday_sync.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Gathered:
    """The database's side, and what the board's own data say.

    Args:
        in_lost_groups: rows that are SYNCED, and whose group a person deleted; they go to one that is created again.
        finished: orders that are left alone since a person archived, deleted or renamed their group, by order key.
        anew: whether a group that a person renamed stands for its name no more.
        shipped: the orders that the archive policy takes off; their rows are not among the chosen ones.
        group_ids: names to ids of the groups that the chosen rows lie in, as far as they are on the board.
    """

    source: Source
    chosen: Selection
    info: BoardInfo
    known_groups: Mapping[str, str]
    anew: bool
    group_ids: Mapping[str, str]
    in_lost_groups: tuple[SourceRow, ...]
    only: Collection[Address] | None = None
    finished: Mapping[str, Doing] = field(default_factory=dict)
    shipped: Shipped | None = None

    def groups_of(self, rows: list[SourceRow]) -> dict[str, str]:
        """Names to ids of the groups that rows lie in, as far as they are on the board."""
        return resolve_groups(_names(rows), self.info, self.known_groups, anew=self.anew)


def gather(
    ledger: Ledger, board: BoardConfig, info: BoardInfo, options: PushOptions, only: Collection[Address] | None,
    *, shipped: Shipped | None = None, without: Collection[str] = (),
) -> Gathered:  # fmt: skip
    """Read the database, follow keys that changed, and choose the rows that the push is about.

    Args:
        without: keys of orders that the push is not about.

    Raises:
        RefusedError: the database lacks what we read.
    """
    source, off = without_shipped(_without(board_source(ledger, board), without), shipped, options.concerns)
    known = ledger.groups.known()
    finished = finished_orders(source, info, known, board)
    chosen = select(source.items, source.subitems, options, only, finished=finished, mode=board.mode)
    left = Counter((row.level, Skip.SHIPPED) for row in off)
    chosen = replace(chosen, skipped={**chosen.skipped, **left})
    there = {group.id for group in info.groups} - duplicate_groups(info, known)
    anew = board.policy.renamed == "recreate"
    if anew:
        there -= {known[name] for name, doing in lost_groups(known, info, known).items() if doing.did is Did.RENAMED}
    lost = tuple(
        row for row in _in_lost_groups(source, there, options) if row.is_among(only) and row.order_key not in finished
    )
    lost = tuple(row for row in lost if shipped is None or not shipped.covers(row.order_key, row.customer_name))
    names = resolve_groups(_names(chosen.items), info, known, anew=anew)
    return Gathered(source, chosen, info, known, anew, names, lost, only, finished, shipped)


def _without(source: Source, order_keys: Collection[str]) -> Source:
    if not order_keys:
        return source
    items, lines = ([r for r in rows if r.order_key not in order_keys] for rows in (source.items, source.subitems))
    return replace(source, items=tuple(items), subitems=tuple(lines))


def as_confirmed(row: LedgerRow) -> SourceRow:
    """A row that the views do not list because it is SYNCED: what was last confirmed is what it should show."""
    return SourceRow(
        level=row.level, key=row.key, order_key=row.order_key, customer_name=row.customer_name or "",
        group_name=row.group_name or "", board_hash=row.state.confirmed or "", action="UPDATE", desired=row.confirmed,
        rejected=None, held_back=None, in_scope=True, ledger=row, row_hash=row.row_hash, mapping=row.mapping,
    )  # fmt: skip


def is_confirmed(row: LedgerRow) -> bool:
    """Whether the board was confirmed to show all of the row."""
    return row.state.outcome is machine.Outcome.SYNCED and row.state.confirmed is not None


def _names(rows: tuple[SourceRow, ...] | list[SourceRow]) -> set[str]:
    return {r.group_name for r in rows if r.action != "DELETE" and not r.rejected}


def _in_lost_groups(source: Source, there: set[str], options: PushOptions) -> tuple[SourceRow, ...]:
    """They move to the group that is created again."""
    listed = {row.key for row in source.items}
    return tuple(
        as_confirmed(row)
        for row in source.parents.values()
        if row.monday_id and row.group_id and row.group_id not in there
        and row.key not in listed and is_confirmed(row)
        and options.concerns(row.customer_name)
    )  # fmt: skip
