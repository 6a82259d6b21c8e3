"""A preflight: lines that passed, failed with their mend, or could not be checked here."""

from __future__ import annotations

import datetime as dt
import enum
from dataclasses import dataclass


class Verdict(enum.StrEnum):
    """How a line came out. What had nothing to look at has not passed."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "not checkable here"


@dataclass(frozen=True, slots=True)
class Check:
    """One line.

    Args:
        name: what should hold, as a sentence without a full stop.
        found: what was found; for a line that could not be checked, why.
        mend: a command or a sentence; of a line that passed, what would be better still.
    """

    section: str
    name: str
    verdict: Verdict
    found: str = ""
    mend: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Makes the lines of one section."""

    name: str

    def passed(self, name: str, found: str = "", mend: str = "") -> Check:
        """It holds."""
        return Check(self.name, name, Verdict.PASSED, found, mend)

    def failed(self, name: str, found: str, mend: str) -> Check:
        """It does not hold."""
        return Check(self.name, name, Verdict.FAILED, found, mend)

    def unknown(self, name: str, why: str, mend: str = "") -> Check:
        """It cannot be told here."""
        return Check(self.name, name, Verdict.UNKNOWN, why, mend)

    def judged(self, name: str, *, holds: bool, found: str, mend: str) -> Check:
        """It holds, or does not."""
        return self.passed(name, found) if holds else self.failed(name, found, mend)


@dataclass(frozen=True, slots=True)
class Preflight:
    """All lines of one look at a target."""

    target: str
    began_at: dt.datetime
    seconds: float
    checks: tuple[Check, ...]

    @property
    def well(self) -> bool:
        """Nothing failed, and something passed."""
        return not self.having(Verdict.FAILED) and bool(self.having(Verdict.PASSED))

    @property
    def sections(self) -> list[str]:
        """By name, in their order."""
        return list(dict.fromkeys(check.section for check in self.checks))

    @property
    def verdict(self) -> str:
        """In some words."""
        counts = [f"{len(self.having(verdict))} {verdict.value}" for verdict in Verdict if self.having(verdict)]
        said = ", ".join(counts) or "nothing was looked at"
        return f"Ready: {said}." if self.well else f"Not ready: {said}."

    def having(self, verdict: Verdict) -> list[Check]:
        """The lines that came out so."""
        return [check for check in self.checks if check.verdict is verdict]

    def of(self, section: str) -> list[Check]:
        """The lines of one section."""
        return [check for check in self.checks if check.section == section]

    def as_json(self) -> dict[str, object]:
        """With what is computed."""
        return {
            "target": self.target, "began_at": self.began_at, "seconds": round(self.seconds, 3), "well": self.well,
            "verdict": self.verdict, "failed": len(self.having(Verdict.FAILED)), "checks": self.checks,
        }  # fmt: skip
