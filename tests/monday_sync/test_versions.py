"""When the version of the API that we ask for ends, and what is said about it."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from monday_sync.domain.versions import retirement, version_warning

OURS = "2026-10"
EARLY, LATE = dt.date(2026, 11, 21), dt.date(2027, 3, 1)


@pytest.mark.parametrize(
    ("version", "day"),
    [
        ("2026-10", dt.date(2027, 4, 1)),
        ("2026-07", dt.date(2027, 1, 1)),
        ("2027-01", dt.date(2027, 7, 1)),
        ("dev", None),
    ],
)
def test_a_version_is_stable_for_two_quarters(version: str, day: dt.date | None) -> None:
    """By the vendor's schedule, from the quarter that it is named after; another name tells no day."""
    assert retirement(version) == day


@pytest.mark.parametrize("kinds", [{OURS: "current"}, {OURS: "release_candidate"}, {}])
def test_a_version_that_is_fresh_needs_no_word(kinds: dict[str, str]) -> None:
    """Neither when it is the current one nor when the API does not tell, with months to go."""
    assert version_warning(OURS, kinds, EARLY) is None


@pytest.mark.parametrize(
    ("kinds", "today", "said"),
    [
        ({OURS: "maintenance"}, EARLY, "2026-10 .* is in maintenance and is retired on 2027-04-01 at the earliest"),
        ({OURS: "old_previous_maintenance"}, EARLY, "is called old_previous_maintenance by the API .* 2027-04-01"),
        ({OURS: "deprecated"}, LATE, "is not served any more: the API answers as another version"),
        ({"2027-07": "current"}, LATE, "is not served any more"),
        ({OURS: "current"}, LATE, "2027-04-01"),
        ({}, LATE, "may end soon and is retired on 2027-04-01"),
    ],
)
def test_a_version_near_its_end_is_a_warning_with_the_date(kinds: dict[str, str], today: dt.date, said: str) -> None:
    """By the API's own word for it, or by the calendar; a version that the API does not list is gone."""
    warning = version_warning(OURS, kinds, today)
    assert warning is not None
    assert re.search(said, warning), warning
