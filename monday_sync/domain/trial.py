"""What was tried on a live board because the vendor's documentation leaves it open. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

#: A bulk import of new items with their subitems.
SUBITEMS_BY_FILE = "bulk import with subitems"


class TrialOutcome(StrEnum):
    """How a trial came out."""

    PROVEN = "PROVEN"  # the board showed afterwards what was asked for
    FAILED = "FAILED"  # the API refused it, or the board showed something else
    UNKNOWN = "UNKNOWN"  # it did not end in time


@dataclass(frozen=True, slots=True)
class Trial:
    """One trial.

    Args:
        message: what was seen, as a sentence.
        api_version: it holds for this version of the API only.
    """

    subject: str
    outcome: TrialOutcome
    message: str
    api_version: str
