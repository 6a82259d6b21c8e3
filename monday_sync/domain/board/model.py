"""What a board's file says, as values."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Literal

ColumnType = Literal["text", "long_text", "numbers", "date", "dropdown", "status"]
Conflict = Literal["ours", "theirs", "report"]
Api = Literal["monday", "emulator"]
Bulk = Literal["auto", "never", "always"]


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """Which board column shows a view column.

    Args:
        view_column: column of ``sync_monday__items`` or ``sync_monday__subitems``.
        column_id: the board column's id.
        create_labels: whether a label that the board column lacks may be created (dropdown and status only).
        on_conflict: who wins when a person changed the value on the board; ``report``: nobody.
    """

    view_column: str
    column_id: str
    type: ColumnType
    create_labels: bool = False
    on_conflict: Conflict = "ours"


@dataclass(frozen=True, slots=True)
class Scope:
    """Which orders belong on the board; ``None`` leaves a criterion open. Both dates are included."""

    customers: tuple[str, ...] | None = None
    order_types: tuple[str, ...] | None = None
    ex_factory_from: dt.date | None = None
    ex_factory_to: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """How careful a run is. Shares are between 0 and 1.

    Args:
        max_attempts: refusals of the same row data after which it is not tried again on its own.
        daily_calls: calls of the account a day; ``None``: as many as the API says the account has.
        daily_share: share of the day's calls that we may use.
        touch_share: share of the board's items that a push may change without a person's word.
        success_share, attention_share: share of a run's rows that makes it a success, or one that needs attention.
        bulk: whether new items go by bulk import: where that is cheaper, never, or wherever a file can hold them.
        bulk_minimum: rows (items and subitems) of a group from which ``auto`` takes a bulk import, if the whole push
            is done earlier that way. A job takes some 20 seconds to start, to be asked for and to be read back; in
            that time the points of a minute that the larger plans have (5,000,000, at 10,000 a row) create some 170
            rows one by one.
    """

    max_attempts: int = 5
    daily_calls: int | None = None
    daily_share: float = 0.8
    touch_share: float = 0.3
    success_share: float = 0.95
    attention_share: float = 0.80
    bulk: Bulk = "auto"
    bulk_minimum: int = 200


@dataclass(frozen=True, slots=True)
class BoardConfig:
    """A target's board.

    Args:
        api: the live service, or the emulator (which must be on this machine).
        items, subitems: mapped columns, in the order of the file.
        key_columns: view columns that together say which order an item stands for. The first one is what the board is
            searched by, so it is a text column.
    """

    target: str
    api: Api
    board_id: str
    subitem_board_id: str
    items: tuple[ColumnMapping, ...]
    subitems: tuple[ColumnMapping, ...]
    key_columns: tuple[str, ...]
    scope: Scope = field(default_factory=Scope)
    policy: Policy = field(default_factory=Policy)
