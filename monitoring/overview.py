"""What there is to see: figures with bars and history, open alerts, what is held in the outbox, the last runs.

For ``monitor status``, for the page and for machines. One short session; as many statements for any number of rows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from monitoring import book
from monitoring.alerts import Alert, Kind, Notice, notices
from monitoring.causes import folded, missed_after
from monitoring.kept_rows import utc
from monitoring.killed import was_killed
from monitoring.model import OPEN, Check, Figure, Point, State, worst
from monitoring.settings import Settings, load_settings
from monitoring.tables import FIGURES
from warehouse import Relations, Session, Warehouse

_STATES_OF_SUCCESS = "'ok', 'attention'"


@dataclass(frozen=True, slots=True)
class RunFacts:
    """The last run, and when one last went through."""

    run_id: str
    status: str
    ended_at: dt.datetime | None
    seconds: float | None
    orders: int | None
    changes: int | None
    failed: int | None
    last_success: dt.datetime | None


@dataclass(frozen=True, slots=True)
class StageFacts:
    """A stage of the last run; ``None`` is not known, or there were none."""

    stage: str
    status: str
    seconds: float | None
    rows: int | None


@dataclass(frozen=True, slots=True)
class Overview:
    """All of it.

    Args:
        checks: the registry by the file's bars, in the order in which people read it.
        figures: as they were last judged, by check.
        history: the same after earlier runs, by check, the latest first.
        open_alerts: the worst first.
        held: what quiet hours hold back.
        outbox: what no channel took yet.
        folded: keys of alerts that follow from another one, which is told instead.
        killed: the last run, if it has not ended and does not go on.
    """

    target: str
    run: RunFacts | None
    stages: tuple[StageFacts, ...]
    checks: tuple[Check, ...]
    figures: Mapping[str, tuple[Figure, ...]]
    history: Mapping[str, Sequence[Point]]
    alerts: tuple[Alert, ...]
    held: tuple[Notice, ...] = ()
    outbox: tuple[book.Queued, ...] = ()
    judged_at: dt.datetime | None = None
    settings: Settings = field(default_factory=Settings)
    folded: frozenset[str] = frozenset()
    killed: str = ""

    @property
    def open_alerts(self) -> tuple[Alert, ...]:
        """What is open, what failed first."""
        order = {check.name: place for place, check in enumerate(self.checks)}
        found = [alert for alert in self.alerts if alert.is_open]
        return tuple(
            sorted(found, key=lambda a: (a.state is not State.FAILED, order.get(a.check, len(order)), a.subject))
        )  # fmt: skip

    @property
    def state(self) -> State:
        """The worst of what is open; not known where nothing is open and something is not known."""
        if self.open_alerts:
            return worst(alert.state for alert in self.open_alerts)
        if not self.figures or self.unknown:
            return State.UNKNOWN
        return State.OK

    @property
    def unknown(self) -> tuple[str, ...]:
        """Checks of which some figure is not known."""
        return tuple(
            check.name for check in self.checks
            if any(figure.value is None for figure in self.figures.get(check.name, ()))
        )  # fmt: skip

    def state_of(self, check: str) -> State:
        """The worst of a check's subjects."""
        return worst(figure.state for figure in self.figures.get(check, ())) if check in self.figures else State.UNKNOWN


def overview(warehouse: Warehouse, *, runs: int = 30, now: dt.datetime | None = None) -> Overview:
    """What is known now; nothing is judged anew, and nothing is written.

    Args:
        runs: so many runs of history.

    Raises:
        ConfigurationError: monitoring.yml is wrong, or the database cannot be reached.
    """
    settings = load_settings(warehouse.target.project_dir)
    checks, moment = settings.registry(), now or dt.datetime.now(dt.UTC)
    if not warehouse.exists():
        return Overview(warehouse.target.name, None, (), checks, {}, {}, (), settings=settings)
    with warehouse.session(read_only=True) as session:
        there = session.relations()
        last = book.last_run(session, warehouse, there)
        killed = last.run_id if last is not None and was_killed(warehouse, last) else ""
        run, stages = read_run(session, warehouse, there)
        figures, judged_at = _figures(session, warehouse, there)
        alerts = tuple(book.read_alerts(session, warehouse, there).values())
        history = book.read_history(session, warehouse, there, runs=runs)
        outbox = tuple(book.read_outbox(session, warehouse, there))
    due, held = notices(alerts, {check.name: check for check in checks}, settings, moment)
    _, beneath = folded(
        due, alerts, moment, ran_at=last.started_at if last else None, missed_after=missed_after(checks)
    )
    quiet = frozenset(alert.key for found in beneath.values() for alert in found)
    return Overview(
        warehouse.target.name, run, stages, checks, figures, history, alerts, held, outbox, judged_at, settings, quiet,
        killed,
    )  # fmt: skip


def read_run(
    session: Session, warehouse: Warehouse, there: Relations
) -> tuple[RunFacts | None, tuple[StageFacts, ...]]:  # fmt: skip
    """The last run and its stages."""
    if there.lacking(("pipeline_runs", "pipeline_stages")):
        return None, ()
    runs, stages = warehouse.relation("pipeline_runs"), warehouse.relation("pipeline_stages")
    last = f"(select max(m.run_seq) from {runs} m where m.status <> 'running')"  # noqa: S608 - quoted names
    rows = session.rows(
        "select r.run_id, r.status, r.ended_at, r.seconds, r.orders, r.changes, r.failed, "  # noqa: S608
        f"(select max(s.ended_at) from {runs} s where s.status in ({_STATES_OF_SUCCESS})) "
        f"from {runs} r where r.run_seq = {last}"
    )
    if not rows:
        return None, ()
    run_id, status, ended_at, seconds, orders, changes, failed, success = rows[0]
    found = session.rows(
        "select s.stage, s.status, s.seconds, s.stage_rows "  # noqa: S608 - quoted name
        f"from {stages} s where s.run_id = ? order by s.position",
        [run_id],
    )
    facts = RunFacts(
        str(run_id), str(status), utc(ended_at), _number(seconds), orders, changes, failed, utc(success)
    )  # fmt: skip
    return facts, tuple(StageFacts(str(n), str(s), _number(sec), rows_) for n, s, sec, rows_ in found)


def _figures(
    session: Session, warehouse: Warehouse, there: Relations
) -> tuple[Mapping[str, tuple[Figure, ...]], dt.datetime | None]:  # fmt: skip
    if there.lacking((FIGURES, "pipeline_runs")):
        return {}, None
    kept, runs = warehouse.relation(FIGURES), warehouse.relation("pipeline_runs")
    rows = session.rows(
        "select f.check_name, f.subject, f.customer_name, f.figure, f.state, f.bar, f.usual, f.reason, f.judged_at "  # noqa: S608
        f"from {kept} f join {runs} r on r.run_id = f.run_id where r.run_seq = (select max(l.run_seq) "  # by number:
        f"from {runs} l join {kept} m on m.run_id = l.run_id) order by f.check_name, f.subject"  # clocks are set back
    )
    found: dict[str, list[Figure]] = {}
    for check, subject, customer, value, state, bar, usual, reason, _ in rows:
        figure = Figure(str(check), str(subject or ""), str(customer or ""), _number(value), State(state),
                        _number(bar), _number(usual), str(reason or ""))  # fmt: skip
        found.setdefault(figure.check, []).append(figure)
    return {check: tuple(some) for check, some in found.items()}, utc(rows[0][8]) if rows else None


def as_json(view: Overview) -> dict[str, Any]:
    """All of it for programs."""
    checks = {check.name: check for check in view.checks}
    return {
        "target": view.target, "state": view.state.value, "judged_at": view.judged_at, "run": view.run,
        "killed": view.killed,
        "stages": view.stages,
        "open": [
            {"check": a.check, "title": checks[a.check].title if a.check in checks else a.check, "subject": a.subject,
             "customer": a.customer, "owner": a.owner, "state": a.state, "figure": a.figure, "bar": a.bar,
             "reason": a.reason, "since": a.since, "last_told": a.last_told, "told_whom": a.told_whom,
             "command": checks[a.check].command if a.check in checks else "monitor status"}
            for a in view.open_alerts
        ],
        "figures": [
            {"check": name, "title": check.title, "unit": check.unit, "state": view.state_of(name),
             "subjects": view.figures.get(name, ()), "command": check.command}
            for name, check in checks.items()
        ],
        "unknown": view.unknown,
        "held_by_quiet_hours": [
            {"check": n.alert.check, "subject": n.alert.subject, "kind": n.kind} for n in view.held
        ],
        "outbox": [
            {"message_id": m.message_id, "channel": m.channel, "queued_at": m.queued_at, "title": m.title,
             "state": m.state, "attempts": m.attempts, "answer": m.answer}
            for m in view.outbox
        ],
    }  # fmt: skip


def count_open(alerts: Sequence[Alert]) -> dict[State, int]:
    """Open alerts by state."""
    return {state: sum(alert.state is state for alert in alerts) for state in (State.ATTENTION, State.FAILED)}


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


__all__ = ["OPEN", "Kind", "Overview", "RunFacts", "StageFacts", "as_json", "count_open", "overview", "read_run"]
