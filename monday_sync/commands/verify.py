"""``verify``: the whole board against what it was told. ``--repair`` fixes by the same plan and push.

Of duplicates the one in the ledger stands, else the oldest; the others are archived, with ``--yes`` and their number.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from console import ConfigurationError, ExitCode
from monday_sync.commands.check import check, number_to_confirm
from monday_sync.commands.push import PushRequest, planned, push_in
from monday_sync.domain import state as machine
from monday_sync.domain.archive import without_shipped
from monday_sync.domain.board.several import board_argument
from monday_sync.domain.diff import is_shown, mappings_of, on_board
from monday_sync.domain.due import count_reasons, reasons
from monday_sync.domain.keys import KeyReader
from monday_sync.domain.plan import ListedItem, Plan
from monday_sync.domain.remote import BoardFacts, BoardItem
from monday_sync.domain.rows import NAME, Address, LedgerRow, Level
from monday_sync.domain.selection import EVERYTHING, is_chosen
from monday_sync.domain.source import Source, SourceRow
from monday_sync.engine.context import Context
from monday_sync.engine.duplicates import UnlinkedItems
from monday_sync.engine.groups import resolve_groups
from monday_sync.engine.homes import board_source, read_homes
from monday_sync.engine.lookup import BoardReader
from monday_sync.engine.planning.follow import FOLLOWED, followed_items
from monday_sync.engine.results import PushResult
from monday_sync.engine.runs import Bar, no_bar, settle_doubts
from monday_sync.engine.shipped import read_shipped


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that the board shows otherwise than it should.

    Args:
        desired: what it should show: what it was told, or what the database wants by now.
        accepted: by the column's policy theirs wins.
        due: why the row is due, when the board was not told yet.
    """

    level: str
    key: str
    monday_id: str
    name: str
    column: str
    desired: str | None
    shown: str | None
    accepted: bool = False
    due: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class VerifyResult:
    """What a verification found.

    Args:
        checked: items and subitems compared field by field.
        missing: linked in the ledger, not (or no longer) on the board.
        extra: on the board, linked to nothing: made by people.
        duplicates: on the board, linked to nothing, with the business key of an item of ours or of an older one.
        due: rows that the database has and the board was not told yet, those held back or given up included;
            ``due_because`` counts them by reason.
        repair: what the repairing push did.
        left: what it could not bring in line, since no push sends it: gone from the source, held back, out of scope,
            or not of the board's mode.
        plan: what a repair would do, if only that was asked for.
        left_to_people: archived, deleted or moved by a person, and left alone by the policy since a push said so.
        misplaced: orders that lie on this board and belong on another one of the target: a push moves them.
    """

    board_id: str
    checked: int
    differences: tuple[Difference, ...]
    missing: tuple[ListedItem, ...]
    extra: tuple[ListedItem, ...]
    duplicates: tuple[ListedItem, ...]
    due: int
    due_because: Mapping[str, int] = field(default_factory=dict)
    repair: PushResult | None = None
    left: tuple[ListedItem, ...] = ()
    plan: Plan | None = None
    left_to_people: tuple[ListedItem, ...] = ()
    misplaced: int = 0

    @property
    def clean(self) -> bool:
        """Whether the board shows exactly what it should. Items that people made are no fault."""
        return not (any(not d.accepted for d in self.differences) or self.missing or self.duplicates)

    @property
    def exit_code(self) -> ExitCode:
        """1 when something differs that was not repaired."""
        if self.repair is not None:
            left = len(self.duplicates) - self.repair.duplicates_archived + len(self.left)
            return ExitCode.SOME_FAILED if left else self.repair.exit_code
        return ExitCode.OK if self.clean else ExitCode.SOME_FAILED


def verify_orders(context: Context, orders: Collection[str]) -> VerifyResult:
    """Read back some orders with their lines, by order key, and compare each field with what the board was told.

    Raises:
        RefusedError: board or token forbid to start.
    """
    with context.warehouse.lock():
        facts = check(context)
        items = {key: row for key, row in context.ledger.rows(Level.ITEM).items() if key in orders}
        lines = {key: row for key, row in context.ledger.rows(Level.SUBITEM).items() if row.order_key in orders}
        ids = {row.monday_id for row in items.values() if row.monday_id}
        board = BoardReader(context.api, context.board, facts.items.items_count).by_ids(ids)
        comparison = _Comparison(context, facts, Source((), (), {}, {}), ())
        compared, _ = comparison.run(items, lines, board)
        return VerifyResult(
            context.board.board_id, *compared, 0, left_to_people=tuple(comparison.left_to_people)
        )  # fmt: skip


def verify(
    context: Context, *, repair: bool = False, yes: int | None = None, dry_run: bool = False, bar: Bar = no_bar
) -> VerifyResult:
    """Read the whole board and compare it with what it should show; with ``repair``, send that and nothing else.

    With ``dry_run`` nothing at all is sent, and what a repair would do is in ``VerifyResult.plan``.

    A row that is due is held against what the database wants of it, by the texts that a push would send; any other
    against what the board was told, which is the same then. Rows that no push would send are held against the latter.

    Raises:
        RefusedError: as for a push.
        ConfirmationNeededError: the repair would touch more than the policy allows without ``yes``, or archive
            duplicates: it names each. Nothing was done.
    """
    with context.warehouse.lock():
        facts = check(context)
        if not dry_run:
            settle_doubts(context)
        items = context.ledger.rows(Level.ITEM)
        lines = context.ledger.rows(Level.SUBITEM)
        board = dict(BoardReader(context.api, context.board, facts.items.items_count).everything())
        board |= followed_items(context.api, context.board, items)
        source = board_source(context.ledger, context.board)
        shipped = read_shipped(context.ledger, context.board)
        source, _ = without_shipped(source, shipped, EVERYTHING.concerns)
        due = [r for r in (*source.items, *source.subitems) if r.action != "DELETE" and r.in_scope]
        would_go = [row for row in due if is_chosen(row, EVERYTHING)]
        comparison = _Comparison(context, facts, source, would_go)
        compared, faulty = comparison.run(items, lines, board)
        known = {**items, **lines}
        because = count_reasons(reasons(row) for row in due)
        found = VerifyResult(
            context.board.board_id, *compared, len(due), because, left_to_people=tuple(comparison.left_to_people),
            misplaced=_misplaced(context),
        )  # fmt: skip
        if not repair or not (dry_run or faulty or found.duplicates):
            return found
        only = frozenset((row.level, row.key) for row in faulty) | _claimants(context, found, source, board)
        request = PushRequest(EVERYTHING, yes, duplicate_items=found.duplicates, only=only)
        context.ledger.write(faulty)
        if dry_run:
            try:
                return replace(found, plan=_repair_plan(context, planned(context, facts, request)))
            finally:
                # the rows were distrusted for the sake of the plan only
                context.ledger.write([known[row.key] for row in faulty])
        try:
            pushed = push_in(context, request, kind="repair", bar=bar)
        except ConfigurationError:
            # refused before anything was sent: what differs has to be found again next time
            context.ledger.write([known[row.key] for row in faulty])
            raise
        return replace(found, repair=pushed, left=_left(context, faulty, known))


def _misplaced(context: Context) -> int:
    """How many orders lie on this board and belong on another one of its target."""
    if not context.board.others:
        return 0
    return sum(1 for m in read_homes(context.ledger, context.board).moves if m.source == context.board.board_id)


def _repair_plan(context: Context, made: Plan) -> Plan:
    number = number_to_confirm(context.board.policy, made)
    command = f"verify --repair{board_argument(context.board)}" + (f" --yes {number}" if number else "")
    return replace(made, title="Repair", command=command)


def _claimants(
    context: Context, found: VerifyResult, source: Source, board: Mapping[str, BoardItem]
) -> frozenset[Address]:
    """Rows without an item that the originals of duplicates stand for: they are linked before a duplicate goes."""
    keys = KeyReader(context.board)
    originals = {keys.of_item(board[d.of]) for d in found.duplicates if d.of is not None and d.of in board}
    orders = {row.key for row in source.items if row.monday_id is None and keys.of_row(row) in originals}
    return frozenset((row.level, row.key) for row in (*source.items, *source.subitems) if row.order_key in orders)


def _left(context: Context, faulty: Sequence[LedgerRow], known: Mapping[str, LedgerRow]) -> tuple[ListedItem, ...]:
    """What no push sends: gone from the source, held back, out of scope. The next verification is to find it again.

    What the policy leaves to people is marked so; as far as it was not due before, it is not due now.
    """
    now = {**context.ledger.rows(Level.ITEM), **context.ledger.rows(Level.SUBITEM)}
    marked = [now[row.key] for row in faulty if row.key in now and now[row.key].left_as is not None]
    context.ledger.write(
        [
            replace(known[row.key], left_as=row.left_as, left_at=row.left_at)
            for row in marked
            if known[row.key].state.outcome is machine.Outcome.SYNCED
        ]
    )
    left = [row for row in faulty if row.key in now and now[row.key].state == row.state]
    context.ledger.write([known[row.key] for row in left])
    return tuple(ListedItem(row.level.value, known[row.key].monday_id or "", row.item_name or row.key) for row in left)


_Items = tuple[ListedItem, ...]
_Found = tuple[int, tuple[Difference, ...], _Items, _Items, _Items]


class _Comparison:
    """Holds a board against what it should show.

    Args:
        due: rows that a push would send now.
    """

    def __init__(self, context: Context, facts: BoardFacts, source: Source, due: Sequence[SourceRow]) -> None:
        self._config, self._source = context.board, source
        self.left_to_people: list[ListedItem] = []
        # by item, as a row that is due under another key has its old one in the ledger
        self._due = {row.monday_id: row for row in due if row.monday_id is not None}
        names = {row.group_name for row in due}
        anew = context.board.policy.renamed == "recreate"
        self._groups = resolve_groups(names, facts.items, context.ledger.groups.known(), anew=anew)

    def run(
        self, items: Mapping[str, LedgerRow], lines: Mapping[str, LedgerRow], board: Mapping[str, BoardItem]
    ) -> tuple[_Found, list[LedgerRow]]:
        """What differs, and the ledger's rows that are not to be believed any more."""
        differences: list[Difference] = []
        missing: list[ListedItem] = []
        left = {r.key for r in items.values() if r.left_as not in {None, FOLLOWED}}
        faulty: dict[str, LedgerRow] = {}
        checked = 0
        subitems = {s.id: s for item in board.values() for s in item.subitems if s.state == "active"}
        gone = {r.key for r in items.values() if r.monday_id and r.monday_id not in board}
        for rows, there in ((items, board), (lines, subitems)):
            for row in rows.values():
                if row.monday_id is None:
                    continue
                item = there.get(row.monday_id)
                if item is None or row.order_key in gone:
                    listed = ListedItem(row.level.value, row.monday_id, row.item_name or row.key)
                    if row.left_as not in {None, FOLLOWED} or row.order_key in left:
                        self.left_to_people.append(listed)
                        continue
                    missing.append(listed)
                    # its link stays: by it the push finds out what became of it, and goes by the policy
                    faulty[row.key] = row.with_state(machine.distrust(row.state))
                elif row.monday_id in self._due or row.state.outcome is machine.Outcome.SYNCED:
                    checked += 1
                    found = self._differences(row, item)
                    differences += found
                    if any(not d.accepted for d in found):
                        faulty[row.key] = row.with_state(machine.distrust(row.state))
        linked = {r.monday_id for r in (*items.values(), *lines.values()) if r.monday_id}
        unlinked = UnlinkedItems(self._config, items, linked, board)
        extra, duplicates = unlinked.find(row for row in self._source.items if row.action != "DELETE")
        return (checked, tuple(differences), tuple(missing), tuple(extra), tuple(duplicates)), list(faulty.values())

    def _differences(self, row: LedgerRow, item: BoardItem) -> list[Difference]:
        mappings = mappings_of(self._config, row.level)
        shown = on_board(item, mappings)
        policies = {m.view_column: m.on_conflict for m in mappings}
        by_column = {m.view_column: m for m in mappings}
        due = self._due.get(item.id)
        should = row.confirmed if due is None else due.desired
        why = () if due is None else tuple(reason.value for reason in reasons(due))
        found = [
            Difference(row.level.value, row.key, item.id, item.name, column, should.get(column), shown[column],
                       accepted=policies.get(column) == "theirs", due=why)
            for column in (NAME, *policies)
            if column in should and not is_shown(by_column.get(column), should[column], shown[column])
        ]  # fmt: skip
        if row.level is Level.ITEM and row.left_as != FOLLOWED:
            group_id = row.group_id if due is None else self._groups.get(due.group_name)
            if group_id != item.group_id:
                desired = group_id if due is None else due.group_name
                found.append(
                    Difference(row.level.value, row.key, item.id, item.name, "group", desired, item.group_id, due=why)
                )
        return found
