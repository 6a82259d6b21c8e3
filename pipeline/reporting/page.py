"""The report as one self-contained page: no script, nothing from elsewhere, every value escaped."""

from __future__ import annotations

from console import counted
from console.pages import charts, page_environment, seconds_text
from pipeline.model import CustomerFigures, PastRun, RunReport, Status
from pipeline.reporting.failing import failing
from pipeline.sums import rows_in, stands_alone
from pipeline.todo import place, whom
from pipeline.verdict import WORDS

_SKIPPED = Status.SKIPPED


def render_page(report: RunReport) -> str:
    """The page of ``report``."""
    environment = page_environment(__package__)
    environment.filters |= {
        "word": WORDS.__getitem__, "whom": whom, "place": place, "counted": counted,
    }  # fmt: skip
    figures = report.figures
    runs: list[PastRun | RunReport] = [*reversed(report.history), report]
    loud = {name for finding in report.to_do for name in finding.customers}
    found = failing(report)
    return environment.get_template("report.html.j2").render(
        report=report,
        figures=figures,
        charts=charts,
        tiles=_tiles(report),
        equation=rows_in(report),
        adds_up=stands_alone(figures),
        loud=[customer for customer in figures.customers if _is_loud(customer, loud)],
        quiet=[customer for customer in figures.customers if not _is_loud(customer, loud)],
        failing=found,
        held=[held for held in figures.held_back if held.customer not in _told_of(report, "held back")],
        restless=[stage for stage in report.stages if stage.status is not Status.OK and stage.status is not _SKIPPED],
        stage_chart=charts.stacked([(stage.name, stage.seconds) for stage in report.stages], unit="s"),
        history_chart=charts.columns(
            [_column(run) for run in runs], label="Seconds of the last runs",
            ends=(f"{runs[0].started_at:%d %b %H:%M}", f"{runs[-1].started_at:%d %b %H:%M}"),
        ),
        most_orders=max((customer.orders for customer in figures.customers), default=0),
        most_rejects=max((reject.count for reject in figures.rejects), default=0),
    )  # fmt: skip


def _told_of(report: RunReport, check: str) -> set[str]:
    """The customers of whom the To do says it already."""
    return {name for finding in report.to_do if finding.check == check for name in finding.customers}


def _is_loud(customer: CustomerFigures, named: set[str]) -> bool:
    """Whether somebody should look at a customer: what is to do concerns it, or records of it failed or wait."""
    return bool(
        customer.customer in named or not customer.adds_up or customer.unread_rows or customer.failed
        or customer.held_back or {"rejected", "missing", "refused"} & set(customer.file_status.split())
    )  # fmt: skip


def _tiles(report: RunReport) -> list[tuple[str, float | None, str, bool]]:
    """(name, value, how it changed since the run before, whether it is bad) of each total; ``None`` is not known."""
    figures, board = report.figures, report.figures.board
    names = {
        "rows": "rows in", "orders": "orders", "lines": "lines", "rejected_rows": "rows rejected",
        "rejected_values": "values rejected",
    }  # fmt: skip
    return [
        *(
            (title, figures.total(name), _change(report, name), False)
            if figures.is_built or (name == "rows" and figures.customers)
            else (title, None, "not known", False)
            for name, title in names.items()
        ),
        ("created on the board", board.items_created + board.subitems_created, "", False),
        ("updated on the board", board.items_updated + board.subitems_updated, "", False),
        ("failed on the board", board.failed, "", bool(board.failed)),
    ]


def _change(report: RunReport, name: str) -> str:
    """How a total changed; said to be unknown where nobody knows."""
    if report.before is None or name not in report.before:
        return "" if not report.history else "change not known"
    change = int(report.figures.total(name) - report.before[name])
    return f"{change:+,} since the last run" if change else "as in the last run"


def _column(run: PastRun | RunReport) -> tuple[str, float, str]:
    tooltip = f"{run.started_at:%d %b %H:%M} UTC: {seconds_text(run.seconds)}, {WORDS[run.status]}"
    return tooltip, run.seconds, run.status.value
