"""What stands in the ledger's rows, as values: links between rows and items, and attempts. Pure."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from monday_sync.domain.state import UNKNOWN, Outcome, RowState, unlink

#: Keys beside the mapped view columns: what the item is called, and the group it lies in.
NAME = "item_name"
GROUP = "group_name"
#: Keys of ``Attempt.desired`` that are no value: where the item lies.
GROUP_ID, GROUP_NAME, BOARD_ID = "@group_id", "@group_name", "@board_id"

_MESSAGE = 1000
_TIMES = ("attempted_at", "completed_at", "left_at")
#: One encoder for all: json.dumps() with options makes one for each value.
_json = json.JSONEncoder(ensure_ascii=False).encode


class Level(StrEnum):
    """Which kind of row an operation is about."""

    GROUP = "group"
    ITEM = "item"
    SUBITEM = "subitem"
    UNLINKED = "unlinked"  # an item or subitem that stands for no row

    @classmethod
    def _missing_(cls, value: object) -> Level | None:
        """Earlier releases wrote it as ``stray``."""
        return cls.UNLINKED if value == "stray" else None

    @property
    def has_rows(self) -> bool:
        """Whether the ledger keeps rows of this kind; of the others it keeps the attempts only."""
        return self in {Level.ITEM, Level.SUBITEM}


#: A row: its level and its key.
Address = tuple[Level, str]


class AttemptOutcome(StrEnum):
    """What became of one operation of one request."""

    INTENT = "INTENT"
    SYNCED = "SYNCED"
    ERROR = "ERROR"
    WITHDRAWN = "WITHDRAWN"
    EXPIRED = "EXPIRED"
    NO_CALL = "NO_CALL"


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """What the ledger knows of one order or line.

    ``confirmed`` maps view columns (with :data:`NAME`) to the texts the board was last confirmed to show; a column that
    is missing there is unknown, one that is ``None`` is empty on the board. ``mapping`` is the fingerprint of the
    mapping that this was under (``None``: from a version that did not record it), ``row_hash`` the hash of the row's
    data at the last attempt. ``left_as`` says what a person did to its item or group (archived, deleted, moved,
    renamed), if pushes leave it alone for that, and ``left_at`` since when.
    """

    level: Level
    key: str
    order_key: str
    customer_name: str | None = None
    item_name: str | None = None
    board_id: str | None = None
    monday_id: str | None = None
    group_id: str | None = None
    group_name: str | None = None
    confirmed: Mapping[str, str | None] = field(default_factory=dict)
    state: RowState = UNKNOWN
    error_message: str | None = None
    attempted_at: dt.datetime | None = None
    completed_at: dt.datetime | None = None
    run_id: str | None = None
    created_run_id: str | None = None
    row_hash: str | None = None
    mapping: str | None = None
    left_as: str | None = None
    left_at: dt.datetime | None = None

    def to_record(self) -> dict[str, Any]:
        """As columns of ``monday_sync_items`` or ``monday_sync_subitems``."""
        record: dict[str, Any] = {
            "board_id": self.board_id,
            "item_name": self.item_name,
            "customer_name": self.customer_name,
            "row_hash": self.row_hash,
            "board_hash": self.state.confirmed,
            "mapping": self.mapping,
            "payload": _json(self.confirmed),
            "attempt_hash": self.state.attempted,
            "outcome": None if self.state.outcome is None else self.state.outcome.value,
            "error_message": self.error_message[:_MESSAGE] if self.error_message else None,
            "retry_count": self.state.retries,
            "attempted_at": self.attempted_at,
            "completed_at": self.completed_at,
            "run_id": self.run_id,
            "created_run_id": self.created_run_id,
            "left_as": self.left_as,
            "left_at": self.left_at,
        }
        if self.level is Level.ITEM:
            return record | {
                "order_key": self.key,
                "monday_item_id": self.monday_id,
                "group_id": self.group_id,
                "group_name": self.group_name,
            }
        return record | {"line_key": self.key, "order_key": self.order_key, "monday_subitem_id": self.monday_id}

    @classmethod
    def from_record(cls, level: Level, record: Mapping[str, Any]) -> LedgerRow:
        """From columns of the ledger's tables."""
        monday_id = record["monday_item_id" if level is Level.ITEM else "monday_subitem_id"]
        outcome = record["outcome"]
        return cls(
            level=level,
            key=str(record["order_key" if level is Level.ITEM else "line_key"]),
            order_key=str(record["order_key"]),
            customer_name=record["customer_name"],
            item_name=record["item_name"],
            board_id=record["board_id"],
            monday_id=monday_id,
            group_id=record.get("group_id"),
            group_name=record.get("group_name"),
            confirmed=json.loads(record["payload"] or "{}"),
            state=RowState(
                outcome=Outcome(outcome) if outcome else None,
                linked=monday_id is not None,
                # rows written before there was one are due, and compared with the board once
                confirmed=record.get("board_hash"),
                attempted=record["attempt_hash"],
                retries=int(record["retry_count"] or 0),
            ),
            error_message=record["error_message"],
            attempted_at=record["attempted_at"],
            completed_at=record["completed_at"],
            run_id=record["run_id"],
            created_run_id=record["created_run_id"],
            row_hash=record["row_hash"],
            mapping=record.get("mapping"),
            left_as=record.get("left_as"),
            left_at=record.get("left_at"),
        )

    def to_json(self) -> str:
        """The whole row, so that a rollback can put it back."""
        record = self.to_record()
        for name in _TIMES:
            record[name] = record[name].isoformat() if record[name] else None
        return _json(record | {"level": self.level.value})

    @classmethod
    def from_json(cls, text: str) -> LedgerRow:
        """The row that :meth:`to_json` wrote."""
        record = json.loads(text)
        for name in _TIMES:
            record[name] = dt.datetime.fromisoformat(record[name]) if record.get(name) else None
        return cls.from_record(Level(record.pop("level")), record)

    def without_item(self) -> LedgerRow:
        """The row once its item turned out to be gone."""
        return self.with_state(unlink(self.state), monday_id=None, group_id=None, confirmed={})

    def with_state(self, state: RowState, **changes: Any) -> LedgerRow:
        """The row in another state, with other changes besides."""
        return replace(self, state=state, **changes)


@dataclass(frozen=True, slots=True)
class Rekey:
    """A row that goes on under another key, or only below another order: its item on the board is the same."""

    old: LedgerRow
    new: LedgerRow


@dataclass(frozen=True, slots=True)
class Attempt:
    """One operation of one request: the intent before the call, the outcome after it.

    Args:
        batch_id: also the request's idempotency key.
        row_key: order key, line key, or the name of a group.
        operation: what was asked, as JSON; the same request can be built from it again.
        row_before: the ledger's row before the run's first operation on it, as JSON; ``None`` when there was none.
        desired: what the board shows after success: view columns to texts.
        shown_before: what the board itself showed of these before, as it was read for the run; ``None``: it was not
            read (a creation, or an earlier release).
    """

    batch_id: str
    position: int
    run_id: str
    board_id: str
    level: Level
    row_key: str
    order_key: str | None
    customer_name: str | None
    kind: str
    operation: str
    row_hash: str | None
    row_before: str | None
    desired: Mapping[str, str | None]
    created_at: dt.datetime
    outcome: AttemptOutcome = AttemptOutcome.INTENT
    item_id: str | None = None
    request_id: str | None = None
    milliseconds: int | None = None
    code: str | None = None
    message: str | None = None
    completed_at: dt.datetime | None = None
    shown_before: Mapping[str, str | None] | None = None

    def to_record(self) -> dict[str, Any]:
        """As columns of ``monday_sync_attempts``."""
        record = {column: getattr(self, name) for name, column in ATTEMPT_COLUMNS.items()}
        record["level"] = self.level.value
        record["outcome"] = self.outcome.value
        record["sets"] = _json(self.desired)
        record["shown_before"] = None if self.shown_before is None else _json(self.shown_before)
        record["sentence"] = self.message[:_MESSAGE] if self.message else None
        return record

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Attempt:
        """From columns of ``monday_sync_attempts``."""
        values = {name: record[column] for name, column in ATTEMPT_COLUMNS.items()}
        values["level"] = Level(values["level"])
        values["outcome"] = AttemptOutcome(values["outcome"])
        values["desired"] = json.loads(values["desired"] or "{}")
        values["shown_before"] = json.loads(values["shown_before"]) if values["shown_before"] else None
        return cls(**values)


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of an attempt that the ledger has: all of it that its answer says."""

    batch_id: str
    position: int
    outcome: AttemptOutcome
    completed_at: dt.datetime
    item_id: str | None = None
    request_id: str | None = None
    milliseconds: int | None = None
    code: str | None = None
    message: str | None = None

    def to_record(self) -> dict[str, Any]:
        """As some columns of ``monday_sync_attempts``."""
        return {
            "batch_id": self.batch_id,
            "position": self.position,
            "outcome": self.outcome.value,
            "completed_at": self.completed_at,
            "item_id": self.item_id,
            "request_id": self.request_id,
            "milliseconds": self.milliseconds,
            "code": self.code,
            "sentence": self.message[:_MESSAGE] if self.message else None,
        }


#: Fields of an attempt, and the columns that they stand in.
ATTEMPT_COLUMNS = {
    name: {"desired": "sets", "message": "sentence"}.get(name, name) for name in Attempt.__dataclass_fields__
}
