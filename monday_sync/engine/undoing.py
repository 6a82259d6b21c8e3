"""Works out what is taken back of a run: by the ledger's record of what it wrote, and by what the board shows now."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from monday_sync.api import ArchiveItem, MoveToGroup, Operation
from monday_sync.domain import state as machine
from monday_sync.domain.diff import mappings_of, on_board
from monday_sync.domain.mapping import columns_of_board, remapped
from monday_sync.domain.remote import BoardFacts, BoardItem
from monday_sync.domain.rows import (
    GROUP,
    GROUP_ID,
    GROUP_NAME,
    NAME,
    Address,
    Attempt,
    AttemptOutcome,
    LedgerRow,
    Level,
)
from monday_sync.domain.undo import LeftField, Shown, Written, changed_since, left_item, parted, written
from monday_sync.engine.context import Context
from monday_sync.engine.execution.batches import Task
from monday_sync.engine.execution.operations import Builder
from monday_sync.engine.execution.settle import ARCHIVE, CHANGE, CREATE, MOVE, by_row
from monday_sync.engine.lookup import BoardReader
from monday_sync.errors import ValueRejectedError

_TOUCHED = frozenset({AttemptOutcome.SYNCED, AttemptOutcome.NO_CALL, AttemptOutcome.EXPIRED, AttemptOutcome.ERROR})
_ARCHIVED = "it was archived, and the API brings nothing back: take it out of the board's archive"
_FOREIGN = "a person put a subitem below it"


@dataclass(frozen=True, slots=True)
class Undo:
    """What is taken back for one row.

    Args:
        after: the ledger's row once it is done; ``None``: the ledger forgets the row.
        tasks: operations on the board; none when only the ledger changes.
        left: what is left as it is.
    """

    current: LedgerRow
    after: LedgerRow | None
    tasks: tuple[Task, ...]
    left: tuple[LeftField, ...] = ()

    @property
    def archives(self) -> bool:
        """Whether the item goes off the board."""
        return any(task.kind == ARCHIVE for task in self.tasks)


@dataclass(frozen=True, slots=True)
class Undoing:
    """All that is taken back, and what is left as it is although no row of the ledger changes for it."""

    undos: tuple[Undo, ...]
    others: tuple[LeftField, ...] = ()

    @property
    def left(self) -> tuple[LeftField, ...]:
        """Everything that is left as it is."""
        return (*(field for undo in self.undos for field in undo.left), *self.others)

    @property
    def number(self) -> int:
        """Rows that change on the board."""
        return sum(1 for undo in self.undos if undo.tasks)


def archived(row: LedgerRow) -> Undo:
    """An item that goes off the board."""
    return Undo(row, None, (Task(ARCHIVE, ArchiveItem(row.monday_id), {}),) if row.monday_id else ())


def forgotten(row: LedgerRow) -> Undo:
    """A row that the ledger forgets."""
    return Undo(row, None, ())


def undo_run(context: Context, facts: BoardFacts, run_id: str) -> Undoing:
    """What is taken back of a run. The board is read first, in as few calls as it takes."""
    attempts = [a for a in context.ledger.attempts_of_run(run_id) if a.outcome in _TOUCHED]
    return _OfRun(context, facts, run_id, attempts).work_out()


def undo_created(context: Context, run_ids: Collection[str]) -> Undoing:
    """The items that runs created, with their lines."""
    items = context.ledger.rows(Level.ITEM)
    lines = context.ledger.rows(Level.SUBITEM)
    doomed = {k: r for k, r in items.items() if r.created_run_id in run_ids}
    undos = [archived(row) for row in doomed.values()]
    undos += [forgotten(row) for row in lines.values() if row.order_key in doomed]
    undos += [archived(row) for row in lines.values() if row.created_run_id in run_ids and row.order_key not in doomed]
    return Undoing(tuple(undos))


class _OfRun:
    def __init__(self, context: Context, facts: BoardFacts, run_id: str, attempts: Sequence[Attempt]) -> None:
        self._board, self._run_id = context.board, run_id
        self._attempts = by_row(attempts)
        self._rows: dict[Address, LedgerRow] = {
            (level, k): row for level in (Level.ITEM, Level.SUBITEM) for k, row in context.ledger.rows(level).items()
        }
        self._elsewhere: dict[Address, LedgerRow] = {
            (level, k): row
            for level in (Level.ITEM, Level.SUBITEM) if context.ledger.beside
            for k, row in context.ledger.rows(level, whole=True).items() if row.board_id != context.board.board_id
        }  # fmt: skip
        self._lines_of: dict[str, list[LedgerRow]] = {}
        for (level, _), row in self._rows.items():
            if level is Level.SUBITEM:
                self._lines_of.setdefault(row.order_key, []).append(row)
        self._groups = {group.id: group.title for group in facts.items.groups}
        self._build = Builder(context.board, facts)
        self._now, self._known = columns_of_board(context.board), context.ledger.mappings.known()
        self._linked = {row.monday_id for row in self._rows.values() if row.monday_id}
        self._items, self._lines = self._read(context, facts)

    def _read(self, context: Context, facts: BoardFacts) -> tuple[dict[str, BoardItem], dict[str, BoardItem]]:
        """What the board shows of the items that the run touched, and of what lies below them."""
        reader = BoardReader(context.api, context.board, facts.items.items_count)
        touched = [row for a in self._attempts if (row := self._rows.get(a)) is not None]
        items = [self._rows.get((Level.ITEM, row.order_key)) for row in touched]
        found = reader.by_ids({row.monday_id for row in items if row is not None and row.monday_id is not None})
        return found, {s.id: s for item in found.values() for s in item.subitems if s.state == "active"}

    def work_out(self) -> Undoing:
        undos: dict[Address, Undo] = {}
        others: list[LeftField] = []
        kept = self._created_and_changed()
        for address, attempts in self._attempts.items():
            current = self._rows.get(address)
            if current is None:
                others += self._moved_on(address) or _gone_for_good(attempts)
            elif current.order_key in kept or address in kept:
                continue
            elif (undo := self._undo(current, attempts)) is not None:
                undos[address] = undo
        off = {u.current.key for u in undos.values() if u.current.level is Level.ITEM and u.archives}
        for address, row in self._rows.items():
            if address[0] is Level.SUBITEM and row.order_key in off:
                # the lines go with their item
                undos[address] = replace(undos[address], tasks=()) if address in undos else forgotten(row)
        return Undoing(tuple(undos.values()), (*others, *(field for fields in kept.values() for field in fields)))

    def _moved_on(self, address: Address) -> list[LeftField]:
        """An order that lies on another board of the target by now: it is left as it is there."""
        row = self._elsewhere.get(address)
        return [] if row is None else [left_item(row, f"it was moved to board {row.board_id} since")]

    # -- what the run created ----------------------------------------------------------------------------------------

    def _created_and_changed(self) -> dict[object, list[LeftField]]:
        """Items that the run created and that people worked on since, by order key; such lines by their address."""
        found: dict[object, list[LeftField]] = {}
        for address, attempts in self._attempts.items():
            current = self._rows.get(address)
            if current is None or not self._created(current, attempts):
                continue
            fields = self._work_of_people(current, attempts)
            if fields:
                parent = self._rows.get((Level.ITEM, current.order_key))
                with_item = parent is not None and self._created(
                    parent, self._attempts.get((Level.ITEM, parent.key), [])
                )
                found.setdefault(current.order_key if with_item else address, []).extend(fields)
        return found

    def _created(self, current: LedgerRow, attempts: Iterable[Attempt]) -> bool:
        made = any(a.kind == CREATE and a.outcome is AttemptOutcome.SYNCED for a in attempts)
        return current.monday_id is not None and (made or current.created_run_id == self._run_id)

    def _work_of_people(self, current: LedgerRow, attempts: Sequence[Attempt]) -> list[LeftField]:
        item = self._shown(current)
        if item is None:
            return []
        shown = Shown(on_board(item, mappings_of(self._board, current.level)), item.group_id)
        other = self._remapped(current)
        fields = [f for f in written(attempts, None).values() if f.column not in other]
        found = changed_since(fields, shown, row=current, groups=self._groups)
        if current.level is Level.ITEM:
            found += self._work_on_other_lines(current)
        if any(s.state == "active" and s.id not in self._linked for s in item.subitems):
            found.append(left_item(current, _FOREIGN))
        return found

    def _work_on_other_lines(self, order: LedgerRow) -> list[LeftField]:
        """What people changed on lines of an order that other runs created: they would go with their item."""
        found: list[LeftField] = []
        for line in self._lines_of.get(order.key, ()):
            item = None if (line.level, line.key) in self._attempts else self._shown(line)
            if item is not None:
                shown = Shown(on_board(item, mappings_of(self._board, Level.SUBITEM)))
                other = self._remapped(line)
                told = [Written(c, text, None, is_known=False) for c, text in line.confirmed.items() if c not in other]
                found += changed_since(told, shown, row=line, groups=self._groups)
        return found

    # -- what the run changed ----------------------------------------------------------------------------------------

    def _undo(self, current: LedgerRow, attempts: Sequence[Attempt]) -> Undo | None:
        before = LedgerRow.from_json(attempts[0].row_before) if attempts[0].row_before else None
        if self._created(current, attempts):
            if before is not None and before.monday_id is not None:
                # the run replaced an item that was gone; that one does not come back
                before = before.with_state(machine.unlink(before.state), monday_id=None, group_id=None, confirmed={})
            return replace(archived(current), after=before)
        if current.monday_id is None:
            return forgotten(current) if before is None else Undo(current, before, ())
        same = before is not None and before.monday_id == current.monday_id
        sent = [attempt for attempt in attempts if attempt.kind in {CHANGE, MOVE}]
        fields = written(sent, before if same else None).values()
        item = self._shown(current)
        shown = None if item is None else Shown(on_board(item, mappings_of(self._board, current.level)), item.group_id)
        back, left = parted(fields, shown, row=current, remapped=self._remapped(current), groups=self._groups)
        tasks, refused = self._tasks(current, back)
        left += refused
        if before is not None and same and left:
            before = _partly(before, current, left)
        if not tasks and not left and before == current:
            return None
        return Undo(current, before, tuple(tasks), tuple(left))

    def _tasks(self, current: LedgerRow, back: Mapping[str, Written]) -> tuple[list[Task], list[LeftField]]:
        """Operations that give an item back what it showed, and the fields whose values cannot be sent any more."""
        refused: list[LeftField] = []
        item_id = current.monday_id or ""
        texts = {c: field.before for c, field in back.items() if c != GROUP}
        for column in list(texts):
            try:
                self._change(current, {column: texts[column]})
            except ValueRejectedError as error:
                field = back[column]
                del texts[column]
                refused.append(LeftField(current.level.value, item_id, current.item_name or current.key, column,
                                         field.wrote, field.wrote, field.before, error.reason))  # fmt: skip
        tasks = []
        if texts:
            wrote = {column: back[column].wrote for column in texts}
            tasks.append(Task(CHANGE, self._change(current, texts), texts, wrote))
        if GROUP in back and back[GROUP].before is not None:
            to, lies_in = back[GROUP].before or "", back[GROUP].wrote
            desired = {GROUP_ID: to, GROUP_NAME: self._groups.get(to)}
            shown = {GROUP_ID: lies_in, GROUP_NAME: self._groups.get(lies_in or "")}
            tasks.append(Task(MOVE, MoveToGroup(item_id, to), desired, shown))
        return tasks, refused

    def _change(self, current: LedgerRow, texts: Mapping[str, str | None]) -> Operation:
        values = {column: text for column, text in texts.items() if column != NAME}
        return self._build.change(
            current.level, current.monday_id or "", texts.get(NAME), values, creates_labels=False
        )  # fmt: skip

    def _shown(self, row: LedgerRow) -> BoardItem | None:
        return (self._items if row.level is Level.ITEM else self._lines).get(row.monday_id or "")

    def _remapped(self, row: LedgerRow) -> frozenset[str]:
        return remapped(row, self._now[row.level], self._known)


def _partly(before: LedgerRow, current: LedgerRow, left: Iterable[LeftField]) -> LedgerRow:
    """The row as it was before the run, but for the fields that are left: of these stays what was last confirmed."""
    confirmed = dict(before.confirmed)
    changes: dict[str, object] = {"confirmed": confirmed}
    for field in left:
        if field.column == GROUP:
            changes |= {"group_id": current.group_id, "group_name": current.group_name}
        elif field.column is not None:
            confirmed.pop(field.column, None)
            if field.column in current.confirmed:
                confirmed[field.column] = current.confirmed[field.column]
    return before.with_state(machine.distrust(before.state), **changes)


def _gone_for_good(attempts: Iterable[Attempt]) -> Iterator[LeftField]:
    """Items that the run archived: the ledger does not know them any more."""
    for attempt in attempts:
        if attempt.kind == ARCHIVE and attempt.outcome is AttemptOutcome.SYNCED and attempt.row_before:
            yield left_item(LedgerRow.from_json(attempt.row_before), _ARCHIVED)
