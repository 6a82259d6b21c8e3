"""What ``go`` asks for before it begins, each with its age. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from operations.backup import BackupPolicy, Record
from operations.cutover.rules import Rules
from operations.cutover.standing import CLEANED_UP, KEPT, PREFLIGHT, REHEARSE, ROLLBACK, TAKE_OVER, TRIAL, Standing
from operations.log import Entry


@dataclass(frozen=True, slots=True)
class Need:
    """A step that has to be done and fresh.

    Args:
        age, limit: of its last time, in seconds; ``None``: it never was.
        lacking: why ``go`` would refuse for it; ``None``: it would not.
        command: what does it.
    """

    step: str
    age: float | None
    limit: float
    lacking: str | None
    command: str

    @property
    def sentence(self) -> str:
        """What is lacking, with what does it."""
        return f"{self.lacking} (`{self.command}`)"


def needs(
    standing: Standing, backup: Record | None, rules: Rules, policy: BackupPolicy, *, now: dt.datetime,
    foreign: Sequence[str] = (),
) -> list[Need]:  # fmt: skip
    """All that has to be fresh, in the order in which it is done.

    Args:
        backup: the last one that was restored on trial.
        foreign: relations of somebody else's under our names.
    """
    found = []
    if foreign:
        lacking = f"{', '.join(foreign)} stands under our names and was not made by us"
        found.append(Need(TAKE_OVER, None, 0.0, lacking, "cutover take-over"))
    elif (unfinished := _take_over(standing, now)) is not None:
        found.append(unfinished)
    found.append(_preflight(standing, rules, now))
    found.append(_need(REHEARSE, standing.last(REHEARSE, "done", "failed"), rules.fresh.rehearse, now,
                       command="cutover rehearse", word="rehearsal"))  # fmt: skip
    found.append(_trial(standing, rules, now))
    limit = dt.timedelta(days=policy.verified_within_days)
    command = "maintenance backup && maintenance restore --check"
    if backup is None:
        found.append(Need("backup", None, limit.total_seconds(), "no backup was ever restored on trial", command))
    else:
        age = now - backup.taken_at
        old = f"the last backup that was restored on trial is {span(age)} old; the limit is {span(limit)}"
        found.append(Need("backup", age.total_seconds(), limit.total_seconds(), old if age > limit else None, command))
    return found


def _take_over(standing: Standing, now: dt.datetime) -> Need | None:
    """A take-over that was begun and is not over; there need not have been one at all."""
    last = standing.last(TAKE_OVER, "begun", "done", "failed")
    undone = standing.last(f"{TAKE_OVER} undo", "done")
    if last is None or last.outcome == "done" or (undone is not None and undone.sequence > last.sequence):
        return None
    lacking = f"the take-over, last tried {span(_age(last, now))} ago, is not over"
    return Need(TAKE_OVER, _age(last, now).total_seconds(), 0.0, lacking, "cutover take-over")


def _preflight(standing: Standing, rules: Rules, now: dt.datetime) -> Need:
    last = standing.last(PREFLIGHT, "done", "failed")
    back = standing.last(ROLLBACK, "done")
    need = _need(PREFLIGHT, last, rules.fresh.preflight, now, command="cutover preflight", word="preflight")
    if need.lacking is None and last is not None and back is not None and back.sequence > last.sequence:
        lacking = f"the last preflight ({span(_age(last, now))} old) is from before the rollback"
        return Need(need.step, need.age, need.limit, lacking, need.command)
    return need


def _trial(standing: Standing, rules: Rules, now: dt.datetime) -> Need:
    last = standing.trial
    command = "cutover trial --customer <C> --limit <N>"
    need = _need(TRIAL, last, rules.fresh.trial, now, command=command, word="trial")
    if need.lacking is None and last is not None and last.after not in {CLEANED_UP, KEPT}:
        lacking = f"the items of the trial ({span(_age(last, now))} old) are on the board"
        return Need(need.step, need.age, need.limit, lacking, "cutover trial --cleanup")
    return need


def _need(
    step: str, last: Entry | None, limit: dt.timedelta, now: dt.datetime, *, command: str, word: str
) -> Need:  # fmt: skip
    if last is None or last.at is None:
        return Need(step, None, limit.total_seconds(), f"there was no {word} yet", command)
    age = _age(last, now)
    lacking = None
    if last.outcome == "failed":
        lacking = f"the last {word} ({span(age)} old) did not pass: {last.message or 'no reason recorded'}".rstrip(".")
    elif last.outcome == "begun":
        lacking = f"the last {word}, begun {span(age)} ago, is not over"
    elif age > limit:
        lacking = f"the last {word} is {span(age)} old; the limit is {span(limit)}"
    return Need(step, age.total_seconds(), limit.total_seconds(), lacking, command)


def _age(entry: Entry, now: dt.datetime) -> dt.timedelta:
    return max(now - entry.at, dt.timedelta(0)) if entry.at else dt.timedelta.max


def span(duration: dt.timedelta) -> str:
    """A duration for people: 40 min, 5 h, 3 days."""
    minutes = duration.total_seconds() / 60
    if minutes < 120:  # noqa: PLR2004 - two hours
        return f"{minutes:.0f} min"
    return f"{minutes / 60:.0f} h" if minutes < 48 * 60 else f"{minutes / 1440:.0f} days"
