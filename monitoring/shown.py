"""What the commands print."""

from __future__ import annotations

from typing import Any

from console import counted, listed, shortened, text_table
from monitoring.alerts import Alert
from monitoring.checks import REGISTRY
from monitoring.model import OPEN, Check, Figure, State
from monitoring.overview import Overview
from monitoring.texts import bar_text, figure_text, number, spoken_state
from monitoring.watch import Watched

_CHECKS = {check.name: check for check in REGISTRY}
_SHOWN = 30
_CUT = 100


def watched_text(found: Watched) -> str:
    """What ``monitor check`` says."""
    if found.running:
        return f"Run {found.running} goes on: nothing is judged before it has ended."
    lines = [_headline(len(found.open_alerts), _unknown(found.figures))]
    for alert in found.open_alerts[:_SHOWN]:
        check = _CHECKS.get(alert.check)
        what = f"{check.title if check else alert.check}{f', {alert.subject}' if alert.subject else ''}"
        lines.append(
            f"  {spoken_state(alert.state)}: {what}: {figure_text(check, alert.figure, alert.bar)}"
            + (f". {shortened(alert.reason, _CUT)}" if alert.reason else "")
        )
    if len(found.open_alerts) > _SHOWN:
        lines.append(f"  and {len(found.open_alerts) - _SHOWN:,} more: monitor status")
    lines += [f"  told: {notice.alert.check} {notice.alert.subject}: {notice.kind}" for notice in found.told[:_SHOWN]]
    if found.held:
        lines.append(f"  {counted(len(found.held), 'notice')} held back until the quiet hours are over")
    if found.delivery.sent or found.delivery.waiting:
        lines.append(
            f"  {counted(found.delivery.sent, 'message')} sent, {found.delivery.waiting} waiting in the outbox"
        )
    return "\n".join(lines)


def watched_json(found: Watched) -> dict[str, Any]:
    """The same for programs."""
    return {
        "target": found.target, "run_id": found.run_id, "running": found.running,
        "open": found.open_alerts, "figures": found.figures,
        "told": [{"kind": n.kind, "check": n.alert.check, "subject": n.alert.subject} for n in found.told],
        "held_by_quiet_hours": len(found.held), "sent": found.delivery.sent, "waiting": found.delivery.waiting,
        "problems": [*found.delivery.problems, *found.problems],
    }  # fmt: skip


def overdue_text(found: Watched, when: str) -> tuple[bool, str]:
    """Whether a run went through in time, and the words for it; ``when`` is the time, as "within 26 h"."""
    figure = found.figures[0]
    if figure.value is None:
        return False, f"No run is known that went through ({figure.reason})."
    age = number(figure.value, "hours")
    if figure.state in OPEN:
        return False, f"No run went through {when}: the last one did {age} ago."
    return True, f"A run went through {age} ago, {when}."


def status_text(view: Overview, *, everything: bool = False) -> str:
    """What ``monitor status`` says."""
    if not view.figures:
        return "Nothing was judged yet: `pipeline run` ends with it, and `monitor check` does it now."
    judged = f"{view.judged_at:%Y-%m-%d %H:%M} UTC" if view.judged_at else "an unknown time"
    lines = [f"{_headline(len(view.open_alerts), len(view.unknown))} As judged at {judged}."]
    if view.killed:
        lines.append(f"Run {view.killed} was killed: `monitor check` judges anew, and tells it.")
    checks = {check.name: check for check in view.checks}
    if view.open_alerts:
        rows = [
            (spoken_state(a.state), checks[a.check].title if a.check in checks else a.check, a.subject,
             number(a.figure, checks[a.check].unit if a.check in checks else ""), f"{a.since:%Y-%m-%d %H:%M}", a.owner,
             _told(a, view), shortened(a.reason, _CUT))
            for a in view.open_alerts
        ]  # fmt: skip
        headers = ("state", "what", "of", "figure", "since (UTC)", "owner", "told", "reason")
        lines += ["", text_table(headers, rows)]
        commands = dict.fromkeys(checks[a.check].command for a in view.open_alerts if a.check in checks)
        lines += ["", *(f"  look at: {one}" for one in commands)]
    rows_of = [row for check in view.checks for row in _rows(check, view, everything=everything)]
    if rows_of:
        lines += ["", text_table(("check", "state", "of", "figure", "bar"), rows_of)]
    if view.unknown and not everything:
        lines += ["", f"Not known: {listed(view.unknown, len(view.unknown))}. `monitor status --all` says why."]
    if view.held:
        lines += ["", f"Held back until the quiet hours are over: {counted(len(view.held), 'notice')}."]
    if view.outbox:
        lines += ["", "Not delivered yet:"]
        lines += [
            f"  {m.channel}, since {m.queued_at:%Y-%m-%d %H:%M} UTC, tried {counted(m.attempts, 'time')}: {m.title}. "
            f"{shortened(m.answer, _CUT)}"
            for m in view.outbox
        ]
    return "\n".join(lines)


def _told(alert: Alert, view: Overview) -> str:
    if alert.last_told:
        return f"{alert.last_told:%Y-%m-%d %H:%M}"
    return "with its cause" if alert.key in view.folded else "nobody yet"


def _rows(check: Check, view: Overview, *, everything: bool) -> list[tuple[object, ...]]:
    """A line for the whole of a check, or one for each of its subjects that is not well."""
    figures = view.figures.get(check.name, ())
    chosen: list[Figure] = [f for f in figures if everything or f.state in OPEN or not check.subject]
    rows: list[tuple[object, ...]] = []
    for figure in chosen:
        why = (
            f" ({shortened(figure.reason, _CUT)})"
            if everything and figure.state is State.UNKNOWN and figure.reason
            else ""
        )
        rows.append(
            (check.name, f"{spoken_state(figure.state)}{why}", figure.subject, number(figure.value, check.unit),
             bar_text(check, figure))
        )  # fmt: skip
    return rows


def _unknown(figures: tuple[Figure, ...]) -> int:
    return len({figure.check for figure in figures if figure.value is None})


def _headline(open_: int, unknown: int) -> str:
    said = f"{counted(open_, 'alert')} open." if open_ else "Nothing is open."
    return f"{said} {counted(unknown, 'figure')} not known." if unknown else said
