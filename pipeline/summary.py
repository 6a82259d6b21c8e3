"""The summary of a run that ``pipeline run`` prints: what a person wants to know, in a dozen lines."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from console import counted, text_table
from pipeline.model import Alerts, PastRun, RunReport, Stage
from pipeline.records import RejectedRow
from pipeline.sums import rows_in
from pipeline.todo import todo_lines
from pipeline.verdict import WORDS

_SHOWN = 10
_TO_DO = 30


def summary(report: RunReport, page: Path) -> str:
    """The lines, the verdict first."""
    figures = report.figures
    lines = ["", report.verdict]
    lines += _list("to do", todo_lines(report.to_do), _TO_DO)
    lines += _list("noted", todo_lines(report.noted))
    lines.append("")
    lines += [_stage(stage) for stage in report.stages]
    lines.append(f"  {'total':<10} {report.seconds:>8.1f} s")
    lines.append("")
    if figures.files:
        files = ", ".join(f"{count:,} {status}" for status, count in sorted(figures.files.items()))
        lines.append(f"  files      {files}")
    rejected_rows, rejected_values = figures.total("rejected_rows"), figures.total("rejected_values")
    lines += [
        f"  rows in    {rows_in(report)}",
        "  lines      " + (f"{figures.total('lines'):,}" if figures.is_built else "not known"),
    ]
    if rejected_rows or rejected_values:
        new = [row for row in figures.rejected_rows or () if row.is_new]
        more = f", {len(new):,} of them new" if new else ""
        lines.append(
            f"  rejects    {counted(rejected_rows, 'row')}, {counted(rejected_values, 'value')}{more} "
            "(`pipeline rejects` lists them):"
        )
        lines += [
            f"               {reject.count:>7,}  {reject.level:<5}  {reject.reason_code}" for reject in figures.rejects
        ]
    if report.stage("sync") is not None:
        lines += _board(report)
    lines += _list("unknown headers", [f"{header.file}: {header.header}" for header in figures.unknown_headers])
    lines += _list("columns that are empty now", list(figures.drift))
    lines += ["", f"  report     {page}"]
    if report.alerts is not None:
        lines.append(f"  alerts     {_alerts(report.alerts)}")
    if report.board_url:
        lines.append(f"  board      {report.board_url} (`make board` serves it)")
    return "\n".join(lines)


def _alerts(alerts: Alerts) -> str:
    if not alerts.judged:
        return f"NOT JUDGED, nobody is told: {' '.join(alerts.problems) or 'see above'}"
    said = f"{alerts.open:,} open (`monitor status`)" if alerts.open else "none open"
    parts = [(alerts.sent, "sent"), (alerts.undelivered, "not delivered yet")]
    return "; ".join([said, *(f"{counted(number, 'message')} {what}" for number, what in parts if number)])


def _stage(stage: Stage) -> str:
    rate = f"{stage.per_second:,.0f} rows/s" if stage.per_second else ""
    return f"  {stage.name:<10} {stage.seconds:>8.1f} s  {rate:<16} {stage.message.splitlines()[0]}".rstrip()


def _board(report: RunReport) -> list[str]:
    board = report.figures.board
    if not board.changes and not board.failed:
        said = ["nothing changed"]
    else:
        groups = [f"groups {board.groups_created:,} created"] if board.groups_created else []
        said = [
            *groups,
            f"items {board.items_created:,} created, {board.items_updated:,} updated, {board.items_failed:,} failed",
            f"subitems {board.subitems_created:,} created, {board.subitems_updated:,} updated, "
            f"{board.subitems_failed:,} failed",
        ]
    if board.gone:
        said.append(f"{counted(board.gone, 'order')} gone from the workbooks: reported, nothing done")
    return [f"  {'on board' if position == 0 else '':<10} {line}" for position, line in enumerate(said)]


def _list(title: str, sentences: list[str], shown: int = _SHOWN) -> list[str]:
    if not sentences:
        return []
    more = [f"    and {len(sentences) - shown:,} more, see the report"] if len(sentences) > shown else []
    return ["", f"  {title}:", *(f"    {message}" for message in sentences[:shown]), *more]


def rejects_table(rows: Sequence[RejectedRow] | None) -> str:
    """Rejects, a line each."""
    if rows is None:
        return "Nothing was built yet, so there are no rejects to list: run `pipeline run`."
    if not rows:
        return "No rejects."
    table = text_table(
        ("file", "row", "customer", "column", "text", "reason"),
        [(r.file, r.row, r.customer, r.column or "(the row)", " ".join(r.text.split()), r.reason) for r in rows],
    )
    return f"{table}\n\n{counted(len(rows), 'reject')}."


def history_table(runs: tuple[PastRun, ...]) -> str:
    """Past runs, the latest first, a line each."""
    if not runs:
        return "There was no run yet."
    rows = [
        (run.run_id, WORDS[run.status], run.seconds, run.orders, run.changes, (run.message.splitlines() or [""])[0])
        for run in runs
    ]
    return text_table(("run", "result", "seconds", "orders", "changes", "verdict"), rows)
