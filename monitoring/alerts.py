"""What is open, what became of it, and what somebody has to be told. Pure.

An alert is one check of one subject. It is told once when it opens, when it gets worse, when it is over, and again when
it is still open after long. An unknown figure neither opens nor ends one, unless its check says it needs attention.
That no run came ends with the next run, by whatever bar it was noticed: looks at it have bars of their own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from monitoring.checks.runs import OVERDUE
from monitoring.model import AHEAD, OPEN, Check, Figure, State, is_worse
from monitoring.settings import Settings
from monitoring.tables import key_of

#: A count that became so many times as large as when it was told is told anew.
GROWTH = 2.0


class Kind(StrEnum):
    """What became of an alert."""

    OPENED = "opened"
    WORSE = "got worse"
    STILL = "still open"
    RECOVERED = "recovered"


@dataclass(frozen=True, slots=True)
class Alert:
    """A check of a subject that was beyond its bar at least once.

    Args:
        state: attention or failed while it is open, ok once it is over.
        since: when it opened.
        changed_at: when its state last changed, or its figure became twice as large as it was told.
        told_state: as it was last put into a message; ``None``: nobody was told.
        told_whom: owner and channels.
    """

    key: str
    check: str
    subject: str
    customer: str
    owner: str
    state: State
    figure: float | None
    bar: float | None
    reason: str
    since: dt.datetime
    changed_at: dt.datetime
    run_id: str
    told_state: State | None = None
    told_figure: float | None = None
    last_told: dt.datetime | None = None
    told_whom: str = ""

    @property
    def is_open(self) -> bool:
        """Whether it still is."""
        return self.state in OPEN


@dataclass(frozen=True, slots=True)
class Notice:
    """An alert that somebody has to be told about."""

    kind: Kind
    alert: Alert


def alert_key(check: str, subject: str) -> str:
    """What makes an alert one."""
    return key_of(check, subject)


def follow(
    known: Mapping[str, Alert], figures: Iterable[Figure], settings: Settings, run_id: str, now: dt.datetime
) -> dict[str, Alert]:
    """All alerts as they stand by these figures, by key. Of checks that are not among them nothing changes."""
    found, looked_at, unknown = dict(known), set[str](), set[str]()
    judged = list(figures)
    for figure in judged:
        looked_at.add(figure.check)
        if figure.value is None and figure.state not in OPEN:
            unknown.add(figure.check)
    there = {alert_key(figure.check, figure.subject) for figure in judged}
    for figure in judged:
        key = alert_key(figure.check, figure.subject)
        old = known.get(key)
        if figure.state in OPEN:
            made = _opened(old, key, figure, run_id, now)
            if old is not None and not _is_large(old) and _is_large(made):
                made = replace(made, changed_at=now)
            found[key] = replace(made, owner=settings.owner_of(figure.check, figure.customer))
        elif figure.state is State.OK and old is not None and old.is_open and not _still_no_run(old, figure):
            found[key] = _over(old, figure, run_id, now)
    for key, old in known.items():
        # a subject of which nothing is said any more has nothing any more, if the check could be made at all
        if old.is_open and key not in there and old.check in looked_at - unknown:
            found[key] = _over(old, None, run_id, now)
    return found


def put_down(alerts: Mapping[str, Alert], checks: Collection[str], now: dt.datetime) -> dict[str, Alert]:
    """The alerts, of which those of a check that is not made any more (it is off now) are over; nobody is told."""
    return {
        key: replace(alert, state=State.OK, told_state=None, changed_at=now)
        if alert.is_open and alert.check not in checks
        else alert
        for key, alert in alerts.items()
    }


def notices(
    alerts: Iterable[Alert], checks: Mapping[str, Check], settings: Settings, now: dt.datetime
) -> tuple[tuple[Notice, ...], tuple[Notice, ...]]:
    """What is to be told now, and what quiet hours hold back."""
    quiet = settings.quiet_hours is not None and settings.quiet_hours.covers(now)
    told, held = list[Notice](), list[Notice]()
    for alert in alerts:
        kind = _kind(alert, checks.get(alert.check), settings, now)
        if kind is None:
            continue
        young = now - _due_at(alert, kind, settings) < settings.held_at_most
        waits = quiet and young and alert.state is not State.FAILED
        (held if waits else told).append(Notice(kind, alert))
    return tuple(told), tuple(held)


def as_told(notice: Notice, whom: Sequence[str], now: dt.datetime) -> Alert:
    """The alert once it stands in messages."""
    alert = notice.alert
    return replace(
        alert, told_state=alert.state, told_figure=alert.figure, last_told=now,
        told_whom=f"{alert.owner}: {', '.join(whom)}",
    )  # fmt: skip


def _opened(old: Alert | None, key: str, figure: Figure, run_id: str, now: dt.datetime) -> Alert:
    goes_on = old is not None and old.is_open
    since = old.since if old is not None and goes_on else now
    changed_at = old.changed_at if old is not None and goes_on and old.state is figure.state else now
    made = Alert(
        key, figure.check, figure.subject, figure.customer, "", figure.state, figure.value, figure.bar, figure.reason,
        since, changed_at, run_id,
    )  # fmt: skip
    if old is None:
        return made
    return replace(
        made, told_state=old.told_state, told_figure=old.told_figure, last_told=old.last_told, told_whom=old.told_whom
    )


def _still_no_run(old: Alert, figure: Figure) -> bool:
    """Whether no run came since one was missed: the reason says which was the last."""
    return figure.check == OVERDUE.name and bool(figure.reason) and figure.reason == old.reason


def _over(old: Alert, figure: Figure | None, run_id: str, now: dt.datetime) -> Alert:
    return replace(old, state=State.OK, figure=figure.value if figure else None, changed_at=now, run_id=run_id)


def _kind(alert: Alert, check: Check | None, settings: Settings, now: dt.datetime) -> Kind | None:
    was_open = alert.told_state in OPEN
    if not alert.is_open:
        return Kind.RECOVERED if was_open else None
    if alert.told_state is None or not was_open:
        return Kind.OPENED
    if is_worse(alert.state, alert.told_state) or _has_grown(alert, check):
        return Kind.WORSE
    # told in the future: by a clock that was wrong, which must not keep it quiet until then
    if alert.last_told is not None and not -AHEAD <= now - alert.last_told < settings.repeat_after:
        return Kind.STILL
    return None


def _due_at(alert: Alert, kind: Kind, settings: Settings) -> dt.datetime:
    """When it became something to tell."""
    if kind is Kind.STILL and alert.last_told is not None:
        return alert.last_told + settings.repeat_after
    return alert.changed_at


def _has_grown(alert: Alert, check: Check | None) -> bool:
    return check is not None and check.grows and _is_large(alert)


def _is_large(alert: Alert) -> bool:
    """Whether its figure is so much larger than when it was told."""
    if alert.figure is None or alert.told_figure is None:
        return False
    return alert.figure >= GROWTH * alert.told_figure and alert.figure > alert.told_figure
