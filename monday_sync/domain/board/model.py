"""What a board's file says, as values that know their rules: pydantic checks them, :func:`told` says what is wrong."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import field
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    WrapValidator,
)
from pydantic.dataclasses import dataclass
from pydantic_core import PydanticCustomError

ColumnType = Literal["text", "long_text", "numbers", "date", "dropdown", "status"]
Conflict = Literal["ours", "theirs", "report"]
Api = Literal["monday", "emulator"]
Bulk = Literal["auto", "never", "always"]
PushMode = Literal["mirror", "update_only", "create_only"]
Lost = Literal["leave", "recreate"]
Moved = Literal["leave", "recreate", "follow"]
Renamed = Literal["follow", "leave", "recreate"]

_KNOWN_KEYS = ConfigDict(extra="forbid")
_RELATIVE = re.compile(r"([+-])(\d{1,5})d")


def wrong(problem: str, hint: str) -> PydanticCustomError:
    """What is wrong with a value, as part of a sentence after its key, and how to fix it."""
    return PydanticCustomError("told", "{problem}", {"problem": problem, "hint": hint})


def told(problem: str, hint: str) -> WrapValidator:
    """Say this of whatever does not fit; ``{value}`` stands for what is in the file."""

    def check(value: object, fits: Callable[[object], object]) -> object:
        try:
            return fits(value)
        except ValidationError:
            raise wrong(problem.format(value=repr(value)), hint) from None

    return WrapValidator(check)


def _digits(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _stripped(value: object) -> object:
    return value.strip() if isinstance(value, str) else value


def _day(value: object, info: ValidationInfo) -> object:
    """A date, or days from today such as ``-180d``."""
    match = _RELATIVE.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return value
    days = int(match[2]) * (-1 if match[1] == "-" else 1)
    today: dt.date = (info.context or {})["today"]
    return today + dt.timedelta(days=days)


def _choice(*words: str) -> WrapValidator:
    return told("is {value}", f"Write one of {', '.join(words)}.")


_Flag = Annotated[bool, Field(strict=True), told("is {value}", "Write yes or no.")]
_Share = Annotated[
    float, Field(strict=True, ge=0, le=1), told("is {value}", "Write a number between 0 and 1, such as 0.8.")
]
_Count = Annotated[int, Field(strict=True, ge=1), told("is {value}", "Write a whole number of at least 1.")]
_Day = Annotated[
    dt.date, Field(strict=True), BeforeValidator(_day),
    told("is {value}, which is no date", "Write 2026-06-15, or days from today such as -180d or +365d."),
]  # fmt: skip
_BoardId = Annotated[
    str, Field(strict=True, pattern=r"^[1-9][0-9]{0,18}$"), BeforeValidator(_digits),
    told("is {value}, which is no board id", "Copy the digits from the board's address."),
]  # fmt: skip
_ColumnId = Annotated[
    str, Field(strict=True, pattern=r"^[a-zA-Z0-9_]{1,100}$"),
    told("is {value}, which is no column id", "Copy the id from the board's column."),
]  # fmt: skip
_ViewColumn = Annotated[
    str, Field(strict=True, pattern=r"^[a-z][a-z0-9_]{0,127}$"),
    told("is no column name of a view", "Use lower-case letters, digits and _."),
]  # fmt: skip
_Word = Annotated[str, BeforeValidator(_stripped), Field(strict=True, min_length=1)]
_Words = Annotated[
    tuple[_Word, ...], Field(min_length=1),
    told("is not a list of texts", "Write [A, B], each in quotes if it looks like a number."),
]  # fmt: skip
_Command = Annotated[
    tuple[_Word, ...], Field(min_length=1),
    told("is not a command", "Write it as a list: [program, argument, argument]."),
]  # fmt: skip


@dataclass(frozen=True, slots=True, config=_KNOWN_KEYS)
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


@dataclass(frozen=True, slots=True, config=_KNOWN_KEYS)
class Scope:
    """Which orders belong on the board; ``None`` leaves a criterion open. Both dates are included.

    Season: what stands behind the customer in the name of the order's group."""

    customers: _Words | None = None
    order_types: _Words | None = None
    ex_factory_from: _Day | None = None
    ex_factory_to: _Day | None = None
    seasons: _Words | None = None


@dataclass(frozen=True, slots=True, config=_KNOWN_KEYS)
class Policy:
    """How careful a run is. Shares are between 0 and 1.

    Args:
        max_attempts: refusals of the same row data after which it is not tried again on its own.
        daily_calls: calls of the account a day; ``None``: as many as the API says the account has.
        daily_share: share of the day's calls that we may use.
        touch_share: share of the board's items that a push may change without a person's word.
        vanished_share: share of the linked items that may be missing on the board, when there are more than two, before
            a push asks: the token may just not see them any more, and what is created again would be there twice.
        success_share, attention_share: share of a run's rows that makes it a success, or one that needs attention.
        bulk: whether new items go by bulk import: where that is cheaper, never, or wherever a file can hold them.
        bulk_minimum: rows (items and subitems) of a group from which ``auto`` takes a bulk import, if the whole push
            is done earlier that way. A job takes some 20 seconds to start, to be asked for and to be read back; in
            that time the points of a minute that the larger plans have (5,000,000, at 10,000 a row) create some 170
            rows one by one.
        archived, deleted: what becomes of an order whose item (or group, or a line whose subitem) a person archived or
            deleted: ``leave`` reports it and sends nothing of it, ``recreate`` makes it anew.
        moved: the same of an item that a person moved to another board; ``follow`` goes on with it there, if that is
            one of ``follow_boards``.
        renamed: of a group that a person renamed: its orders go on in it (``follow``), are left alone, or go to a new
            group of the old name.
    """

    max_attempts: _Count = 5
    daily_calls: _Count | None = None
    daily_share: _Share = 0.8
    touch_share: _Share = 0.3
    vanished_share: _Share = 0.1
    success_share: _Share = 0.95
    attention_share: _Share = 0.80
    bulk: Annotated[Bulk, _choice("auto", "never", "always")] = "auto"
    bulk_minimum: _Count = 200
    archived: Annotated[Lost, _choice("leave", "recreate")] = "leave"
    deleted: Annotated[Lost, _choice("leave", "recreate")] = "leave"
    moved: Annotated[Moved, _choice("leave", "recreate", "follow")] = "leave"
    renamed: Annotated[Renamed, _choice("follow", "leave", "recreate")] = "follow"


@dataclass(frozen=True, slots=True, config=_KNOWN_KEYS)
class Hooks:
    """Commands that run before and after a push, each a list of program and arguments; no shell reads them.

    Args:
        before_push: what fails here stops the push before anything is sent.
        after_push: what fails here is reported, and the run needs attention.
        seconds: how long each may take.
    """

    before_push: _Command | None = None
    after_push: _Command | None = None
    seconds: _Count = 60


@dataclass(frozen=True, slots=True, config=_KNOWN_KEYS)
class FollowBoard:
    """A board with the same columns, such as a copy, to which items are followed that a person moved there."""

    board_id: _BoardId
    subitem_board_id: _BoardId


@dataclass(frozen=True, slots=True, config=_KNOWN_KEYS)
class Limits:
    """How many items and subitems the board is to hold at most; ``None``: what the API says, else 10,000."""

    items: _Count | None = None
    subitems: _Count | None = None


def _past(value: dt.date, info: ValidationInfo) -> dt.date:
    if value >= (info.context or {}).get("today", dt.date.max):
        raise wrong(f"is {value}, which is not in the past", "Write a day that is over, such as -365d.")
    return value


@dataclass(frozen=True, slots=True, config=_KNOWN_KEYS)
class Archive:
    """Which items a push takes off the board: those of orders with an ex-factory date before this day."""

    ex_factory_before: Annotated[_Day, AfterValidator(_past)]


class Column(BaseModel):
    """A line of ``items`` or ``subitems``."""

    model_config = _KNOWN_KEYS

    column: _ColumnId
    type: Annotated[ColumnType, _choice("text", "long_text", "numbers", "date", "dropdown", "status")]
    create_labels: _Flag = False
    on_conflict: Annotated[Conflict, _choice("ours", "theirs", "report")] = "ours"


def _line(value: Any) -> Any:
    if not isinstance(value, dict):
        raise wrong("is not of the form {column: <id>, type: <type>}", "Write it so.")
    return value


_Columns = dict[_ViewColumn, Annotated[Column, BeforeValidator(_line)]]


class BoardFile(BaseModel):
    """The keys of a board's file."""

    model_config = _KNOWN_KEYS

    api: Annotated[Api, _choice("monday", "emulator")]
    name: Annotated[_Word | None, told("is {value}", "Write a short text.")] = None
    board_id: _BoardId
    subitem_board_id: _BoardId
    key_columns: _Words
    items: _Columns
    subitems: _Columns
    scope: Scope = Scope()
    policy: Policy = Policy()
    mode: Annotated[PushMode, _choice("mirror", "update_only", "create_only")] = "mirror"
    hooks: Hooks = Hooks()
    follow_boards: tuple[FollowBoard, ...] = ()
    limits: Limits = Limits()
    archive: Archive | None = None


@dataclass(frozen=True, slots=True, config=_KNOWN_KEYS)
class BoardConfig:
    """A target's board, or one of them.

    Args:
        api: the live service, or the emulator (which must be on this machine).
        name: what the file calls the board; ``None``: nothing.
        others: the other boards of the same target, each without its own others.
        items, subitems: mapped columns, in the order of the file.
        key_columns: view columns that together say which order an item stands for. The first one is what the board is
            searched by, so it is a text column.
        mode: whether a push makes and changes (``mirror``), only changes what is there (``update_only``), or only makes
            what is missing (``create_only``).
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
    mode: PushMode = "mirror"
    hooks: Hooks = field(default_factory=Hooks)
    follow_boards: tuple[FollowBoard, ...] = ()
    limits: Limits = field(default_factory=Limits)
    archive: Archive | None = None
    name: str | None = None
    others: tuple[BoardConfig, ...] = ()

    @property
    def title(self) -> str:
        """What people read of it."""
        return f"board {self.board_id}" if self.name is None else f"board {self.name} ({self.board_id})"
