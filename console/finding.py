"""What a check found: the doctor's, of the whole and of a database; and what a run found, for its verdict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from console.redaction import redact

Verdict = Literal["ok", "warning", "missing", "passed", "attention", "failed"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: what was looked at, how it stands, what was found, and what to do if something is to be done.

    Args:
        check: what was looked at.
        verdict: ok, warning (a run works, but look at it) or missing (a run cannot work); a trial passed or failed;
            what a run found is ok, attention or failed.
        count: how many rows, files or customers it is about; ``None``: not known, or nothing to be counted.
        customers: whom it concerns.
        examples: some of what it is about, by name.
        file, row: the workbook, and the row of its sheet; of several, the first.
        command: what to run next.
    """

    check: str
    verdict: Verdict
    found: str
    hint: str | None = None
    count: int | None = None
    customers: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    file: str | None = None
    row: int | None = None
    command: str | None = None

    @property
    def bad(self) -> bool:
        """Whether a run cannot work with this."""
        return self.verdict in {"missing", "failed"}

    @property
    def line(self) -> str:
        """For a person."""
        hint = f"\n{'':<10}-> {self.hint}" if self.hint else ""
        return redact(f"{self.verdict:<9} {self.check}: {self.found}{hint}")
