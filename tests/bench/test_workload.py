"""Workbooks for the bench are made once and whole."""

from __future__ import annotations

from pathlib import Path

from bench.workload import workload


def test_workbooks_are_generated_once_and_kept(tmp_path: Path) -> None:
    """A second call finds them; what an interrupted one left is not taken for whole."""
    first = workload(tmp_path, 6, customers=("FEETURES", "AESCAPE"))
    marks = {path: path.stat().st_mtime_ns for path in first.folder.iterdir()}
    assert len([path for path in marks if path.suffix == ".xlsx"]) == first.files == 2
    assert workload(tmp_path, 6, customers=("FEETURES", "AESCAPE")) == first
    assert {path: path.stat().st_mtime_ns for path in first.folder.iterdir()} == marks
    (first.folder / "expected.json").unlink()
    workload(tmp_path, 6, customers=("FEETURES", "AESCAPE"))
    assert (first.folder / "expected.json").exists()
