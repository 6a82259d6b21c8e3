"""What we claim, what was measured, whether it holds. Pure arithmetic, tested so that the bench can be believed."""

from __future__ import annotations

import dataclasses
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from console import text_table

Bound = Literal["at most", "at least"]
_LARGE = 100


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim of the project. ``measured`` and ``limit`` are in ``unit`` (a ratio has the unit ``x``)."""

    area: str
    text: str
    measured: float
    limit: float
    unit: str
    bound: Bound = "at most"

    @property
    def holds(self) -> bool:
        """Whether the measured value keeps the limit."""
        return self.measured <= self.limit if self.bound == "at most" else self.measured >= self.limit


@dataclass(slots=True)
class Report:
    """Claims, and facts that are stated without a limit (in ``unit``)."""

    claims: list[Claim] = field(default_factory=list)
    facts: dict[str, dict[str, object]] = field(default_factory=dict)

    def note(self, area: str, **facts: object) -> None:
        """State facts of an area."""
        self.facts.setdefault(area, {}).update(facts)

    @property
    def holds(self) -> bool:
        """Whether every claim holds."""
        return all(claim.holds for claim in self.claims)

    def as_json(self) -> dict[str, object]:
        """The report as JSON knows it."""
        claims = [{**dataclasses.asdict(claim), "ok": claim.holds} for claim in self.claims]
        return {"ok": self.holds, "claims": claims, "facts": self.facts}

    def table(self) -> str:
        """The claims as a table for people, then the facts."""
        rows = [
            (
                c.area,
                c.text,
                shown(c.measured, c.unit),
                f"{c.bound} {shown(c.limit, c.unit)}",
                "ok" if c.holds else "FAILS",
            )
            for c in self.claims
        ]
        lines = [text_table(("area", "claim", "measured", "limit", ""), rows)]
        for area, facts in self.facts.items():
            lines += ["", f"{area}:"] + [f"  {name.replace('_', ' ')}: {_fact(value)}" for name, value in facts.items()]
        return "\n".join(lines)


def ratio(value: float, base: float) -> float:
    """``value`` in units of ``base``.

    Raises:
        ValueError: the base is zero or less, so nothing was measured.
    """
    if base <= 0:
        raise ValueError(f"a ratio to {base} says nothing: the base was not measured")
    return value / base


def shown(value: float, unit: str) -> str:
    """A number with its unit, with as many digits as one can use."""
    digits = 0 if abs(value) >= _LARGE or (value == int(value) and unit not in {"s", "x"}) else 2
    return f"{value:,.{digits}f} {unit}"


def spread(seconds: Sequence[float]) -> str:
    """Median and range of repeated measurements, as text."""
    return f"{statistics.median(seconds):.2f} s (from {min(seconds):.2f} to {max(seconds):.2f})"


def _fact(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.2f}"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    if isinstance(value, dict):
        return "; ".join(f"{name} {_fact(item)}" for name, item in value.items())
    return str(value)
