"""How long the version of the API that we ask for is served, and when to warn of its end. Pure.

The API tells the kind of each version but no dates. They follow from the vendor's documented schedule: a version is
named after the quarter in which it becomes the current one, is current for three months, then in maintenance, and is
stable for six months in all. So that is the earliest day of its retirement; the vendor may announce a later one. A
version that is retired is not refused: the API silently answers as another one.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping

#: Days before the earliest retirement from which it is worth a warning, whatever the API calls the version.
_NEAR = 60
_FINE = frozenset({"current", "release_candidate", "dev"})
_NAME = re.compile(r"(\d{4})-(01|04|07|10)")
_STABLE_MONTHS = 6


def retirement(version: str) -> dt.date | None:
    """The earliest day on which a version is retired; ``None`` for a name that is no quarter."""
    found = _NAME.fullmatch(version)
    if found is None:
        return None
    months = int(found[1]) * 12 + int(found[2]) - 1 + _STABLE_MONTHS
    return dt.date(months // 12, months % 12 + 1, 1)


def version_warning(ours: str, kinds: Mapping[str, str], today: dt.date) -> str | None:
    """What to say about the version that we ask for, if anything.

    Args:
        kinds: versions that the API has, with the vendor's words for their kind; empty when it does not say.
    """
    end = retirement(ours)
    kind = kinds.get(ours, "deprecated" if kinds else None)
    near = end is not None and (end - today).days <= _NEAR
    if (kind is None or kind in _FINE) and not near:
        return None
    when = (
        ""
        if end is None
        else f" on {end.isoformat()} at the earliest (by the vendor's schedule: the API tells no date)"
    )
    if kind == "deprecated":
        what, end_of = "is not served any more: the API answers as another version", f"; it was to be retired{when}"
    else:
        called = {None: "may end soon", "maintenance": "is in maintenance"}.get(kind, f"is called {kind} by the API")
        what, end_of = called, f" and is retired{when}"
    return f"Version {ours} of the board's API, which this release asks for, {what}{end_of}. Update this project."
