"""The report as one self-contained page: no script, nothing from elsewhere, every value escaped."""

from __future__ import annotations

from importlib.resources import files

import jinja2

from pipeline.model import PastRun, RunReport, Status
from pipeline.reporting import charts

WORDS = {
    Status.OK: "all well",
    Status.ATTENTION: "needs attention",
    Status.FAILED: "failed",
    Status.SKIPPED: "skipped",
    Status.INTERRUPTED: "interrupted",
    Status.RUNNING: "running",
    Status.DIED: "killed",
}


def render_page(report: RunReport) -> str:
    """The page of ``report``."""
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(lambda name: files(__package__).joinpath(name).read_text(encoding="utf-8")),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"number": _number, "seconds": _seconds, "word": WORDS.__getitem__}
    figures = report.figures
    runs: list[PastRun | RunReport] = [*reversed(report.history), report]
    return environment.get_template("report.html.j2").render(
        report=report,
        figures=figures,
        charts=charts,
        stage_chart=charts.stacked([(stage.name, stage.seconds) for stage in report.stages], unit="s"),
        history_chart=charts.columns([_column(run) for run in runs], label="Seconds of the last runs"),
        most_orders=max((customer.orders for customer in figures.customers), default=0),
        most_rejects=max((reject.count for reject in figures.rejects), default=0),
    )


def _column(run: PastRun | RunReport) -> tuple[str, float, str]:
    tooltip = f"{run.started_at:%d %b %H:%M} UTC: {_seconds(run.seconds)}, {WORDS[run.status]}"
    return tooltip, run.seconds, run.status.value


def _number(value: float | None) -> str:
    """With thousands separated; nothing for what is not known."""
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) else f"{value:,.0f}" if value >= 100 else f"{value:,.2f}"  # noqa: PLR2004


def _seconds(value: float) -> str:
    minutes, seconds = divmod(value, 60)
    return f"{int(minutes)} min {seconds:.0f} s" if minutes else f"{seconds:.1f} s"
