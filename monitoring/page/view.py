"""What the page shows, made of what is known. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from console import counted
from monitoring.alerts import Alert
from monitoring.model import Check, State, worst
from monitoring.overview import Overview
from monitoring.page.customers import CustomerRow, customer_rows
from monitoring.page.facts import Facts, Plan, Run
from monitoring.page.trends import Trend, trends
from monitoring.texts import RUN_WORDS, figure_text, number, spoken_state

RUNS = 30
#: So many alerts of one check are shown, and so many of these at once.
_OF_CHECK, _AT_ONCE = 60, 5
#: What ended within this time is told, and so much of it.
_LATELY, _OF_LATE = dt.timedelta(days=14), 30
#: Classes of the style sheet.
_LOOKS = {"ok": "ok", "attention": "attention", "failed": "failed", "interrupted": "failed", "died": "failed"}


@dataclass(frozen=True, slots=True)
class OpenAlert:
    """An alert in words."""

    state: State
    subject: str
    figure: str
    since: str
    owner: str
    told: str
    reason: str


@dataclass(frozen=True, slots=True)
class AlertGroup:
    """The open alerts of one check: ``first`` of them, the others folded, and how many are left out."""

    title: str
    state: State
    count: int
    command: str
    first: tuple[OpenAlert, ...]
    others: tuple[OpenAlert, ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class RunBar:
    """A run: its stages with their seconds, ``None`` where its time is not known; ``link`` leads to its report."""

    began: str
    word: str
    look: str
    seconds: float | None
    parts: tuple[tuple[str, float], ...]
    orders: int | None
    changes: int | None
    said: str
    link: str

    @property
    def times(self) -> str:
        """The stages with their seconds, in words."""
        return ", ".join(f"{name} {seconds:,.1f} s" for name, seconds in self.parts)


@dataclass(frozen=True, slots=True)
class Link:
    """Something beside the page: ``address`` is empty where there is only a command for it."""

    text: str
    address: str = ""
    command: str = ""


@dataclass(frozen=True, slots=True)
class Beside:
    """What lies beside the page.

    Args:
        reports: address of the folder of the reports, as seen from the page; empty: the same.
        runs: runs whose report is there.
        pages: other pages in that folder.
        backups: address of the backups' log; empty: there is none.
    """

    reports: str = ""
    runs: Collection[str] = ()
    pages: tuple[str, ...] = ()
    backups: str = ""

    def report(self, run_id: str) -> str:
        """The address of a run's report; empty when it is gone."""
        return f"{self.reports}{quote(run_id)}/report.html" if run_id in self.runs else ""


@dataclass(frozen=True, slots=True)
class PageView:
    """All that the page shows.

    Args:
        look: class of the style sheet for how things stand; ``word`` says it.
        line: how they stand, in one line.
        unknown: checks of which a figure is not known.
        notes: what else is to know: messages that wait, what could not be asked.
        over: what was open lately and is not any more, the last first.
        runs: the oldest first; ``stages``: their names in the order of a run.
    """

    target: str
    made: str
    judged: str
    look: str
    word: str
    line: str
    unknown: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    alerts: tuple[AlertGroup, ...] = ()
    over: tuple[str, ...] = ()
    runs: tuple[RunBar, ...] = ()
    stages: tuple[str, ...] = ()
    trends: tuple[Trend, ...] = ()
    customers: tuple[CustomerRow, ...] = ()
    links: Mapping[str, tuple[Link, ...]] | None = None


def page_view(view: Overview, facts: Facts, *, now: dt.datetime, beside: Beside | None = None) -> PageView:
    """The page of what is known at ``now``."""
    beside = beside or Beside()
    made = f"{now.astimezone(dt.UTC):%A, %d %B %Y, %H:%M} UTC"
    runs = tuple(reversed(facts.runs or ()))
    links = _links(view, facts, beside)
    if not (runs or view.figures or view.open_alerts):
        line = "No run has been noted yet: `pipeline run` makes the first, and this page with it."
        return PageView(view.target, made, "", "unknown", "not known", line, notes=_notes(view, facts), links=links)
    stages = dict.fromkeys(stage.name for run in runs for stage in run.stages)
    unknown, judged = set(view.unknown), _moment(view.judged_at) if view.judged_at else ""
    return PageView(
        target=view.target, made=made, judged=judged, look=_state(view).value, word=_word(view),
        line=_line(view, runs), unknown=tuple(one.title for one in view.checks if one.name in unknown),
        notes=_notes(view, facts), alerts=_alerts(view), over=_over(view, now), stages=tuple(stages),
        runs=tuple(_bar(run, beside) for run in runs), trends=trends(view, runs),
        customers=customer_rows(view, facts), links=links,
    )  # fmt: skip


def broken_page(target: str, problem: str, *, now: dt.datetime) -> PageView:
    """The page when nothing could be read: it says so, and never what stood there before."""
    made = f"{now.astimezone(dt.UTC):%A, %d %B %Y, %H:%M} UTC"
    return PageView(target, made, "", "unknown", "not known", f"Nobody knows how things stand: {problem}")


def _state(view: Overview) -> State:
    """The worst that is open. A figure that is not known makes nothing bad, and is said."""
    if view.open_alerts:
        return worst(alert.state for alert in view.open_alerts)
    if view.killed:
        return State.ATTENTION
    return State.OK if view.figures else State.UNKNOWN


def _word(view: Overview) -> str:
    state = _state(view)
    if state is State.OK and view.unknown:
        return "nothing is open"
    return "all well" if state is State.OK else spoken_state(state)


def _line(view: Overview, runs: tuple[Run, ...]) -> str:
    alerts = view.open_alerts
    failed = sum(alert.state is State.FAILED for alert in alerts)
    if alerts:
        said = f"{counted(len(alerts), 'alert')} open{f', {failed:,} of them failed' if failed else ''}."
    else:
        said = "Nothing is open." if view.figures else "Nothing was judged yet."
    if not runs:
        return f"{said} No run is known."
    last = runs[-1]
    word = RUN_WORDS.get(last.status, last.status)
    parts = [f"Last run {_moment(last.began_at)}: {word}"]
    if last.seconds is not None:
        parts.append(f"{last.seconds:,.0f} s")
    if last.status not in {"running", "died"}:
        parts.append(counted(last.orders, "order") if last.orders is not None else "orders not known")
        parts.append(counted(last.changes, "change") if last.changes is not None else "changes not known")
    return f"{said} {', '.join(parts)}."


def _notes(view: Overview, facts: Facts) -> tuple[str, ...]:
    found = []
    if view.held:
        found.append(f"{counted(len(view.held), 'notice')} held back until the quiet hours are over.")
    if view.outbox:
        channels = ", ".join(dict.fromkeys(one.channel for one in view.outbox))
        found.append(f"{counted(len(view.outbox), 'message')} not delivered yet, by {channels}: `monitor status`.")
    found += [f"Could not be asked: {one}" for one in facts.unasked]
    return tuple(found)


def _alerts(view: Overview) -> tuple[AlertGroup, ...]:
    checks = {check.name: check for check in view.checks}
    groups: dict[str, list[Alert]] = {}
    for alert in view.open_alerts:
        groups.setdefault(alert.check, []).append(alert)
    return tuple(_group(checks.get(name), name, alerts, view.folded) for name, alerts in groups.items())


def _over(view: Overview, now: dt.datetime) -> tuple[str, ...]:
    """What ended lately, in a line each: the story behind the bars."""
    titles = {check.name: check.title for check in view.checks}
    ended = [one for one in view.alerts if not one.is_open and dt.timedelta() <= now - one.changed_at < _LATELY]
    ended.sort(key=lambda one: (one.changed_at, one.since, one.check), reverse=True)
    return tuple(
        f"{_moment(one.since)} to {_moment(one.changed_at)}: {titles.get(one.check, one.check)}"
        + (f", {one.subject}" if one.subject else "")
        for one in ended[:_OF_LATE]
    )


def _group(check: Check | None, name: str, alerts: list[Alert], folded: Collection[str]) -> AlertGroup:
    shown = tuple(_open(alert, check, folded) for alert in alerts[:_OF_CHECK])
    # one alone behind a fold would be hidden for nothing
    cut = len(shown) if len(shown) <= _AT_ONCE + 1 else _AT_ONCE
    return AlertGroup(
        check.title if check else name, worst(alert.state for alert in alerts), len(alerts),
        check.command if check else "monitor status", shown[:cut], shown[cut:], len(alerts) - len(shown),
    )  # fmt: skip


def _open(alert: Alert, check: Check | None, folded: Collection[str]) -> OpenAlert:
    told = f"told {_moment(alert.last_told)}" if alert.last_told else "nobody was told yet"
    if alert.key in folded and not alert.last_told:
        told = "told with its cause"
    return OpenAlert(
        alert.state, alert.subject, figure_text(check, alert.figure, alert.bar), _moment(alert.since), alert.owner,
        told, alert.reason,
    )  # fmt: skip


def _bar(run: Run, beside: Beside) -> RunBar:
    parts = tuple((stage.name, stage.seconds) for stage in run.stages if stage.seconds)
    return RunBar(
        _moment(run.began_at), RUN_WORDS.get(run.status, run.status), _LOOKS.get(run.status, "unknown"),
        run.seconds, parts, run.orders if run.seconds is not None else None,
        run.changes if run.seconds is not None else None, run.said, beside.report(run.run_id),
    )  # fmt: skip


def _links(view: Overview, facts: Facts, beside: Beside) -> Mapping[str, tuple[Link, ...]]:
    latest = next((run for run in facts.runs or () if run.run_id in beside.runs), None)
    reports = [Link(f"The report of {_moment(latest.began_at)}", beside.report(latest.run_id))] if latest else []
    reports += [Link(name, f"{beside.reports}{quote(name)}") for name in beside.pages]
    plans = [_plan(plan) for plan in facts.plans or ()]
    if facts.plans is None:
        plans = [Link("Plans are not known.")]
    age = next(iter(view.figures.get("backup_age", ())), None)
    trial = next(iter(view.figures.get("restore_age", ())), None)
    backups = [
        Link(f"Last backup: {_ago(age.value if age else None, 'hours')}"),
        Link(f"Last trial of one: {_ago(trial.value if trial else None, 'days')}", command="maintenance verify"),
    ]
    if beside.backups:
        backups.append(Link("The log of all backups", beside.backups))
    return {
        "Reports": (*reports, Link("All runs", command="pipeline history")),
        "Plans": (*plans, Link("What the next push would do", command="monday-sync plan")),
        "Backups": tuple(backups),
    }


def _plan(plan: Plan) -> Link:
    done = f"carried out by {plan.run_id}" if plan.run_id else "not carried out"
    return Link(f"{_moment(plan.made_at)}, board {plan.board}: {done}")


def _ago(value: float | None, unit: str) -> str:
    return "not known" if value is None else f"{number(value, unit)} before the figures were judged"


def _moment(at: dt.datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M}" if at else "at an unknown time"
