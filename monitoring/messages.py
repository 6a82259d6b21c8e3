"""One message to one channel, as data: what is told, grouped by owner. Pure; each channel draws it in its own way."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from console import counted, listed, shortened
from monitoring.alerts import Alert, Kind, Notice
from monitoring.model import Check, State, rank, worst
from monitoring.tables import key_of
from monitoring.texts import figure_text, spoken_state

#: So many lines of one owner, and reasons of one line, are written out.
LINES, REASONS = 20, 3
_LONGEST = 300
_ORDER = (Kind.OPENED, Kind.WORSE, Kind.STILL, Kind.RECOVERED)


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one check.

    Args:
        kind: opened, got worse, still open, recovered.
        state: the worst of its subjects.
        text: what, and how bad.
        since: when the first of them opened.
        subjects: whom or what it is about.
        reasons: of the first three.
        command: what to run to see more.
        with_it: what follows from it, in words.
    """

    kind: str
    state: str
    check: str
    title: str
    text: str
    since: str
    subjects: tuple[str, ...]
    customers: tuple[str, ...]
    reasons: tuple[str, ...]
    command: str
    with_it: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """What one owner is told. ``more``: lines that are not written out."""

    owner: str
    lines: tuple[Line, ...]
    more: int = 0


@dataclass(frozen=True, slots=True)
class Message:
    """What one channel gets.

    Args:
        message_id: the same for the same content, also when it is sent twice.
        report: where the run's report is; empty: nowhere.
    """

    message_id: str
    target: str
    run_id: str
    at: str
    title: str
    state: str
    groups: tuple[Group, ...]
    report: str = ""

    def to_json(self) -> str:
        """As the outbox keeps it."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @staticmethod
    def from_json(text: str) -> Message:
        """As it was kept."""
        document = json.loads(text)
        groups = tuple(
            Group(
                group["owner"],
                tuple(_read_line(line) for line in group["lines"]),
                group["more"],
            )
            for group in document.pop("groups")
        )
        return Message(**document, groups=groups)


def _read_line(document: Mapping[str, Any]) -> Line:
    values: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in document.items()}
    return Line(**values)


def compose(
    channel: str, told: Sequence[Notice], checks: Mapping[str, Check], *, target: str, run_id: str, now: dt.datetime,
    report: str, folded: Mapping[str, Sequence[Alert]] | None = None,
) -> Message:  # fmt: skip
    """The message of what is told to the owners that a channel reaches.

    Args:
        folded: what follows from an alert, by its key.
    """
    by_owner: dict[str, list[State]] = {}
    for notice in told:
        by_owner.setdefault(notice.alert.owner, []).append(notice.alert.state)
    # who has something that failed first, who has only good news last
    owners = sorted(by_owner, key=lambda owner: (-rank(worst(by_owner[owner])), owner))
    groups = []
    for owner in owners:
        lines = _lines([notice for notice in told if notice.alert.owner == owner], checks, folded or {})
        groups.append(Group(owner, tuple(lines[:LINES]), max(0, len(lines) - LINES)))
    parts = sorted(
        f"{n.alert.key} {n.kind} {n.alert.state} {n.alert.since.isoformat()} "
        f"{n.alert.last_told.isoformat() if n.alert.last_told else ''}"
        for n in told
    )
    open_now = [notice.alert.state for notice in told if notice.kind is not Kind.RECOVERED]
    return Message(
        key_of(target, channel, *parts)[:32], target, run_id, moment(now),
        f"Order list ({target}): {_title(told)}", worst(open_now).value, tuple(groups), report,
    )  # fmt: skip


def trial(channel: str, target: str, now: dt.datetime) -> Message:
    """The message that ``monitor test`` sends."""
    at = moment(now)
    line = Line(
        "trial", State.OK.value, "trial", "This is a trial", f"`monitor test` sends to channel {channel}; all is well",
        at, (), (), (), "monitor status",
    )  # fmt: skip
    key = key_of(target, channel, "trial", now.isoformat())[:32]
    return Message(
        key, target, "", at, f"Order list ({target}): a trial", State.OK.value, (Group("operations", (line,)),)
    )


def _title(told: Sequence[Notice]) -> str:
    def count(kind: Iterable[Kind], state: State | None = None) -> int:
        return len({
            (n.alert.check, n.kind, n.alert.state) for n in told
            if n.kind in set(kind) and state in (None, n.alert.state)
        })  # fmt: skip

    news = (Kind.OPENED, Kind.WORSE)
    parts = [
        (count(news, State.FAILED), "failed"), (count(news, State.ATTENTION), "to look at"),
        (count((Kind.STILL,)), "still open"), (count((Kind.RECOVERED,)), "recovered"),
    ]  # fmt: skip
    return ", ".join(f"{number:,} {what}" for number, what in parts if number) or "nothing new"


def _lines(
    told: Sequence[Notice], checks: Mapping[str, Check], folded: Mapping[str, Sequence[Alert]]
) -> list[Line]:  # fmt: skip
    """A line for each check and what became of it, what failed first."""
    together: dict[tuple[Kind, str], list[Notice]] = {}
    for notice in told:
        together.setdefault((notice.kind, notice.alert.check), []).append(notice)
    order = list(checks)

    def place(item: tuple[tuple[Kind, str], list[Notice]]) -> tuple[bool, int, int]:
        (kind, check), found = item
        failed = any(notice.alert.state is State.FAILED for notice in found)
        return not failed, _ORDER.index(kind), order.index(check) if check in order else len(order)

    return [
        replace(_line(kind, checks.get(check), check, found), with_it=_with(found, folded, checks))
        for (kind, check), found in sorted(together.items(), key=place)
    ]


def _line(kind: Kind, check: Check | None, name: str, found: Sequence[Notice]) -> Line:
    alerts = [notice.alert for notice in found]
    title = check.title if check else name
    subjects = tuple(alert.subject for alert in alerts if alert.subject)
    customers = tuple(dict.fromkeys(alert.customer for alert in alerts if alert.customer))
    if len(alerts) == 1:
        text = _text(kind, check, alerts[0])
    else:
        what = check.subject if check and check.subject else "subject"
        many = f"{what[:-1]}ies" if what.endswith("y") else None
        text = f"{counted(len(alerts), what, many)} ({listed(subjects)})"
    state = worst(alert.state for alert in alerts)
    reasons = tuple(
        shortened(f"{alert.subject}: {alert.reason}" if alert.subject and len(alerts) > 1 else alert.reason, _LONGEST)
        for alert in alerts
        if alert.reason and shortened(alert.reason, _LONGEST) != text and kind is not Kind.RECOVERED
    )[:REASONS]
    since = moment(min(alert.since for alert in alerts))
    if kind is Kind.RECOVERED:
        since = f"{since}, until {moment(max(alert.changed_at for alert in alerts))}"
    return Line(
        kind.value, spoken_state(state), name, title, text, since, subjects, customers,
        reasons, check.command if check else "monitor status",
    )  # fmt: skip


def _text(kind: Kind, check: Check | None, alert: Alert) -> str:
    """How bad one alert is."""
    text = figure_text(check, alert.figure, alert.bar, is_over=kind is Kind.RECOVERED)
    if kind is Kind.RECOVERED:
        return f"{alert.subject}: {text}" if alert.subject else text.replace("none any more", "well again")
    if alert.subject:
        return alert.subject if _is_itself(check, alert) else f"{alert.subject}: {text}"
    is_fact = check is not None and alert.figure == 1 and alert.bar == 0 and alert.reason
    return shortened(alert.reason, _LONGEST) if is_fact else text  # that it is one says nothing


def moment(at: dt.datetime) -> str:
    """As messages say a time."""
    return f"{at.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC"


def _with(
    found: Sequence[Notice], folded: Mapping[str, Sequence[Alert]], checks: Mapping[str, Check]
) -> tuple[str, ...]:
    """What follows from these, a line for each check."""
    by_check: dict[str, list[Alert]] = {}
    known = {notice.alert.reason for notice in found}
    for notice in found:
        for alert in folded.get(notice.alert.key, ()):
            by_check.setdefault(alert.check, []).append(alert)
    lines = []
    for name, alerts in by_check.items():
        check = checks.get(name)
        alone = len(alerts) == 1 and not _is_itself(check, alerts[0])
        text = figure_text(check, alerts[0].figure, None) if alone else ""
        subjects = listed([alert.subject for alert in alerts if alert.subject])
        said = ", ".join(filter(None, (subjects, text)))
        why = next((a.reason for a in alerts if a.reason and a.reason not in known), "")
        lines.append(shortened(": ".join(filter(None, (check.title if check else name, said, why))), _LONGEST))
    return tuple(lines)


def _is_itself(check: Check | None, alert: Alert) -> bool:
    """Whether what is counted is the subject: one customer, one workbook."""
    return check is not None and alert.figure == 1 and check.unit == f"{check.subject}s" and bool(alert.subject)
