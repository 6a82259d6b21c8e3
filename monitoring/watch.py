"""One look at everything: ask the checks, judge, note what is open, tell whom it concerns, write the figures down."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from console import ConfigurationError, OrderListError, counted, refused
from monitoring import book
from monitoring.alerts import Alert, Notice, as_told, follow, notices, put_down
from monitoring.causes import folded, missed_after
from monitoring.channels import channels_of
from monitoring.checks.runs import OVERDUE
from monitoring.closing import close_gone
from monitoring.killed import was_killed
from monitoring.messages import Message, compose
from monitoring.model import Bars, Check, Figure, Surroundings
from monitoring.outbox import Delivery, deliver
from monitoring.overview import count_open, read_run
from monitoring.prometheus import metrics, write_metrics
from monitoring.reading import ask
from monitoring.rules import judge
from monitoring.settings import Settings, load_settings
from monitoring.unnoted import tell_it_is_over
from warehouse import Warehouse

Deliver = Callable[[Sequence[book.Queued], Settings, book.Book, Callable[[], dt.datetime]], Delivery]


#: So often is looked anew when another process changes alerts meanwhile.
_TRIES = 3


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@dataclass(frozen=True, slots=True)
class Watched:
    """What a look found and told.

    Args:
        run_id: the run that was judged; empty: there was none.
        figures: all, in the order of the registry.
        told: what went into messages now; held: what quiet hours hold back.
        folded: what follows from something that is open, by the key of its cause: it is told with that, or not.
        ran_at: when the last run began.
        running: the run that goes on, so that nothing was judged.
        problems: what could not be done beside the figures.
    """

    target: str
    run_id: str
    figures: tuple[Figure, ...] = ()
    alerts: tuple[Alert, ...] = ()
    told: tuple[Notice, ...] = ()
    held: tuple[Notice, ...] = ()
    folded: Mapping[str, tuple[Alert, ...]] = field(default_factory=dict)
    delivery: Delivery = field(default_factory=Delivery)
    ran_at: dt.datetime | None = None
    running: str = ""
    problems: tuple[str, ...] = ()

    @property
    def open_alerts(self) -> tuple[Alert, ...]:
        """What is open."""
        return tuple(alert for alert in self.alerts if alert.is_open)


def watch(
    warehouse: Warehouse, *, report: str = "", only: Sequence[Check] | None = None, dry_run: bool = False,
    now: Callable[[], dt.datetime] = _now, delivering: Deliver = deliver,
) -> Watched:  # fmt: skip
    """Look at everything and tell what changed.

    Args:
        report: where the report of the run is, if there is no address for it in the settings.
        only: these checks; all of the settings when ``None``.
        dry_run: nothing is noted and nothing is told.

    Raises:
        ConfigurationError: monitoring.yml is wrong, there is no database, or a table of somebody else's has the name of
            one of ours.
    """
    settings = load_settings(warehouse.target.project_dir)
    checks = tuple(only) if only is not None else settings.registry()
    if not warehouse.exists():
        raise ConfigurationError("There is no database yet.", hint="Run `pipeline run` first.")
    kept = book.Book(warehouse)
    closed = () if dry_run else close_gone(warehouse, settings, kept, now)
    for _ in range(_TRIES):
        found, known = _judged(warehouse, settings, checks, now(), partly=only is not None)
        found = replace(found, problems=closed)
        if found.running or dry_run:
            return found
        told, held = notices(found.alerts, {check.name: check for check in checks}, settings, now())
        told = tuple(notice for notice in told if notice.alert.check in {check.name for check in checks})
        told, beneath = folded(told, found.alerts, now(), ran_at=found.ran_at, missed_after=missed_after(checks))
        found = replace(found, folded=beneath)
        messages, alerts = _messages(settings, checks, told, found, now=now(), report=report)
        unheard = _unheard(told, settings)
        after = {alert.key: alert for alert in alerts}
        told = tuple(notice for notice in told if after[notice.alert.key] != notice.alert)  # the others reached nobody
        # the figures of a run are those of all checks
        run_id = "" if only is not None else found.run_id
        changed = [alert for alert in alerts if known.get(alert.key) != alert]  # another process may write the others
        if kept.keep(run_id, found.figures, changed, messages, now(), known=known):
            break
        told = ()  # another process looked at the same time, and tells it
    with warehouse.session(read_only=True) as session:
        queued = book.read_outbox(session, warehouse, session.relations())
    delivery = delivering(queued, settings, kept, now)
    over = tell_it_is_over(warehouse, settings, now=now)
    delivery = replace(delivery, problems=(*delivery.problems, *unheard, *over))
    whole = replace(found, alerts=alerts, told=told, held=held, delivery=delivery)
    if only is not None:
        return whole
    return replace(whole, problems=(*closed, *_write_metrics(warehouse, checks, whole, now())))


def overdue(
    warehouse: Warehouse, within: dt.timedelta, *, dry_run: bool = False, now: Callable[[], dt.datetime] = _now
) -> Watched:  # fmt: skip
    """Look only whether a run went through within a time, and tell if none did: for the cron of a second machine."""
    hours = within.total_seconds() / 3600
    return watch(warehouse, only=[replace(OVERDUE, bars=Bars(failed=hours))], dry_run=dry_run, now=now)


def _judged(
    warehouse: Warehouse, settings: Settings, checks: Sequence[Check], now: dt.datetime, *, partly: bool
) -> tuple[Watched, Mapping[str, Alert]]:  # fmt: skip
    """What is found, and the alerts as they stood before."""
    with warehouse.session(read_only=True) as session:
        there = session.relations()
        last = book.last_run(session, warehouse, there)
        killed = was_killed(warehouse, last)
        around = Surroundings(warehouse.target.project_dir, now, settings.secrets, killed)
        run_id = last.run_id if last else ""
        known = book.read_alerts(session, warehouse, there)
        if last is not None and last.status == "running" and not killed and not partly:
            return Watched(warehouse.target.name, run_id, alerts=tuple(known.values()), running=run_id), known
        history = book.read_history(session, warehouse, there, without=run_id)
        asked = ask(session, warehouse, checks, around, there)
    figures = tuple(
        figure
        for check in checks
        for figure in judge(check, asked[check.name].measures, history.get(check.name, ()), now, asked[check.name].why)
    )
    alerts = follow(known, figures, settings, run_id, now)
    if not partly:
        alerts = put_down(alerts, {check.name for check in checks}, now)
    ran_at = last.started_at if last else None
    return Watched(warehouse.target.name, run_id, figures, tuple(alerts.values()), ran_at=ran_at), known


def _messages(
    settings: Settings,
    checks: Sequence[Check],
    told: Sequence[Notice],
    found: Watched,
    *,
    now: dt.datetime,
    report: str,
) -> tuple[list[tuple[str, Message]], tuple[Alert, ...]]:
    """A message for each channel that reaches somebody concerned, and the alerts as they stand once it is queued."""
    channels = channels_of(settings)
    by_channel: dict[str, list[Notice]] = {}
    alerts = {alert.key: alert for alert in found.alerts}
    for notice in told:
        names = _channels_for(notice, settings, list(channels))
        for name in names:
            by_channel.setdefault(name, []).append(notice)
        if names:  # whom nobody could tell is told once there is a channel
            alerts[notice.alert.key] = as_told(notice, names, now)
    base = f"{settings.reports.rstrip('/')}/{found.run_id}/report.html" if settings.reports and found.run_id else report
    by_name: Mapping[str, Check] = {check.name: check for check in checks}
    messages = [
        (
            name,
            compose(
                name, some, by_name, target=found.target, run_id=found.run_id, now=now, report=base, folded=found.folded
            ),
        )
        for name, some in by_channel.items()
    ]
    return messages, tuple(alerts.values())


def _unheard(told: Sequence[Notice], settings: Settings) -> tuple[str, ...]:
    """Whose channels are not there, while others are: a line for each owner. Without any channel nobody expects one."""
    there = list(channels_of(settings))
    lost = [notice.alert for notice in told if there and not _channels_for(notice, settings, there)]
    return tuple(
        f"{owner}: {counted(sum(alert.owner == owner for alert in lost), 'alert')} told to nobody, since none of the "
        f"channels named for them is set ({', '.join(there)} {'is' if len(there) == 1 else 'are'})"
        for owner in dict.fromkeys(alert.owner for alert in lost)
    )


def _channels_for(notice: Notice, settings: Settings, there: Sequence[str]) -> list[str]:
    rule, owner = settings.checks.get(notice.alert.check), settings.owners.get(notice.alert.owner)
    wanted = (rule.channels if rule else ()) or (owner.channels if owner else ()) or there
    return [name for name in wanted if name in there]


def _write_metrics(warehouse: Warehouse, checks: Sequence[Check], found: Watched, now: dt.datetime) -> tuple[str, ...]:
    try:
        with warehouse.session(read_only=True) as session:
            run, stages = read_run(session, warehouse, session.relations())
        text = metrics(
            warehouse.target.name, checks, found.figures, run, stages, open_alerts=count_open(found.alerts),
            undelivered=found.delivery.waiting, judged_at=now.timestamp(),
        )  # fmt: skip
        write_metrics(warehouse.target, text)
    except OSError as error:
        return (f"The figures for Prometheus could not be written: {refused(error).message}",)
    except OrderListError as error:
        return (f"The figures for Prometheus could not be written: {error.message}",)
    return ()
