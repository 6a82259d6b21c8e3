"""What work will take, and what it took."""

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


@dataclass(frozen=True, slots=True)
class ApiUse:
    """How the API answered so far.

    Args:
        calls: requests sent; refused: of them, for a limit; retried: sent once more for whatever reason.
        waited: seconds, for limits, locks and connections.
        p95: seconds within which 95 % of the answers came; ``None`` when none did.
    """

    calls: int = 0
    refused: int = 0
    retried: int = 0
    waited: float = 0.0
    p95: float | None = None
