"""What the referee counts: calls, points, calls turned away, replies given again, errors, and mutations by name."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, fields
from typing import Any


@dataclass(slots=True)
class Tally:
    """Counters since the emulator started (or was reset)."""

    calls: int = 0
    points: int = 0
    replayed: int = 0
    rejections: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    mutations: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)

    def count(self, points: int, mutations: list[str]) -> None:
        """A query that ran."""
        self.points += points
        self.mutations.update(mutations)

    def rejected(self, code: str) -> None:
        """A call that was turned away before it ran."""
        self.rejections[code] += 1

    def failed(self, code: str) -> None:
        """An error in a query that ran."""
        self.errors[code] += 1

    def shown(self) -> dict[str, Any]:
        """As plain JSON."""
        values = ((f.name, getattr(self, f.name)) for f in fields(self))
        return {name: dict(value) if isinstance(value, Counter) else value for name, value in values}
