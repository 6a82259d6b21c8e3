"""What ``cutover`` prints for people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from console import counted, shortened, text_table
from operations.cutover.gate import span
from operations.cutover.go import Went
from operations.cutover.rehearsal import Rehearsal
from operations.cutover.rollback import Back
from operations.cutover.standing import GO, KEPT, PUSHED
from operations.cutover.status import Status
from operations.cutover.trial import Tried
from operations.log import Entry

_SHOWN = 20
_WIDTH = 100


def entries(found: Sequence[Entry]) -> str:
    """The steps that were done, the latest first."""
    if not found:
        return "Nothing was done yet. Begin with `cutover preflight`."
    rows = [
        (f"{e.at:%Y-%m-%d %H:%M}" if e.at else "", e.action, e.subject, e.outcome, e.who or "", e.message)
        for e in found
    ]
    return text_table(("when (UTC)", "step", "of", "outcome", "who", "what"), rows)


def standing(found: Status) -> str:
    """Where the cutover stands."""
    lines = [f"{found.target}: {found.phase}. The schedule names {found.schedule or 'no target'}.", ""]
    rows = [
        (
            s.name,
            "" if s.age is None else f"{span(dt.timedelta(seconds=s.age))} ago",
            s.outcome,
            s.who,
            shortened(s.message, _WIDTH),
        )
        for s in found.steps
    ]
    lines += [text_table(("step", "when", "outcome", "who", "what"), rows), ""]
    if found.refusals:
        lines += ["`cutover go` would refuse:", *(f"  {sentence}" for sentence in found.refusals), ""]
    elif found.needs:
        lines += ["`cutover go` has all that it asks for.", ""]
    return "\n".join([*lines, f"Next: `{found.next}`"])


def rehearsed(found: Rehearsal) -> str:
    """What a rehearsal did, and how long each part took."""
    rows = [(part, f"{took:.1f} s") for part, took in found.seconds.items()]
    lines = [
        "Everything went through in the copy and came back as it was." if found.well
        else f"{counted(len(found.problems), 'problem')}:",
        *(f"  {point}" for point in found.problems[:_SHOWN]),
        "",
        text_table(("part", "took"), rows),
        ", ".join(f"{what}: {count:,}" for what, count in found.counts.items()),
        *_listed("Seen", found.found),
        "Nothing real was touched: tables and board were only read.",
    ]  # fmt: skip
    return "\n".join(lines)


def tried(found: Tried) -> str:
    """A trial, its clean-up, or the word that it stays."""
    if found.state == KEPT:
        return f"Noted: the {counted(found.orders, 'order')} of {found.customer} stay on the board."
    if found.state != PUSHED:
        lines = [f"Cleaned up: {counted(found.records, 'record')} of {found.customer} are as they were before."]
        return "\n".join([*lines, *_listed("Left as people changed them", found.left), _took(found.seconds)])
    lines = [
        f"{counted(found.orders, 'order')} of {found.customer} pushed as test data "
        f"({counted(found.records, 'record')}), {found.checked:,} read back field by field: "
        + ("all as they should be." if found.well else f"{counted(len(found.problems), 'problem')}."),
        *_listed("Problems", found.problems),
        _took(found.seconds),
        "Look at them on the board, then clean up: `cutover trial --cleanup"
        + (f" --yes {found.number}`" if found.number is not None else "`"),
    ]
    return "\n".join(lines)


def went(found: Went) -> str:
    """What ``go`` did."""
    run = found.run
    lines = [
        f"Production is {found.target}: {found.schedule} names it. Everything as it was before: {found.backup}.",
        f"First run {run.run_id}: {run.verdict}",
        f"{counted(run.changes, 'change')} on the board; of {counted(run.records, 'record')} {run.failed:,} in error, "
        f"{run.held:,} held back.",
    ]
    if found.well:
        lines.append("Board and database agree within the limits.")
    else:
        lines += _listed("Beyond the limits", found.beyond)
        if found.back is None:
            lines.append(
                "Nothing was rolled back by itself. `cutover rollback` goes back; `cutover go` runs once more."
            )
    lines.append(_took(found.seconds))
    return "\n".join(lines if found.back is None else [*lines, "", back(found.back)])


def back(found: Back) -> str:
    """What a rollback did."""
    if found.incident is None:
        further = " `--to trial` and `--to take-over` go further." if found.to == GO else ""
        return f"There is nothing to take back: everything is as before {found.to}.{further}"
    lines = [
        f"As before {found.to}: {counted(len(found.runs), 'run')} undone on the board "
        f"({counted(found.rows, 'record')}), {counted(len(found.tables), 'table')} brought back.",
        *_listed("Left as it is", found.left),
        f"For the investigation: {found.incident}",
        _took(found.seconds),
    ]
    if found.rescue:
        lines.insert(-1, f"The tables as they were until now: {found.rescue}")
    return "\n".join(lines)


def _listed(title: str, points: Sequence[str]) -> list[str]:
    if not points:
        return []
    more = [f"  and {len(points) - _SHOWN:,} more"] if len(points) > _SHOWN else []
    return [f"{title}:", *(f"  {point}" for point in points[:_SHOWN]), *more]


def _took(seconds: Mapping[str, float]) -> str:
    return "Took " + (", ".join(f"{part} {took:.1f} s" for part, took in seconds.items()) or "no time") + "."
