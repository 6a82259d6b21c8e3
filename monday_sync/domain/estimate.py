"""What work will take."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Estimate:
    """What work will take.

    Args:
        seconds: from the first request to the last answer.
        day_share: of the day's calls; ``None`` when the day's limit is not known.
    """

    seconds: float
    calls: int
    points: int
    day_share: float | None = None
