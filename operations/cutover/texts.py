"""What ``cutover`` prints for people."""

from __future__ import annotations

from collections.abc import Sequence

from console import text_table
from operations.log import Entry


def entries(found: Sequence[Entry]) -> str:
    """The steps that were done, the latest first."""
    if not found:
        return "Nothing was done yet. Begin with `cutover preflight`."
    rows = [
        (f"{e.at:%Y-%m-%d %H:%M}" if e.at else "", e.action, e.subject, e.outcome, e.who or "", e.message)
        for e in found
    ]
    return text_table(("when (UTC)", "step", "of", "outcome", "who", "what"), rows)
