"""What an audit finds: sections of checks, with tables of figures beside them."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


class Verdict(enum.StrEnum):
    """How a check came out.

    A check that found nothing to look at has not passed, and one whose query failed has failed.
    """

    PASSED = "passed"
    FAILED = "failed"
    #: Worth knowing, and not wrong.
    NOTE = "note"
    NOTHING = "nothing to look at"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at.

    Args:
        name: what should hold, as a sentence without a full stop.
        found: how many rows, tables or columns there are for which it does not.
        looked_at: how many were looked at.
        message: what was found, where the numbers alone do not say it.
        hint: what to do about it.
        columns, examples: up to ten of those that were found.
        query: gives all of them.
    """

    name: str
    verdict: Verdict
    found: int = 0
    looked_at: int | None = None
    message: str = ""
    hint: str = ""
    columns: tuple[str, ...] = ()
    examples: tuple[tuple[Any, ...], ...] = ()
    query: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """Figures for people. ``bars``: the numbers of the columns that a bar shows as well; ``None`` in a row: unknown."""

    title: str
    headers: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    bars: tuple[int, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the audit.

    Args:
        not_looked_at: what could not be looked at, each with the reason.
    """

    name: str
    checks: tuple[Check, ...] = ()
    grids: tuple[Grid, ...] = ()
    not_looked_at: tuple[str, ...] = ()

    def with_verdict(self, verdict: Verdict) -> list[Check]:
        """Its checks that came out so."""
        return [check for check in self.checks if check.verdict is verdict]


@dataclass(frozen=True, slots=True)
class Audit:
    """One audit.

    Args:
        engine: the database's own version.
        held: what kept the audit from changing anything.
        statements: how many it sent.
    """

    target: str
    engine: str
    held: str
    began_at: dt.datetime
    seconds: float
    sections: tuple[Section, ...] = field(default=())
    statements: int = 0

    @property
    def checks(self) -> list[Check]:
        """Of all sections."""
        return [check for section in self.sections for check in section.checks]

    @property
    def wrong(self) -> int:
        """How many checks failed."""
        return self._count(Verdict.FAILED)

    @property
    def well(self) -> bool:
        """Nothing is wrong, and something was looked at."""
        return not self.wrong and self._count(Verdict.PASSED) > 0

    @property
    def blank(self) -> list[str]:
        """Sections none of whose checks had anything to look at."""
        looked = {Verdict.PASSED, Verdict.FAILED, Verdict.NOTE}
        return [s.name for s in self.sections if not any(check.verdict in looked for check in s.checks)]

    @property
    def verdict(self) -> str:
        """In some words: what is wrong, and what was not looked at."""
        said = self._verdict()
        return f"{said} Nothing to look at in: {', '.join(self.blank)}." if self.blank and self.well else said

    def _verdict(self) -> str:
        passed, notes, nothing = map(self._count, (Verdict.PASSED, Verdict.NOTE, Verdict.NOTHING))
        rest = [f"{passed} passed"]
        rest += [f"{notes} noted"] if notes else []
        rest += [f"{nothing} had nothing to look at"] if nothing else []
        if self.wrong:
            return f"{self.wrong} of {len(self.checks)} checks failed; {', '.join(rest)}."
        if not passed:
            return "Nothing was checked: there was nothing to look at."
        return f"{'Nothing wrong was found' if nothing else 'All well'}: {', '.join(rest)}."

    def as_json(self) -> dict[str, object]:
        """With the verdict, which is computed."""
        return {
            "target": self.target, "engine": self.engine, "held": self.held, "began_at": self.began_at,
            "seconds": round(self.seconds, 3), "statements": self.statements, "verdict": self.verdict,
            "blank": self.blank,
            "well": self.well, "wrong": self.wrong, "sections": self.sections,
        }  # fmt: skip

    def _count(self, verdict: Verdict) -> int:
        return sum(check.verdict is verdict for check in self.checks)


def verdict_on(found: int, looked_at: int, *, otherwise: Verdict = Verdict.FAILED) -> Verdict:
    """Passed when nothing was found among what was looked at."""
    if found:
        return otherwise
    return Verdict.PASSED if looked_at else Verdict.NOTHING


def listing(
    name: str, found: Sequence[tuple[Any, ...]], looked_at: int, columns: tuple[str, ...], *,
    hint: str = "", otherwise: Verdict = Verdict.FAILED,
) -> Check:  # fmt: skip
    """A check of the catalog, which knows all that it found; no query gives them."""
    return Check(
        name, verdict_on(len(found), looked_at, otherwise=otherwise), len(found), looked_at, hint=hint if found else "",
        columns=columns if found else (), examples=tuple(found[:SHOWN]),
    )  # fmt: skip


#: So many examples are shown.
SHOWN = 10
