"""The To do of a run: a line for each problem, with whom and what it concerns and the command to run next."""

from __future__ import annotations

from collections.abc import Sequence

from console import Finding, listed


def todo_lines(findings: Sequence[Finding]) -> list[str]:
    """As text, each problem in one line."""
    return [todo_line(finding) for finding in findings]


def todo_line(finding: Finding) -> str:
    """Whom it concerns, what is wrong, where, and what to do."""
    who = f"{whom(finding)}: " if finding.customers else ""
    where = f" ({place(finding)})" if place(finding) else ""
    hint = f" {finding.hint}" if finding.hint else ""
    command = f" {finding.command}" if finding.command else ""
    return f"{who}{' '.join(finding.found.split())}{where}{' ->' if hint or command else ''}{hint}{command}"


def whom(finding: Finding) -> str:
    """The customers it concerns."""
    return listed(finding.customers)


def place(finding: Finding) -> str:
    """The workbook and the row of its sheet, unless the text has the workbook already."""
    file = finding.file if finding.file and finding.file not in finding.found else ""
    row = f"row {finding.row:,}" if finding.row is not None else ""
    return ", ".join(filter(None, (file, row)))
