"""A board in memory with the interface of BoardApi, for tests of what the engine does with each answer.

It keeps idempotency keys for 30 minutes of the test's clock, and fails the way the test says. (The tests over HTTP use
the emulator; this one is for single answers at exact moments.)
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from monday_sync.api import (
    ArchiveGroup,
    ArchiveItem,
    ChangeColumns,
    CreateGroup,
    CreateItem,
    CreateSubitem,
    MoveToGroup,
    MutationRequest,
    Operation,
    Outcome,
)
from monday_sync.api.port import BulkJobs
from monday_sync.domain.board import BoardConfig, ColumnMapping
from monday_sync.domain.estimate import ApiUse, Estimate
from monday_sync.domain.remote import BoardInfo, BoardItem, ColumnInfo, Day, Group, Me, Start, Whereabouts
from monday_sync.errors import InDoubtError

_KEPT = dt.timedelta(minutes=30)


@dataclass
class Item:
    id: str
    name: str
    group_id: str | None
    values: dict[str, str | None]
    parent: str | None = None
    state: str = "active"
    #: the board that a person moved it to
    board: str | None = None


@dataclass
class FakeBoard:
    """See the module. ``before`` runs before each request and may raise; ``after`` runs after its effect."""

    config: BoardConfig
    clock: Callable[[], dt.datetime]
    labels: dict[str, list[str]] = field(default_factory=dict)
    items_limit: int = 10_000
    size: int = 5
    before: Callable[[MutationRequest], None] = lambda _: None
    after: Callable[[MutationRequest], None] = lambda _: None
    refuse: Callable[[Operation], Outcome | None] = lambda _: None
    can_write: bool = True
    #: what the subtasks column says of where subitems lie; nothing unless a test says so
    subitem_boards: tuple[str, ...] = ()
    hierarchy: str | None = "classic"
    versions: Mapping[str, str] = field(default_factory=dict)
    #: what the API says instead of the true number of items
    said_count: Callable[[int], int | None] = lambda count: count

    def __post_init__(self) -> None:
        self.things: dict[str, Item] = {}
        self.groups: list[Group] = []
        self.kept: dict[str, tuple[dt.datetime, MutationRequest, tuple[Outcome, ...]]] = {}
        self.requests: list[MutationRequest] = []
        self.calls = self.points = 0
        self.finds = self.reads = self.lookups = 0
        self.gone_groups: dict[str, str] = {}
        self.deactivated: dict[str, dict[str, int]] = {}
        self._next = 1000
        self.allowed: float | None = None

    # -- BoardApi ----------------------------------------------------------------------------------------------------

    day = Day(None, None)
    rejected = 0

    @property
    def jobs(self) -> BulkJobs:
        raise NotImplementedError("no bulk import here")

    def close(self) -> None:
        pass

    def add_labels(self, board_id: str, column_id: str, labels: Iterable[str]) -> ColumnInfo:
        raise NotImplementedError("labels are made beforehand for bulk imports only")

    def start(self, board_ids: Sequence[str]) -> Start:
        return Start(Me("1", "test", "1"), {i: self.board(i) for i in board_ids}, self.versions)

    def board(self, board_id: str) -> BoardInfo:
        self.calls += 1
        of_items = board_id == self.config.board_id or board_id in {b.board_id for b in self.config.follow_boards}
        mappings = self.config.items if of_items else self.config.subitems
        columns = {
            m.column_id: ColumnInfo(
                m.column_id,
                m.view_column,
                m.type,
                tuple(self.labels.get(m.column_id, ())),
                deactivated=self.deactivated.get(m.column_id, {}),
            )
            for m in mappings
        }
        if of_items and self.subitem_boards:
            columns["subtasks"] = ColumnInfo("subtasks", "Subitems", "subtasks", board_ids=self.subitem_boards)
        count = len(self.active()) if of_items else sum(len(self.children(item.id)) for item in self.active())
        return BoardInfo(
            board_id, "Test board", "active", "everyone", self.can_write, self.said_count(count),
            self.items_limit, tuple(replace(g, position=i) for i, g in enumerate(self.groups)), columns,
            self.gone_groups, self.hierarchy,
        )  # fmt: skip

    @property
    def use(self) -> ApiUse:
        return ApiUse(self.calls)

    def allow_calls(self, calls: float | None) -> None:
        self.allowed = calls

    def estimate(self, counts: Mapping[str, int], **_: object) -> Estimate:
        calls = -(-sum(counts.values()) // self.size)
        return Estimate(float(calls), calls, 0)

    def batch_size(self, kind: str) -> int:
        return self.size

    def mutate(self, request: MutationRequest) -> tuple[Outcome, ...]:
        self.calls += 1
        self.requests.append(request)
        self.before(request)
        kept = self.kept.get(request.idempotency_key)
        if kept is not None and self.clock() - kept[0] < _KEPT:
            assert kept[1] == request, "one key, two requests"
            outcomes = kept[2]
        else:
            outcomes = tuple(replace(self._do(op), index=i) for i, op in enumerate(request.operations))
            self.kept[request.idempotency_key] = (self.clock(), request, outcomes)
        self.after(request)
        return outcomes

    def items(
        self, board: BoardConfig, *, ids: Iterable[str] | None = None, group: str | None = None
    ) -> Iterator[BoardItem]:
        self.reads += 1
        for thing in list(self.things.values()):
            wanted = thing.id in ids if ids is not None else thing.state == "active"
            there = thing.board == (None if board.board_id == self.config.board_id else board.board_id)
            if thing.parent is None and wanted and there and group in {None, thing.group_id}:
                yield self._item(thing)

    def find(self, board: BoardConfig, column_id: str, texts: Iterable[str]) -> Iterator[BoardItem]:
        self.finds += 1
        wanted = {t.casefold() for t in texts}
        for thing in list(self.active()):
            if (thing.values.get(column_id) or "").casefold() in wanted:
                yield self._item(thing)

    def where(self, board: BoardConfig, ids: Iterable[str]) -> Mapping[str, Whereabouts]:
        self.lookups += 1
        titles = {group.id: group.title for group in self.groups}
        return {
            i: Whereabouts(
                i,
                thing.state,
                thing.board or self.config.board_id,
                thing.board and f"Board {thing.board}",
                titles.get(thing.group_id or ""),
                f"https://board/{i}",
            )
            for i in ids
            if (thing := self.things.get(i)) is not None and thing.state != "deleted"
        }

    # -- what tests look at and do -----------------------------------------------------------------------------------

    def active(self) -> list[Item]:
        return [t for t in self.things.values() if t.parent is None and t.state == "active" and t.board is None]

    def children(self, item_id: str) -> list[Item]:
        return [t for t in self.things.values() if t.parent == item_id and t.state == "active"]

    def named(self, name: str) -> Item:
        found = [t for t in self.active() if t.name == name]
        assert len(found) == 1, f"{len(found)} items named {name}"
        return found[0]

    def delete_group(self, group_id: str, *, into: str | None) -> None:
        self.groups = [g for g in self.groups if g.id != group_id]
        for thing in self.things.values():
            if thing.group_id == group_id:
                if into is None:
                    self.archive(thing.id)
                else:
                    thing.group_id = into

    def archive(self, item_id: str, state: str = "archived") -> None:
        for thing in self.things.values():
            if item_id in {thing.id, thing.parent}:
                thing.state = state

    def move_away(self, item_id: str, board: str | None) -> None:
        for thing in self.things.values():
            if item_id in {thing.id, thing.parent}:
                thing.board = board

    def _item(self, thing: Item) -> BoardItem:
        subitems = tuple(
            BoardItem(t.id, t.name, t.state, None, dict(t.values)) for t in self.things.values() if t.parent == thing.id
        )
        return BoardItem(thing.id, thing.name, thing.state, thing.group_id, dict(thing.values), subitems)

    def _do(self, operation: Operation) -> Outcome:
        refusal = self.refuse(operation)
        if refusal is not None:
            return refusal
        target = getattr(operation, "item_id", None) or getattr(operation, "parent_id", None)
        if target is not None and (target not in self.things or self.things[target].state != "active"):
            return Outcome(0, False, None, "r", 1, "InactiveItems", f"item {target} is archived", gone=True)
        self._next += 1
        new = str(self._next)
        match operation:
            case CreateGroup():
                return Outcome(0, True, self._group(operation, new), "r", 1)
            case CreateItem():
                self.things[new] = Item(new, operation.name, operation.group_id, self._texts(operation.values))
                return Outcome(0, True, new, "r", 1)
            case CreateSubitem():
                values = self._texts(operation.values)
                self.things[new] = Item(new, operation.name, None, values, operation.parent_id)
                return Outcome(0, True, new, "r", 1)
            case ChangeColumns():
                thing = self.things[operation.item_id]
                thing.name = str(operation.values.get("name", thing.name))
                thing.values |= self._texts({k: v for k, v in operation.values.items() if k != "name"})
            case MoveToGroup():
                self.things[operation.item_id].group_id = operation.group_id
            case ArchiveItem():
                self.archive(operation.item_id)
            case ArchiveGroup():
                assert len(self.groups) > 1, "the API refuses to archive the last group"
                assert operation.group_id in {g.id for g in self.groups}, "there is no such group"
                self.delete_group(operation.group_id, into=None)
                target = operation.group_id
        return Outcome(0, True, target, "r", 1)

    def _group(self, operation: CreateGroup, new: str) -> str:
        group = Group(f"group_{new}", operation.name, 0)
        at = 0
        if operation.relative_to is not None:
            at = [g.id for g in self.groups].index(operation.relative_to) + 1
        self.groups.insert(at, group)
        return group.id

    def _texts(self, values: Mapping[str, object]) -> dict[str, str | None]:
        mappings = {m.column_id: m for m in (*self.config.items, *self.config.subitems)}
        return {column: self._text(mappings[column], value) for column, value in values.items()}

    def _text(self, mapping: ColumnMapping, value: object) -> str | None:
        if isinstance(value, dict):
            value = value.get("text") or value.get("date") or value.get("label") or "".join(value.get("labels", ()))
            if mapping.type in {"dropdown", "status"} and value:
                known = self.labels.setdefault(mapping.column_id, [])
                if value not in known:
                    known.append(str(value))
        return str(value) if value not in {None, ""} else None


def lost(_request: MutationRequest) -> None:
    """Make ``FakeBoard.before`` or ``after`` lose the answer."""
    raise InDoubtError("the answer was lost")
