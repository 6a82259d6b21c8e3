"""What operations cost in points and seconds: assumed at first, learnt from every answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

#: Points of one create_item, the only cost that is documented; assumed for every mutation until it was seen.
_ASSUMED_POINTS = 10_000.0
#: Reading is cheaper; assumed for an item with its subitems until it was seen.
_ASSUMED_READ_POINTS = 1_000.0
_ASSUMED_SECONDS = 0.25
#: A cost that fell is believed little by little: a request that is dearer than thought would be rejected.
_FALL = 0.9
#: Most of the time of a request of few operations is its way there and back.
_FEW = 10

READ = "read"


@dataclass(slots=True)
class Cost:
    """Of one operation of a kind.

    Args:
        most: operations that one request may hold, after one was too slow; ``None`` when none was.
    """

    points: float
    seconds: float = _ASSUMED_SECONDS
    seen: bool = False
    most: int | None = None


class Costs:
    """Costs by kind of operation (``create_item``, ``read``, ...)."""

    def __init__(self) -> None:
        self._known: dict[str, Cost] = {}

    def of(self, kind: str) -> Cost:
        """The cost of a kind; an assumption until it was seen."""
        if kind not in self._known:
            self._known[kind] = Cost(_ASSUMED_READ_POINTS if kind.startswith(READ) else _ASSUMED_POINTS)
        return self._known[kind]

    def points(self, counts: Mapping[str, int]) -> float:
        """Expected points of a request."""
        return sum(self.of(kind).points * count for kind, count in counts.items())

    def learn(self, counts: Mapping[str, int], points: int | None, seconds: float) -> None:
        """A request of so many operations by kind was answered: it cost ``points`` and took ``seconds``."""
        total = sum(counts.values())
        if not total:
            return
        expected = self.points(counts)
        for kind in counts:
            cost = self.of(kind)
            if points is not None and expected > 0:
                now = cost.points * points / expected
                cost.points = max(now, cost.points * _FALL) if cost.seen else now
            pace = seconds / max(total, _FEW)
            cost.seconds = max(pace, cost.seconds * _FALL) if cost.seen else pace
            cost.seen = True
            if cost.most is not None:
                cost.most += max(1, cost.most // 4)

    def too_slow(self, counts: Mapping[str, int]) -> None:
        """A request of so many operations was not answered in time: halve them."""
        for kind, count in counts.items():
            self.of(kind).most = max(1, count // 2)
