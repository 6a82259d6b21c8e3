"""The bench's arithmetic: what it calls ok is ok, and what it calls a ratio is one."""

from __future__ import annotations

import json
from typing import Any, Literal

import pytest

from bench.claims import Claim, Report, ratio, shown, spread


@pytest.mark.parametrize(
    ("measured", "bound", "holds"),
    [(2.0, "at most", True), (2.01, "at most", False), (2.0, "at least", True), (1.99, "at least", False)],
)
def test_a_claim_holds_up_to_its_limit_and_not_beyond(
    measured: float, bound: Literal["at most", "at least"], holds: bool
) -> None:
    """The limit itself still counts, on either side."""
    assert Claim("load", "x", measured, 2, "x", bound).holds is holds


def test_one_failed_claim_fails_the_report() -> None:
    """Nobody can overlook it: the report, its JSON and its table all say so."""
    good, bad = Claim("load", "fast", 1, 2, "x"), Claim("load", "small", 3, 2, "MiB")
    report = Report([good, bad])
    assert not report.holds
    assert report.as_json()["ok"] is False
    lines = report.table().splitlines()
    assert [line.split()[-1] for line in lines[2:4]] == ["ok", "FAILS"]
    report.claims.remove(bad)
    assert report.holds


def test_facts_are_kept_beside_the_claims() -> None:
    """What has no limit is stated, in the JSON as in the table."""
    report = Report()
    report.note("load", rows=101_662, seconds=1.239)
    report.note("load", parts={"sql": 1.5, "tests": 2})
    assert json.loads(json.dumps(report.as_json()))["facts"]["load"]["rows"] == 101_662
    assert "rows: 101,662" in report.table()
    assert "seconds: 1.24" in report.table()
    assert "parts: sql 1.50; tests 2" in report.table()


def test_a_ratio_to_nothing_is_refused() -> None:
    """A yardstick that took no time was not measured."""
    assert ratio(3, 2) == 1.5
    with pytest.raises(ValueError, match="not measured"):
        ratio(3, 0)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [(1.234, "s", "1.23 s"), (2, "x", "2.00 x"), (1024, "MiB", "1,024 MiB"), (61, "calls", "61 calls")],
)
def test_numbers_are_shown_with_the_digits_one_can_use(value: Any, unit: Any, text: str) -> None:
    """No six decimals of noise."""
    assert shown(value, unit) == text


def test_repeated_measurements_show_their_spread() -> None:
    """A median without its range hides a noisy machine."""
    assert spread([3.0, 1.0, 2.0]) == "2.00 s (from 1.00 to 3.00)"
