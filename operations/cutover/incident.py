"""The file of an incident: what the logs know of a cutover that was taken back, for whoever looks into it. Pure.

A step tells its figures by two keys of its evidence, ``before`` and ``after``, each a mapping of names to numbers.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from console import counted, mask
from operations.backup.policy import stamp
from operations.log import Entry
from pipeline import FinishedRun

FOLDER = Path("data/reports/cutover")
_BEFORE, _AFTER = "before", "after"
_SHOWN = 20
_UNKNOWN = "unknown"
#: Steps that take something back.
_BACK = ("rollback", "undo", "backup restore")


def file_name(at: dt.datetime) -> Path:
    """Where the file of an incident goes, from the project's folder."""
    return FOLDER / f"{stamp(at)}.md"


def render(
    entries: Sequence[Entry], *, target: str, at: dt.datetime, runs: Sequence[FinishedRun], left: Sequence[str]
) -> str:  # fmt: skip
    """The file as Markdown, without secrets.

    Args:
        entries: of ``cutover_log`` and ``maintenance_log`` together, in any order.
        at: when it was written.
        runs: the runs of that time.
        left: what the rollback left as it is, each as a sentence.
    """
    ordered = sorted(entries, key=lambda entry: (entry.at or at, entry.sequence))
    parts = [
        [f"# Cutover of {target}, taken back", "", *_summary(ordered, runs, at)],
        ["## Timeline", "", *_timeline(ordered, runs, at)],
        ["## Figures before and after", "", *_figures(ordered)],
        ["## What was undone", "", *_undone(ordered)],
        ["## What is left", "", *(_points(left) or ["The rollback names nothing that is left."])],
        ["## Questions for the investigation", "", *_points(list(_questions(ordered, runs, left)))],
    ]
    return mask("\n\n".join("\n".join(part) for part in parts) + "\n")


def _summary(entries: Sequence[Entry], runs: Sequence[FinishedRun], at: dt.datetime) -> list[str]:
    lines = [f"Written on {_moment(at)} UTC from the logs of the database: {counted(len(entries), 'step')}, "
             f"{counted(len(runs), 'run')}."]  # fmt: skip
    go, back = _last(entries, "go"), _last(entries, "rollback")
    if go and go.at:
        lines.append(f"The last `go` ({go.outcome}) was at {_moment(go.at)}, by {go.who or _UNKNOWN}.")
    else:
        lines.append("The logs have no `go`.")
    if back and back.at:
        after = f", {_span(back.at - go.at)} later" if go and go.at and back.at >= go.at else ""
        lines.append(
            f"The last `rollback` ({back.outcome}) was at {_moment(back.at)}{after}, by {back.who or _UNKNOWN}."
        )
    else:
        lines.append("The logs have no `rollback`.")
    return lines


def _timeline(entries: Sequence[Entry], runs: Sequence[FinishedRun], at: dt.datetime) -> list[str]:
    rows = [
        (entry.at or at, (
            f"{entry.action}" + (f" {entry.subject}" if entry.subject else ""), entry.outcome, entry.who or _UNKNOWN,
            "" if entry.seconds is None else f"{entry.seconds:,.1f}", entry.message,
        ))
        for entry in entries
    ]  # fmt: skip
    rows += [
        (run.ended_at, (
            f"run {run.run_id} ended", "went through" if run.went_through else "did not go through", "", "",
            _first_line(run.text),
        ))
        for run in runs
    ]  # fmt: skip
    rows.sort(key=lambda row: row[0])
    return _table(
        ("when (UTC)", "what", "outcome", "who", "seconds", "in words"),
        [(_moment(moment), *cells) for moment, cells in rows],
    ) or ["Neither a step nor a run is known."]


def _figures(entries: Sequence[Entry]) -> list[str]:
    lines: list[str] = []
    for place, entry in enumerate(entries, 1):
        before, after = entry.evidence.get(_BEFORE), entry.evidence.get(_AFTER)
        if not isinstance(before, Mapping) and not isinstance(after, Mapping):
            continue
        if not isinstance(after, Mapping) and _told_again(entry, entries[place:]):
            continue
        old = before if isinstance(before, Mapping) else {}
        new = after if isinstance(after, Mapping) else {}
        rows = [(name, _said(old.get(name)), _said(new.get(name)), _difference(old.get(name), new.get(name)))
                for name in dict.fromkeys((*old, *new))]  # fmt: skip
        lines += [f"{entry.action}, {_moment(entry.at)}:" if entry.at else f"{entry.action}:", ""]
        lines += [*_table(("figure", "before", "after", "difference"), rows), ""]
    return lines[:-1] or ["No step noted figures."]


def _told_again(begun: Entry, later: Sequence[Entry]) -> bool:
    """Whether the end of the step has the same figures of before, and those of after."""
    return any(e.action == begun.action and _BEFORE in e.evidence and _AFTER in e.evidence for e in later)


def _undone(entries: Sequence[Entry]) -> list[str]:
    back = [entry for entry in entries if _takes_back(entry) and entry.outcome != "begun"]
    lines: list[str] = []
    for entry in back:
        said = f": {_cell(entry.message)}" if entry.message else ""
        lines.append(f"- {_cell(f'{entry.action} {entry.subject}'.strip())}, {entry.outcome}{said}")
        for name, value in entry.evidence.items():
            if name not in {_BEFORE, _AFTER}:
                lines.append(f"  - {_cell(name)}: {_cell(_listed(value))}")
    return lines or ["The logs name nothing that was undone."]


def _questions(entries: Sequence[Entry], runs: Sequence[FinishedRun], left: Sequence[str]) -> Iterator[str]:
    """What the logs leave open."""
    go, back = _last(entries, "go"), _last(entries, "rollback")
    yield "What was seen first, by whom, and when? The logs know steps, not what people saw."
    yield "Why was it taken back?" + (f" The rollback says: {_cell(back.message)}" if back and back.message else "")
    for entry in entries:
        if entry.outcome in {"failed", "refused"}:
            when = f" at {_moment(entry.at)}" if entry.at else ""
            asked = (
                f"did `{_cell(entry.action)}` fail" if entry.outcome == "failed" else f"was `{entry.action}` refused"
            )
            yield f"Why {asked}{when}? It says: {_cell(entry.message) or 'nothing'}"
    ended = {(entry.action, entry.subject) for entry in entries if entry.outcome != "begun"}
    for entry in entries:
        if entry.outcome == "begun" and (entry.action, entry.subject) not in ended:
            yield f"What became of `{_cell(entry.action)}`, begun at {_moment(entry.at)}? The logs have no end of it."
    for run in runs:
        if not run.went_through:
            yield f"Why did the run {run.run_id} not go through? It says: {_cell(_first_line(run.text)) or 'nothing'}"
    if go:
        for step in ("preflight", "rehearse", "trial"):
            if not any(e.action == step and e.outcome == "done" and e.sequence < go.sequence for e in entries):
                yield f"Why was there a `go` without a `{step}` that was done before it?"
            else:
                yield f"What would `{step}` have had to look at to show it before `go`?"
    if left:
        yield f"Who sees to what is left ({counted(len(left), 'point')} above), and until when?"


def _takes_back(entry: Entry) -> bool:
    return any(entry.action == word or entry.action.endswith(f" {word}") for word in _BACK)


def _last(entries: Sequence[Entry], action: str) -> Entry | None:
    return next((entry for entry in reversed(entries) if entry.action == action), None)


def _table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    if not rows:
        return []
    lines = [headers, ["---"] * len(headers), *([_cell(text) for text in row] for row in rows)]
    return [f"| {' | '.join(cells)} |" for cells in lines]


def _points(texts: Sequence[str]) -> list[str]:
    return [f"- {' '.join(text.split())}" for text in texts]


def _cell(text: str) -> str:
    """A text that breaks no table and no list."""
    return " ".join(text.split()).replace("|", "\\|")


def _listed(value: Any) -> str:
    """A figure, a sentence, or the first of many."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_said(one)}" for name, one in value.items())
    if isinstance(value, list | tuple):
        more = f" and {len(value) - _SHOWN:,} more" if len(value) > _SHOWN else ""
        return (", ".join(_said(one) for one in value[:_SHOWN]) or "none") + more
    return _said(value)


def _said(value: Any) -> str:
    if value is None:
        return _UNKNOWN
    return f"{value:,}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def _difference(old: Any, new: Any) -> str:
    if any(not isinstance(value, int | float) or isinstance(value, bool) for value in (old, new)):
        return "" if old is not None and new is not None and old == new else "not comparable"
    return f"{new - old:+,}" if new != old else "0"


def _moment(moment: dt.datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}" if moment else _UNKNOWN


def _span(duration: dt.timedelta) -> str:
    minutes = round(duration.total_seconds() / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes / 60:.1f} h"  # noqa: PLR2004 - two hours


def _first_line(text: str) -> str:
    return text.splitlines()[0] if text else ""
