"""A few seeds of the soak, which `make soak` runs by hundreds: faults, people, lost ledgers, rollbacks and SIGKILL."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.soak.run import run_seed


@pytest.mark.parametrize("seed", range(2026, 2031))
def test_the_board_equals_the_database_whatever_happened(seed: int, tmp_path: Path) -> None:
    """After a last clean run: field by field, no duplicate, no orphan, and a further push changes nothing."""
    report = run_seed(seed, tmp_path, rounds=2)
    assert report.problems == [], report.story
