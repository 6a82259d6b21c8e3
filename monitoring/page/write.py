"""Reads, draws and writes the page."""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from urllib.parse import quote

from markupsafe import Markup, escape

from console import OrderListError, counted, masked, private_folder, redact, refused, write_private
from console.pages import page_environment
from monitoring.overview import overview
from monitoring.own_files import drop_former, own_file
from monitoring.page.draw import run_bars, trend_chart
from monitoring.page.facts import Reject
from monitoring.page.reading import read_facts
from monitoring.page.view import RUNS, Beside, PageView, broken_page, page_view
from monitoring.texts import spoken_state
from warehouse import Target, Warehouse

#: Where the reports lie, and the default target's page among them.
REPORTS, PAGE = Path("data/reports"), "monitor.html"
_BACKUPS = Path("data/BACKUP_LOG.md")


def write_page(
    warehouse: Warehouse, file: Path | None = None, *, reports: Path | None = None, problem: str = "",
    now: dt.datetime | None = None,
) -> Path:  # fmt: skip
    """Write how everything stands. What could not be read stands there instead, and is raised after that.

    Args:
        file: where; by default among the reports, as ``monitor.html``, or ``monitor.<target>.html`` of a target that is
            not the default one.
        reports: the folder of the reports; that of the project by default.
        problem: why nothing can be known: nothing is read then, and the page says it.

    Raises:
        OrderListError: nothing could be read, or the file cannot be written.
    """
    folder = reports or warehouse.target.project_dir / REPORTS
    path, moment = file or own_file(folder / PAGE, warehouse.target), now or dt.datetime.now(dt.UTC)
    error: OrderListError | None = None
    if problem:
        shown = broken_page(warehouse.target.name, redact(problem), now=moment)
    else:
        try:
            shown = _shown(warehouse, _beside(warehouse.target, path, folder), moment)
        except OrderListError as found:
            error, said = found, " ".join(part for part in (found.message, found.hint) if part)
            shown = broken_page(warehouse.target.name, redact(said), now=moment)
    try:
        private_folder(path.parent)
        write_private(path, render_page(shown))
    except OSError as refusal:
        raise refused(refusal, f"The page {path} cannot be written") from refusal
    if file is None:
        drop_former(folder / PAGE, warehouse.target, f"target <b>{escape(warehouse.target.name)}</b>")
    if error is not None:
        raise error
    return path


def _shown(warehouse: Warehouse, beside: Beside, now: dt.datetime) -> PageView:
    view, facts = overview(warehouse, runs=RUNS, now=now), read_facts(warehouse, runs=RUNS)
    if view.killed and facts.runs:
        runs = tuple(replace(run, status="died") if run.run_id == view.killed else run for run in facts.runs)
        facts = replace(facts, runs=runs)
    return page_view(view, facts, now=now, beside=beside)


def render_page(view: PageView) -> str:
    """The page, without secrets."""
    environment = page_environment(__package__)
    environment.filters |= {"counted": counted, "state": spoken_state}
    environment.tests["reject"] = lambda row: isinstance(row, Reject)
    own = files(__package__ or "")
    return environment.get_template("monitor.html.j2").render(
        view=masked(view),  # before it is HTML: in that, a mask could take tags with it
        run_bars=run_bars, trend_chart=trend_chart,
        script=Markup(own.joinpath("sort.js").read_text(encoding="utf-8")),  # noqa: S704 - ours
        loud=[one for one in masked(view).customers if not one.is_quiet],
        quiet=[one for one in masked(view).customers if one.is_quiet],
    )  # fmt: skip


def _beside(target: Target, page: Path, reports: Path) -> Beside:
    """What lies there now, other targets' pages too. A folder that cannot be looked at has nothing to lead to."""
    own, backups = own_file(Path(PAGE), target).name, target.project_dir / _BACKUPS
    try:
        entries = sorted(reports.iterdir()) if reports.is_dir() else []
        runs = frozenset(one.name for one in entries if (one / "report.html").is_file())
        pages = tuple(one.name for one in entries if one.suffix == ".html" and one.name != own and one.is_file())
    except OSError:
        return Beside()
    return Beside(_address(reports, page, "/"), runs, pages, _address(backups, page) if backups.is_file() else "")


def _address(there: Path, page: Path, end: str = "") -> str:
    """As seen from the page; from another disk the whole path."""
    if there.resolve() == page.parent.resolve():
        return ""
    try:
        seen = Path(os.path.relpath(there.resolve(), page.parent.resolve())).as_posix()
    except ValueError:
        return there.resolve().as_uri() + end
    return quote(seen) + end
