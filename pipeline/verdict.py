"""The verdict of a run as a whole: one pure function draws it from the figures and from what every program found.

Its word stands in the exit status, the JSON, on the console, on the report's page, in the history and in
``pipeline status``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from console import ExitCode, Finding, counted
from pipeline.findings import Scope, failure_findings, held_findings, order_findings, workbook_findings
from pipeline.model import Figures, Stage, Status

#: The word for each way a run can end.
WORDS = {
    Status.OK: "all well",
    Status.ATTENTION: "needs attention",
    Status.FAILED: "failed",
    Status.SKIPPED: "skipped",
    Status.INTERRUPTED: "interrupted",
    Status.RUNNING: "running",
    Status.DIED: "killed",
}
EXIT_CODES = {
    Status.OK: ExitCode.OK,
    Status.ATTENTION: ExitCode.SOME_FAILED,
    Status.FAILED: ExitCode.SOME_FAILED,
    Status.INTERRUPTED: ExitCode.INTERRUPTED,
    Status.RUNNING: ExitCode.LOCKED,
    Status.DIED: ExitCode.SOME_FAILED,
}
#: What each kind of problem is called in the sentence, by number.
_KINDS = {
    "rejected workbook": ("workbook rejected", "workbooks rejected"),
    "missing workbook": ("workbook missing", "workbooks missing"),
    "workbook without a model": ("workbook that no model reads", "workbooks that no model reads"),
    "lost order": ("order lost", "orders lost"),
    "sum": ("customer whose rows do not add up", "customers whose rows do not add up"),
    "held back": ("customer held back", "customers held back"),
    "record not taken": ("record not taken by the board", "records not taken by the board"),
    "record given up": ("record given up", "records given up"),
    "left to people": ("record left alone for what people did", "records left alone for what people did"),
    "off the board": ("order whose item is not on the board", "orders whose items are not on the board"),
}
_ORDER = {"failed": 0, "attention": 1}
_SHORT = 400


@dataclass(frozen=True, slots=True)
class Judgement:
    """How a run ended, the sentence for it, and all that was found, what has to be done first."""

    status: Status
    verdict: str
    findings: tuple[Finding, ...]


def judge(stages: Sequence[Stage], figures: Figures, scope: Scope | None = None) -> Judgement:
    """How the run ended. Fails closed: what saw nothing is not well, and neither is what is not known.

    Workbooks count always, for what became of them does not get old. Orders count when they were built or pushed,
    records on the board when they were pushed: a run judges what it saw.
    """
    scope = scope or Scope()
    findings = tuple(sorted(_all(stages, figures, scope), key=lambda finding: _ORDER.get(finding.verdict, 2)))
    did = _did(stages, figures)
    interrupted = next((stage for stage in stages if stage.status is Status.INTERRUPTED), None)
    if interrupted is not None:
        return Judgement(Status.INTERRUPTED, f"{interrupted.name}: {interrupted.message}", findings)
    bad = next((stage for stage in stages if stage.status is Status.FAILED), None)
    told = _told(findings)
    if bad is not None and (not bad.findings or any(f.check == bad.name for f in bad.findings)):
        own = {_short(finding.found).rstrip(".") for finding in (*bad.findings, *_of_stage(bad))}
        rest = [phrase for phrase in told if phrase not in own]
        more = f" Besides: {'; '.join(rest)}." if rest else ""
        return Judgement(Status.FAILED, f"Failed in {bad.name}: {_ended(_short(bad.message))}{more}", findings)
    severities = {finding.verdict for finding in findings}
    if bad is not None or "failed" in severities:
        return Judgement(Status.FAILED, f"Failed: {'; '.join(filter(None, (*told, did)))}.", findings)
    if "attention" in severities:
        return Judgement(Status.ATTENTION, f"Needs attention: {'; '.join(filter(None, (*told, did)))}.", findings)
    return Judgement(Status.OK, f"All well: {did or _done(stages)}.", findings)


def _all(stages: Sequence[Stage], figures: Figures, scope: Scope) -> list[Finding]:
    found = [finding for stage in stages for finding in _of_stage(stage)]
    found += workbook_findings(figures)
    seen = {stage.name for stage in stages if stage.status not in {Status.FAILED, Status.INTERRUPTED}}
    stopped = next((s for s in stages if s.status in {Status.FAILED, Status.INTERRUPTED} and s.name != "sync"), None)
    pushed = any(stage.name == "sync" and stage.status is not Status.SKIPPED for stage in stages)
    if stopped is None and seen & {"transform", "validate"}:
        found += order_findings(figures, scope)
    if stopped is None and (pushed or seen & {"transform", "validate"}):
        found += held_findings(figures, scope)
    if pushed:
        found += failure_findings(figures, scope)
    if stopped is None and stages and not figures.total("rows") and not found:
        found.append(
            Finding("rows", "attention", "There was nothing to look at: no workbook has any rows here.",
                    "Look at the source and the target:", command="pipeline doctor")
        )  # fmt: skip
    if not any(finding.verdict in _ORDER for finding in found):
        said = [stage for stage in stages if stage.status is Status.ATTENTION]
        found += [Finding(stage.name, "attention", stage.message or "It needs attention.") for stage in said]
    return found


def _of_stage(stage: Stage) -> tuple[Finding, ...]:
    """What a stage found itself; one that failed, or says no more than that it needs attention, is its message."""
    known = {finding.verdict for finding in stage.findings}
    if stage.status is Status.FAILED and "failed" not in known:
        return (Finding(stage.name, "failed", stage.message or "It failed.", command="pipeline run"), *stage.findings)
    if stage.status is Status.INTERRUPTED:
        return (Finding(stage.name, "attention", stage.message, command="pipeline run"), *stage.findings)
    return stage.findings


def _told(findings: Sequence[Finding]) -> list[str]:
    """Each kind of problem once, with its number; what has no number in its own words."""
    whole = any(finding.check == "workbooks" for finding in findings)
    numbers: dict[str, int] = {}
    told: dict[str, None] = {}
    for finding in findings:
        if finding.verdict not in _ORDER or (whole and finding.check in {"missing workbook", "rejected workbook"}):
            continue
        if finding.check in _KINDS and finding.count is not None:
            numbers[finding.check] = numbers.get(finding.check, 0) + finding.count
            told[finding.check] = None
        else:
            told[_short(finding.found).rstrip(".")] = None
    return [counted(numbers[kind], *_KINDS[kind]) if kind in numbers else kind for kind in told]


def _ended(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _short(text: str) -> str:
    line = " ".join((text.splitlines() or [""])[0].split())
    return line if len(line) <= _SHORT else f"{line[:_SHORT].rstrip()} ..."


def _did(stages: Sequence[Stage], figures: Figures) -> str:
    """What was done on the board, if a push was; of one that broke off, only what is known."""
    sync = next((stage for stage in stages if stage.name == "sync"), None)
    changes = figures.board.changes
    if sync is None or sync.status is Status.SKIPPED or (sync.status is Status.FAILED and not changes):
        return ""
    return f"{counted(changes, 'change')} on the board" if changes else "nothing changed on the board"


def _done(stages: Sequence[Stage]) -> str:
    return f"{', '.join(stage.name for stage in stages) or 'nothing'} done"
