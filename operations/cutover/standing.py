"""How far a cutover is, by its log. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from operations.log import Entry

TAKE_OVER, PREFLIGHT, REHEARSE, TRIAL, GO, WATCH, ROLLBACK = (
    "take-over", "preflight", "rehearse", "trial", "go", "watch", "rollback",
)  # fmt: skip
#: States of a trial.
PUSHED, CLEANED_UP, KEPT = "pushed", "cleaned up", "kept"
#: The steps that a rollback may go back to, the last one first: the state before each is brought back.
BACK_TO = (GO, TRIAL, TAKE_OVER)


class Phase(StrEnum):
    """Where the cutover stands."""

    BEFORE = "before go"
    GOING = "go was begun"
    LIVE = "live"
    BEYOND = "live, beyond the limits"
    ROLLING_BACK = "rollback was begun"
    ROLLED_BACK = "rolled back"


@dataclass(frozen=True, slots=True)
class Standing:
    """How far it is.

    Args:
        go: the row with which the ``go`` began that counts now, or was taken back last.
        rollback: the row with which the rollback began that is not over.
        entries: all rows, newest first.
    """

    phase: Phase
    go: Entry | None
    rollback: Entry | None
    entries: Sequence[Entry]

    def last(self, action: str, *outcomes: str) -> Entry | None:
        """The newest row of a step, with one of these outcomes."""
        return next((e for e in self.entries if e.action == action and (not outcomes or e.outcome in outcomes)), None)

    @property
    def trial(self) -> Entry | None:
        """How far the last trial is: rows that only tell why it broke off, or was refused, say nothing of that."""
        return next((e for e in self.entries if e.action == TRIAL and (e.outcome == "begun" or e.after)), None)


def stand(entries: Sequence[Entry]) -> Standing:
    """How far the cutover of these rows (newest first) is."""
    go = _first(entries, GO, "begun")
    since = [entry for entry in entries if go is not None and entry.sequence > go.sequence]
    rollback = _first(since, ROLLBACK, "begun")
    over = _first(since, ROLLBACK, "done")
    if go is None:
        phase = Phase.BEFORE
    elif over is not None and (rollback is None or over.sequence > rollback.sequence):
        phase = Phase.ROLLED_BACK
    elif rollback is not None:
        phase = Phase.ROLLING_BACK
    else:
        ended = next((e for e in since if e.action == GO and e.outcome in {"done", "failed"}), None)
        if ended is None or (ended.outcome == "failed" and ended.after != Phase.BEYOND):
            phase = Phase.GOING
        else:
            phase = Phase.LIVE if ended.outcome == "done" else Phase.BEYOND
    return Standing(phase, go, rollback if phase is Phase.ROLLING_BACK else None, entries)


def _first(entries: Sequence[Entry], action: str, outcome: str) -> Entry | None:
    return next((e for e in entries if e.action == action and e.outcome == outcome), None)
