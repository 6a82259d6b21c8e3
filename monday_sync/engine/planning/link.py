"""Which item stands for which row: by the ledger's link, else by the business key on the board."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from monday_sync.api import BoardApi
from monday_sync.domain import state as machine
from monday_sync.domain.board import BoardConfig
from monday_sync.domain.diff import mappings_of, on_board
from monday_sync.domain.due import needs_no_look
from monday_sync.domain.moves import NO_TRAFFIC, Traffic
from monday_sync.domain.people import Doing, Left
from monday_sync.domain.plan import Duplicate
from monday_sync.domain.remote import BoardItem
from monday_sync.domain.rows import LedgerRow, Level
from monday_sync.domain.selection import PushOptions
from monday_sync.domain.source import SourceRow
from monday_sync.engine.lookup import BoardReader
from monday_sync.engine.planning.follow import FOLLOWED, Followed, follow
from monday_sync.engine.planning.gather import Gathered, as_confirmed, is_confirmed
from monday_sync.engine.planning.people import left_rows, lost_items, lost_subitems, to_follow, to_leave
from monday_sync.ledger import Ledger

#: At most so many items that are not due are looked for when one that is due is missing.
_SAMPLE = 300

#: At most so many, in one call, when none is missing and one is to be created: it may be there, out of sight.
_GLANCE = 100


@dataclass(slots=True)
class Linked:
    """Rows with what stands for them.

    Args:
        proven: rows that the board shows already by what it confirmed: it need not be asked.
        items, subitems: rows to be compared with the board.
        bases: order key to the ledger's row to start from, after adoption or the loss of its item.
        found: order key to the item that stands for it.
        adopted: order keys whose item was found by its business key.
        present: item id to the item, of those that the ledger links.
        gone: order keys whose item is no longer on the board, and that go on with another one.
        vanished: orders whose item is no longer on the board, whatever becomes of them; not those left alone before.
        looked_for: linked items that the board was asked for, ``vanished`` among them.
        unseen: items that the board counts and does not show, where some are to be created: they may be there already.
        followed: orders that go on on another board; ``noted`` are rows of such that are not due.
        left: due rows that are left alone for what a person did.
        marked: rows of the ledger that are left alone though they are not due, and those that are so no longer.
        stale: lines linked to subitems of items that are gone.
    """

    proven: list[SourceRow]
    items: list[SourceRow]
    subitems: list[SourceRow]
    bases: dict[str, LedgerRow] = field(default_factory=dict)
    found: dict[str, BoardItem] = field(default_factory=dict)
    adopted: set[str] = field(default_factory=set)
    present: dict[str, BoardItem] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    stale: list[LedgerRow] = field(default_factory=list)
    duplicates: list[Duplicate] = field(default_factory=list)
    vanished: int = 0
    looked_for: int = 0
    unseen: int = 0
    left: list[Left] = field(default_factory=list)
    marked: list[tuple[LedgerRow, Doing | None]] = field(default_factory=list)
    followed: Followed = field(default_factory=Followed)
    noted: list[LedgerRow] = field(default_factory=list)


def link(
    api: BoardApi, ledger: Ledger, board: BoardConfig, gathered: Gathered, options: PushOptions, *,
    traffic: Traffic = NO_TRAFFIC,
) -> Linked:  # fmt: skip
    """Ask the board for the items of rows that may differ, and look unlinked rows up by their key.

    Args:
        traffic: what is not to be seen of orders that were moved here just before is not made anew, nor are orders that
            may lie elsewhere.
    """
    fresh = traffic.fresh
    reader = BoardReader(api, board, gathered.info.items_count)
    known, chosen = gathered.source.parents, gathered.chosen
    proven, items = _parted(chosen.items, gathered.group_ids)
    proven_lines, subitems = _parted(chosen.subitems, gathered.group_ids)
    items += gathered.in_lost_groups
    ids = {r.monday_id for r in items if r.monday_id}
    ids |= {p.monday_id for r in subitems if (p := known.get(r.order_key)) and p.monday_id}
    finished = _of_finished_groups(gathered, options)
    # what vanishes counts before any policy: in a view that is restricted, whole groups are not to be seen
    ids |= {row.monday_id for row in finished if row.left_as is None and row.monday_id}
    present = reader.by_ids({i for i in ids if i is not None})
    missing = {r.order_key for r in known.values() if r.monday_id in ids and r.monday_id not in present}
    gone = missing - gathered.finished.keys()
    items += [row for row in _of_gone_items(gone, chosen.items, items, known) if row.is_among(gathered.only)]
    subitems += [r for r in proven_lines if r.order_key in gone]
    linked = Linked(
        [*(r for r in proven if r.key not in gone), *(r for r in proven_lines if r.order_key not in gone)],
        items, subitems, present=present, gone=gone, left=left_rows(chosen.left, gathered.finished),
    )  # fmt: skip
    _find(linked, reader, known, board)
    linked.items = [row for row in linked.items if row.key not in traffic.unsure or row.key in linked.found]
    _count_vanished(linked, reader, known, ids, missing)
    _leave_items(linked, _Where(api, board, fresh), known, {row.key for row in chosen.items})
    _leave_lines(linked, _Where(api, board, fresh), known)
    linked.marked += [(row, gathered.finished[row.key]) for row in finished]
    linked.marked += _returned(known.values(), gathered, linked)
    linked.stale = _stale_lines(linked, ledger)
    if not options.skip_subitems:
        listed = {row.key for row in linked.subitems}
        again = [as_confirmed(row) for row in linked.stale if row.key not in listed and is_confirmed(row)]
        linked.subitems += [row for row in again if row.is_among(gathered.only)]
    return linked


def adopt(base: LedgerRow, item: BoardItem, board: BoardConfig) -> LedgerRow:
    """The ledger's row once ``item`` was found to be the row's."""
    return base.with_state(
        machine.adopt(base.state),
        monday_id=item.id,
        group_id=item.group_id if base.level is Level.ITEM else None,
        confirmed=on_board(item, mappings_of(board, base.level)),
    )


def _count_vanished(
    linked: Linked, reader: BoardReader, known: Mapping[str, LedgerRow], ids: Collection[str | None], missing: set[str]
) -> None:  # fmt: skip
    """Set how many items vanished, of how many.

    Few rows may be due while the whole board is out of sight: where one item is missing, or one is to be created,
    others are looked for as well.
    """
    ours = {row.monday_id for row in known.values() if row.monday_id and row.left_as is None}
    looked, others = ours & set(ids), sorted(i for i in ours - set(ids) if i is not None)
    unseen: set[str] = set()
    creates = any(row.key not in linked.found and row.action != "DELETE" for row in linked.items)
    if creates and not ours:
        reader.everything()  # a ledger that knows of no item can miss none: what the board counts has to tell
    if creates:
        linked.unseen = reader.unseen()
    if not missing and creates:
        looked, unseen = _looked_for(reader, looked, others, _GLANCE)
    if missing or unseen:
        looked, unseen = _looked_for(reader, looked, others, _SAMPLE)
    linked.vanished = sum(1 for key in missing if known[key].left_as is None) + len(unseen)
    linked.looked_for = len(looked)


def _looked_for(
    reader: BoardReader, looked: set[str], others: Sequence[str], size: int
) -> tuple[set[str], set[str]]:  # fmt: skip
    """The items looked for once some of the others, spread over all of them, were; and those of them not to be seen."""
    sample = set(others[:: -(-len(others) // size) or 1])
    return looked | sample, sample - reader.by_ids(sample).keys()


def _find(linked: Linked, reader: BoardReader, known: Mapping[str, LedgerRow], board: BoardConfig) -> None:
    """Set bases, found items and duplicates."""
    gone = linked.gone
    unlinked = [
        r for r in linked.items if (not r.monday_id or r.key in gone) and r.action != "DELETE" and not r.rejected
    ]
    others = {r.monday_id for r in known.values() if r.monday_id} - {known[k].monday_id for k in gone}
    by_key, linked.duplicates = reader.by_key(unlinked, {i for i in others if i is not None})
    for row in linked.items:
        base = row.start(board.board_id)
        if row.key in gone:
            base = base.without_item()
        if row.key in by_key:
            linked.found[row.key] = by_key[row.key]
            linked.adopted.add(row.key)
            base = adopt(base, by_key[row.key], board)
        elif base.monday_id is not None:
            linked.found[row.key] = linked.present[base.monday_id]
        linked.bases[row.key] = base


@dataclass(frozen=True, slots=True)
class _Where:
    """Who is asked where items are that are not in their place."""

    api: BoardApi
    board: BoardConfig
    fresh: Collection[str]


def _leave_items(
    linked: Linked, where: _Where, known: Mapping[str, LedgerRow], due: Collection[str]
) -> None:  # fmt: skip
    """Take out the orders whose item is gone, if the policy leaves such alone and no other item stands for them."""
    lost, api, board = linked.gone - linked.found.keys(), where.api, where.board
    doings = lost_items(api, board, lost, known) if lost else {}
    doings = {key: replace(doing, is_fresh=key in where.fresh) for key, doing in doings.items()}
    leaving = to_leave(doings, board)
    following = to_follow(doings, board)
    if following:
        linked.followed = follow(api, board, following, known)
        leaving |= linked.followed.refused
        _go_on_there(linked, board, known, due)
    if not leaving:
        return
    linked.left += left_rows([row for row in linked.items if row.key in due], leaving)
    linked.left += left_rows(linked.subitems, leaving)
    linked.marked += [(known[key], doing) for key, doing in leaving.items() if key not in due]
    linked.items = [row for row in linked.items if row.key not in leaving]
    linked.subitems = [row for row in linked.subitems if row.order_key not in leaving]
    linked.gone -= leaving.keys()


def _go_on_there(
    linked: Linked, board: BoardConfig, known: Mapping[str, LedgerRow], due: Collection[str]
) -> None:  # fmt: skip
    """Link orders to their items on the boards that these were moved to; their links are the same."""
    items = linked.followed.items
    linked.gone -= items.keys()
    linked.items = [row for row in linked.items if row.key not in items or row.key in due]
    for row in linked.items:
        if row.key in items:
            linked.found[row.key] = items[row.key]
            linked.bases[row.key] = replace(row.start(board.board_id), left_as=FOLLOWED)
    linked.present |= {item.id: item for item in items.values()}
    # an order of which only lines are due is noted as well: its item has not vanished
    linked.noted = [replace(known[k], left_as=FOLLOWED) for k in items if k not in due and known[k].left_as is None]


def _leave_lines(linked: Linked, where: _Where, known: Mapping[str, LedgerRow]) -> None:
    """Take out the lines whose subitem alone is gone, if the policy leaves such alone."""
    parents = linked.found | {
        key: linked.present[row.monday_id] for key, row in known.items() if row.monday_id in linked.present
    }
    left = lost_subitems(where.api, where.board, linked.subitems, parents, where.fresh)
    linked.left += left
    keys = {one.row.key for one in left}
    linked.subitems = [row for row in linked.subitems if row.key not in keys]


def _of_finished_groups(gathered: Gathered, options: PushOptions) -> list[LedgerRow]:
    """Linked orders that are left alone with their group, due or not."""
    return [
        row
        for key in gathered.finished
        if (row := gathered.source.parents.get(key)) is not None and row.monday_id is not None
        and options.concerns(row.customer_name)
    ]  # fmt: skip


def _returned(
    rows: Iterable[LedgerRow], gathered: Gathered, linked: Linked
) -> list[tuple[LedgerRow, Doing | None]]:  # fmt: skip
    """Rows that were left alone and are in their place again, or on their way to one: nothing marks them any more."""
    going_on = {row.key for row in linked.items}
    return [
        (row, None)
        for row in rows
        if row.left_as is not None and row.key not in gathered.finished and row.key not in going_on
        and row.key not in linked.followed.homes
        and row.monday_id in linked.present
    ]  # fmt: skip


def _parted(rows: Sequence[SourceRow], group_ids: Mapping[str, str]) -> tuple[list[SourceRow], list[SourceRow]]:
    """The rows that the board shows already by what it confirmed, and those that it has to be asked about."""
    proven: list[SourceRow] = []
    open_rows: list[SourceRow] = []
    for row in rows:
        (proven if needs_no_look(row, group_ids.get(row.group_name)) else open_rows).append(row)
    return proven, open_rows


def _of_gone_items(
    gone: set[str], chosen: Sequence[SourceRow], items: Collection[SourceRow], known: Mapping[str, LedgerRow]
) -> list[SourceRow]:
    """Rows that nothing was to be done about, whose item turned out to be gone while its lines were looked at."""
    listed = {row.key for row in items}
    again = [row for row in chosen if row.key in gone and row.key not in listed]
    listed |= {row.key for row in again}
    rest = [known[k] for k in sorted(gone) if k not in listed]
    return again + [as_confirmed(row) for row in rest if is_confirmed(row)]


def _stale_lines(linked: Linked, ledger: Ledger) -> list[LedgerRow]:
    """Lines linked to subitems of items that are gone: they are to be created again below the new item."""
    lines = ledger.orphan_lines()
    if linked.gone:
        lines += [r for r in ledger.rows(Level.SUBITEM).values() if r.order_key in linked.gone and r.monday_id]
    items = linked.found
    return [
        row
        for row in {row.key: row for row in lines}.values()
        if row.order_key not in items or all(s.id != row.monday_id for s in items[row.order_key].subitems)
    ]
