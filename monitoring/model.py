"""What is checked, and how it stands: plain values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path


class State(StrEnum):
    """How a figure stands against its bars."""

    OK = "ok"
    UNKNOWN = "unknown"
    """Nobody knows the figure, or its bar: it is neither well nor bad."""
    ATTENTION = "attention"
    FAILED = "failed"


#: What lies further in the future than clocks differ was stamped by a wrong one.
AHEAD = dt.timedelta(hours=1)
OPEN = frozenset({State.ATTENTION, State.FAILED})
_RANK = {State.OK: 0, State.UNKNOWN: 1, State.ATTENTION: 2, State.FAILED: 3}


def worst(states: Iterable[State]) -> State:
    """The worst of some states; well when there is none."""
    return max(states, key=_RANK.__getitem__, default=State.OK)


def rank(state: State) -> int:
    """How bad a state is: more is worse."""
    return _RANK[state]


def is_worse(one: State, other: State) -> bool:
    """Whether one is worse than the other."""
    return _RANK[one] > _RANK[other]


@dataclass(frozen=True, slots=True)
class Bars:
    """Where well ends. A figure at a bar is still well.

    Args:
        attention, failed: beyond them it needs attention, or has failed; ``None``: it never does.
        higher_is_worse: on which side "beyond" is.
        usual: the bars are factors of what is usual for the subject: its ``median``, or the ``least`` it ever had;
            ``None``: they are the figure itself.
        slack: so much more or less than usual is never unusual.
    """

    attention: float | None = None
    failed: float | None = None
    higher_is_worse: bool = True
    usual: str | None = None
    slack: float = 0.0


@dataclass(frozen=True, slots=True)
class Measure:
    """What a check found of one subject.

    Args:
        subject: a customer, a workbook, a stage, a board; empty: the whole.
        value: a number, or a moment of which the age counts; ``None``: not known.
        reason: in words; empty: the number says it all.
    """

    subject: str
    customer: str
    value: float | dt.datetime | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a check may need beside the relations.

    Args:
        killed: the last run has not ended, and does not go on.
    """

    project_dir: Path
    now: dt.datetime
    secrets: Mapping[str, dt.date] = field(default_factory=dict)
    killed: bool = False

    @property
    def naive(self) -> dt.datetime:
        """Now, as tables hold moments."""
        return self.now.astimezone(dt.UTC).replace(tzinfo=None)

    def ago(self, **duration: float) -> dt.datetime:
        """A moment before now, as tables hold it."""
        return self.naive - dt.timedelta(**duration)


@dataclass(frozen=True, slots=True)
class Check:
    """One entry of the registry: one statement, or one number that the machine tells.

    Args:
        name: as the file and the relations call it.
        title: as people call it.
        unit: ``%``, ``s``, ``hours``, ``days``, or what is counted.
        sql: gives subject, customer, figure and reason; ``{NAME}`` stands for a relation.
        relations: all that the statement names; where one is lacking the figure is not known.
        parameters: of the statement, in their order.
        otherwise: instead of ``sql`` where a relation is lacking: a statement, and what it names.
        counts: the numbers in its reason are counts, and shown as people read them.
        look: instead of ``sql``: what the machine tells.
        age: the figure is a moment, and its age in ``hours`` or ``days`` counts.
        subject: what a subject is called; empty: there is only the whole.
        zero_if_empty: no row means that all is well; else that the figure is not known.
        zero_if_absent: a subject without a row in a run had nothing then; else it was not looked at.
        grows: a figure that becomes twice as large is told anew.
        unknown: how a figure stands that is not known.
        explain: the reason of a figure that has none.
        command: what to run to see more.
    """

    name: str
    title: str
    unit: str
    bars: Bars
    sql: str = ""
    relations: tuple[str, ...] = ()
    parameters: Callable[[Surroundings], Sequence[object]] | None = None
    otherwise: tuple[str, tuple[str, ...]] | None = None
    counts: bool = False
    look: Callable[[Surroundings], Sequence[Measure]] | None = None
    age: str | None = None
    subject: str = ""
    zero_if_empty: bool = False
    zero_if_absent: bool = True
    grows: bool = False
    unknown: State = State.UNKNOWN
    explain: Callable[[float, dt.datetime], str] | None = None
    command: str = "monitor status"


@dataclass(frozen=True, slots=True)
class Figure:
    """What a check says of one subject, judged.

    Args:
        value: ``None``: not known.
        bar: the bar that it is beyond, or else the first that it could be.
        usual: what is usual for the subject, where the bars go by that.
    """

    check: str
    subject: str
    customer: str
    value: float | None
    state: State
    bar: float | None
    usual: float | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Point:
    """A figure as it was after a run."""

    run_id: str
    at: dt.datetime
    subject: str
    value: float | None
    state: State
