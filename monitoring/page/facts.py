"""What the page tells beside the overview, as the relations say it: plain values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of a run; ``None`` is not known, or there were none."""

    name: str
    status: str
    seconds: float | None
    rows: int | None


@dataclass(frozen=True, slots=True)
class Run:
    """A run of the pipeline; ``seconds`` is ``None`` while it is not over, and when it was killed."""

    run_id: str
    began_at: dt.datetime | None
    seconds: float | None
    status: str
    said: str
    orders: int | None
    changes: int | None
    stages: tuple[Stage, ...] = ()


@dataclass(frozen=True, slots=True)
class Workbook:
    """What the loads said of a workbook last, and when it last came."""

    file: str
    status: str
    reason: str
    landed_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Reject:
    """A row or a value that did not make it; ``row`` and ``column`` are where it stands."""

    file: str
    row: int | None
    column: str
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Due:
    """A record that is not on the board as it should be.

    Args:
        kind: ``failed`` (the board refuses it), ``held`` (its customer is) or ``waiting`` (for the next push).
    """

    kind: str
    level: str
    item: str
    message: str
    file: str
    row: int | None


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan of what to push, as it was shown to somebody."""

    plan_id: str
    board: str
    made_at: dt.datetime | None
    run_id: str


@dataclass(frozen=True, slots=True)
class Counted:
    """How many of a kind, and the first of them."""

    count: int
    first: tuple[Reject | Due, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """All of it. A part that is ``None`` is not known: its relations are not there, or could not be asked.

    Args:
        runs: the latest first.
        orders: by customer and workbook.
        rejects: by customer (empty: nobody knows whose) and workbook.
        due: by customer and kind.
        held: why a customer is held back or paused, by customer.
        unasked: what could not be asked, and why.
    """

    runs: tuple[Run, ...] | None = None
    workbooks: tuple[Workbook, ...] | None = None
    orders: Mapping[tuple[str, str], int] | None = None
    rejects: Mapping[tuple[str, str], Counted] | None = None
    due: Mapping[tuple[str, str], Counted] | None = None
    held: Mapping[str, str] | None = None
    plans: tuple[Plan, ...] | None = None
    unasked: tuple[str, ...] = field(default=())
