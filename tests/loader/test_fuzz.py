"""A short run of the fuzzer, and what it would do with what it finds."""

from __future__ import annotations

import pytest

from tests.loader import fuzz


def test_some_rounds_find_nothing() -> None:
    """Workbooks changed in the archive, the XML and the values are read, or refused with a hint; both ways agree."""
    rounds = {seed: fuzz.workbook(seed) for seed in range(400)}
    assert {level for level, _ in rounds.values()} == {"archive", "XML", "values"}
    assert {seed: found for seed, (_, data) in rounds.items() if (found := fuzz.problem(data))} == {}


def test_a_round_can_be_repeated() -> None:
    """The same seed makes the same workbook."""
    assert fuzz.workbook(7) == fuzz.workbook(7)


@pytest.mark.parametrize("error", [ValueError("odd"), BaseException("panic")])
def test_a_crash_is_found(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """What is neither rows nor a refusal is a finding, a native library's panic too."""

    def crash(*_: object) -> None:
        raise error

    monkeypatch.setattr(fuzz, "read_sheet", crash)
    assert str(error) in (fuzz.problem(b"") or "")
