"""What a push will do, as values: steps, their field changes, and what is left alone and why. Pure."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Literal

from monday_sync.domain.archive import BY_POLICY, ArchivePlan
from monday_sync.domain.capacity import Room
from monday_sync.domain.due import reasons
from monday_sync.domain.estimate import Estimate
from monday_sync.domain.people import OffBoard
from monday_sync.domain.remote import BoardFacts
from monday_sync.domain.rows import Address, LedgerRow, Level, Rekey
from monday_sync.domain.selection import PushOptions, Skip
from monday_sync.domain.source import SourceRow
from monday_sync.domain.undo import LeftField


class Action(StrEnum):
    """What is done about one row."""

    CREATE = "create"
    UPDATE = "update"
    CONFIRM = "confirm"  # the board shows all of it already: only the ledger learns of it
    FAIL = "fail"  # a value cannot be sent: no call is made
    ARCHIVE = "archive"
    LEAVE = "leave"  # for what a person did to its item or group: nothing is sent


@dataclass(frozen=True, slots=True)
class Change:
    """One field of one item.

    Args:
        column: the view column.
        old: what the board shows; ``None`` is empty.
        new: what it should show.
        conflict: the column's policy, if a person changed the value since we last sent it.
        last_sent: what we last sent, if there is a conflict.
        sent: whether the push sends it; a conflict may be left as it is by policy.
    """

    column: str
    old: str | None
    new: str | None
    conflict: str | None = None
    last_sent: str | None = None
    sent: bool = True


@dataclass(frozen=True, slots=True)
class Step:
    """What the push does about one row.

    Args:
        base: the ledger's row to start from, after adoption or the loss of its item.
        move_from: id of the group the item lies in, if it has to move to ``row.group_name``.
        adopted: the item was found on the board by its business key.
        reason: why the row fails, or why some of its values are not sent.
        blameless: the reason is not the row as a whole: no attempt is used up.
        home: id of another board that the item was followed to, and is changed on.
        new_labels: view columns that are sent a label which the board did not have when it was read.
    """

    action: Action
    row: SourceRow
    base: LedgerRow
    changes: tuple[Change, ...] = ()
    move_from: str | None = None
    reason: str | None = None
    adopted: bool = False
    new_labels: frozenset[str] = frozenset()
    blameless: bool = False
    home: str | None = None

    @property
    def level(self) -> Level:
        """Item or subitem."""
        return self.row.level

    @property
    def sent(self) -> tuple[Change, ...]:
        """The changes that go to the board."""
        return tuple(change for change in self.changes if change.sent)

    def to_json(self) -> dict[str, Any]:
        """For ``--json``, for the stored plan and for its fingerprint."""
        return {
            "action": self.action.value,
            "level": self.level.value,
            "key": self.row.key,
            "order_key": self.row.order_key,
            "customer": self.row.customer_name,
            "item": self.row.name,
            "group": self.row.group_name,
            "monday_id": self.base.monday_id,
            "rekeyed_from": self.row.rekeyed_from,
            "why": [why.value for why in reasons(self.row)],
            "board_hash": self.row.board_hash,
            "adopted": self.adopted,
            "move_from": self.move_from,
            "reason": self.reason,
            "home": self.home,
            "changes": [
                {"column": c.column, "old": c.old, "new": c.new, "conflict": c.conflict, "last_sent": c.last_sent,
                 "sent": c.sent}
                for c in self.changes
            ],
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Several items on the board for one business key; the oldest is ours."""

    key: str
    name: str
    kept: str
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ListedItem:
    """An item that is missing on the board, or on it without being ours.

    Args:
        monday_id: the item's.
        of: for a duplicate, the id of the item that stands.
        parent: for a duplicate subitem, the id of the item that it lies below.
    """

    level: str
    monday_id: str
    name: str
    of: str | None = None
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """All that a push will do.

    Args:
        groups: names of groups to create, in alphabetical order.
        group_ids: group names to the ids of groups that are there.
        steps: items first, then subitems, in the order they are sent.
        skipped: (level, reason) to the number of rows left alone.
        deleted: orders gone from the source, that are reported and left alone.
        given_up: rows refused as often as the policy allows, that are reported and left alone.
        in_doubt: operations of an earlier run without an answer; a push settles them first.
        board_items: items on the board before the push, as far as the API says.
        linked_items: items that the ledger links before the push, but for those that were left to people.
        vanished: linked items that turned out not to be on the board any more, and were not left alone before.
        looked_for: how many linked items the board was asked for.
        unseen: items that the board counts and does not show, where some are to be created.
        recreated: orders among these that are created again.
        estimate: calls and seconds that the push will take.
        unlinked: ledger rows whose item turned out to be gone, as they are from now on; also such as are left alone
            though they are not due, or no longer.
        duplicate_items: items and subitems of people to archive, because another one stands for the same row.
        bulk: which of the new items go by bulk import, with all of their subitems.
        rekeyed: rows of the ledger that go on under another key, before anything is sent.
        accepted: rows in error that a person accepted as they are, with who, when and why.
        looked_at: when the board was read for it.
        title: what the plan is of, unless it is of a push.
        command: what does exactly this, for a plan that is not stored.
        groups_to_archive: names of groups to archive: a run created them, and they are left empty.
        left_fields: fields and items that an undo leaves as they are.
        followed: boards that items were followed to, by id.
        left_by_mode: steps that the board's mode leaves undone; their rows stay due.
        waiting: order key to how many of its lines wait for its item.
        orders_left: orders that are not due, and whose item or group a person took away.
        off_board: why orders that are not due have no item on the board, with their number.
        order_numbers: order key to the number that people know the order by, as far as it is known.
        archive: what the archive policy takes off; ``None`` without a policy.
        rooms: how full the board is with items and subitems, and when there is no room left.
        moving: orders that are moved to or from another board of the target, or should be.
    """

    board_id: str
    options: PushOptions
    groups: tuple[str, ...]
    group_ids: Mapping[str, str]
    steps: tuple[Step, ...]
    skipped: Mapping[tuple[Level, Skip], int]
    deleted: tuple[SourceRow, ...]
    given_up: tuple[SourceRow, ...]
    duplicates: tuple[Duplicate, ...]
    in_doubt: int
    board_items: int | None
    linked_items: int
    vanished: int
    recreated: int = 0
    orders_per_customer: Mapping[str, int] = field(default_factory=dict)
    held_customers: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()
    unlinked: tuple[LedgerRow, ...] = ()
    estimate: Estimate | None = None
    plan_id: str | None = None
    duplicate_items: tuple[ListedItem, ...] = ()
    bulk: tuple[BulkPart, ...] = ()
    rekeyed: tuple[Rekey, ...] = ()
    accepted: Mapping[Address, str] = field(default_factory=dict)
    looked_at: dt.datetime | None = None
    title: str | None = None
    command: str | None = None
    groups_to_archive: tuple[str, ...] = ()
    left_fields: tuple[LeftField, ...] = ()
    order_numbers: Mapping[str, str] = field(default_factory=dict)
    looked_for: int = 0
    unseen: int = 0
    waiting: Mapping[str, int] = field(default_factory=dict)
    orders_left: int = 0
    off_board: tuple[OffBoard, ...] = ()
    mode: str = "mirror"
    left_by_mode: tuple[Step, ...] = ()
    followed: Mapping[str, BoardFacts] = field(default_factory=dict)
    rooms: tuple[Room, ...] = ()
    archive: ArchivePlan | None = None
    moving: int = 0

    def count(self, action: Action, level: Level) -> int:
        """Steps of one kind."""
        return sum(1 for s in self.steps if s.action is action and s.level is level)

    @property
    def by_policy(self) -> tuple[Step, ...]:
        """The items that the archive policy takes off the board."""
        return tuple(step for step in self.steps if step.row.action == BY_POLICY)

    @property
    def touched(self) -> int:
        """Items and subitems that are on the board already and would be changed or archived."""
        return sum(1 for s in self.steps if s.action in {Action.UPDATE, Action.ARCHIVE}) + len(self.duplicate_items)

    @property
    def touched_items(self) -> int:
        """The items among them."""
        return sum(1 for s in self.steps if s.action in {Action.UPDATE, Action.ARCHIVE} and s.level is Level.ITEM)

    @property
    def touched_share(self) -> float:
        """The items among them as a share of the board's, of which there are at least those that we linked or found."""
        ours = self.linked_items + sum(1 for s in self.steps if (s.adopted or s.home) and s.level is Level.ITEM)
        return self.touched_items / max(self.board_items or 0, ours) if self.touched_items else 0.0

    @property
    def vanished_share(self) -> float:
        """The vanished items as a share of those that we looked for."""
        return self.vanished / self.looked_for if self.vanished else 0.0

    @property
    def fingerprint(self) -> str:
        """SHA-256 over everything the push would do; it changes when data or board do."""
        document = {
            "board": self.board_id,
            "groups": self.groups,
            "in_doubt": self.in_doubt,
            "steps": [s.to_json() for s in self.steps],
        }
        return hashlib.sha256(json.dumps(document, ensure_ascii=False, sort_keys=True).encode()).hexdigest()

    def named(self, plan_id: str) -> Plan:
        """The same plan under an id."""
        return replace(self, plan_id=plan_id)


@dataclass(frozen=True, slots=True)
class BulkPart:
    """New items of one group that go by one bulk import.

    Args:
        mode: ``backfill`` always creates; ``ingest`` leaves alone what ``match_column`` finds on the board.
        orders: order keys of the items, in the order of the file.
        subitems: how many go with them.
    """

    group: str
    mode: Mode
    orders: tuple[str, ...]
    subitems: int
    match_column: str | None = None


Mode = Literal["ingest", "backfill"]
