"""The summary of a run that ``pipeline run`` prints: what a person wants to know, in a dozen lines."""

from __future__ import annotations

from pathlib import Path

from console import text_table
from pipeline.model import PastRun, RunReport, Stage
from pipeline.reporting.page import WORDS

_SHOWN = 10


def summary(report: RunReport, page: Path) -> str:
    """The lines, the verdict first."""
    figures = report.figures
    lines = ["", report.verdict, ""]
    lines += [_stage(stage) for stage in report.stages]
    lines.append(f"  {'total':<10} {report.seconds:>8.1f} s")
    lines.append("")
    if figures.files:
        files = ", ".join(f"{count:,} {status}" for status, count in sorted(figures.files.items()))
        lines.append(f"  files      {files}")
    orders = figures.total("orders")
    rejected_rows, rejected_values = figures.total("rejected_rows"), figures.total("rejected_values")
    lines += [
        f"  rows in    {figures.total('rows'):,} = {orders:,} orders + {rejected_rows:,} rejected rows",
        f"  lines      {figures.total('lines'):,}",
    ]
    if rejected_rows or rejected_values:
        lines.append(f"  rejects    {rejected_rows:,} rows, {rejected_values:,} values:")
        lines += [
            f"               {reject.count:>7,}  {reject.level:<5}  {reject.reason_code}" for reject in figures.rejects
        ]
    if report.stage("sync") is not None:
        lines += _board(report)
    lines += _list("rejected workbooks", [f"{file.file}: {file.reason}" for file in figures.rejected_files])
    lines += _list("missing workbooks", [f"{file.file}: {file.reason}" for file in figures.missing_files])
    lines += _list("workbooks that no model reads", list(report.unread))
    lines += _list("unknown headers", [f"{header.file}: {header.header}" for header in figures.unknown_headers])
    lines += _list("columns that are empty now", list(figures.drift))
    lines += _list("held back", list(figures.held_back))
    lines += ["", f"  report     {page}"]
    if report.board_url:
        lines.append(f"  board      {report.board_url} (`make board` serves it)")
    return "\n".join(lines)


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
        said.append(f"{board.gone:,} order(s) left their workbook: reported, nothing done")
    return [f"  {'on board' if position == 0 else '':<10} {line}" for position, line in enumerate(said)]


def _list(title: str, sentences: list[str]) -> list[str]:
    if not sentences:
        return []
    more = [f"    and {len(sentences) - _SHOWN:,} more, see the report"] if len(sentences) > _SHOWN else []
    return ["", f"  {title}:", *(f"    {message}" for message in sentences[:_SHOWN]), *more]


def history_table(runs: tuple[PastRun, ...]) -> str:
    """Past runs, the latest first, a line each."""
    if not runs:
        return "There was no run yet."
    rows = [
        (run.run_id, WORDS[run.status], run.seconds, run.orders, run.changes, (run.message.splitlines() or [""])[0])
        for run in runs
    ]
    return text_table(("run", "result", "seconds", "orders", "changes", "verdict"), rows)
