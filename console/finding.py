"""What a check found: the doctor's, of the whole and of a database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from console.redaction import redact

Verdict = Literal["ok", "warning", "missing", "passed", "failed"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: what was looked at, how it stands, what was found, and what to do if something is to be done.

    ``verdict`` is ok, warning (a run works, but look at it) or missing (a run cannot work); a trial passed or failed.
    """

    check: str
    verdict: Verdict
    found: str
    hint: str | None = None

    @property
    def bad(self) -> bool:
        """Whether a run cannot work with this."""
        return self.verdict in {"missing", "failed"}

    @property
    def line(self) -> str:
        """For a person."""
        hint = f"\n{'':<10}-> {self.hint}" if self.hint else ""
        return redact(f"{self.verdict:<9} {self.check}: {self.found}{hint}")
