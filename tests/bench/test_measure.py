"""Measuring a command: its output, its failure, and the memory of its largest process."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from bench.errors import MeasurementError
from bench.measure import run
from bench.readers import READERS
from samples import generate

ROOT = Path(__file__).parents[2]
_MIB = 1024 * 1024


def test_a_measured_command_hands_over_its_output() -> None:
    """What it printed is the result; time and CPU are positive."""
    measured = run([sys.executable, "-c", "print('landed')"])
    assert measured.output.strip() == "landed"
    assert measured.seconds > 0
    assert measured.cpu_seconds > 0


def test_a_command_that_fails_gives_no_number() -> None:
    """A time of failing would look splendid."""
    with pytest.raises(MeasurementError, match=r"ended with 3[\s\S]*the reason"):
        run([sys.executable, "-c", "import sys; print('the reason', file=sys.stderr); sys.exit(3)"])
    assert run([sys.executable, "-c", "import sys; sys.exit(1)"], accept=(0, 1)).output == ""


def peak_bytes(code: str) -> int:
    """What running ``code`` takes.

    Measured from a fresh interpreter: until it executes, a child counts with its parent's memory, here that of pytest.
    """
    fresh = f"import sys; from bench.measure import run; print(run([sys.executable, '-c', {code!r}]).peak_bytes)"
    return int(run([sys.executable, "-c", fresh], folder=ROOT).output)


def test_memory_is_that_of_the_largest_process_of_the_family() -> None:
    """A child that takes 200 MiB shows, although the parent stays small, and the one that measures does not."""
    child = "b = bytearray(200 * 1024 * 1024); b[::4096] = b'x' * len(b[::4096])"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}], check=True)"
    assert 200 * _MIB < peak_bytes(parent) < 300 * _MIB
    assert peak_bytes("pass") < 100 * _MIB


def test_the_yardstick_reads_every_row(tmp_path: Path) -> None:
    """Bare calamine sees every row, header included; the bench itself refuses when pandas reads other rows."""
    manifest = generate(tmp_path, rows=40, customers=["B'HOOD"], dirt="clean")
    (expected,) = manifest.files.values()
    assert READERS["calamine"](str(tmp_path / expected.file)) == expected.rows + 1
