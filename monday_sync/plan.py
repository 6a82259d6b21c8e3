"""What a push will do, as values: steps, their field changes, and what is left alone and why. Pure."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from monday_sync.api import Estimate
from monday_sync.bulk.file import BulkPart
from monday_sync.due import reasons
from monday_sync.ledger import LedgerRow, Level, Rekey
from monday_sync.source import SourceRow
from monday_sync.state import may_send


class Action(StrEnum):
    """What is done about one row."""

    CREATE = "create"
    UPDATE = "update"
    CONFIRM = "confirm"  # the board shows all of it already: only the ledger learns of it
    FAIL = "fail"  # a value cannot be sent: no call is made
    ARCHIVE = "archive"


class Skip(StrEnum):
    """Why a row is left alone."""

    OUT_OF_SCOPE = "out of scope"
    HELD_BACK = "held back"
    DEAD = "dead"
    NOT_SELECTED = "not selected"
    WAITS_FOR_ITEM = "waits for its item"


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
    """

    action: Action
    row: SourceRow
    base: LedgerRow
    changes: tuple[Change, ...] = ()
    move_from: str | None = None
    reason: str | None = None
    adopted: bool = False

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
            "changes": [
                {"column": c.column, "old": c.old, "new": c.new, "conflict": c.conflict, "last_sent": c.last_sent,
                 "sent": c.sent}
                for c in self.changes
            ],
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Options:
    """Which rows a plan or a push is about.

    Args:
        customers: canonical names; none means all.
        limit: orders at most.
        release: customers that are pushed although they are held back.
        archive_deleted: archive the items of orders that are gone from the source.
        bulk: auto, never or always; ``None`` for what the board's policy says.
    """

    customers: tuple[str, ...] = ()
    limit: int | None = None
    skip_subitems: bool = False
    release: tuple[str, ...] = ()
    archive_deleted: bool = False
    bulk: str | None = None

    def to_json(self) -> str:
        """As stored with a plan."""
        return json.dumps({name: getattr(self, name) for name in self.__dataclass_fields__}, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Options:
        """The options that :meth:`to_json` wrote."""
        values: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in json.loads(text).items()}
        return cls(**values)


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Several items on the board for one business key; the oldest is ours."""

    key: str
    name: str
    kept: str
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stray:
    """An item that is missing on the board, or on it without being ours.

    ``monday_id`` is the item's; ``of`` is, for a double, the id of the item that stands, and ``parent`` the id of the
    item that a doubled subitem lies below.
    """

    level: str
    monday_id: str
    name: str
    of: str | None = None
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Selection:
    """The rows a push is about, and how many of each level are left alone for which reason."""

    items: tuple[SourceRow, ...]
    subitems: tuple[SourceRow, ...]
    skipped: Mapping[tuple[Level, Skip], int]
    deleted: tuple[SourceRow, ...]
    held_customers: frozenset[str]


@dataclass(frozen=True, slots=True)
class Plan:
    """All that a push will do.

    Args:
        groups: names of groups to create, in alphabetical order.
        group_ids: group names to the ids of groups that are there.
        steps: items first, then subitems, in the order they are sent.
        skipped: (level, reason) to the number of rows left alone.
        deleted: orders gone from the source, that are reported and left alone.
        in_doubt: operations of an earlier run without an answer; a push settles them first.
        board_items: items on the board before the push.
        estimate: calls and seconds that the push will take.
        unlinked: ledger rows whose item turned out to be gone, as they are from now on.
        doubles: items and subitems of people to archive, because another one stands for the same row.
        bulk: which of the new items go by bulk import, with all of their subitems.
        rekeyed: rows of the ledger that go on under another key, before anything is sent.
    """

    board_id: str
    options: Options
    groups: tuple[str, ...]
    group_ids: Mapping[str, str]
    steps: tuple[Step, ...]
    skipped: Mapping[tuple[Level, Skip], int]
    deleted: tuple[SourceRow, ...]
    duplicates: tuple[Duplicate, ...]
    in_doubt: int
    board_items: int
    orders_per_customer: Mapping[str, int] = field(default_factory=dict)
    held_customers: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()
    unlinked: tuple[LedgerRow, ...] = ()
    estimate: Estimate | None = None
    plan_id: str | None = None
    doubles: tuple[Stray, ...] = ()
    bulk: tuple[BulkPart, ...] = ()
    rekeyed: tuple[Rekey, ...] = ()

    def count(self, action: Action, level: Level) -> int:
        """Steps of one kind."""
        return sum(1 for s in self.steps if s.action is action and s.level is level)

    @property
    def touched(self) -> int:
        """Items and subitems that are on the board already and would be changed or archived."""
        return sum(1 for s in self.steps if s.action in {Action.UPDATE, Action.ARCHIVE}) + len(self.doubles)

    @property
    def touched_items(self) -> int:
        """The items among them."""
        return sum(1 for s in self.steps if s.action in {Action.UPDATE, Action.ARCHIVE} and s.level is Level.ITEM)

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


def select(items: Sequence[SourceRow], subitems: Sequence[SourceRow], options: Options) -> Selection:
    """Choose the rows that a push is about. The limit counts orders, whether item or lines are due."""
    skipped: Counter[tuple[Level, Skip]] = Counter()
    # also by lines that this push leaves for later: the baseline of a customer that is held back stays
    held = {r.customer_name for r in (*items, *subitems) if r.held_back and r.customer_name not in options.release}
    deleted: list[SourceRow] = []

    def eligible(rows: Iterable[SourceRow]) -> list[SourceRow]:
        kept = []
        for row in rows:
            reason = _skip(row, options)
            if reason is not None:
                skipped[row.level, reason] += 1
            elif row.action == "DELETE" and not (options.archive_deleted and row.level is Level.ITEM):
                if row.level is Level.ITEM:
                    deleted.append(row)
            else:
                kept.append(row)
        return kept

    due_items, due_subitems = eligible(items), eligible([] if options.skip_subitems else subitems)
    if options.limit is not None:
        orders = list(dict.fromkeys([row.order_key for row in (*due_items, *due_subitems)]))
        chosen = set(orders[: options.limit])
        for rows in (due_items, due_subitems):
            for row in rows:
                if row.order_key not in chosen:
                    skipped[row.level, Skip.NOT_SELECTED] += 1
        due_items = [row for row in due_items if row.order_key in chosen]
        due_subitems = [row for row in due_subitems if row.order_key in chosen]
    if options.skip_subitems:
        skipped[Level.SUBITEM, Skip.NOT_SELECTED] += len(subitems)
    return Selection(tuple(due_items), tuple(due_subitems), dict(skipped), tuple(deleted), frozenset(held))


def is_chosen(row: SourceRow, options: Options) -> bool:
    """Whether a push of everything would send the row or confirm it."""
    return _skip(row, options) is None and row.action != "DELETE" and row.rejected is None


def _skip(row: SourceRow, options: Options) -> Skip | None:
    if options.customers and row.customer_name not in options.customers:
        return Skip.NOT_SELECTED
    if not row.in_scope:
        return Skip.OUT_OF_SCOPE
    if row.held_back and row.customer_name not in options.release:
        return Skip.HELD_BACK
    if row.ledger is not None and not may_send(row.ledger.state, row.board_hash):
        return Skip.DEAD
    return None
