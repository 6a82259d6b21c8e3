"""The command line of the monitoring."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from pathlib import Path

import click

from console import CONTEXT_SETTINGS, ExitCode, OrderListError, Program, command, json_option, print_result, redact, say
from console import target_option as _target
from monitoring.overview import as_json as overview_json
from monitoring.overview import overview
from monitoring.page import REPORTS, write_page
from monitoring.settings import duration
from monitoring.shown import overdue_text, status_text, watched_json, watched_text
from monitoring.trial import try_channels
from monitoring.watch import overdue, watch
from warehouse import load_target, open_warehouse


class _Duration(click.ParamType[dt.timedelta]):
    name = "duration"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> dt.timedelta:  # fmt: skip
        try:
            return duration(value)
        except ValueError as error:
            self.fail(f"{value!r}: {error}.", param, ctx)


class _TimeOfDay(click.ParamType[dt.time]):
    name = "time of day"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> dt.time:  # fmt: skip
        try:
            return dt.datetime.strptime(str(value), "%H:%M").time()  # noqa: DTZ007 - a time of day
        except ValueError:
            self.fail(f"{value!r}: write a time of day, as 06:00.", param, ctx)


_reports = click.option(
    "--reports",
    type=click.Path(path_type=Path, file_okay=False),
    default=REPORTS,
    show_default=True,
    metavar="FOLDER",
    envvar="ORDER_LIST_REPORTS",
    help="Folder of the reports.",
)


@click.group(cls=Program, context_settings=CONTEXT_SETTINGS)
def main() -> None:
    """Judges the figures of the runs against their bars, and tells people on a change of state.

    `pipeline run` ends with it. Exit status: 0 nothing is open, 1 something is open or was not delivered, 2 wrong use
    or configuration, 130 interrupted.
    """


@main.command("check")
@_target
@click.option(
    "--expect-within",
    "within",
    type=_Duration(),
    metavar="TIME",
    help="Look only whether a run went through within this time, as 26h or 3d: for the cron of a second machine that "
    "looks every hour. Looked at once a day, a run that was late hides that the next one never came: --expect-since.",
)
@click.option(
    "--expect-since",
    "since",
    type=_TimeOfDay(),
    metavar="TIME",
    help="The same for a look once a day: whether a run went through since this time of day on this machine's clock, "
    "as 06:00. Take the time before which no run begins.",
)
@click.option("--dry-run", is_flag=True, help="Judge only: note nothing and tell nobody.")
@_reports
@json_option
@command
def check_(
    target: str | None, within: dt.timedelta | None, since: dt.time | None, reports: Path, *, dry_run: bool,
    as_json: bool,
) -> ExitCode:  # fmt: skip
    """Judge all figures, tell what changed to those whom it concerns, and write the page anew."""
    if within is not None and since is not None:
        raise click.UsageError("Give --expect-within or --expect-since.")
    if since is not None:
        now = dt.datetime.now(dt.UTC)
        within, words = now - last_time(since, now), f"since {since:%H:%M}"
        return _expected(target, within, words, dry_run=dry_run, as_json=as_json)
    if within is not None:
        words = f"within {within.total_seconds() / 3600:g} h"
        return _expected(target, within, words, dry_run=dry_run, as_json=as_json)
    warehouse = open_warehouse(load_target(target))
    try:
        found = watch(warehouse, dry_run=dry_run)
    except OrderListError:
        with suppress(OrderListError):  # the page says it, too; what is said here is why nothing could be judged
            write_page(warehouse, reports=warehouse.target.project_dir / reports)
        raise
    if not dry_run and not found.running:
        try:
            write_page(warehouse, reports=warehouse.target.project_dir / reports)
        except OrderListError as error:
            say(f"warning: the page was not written: {error.message}")
    for problem in (*found.delivery.problems, *found.problems):
        say(f"warning: {problem}")
    print_result(watched_json(found), as_json=as_json, human=lambda: watched_text(found))
    return ExitCode.SOME_FAILED if found.open_alerts or found.delivery.waiting else ExitCode.OK


def last_time(at: dt.time, now: dt.datetime) -> dt.datetime:
    """When it was that time of day last, by this machine's clock."""
    today = now.astimezone().date()
    times = (dt.datetime.combine(today - dt.timedelta(days=days), at).astimezone() for days in (0, 1))
    return next(time for time in times if time <= now)


def _expected(
    target: str | None, within: dt.timedelta, words: str, *, dry_run: bool, as_json: bool
) -> ExitCode:  # fmt: skip
    """What cannot be asked has not been seen to run: that is exit status 1 as well."""
    try:
        found = overdue(open_warehouse(load_target(target)), within, dry_run=dry_run)
    except OrderListError as error:
        hint = f" {error.hint}" if error.hint else ""
        said = redact(f"It is not known whether a run went through: {error.message}{hint}")
        print_result({"well": False, "known": False, "message": said}, as_json=as_json, human=lambda: said)
        return ExitCode.SOME_FAILED
    for problem in (*found.delivery.problems, *found.problems):
        say(f"warning: {problem}")
    well, said = overdue_text(found, words)
    print_result({"well": well, "known": True, "message": said}, as_json=as_json, human=lambda: said)
    return ExitCode.OK if well else ExitCode.SOME_FAILED


@main.command("status")
@_target
@click.option("--all", "everything", is_flag=True, help="All figures, those that are well too.")
@json_option
@command
def status_(target: str | None, *, everything: bool, as_json: bool) -> ExitCode:
    """Show what is open, the figures with their bars as last judged, and what waits in the outbox."""
    view = overview(open_warehouse(load_target(target)))
    print_result(overview_json(view), as_json=as_json, human=lambda: status_text(view, everything=everything))
    return ExitCode.SOME_FAILED if view.open_alerts or view.killed else ExitCode.OK


@main.command("page")
@_target
@click.option(
    "--out",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Where to.  [default: monitor.html among the reports, or monitor.TARGET.html if it is not the default target]",
)
@_reports
@json_option
@command
def page_(target: str | None, file: Path | None, reports: Path, *, as_json: bool) -> ExitCode:
    """Write one page that says how everything stands, for a browser. `pipeline run` does so at its end."""
    warehouse = open_warehouse(load_target(target))
    path = write_page(warehouse, file, reports=warehouse.target.project_dir / reports)
    print_result({"page": path.resolve()}, as_json=as_json, human=lambda: f"Written: {path}")
    return ExitCode.OK


@main.command("test")
@_target
@click.option("--channel", "channels", multiple=True, metavar="NAME", help="Only this channel; repeatable.")
@json_option
@command
def test_(target: str | None, channels: tuple[str, ...], *, as_json: bool) -> ExitCode:
    """Send one message by each channel and say what came back; `cutover preflight` reads the outcome."""
    tried = try_channels(open_warehouse(load_target(target)), channels)
    print_result(
        {"channels": tried},
        as_json=as_json,
        human=lambda: "\n".join(
            f"{one.channel}: {'delivered' if one.delivered else 'NOT delivered'}: {one.answer}" for one in tried
        ),
    )
    return ExitCode.OK if all(one.delivered for one in tried) else ExitCode.SOME_FAILED
