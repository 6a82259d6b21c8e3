"""What a load finds, or no longer finds, reaches the verdict and the report of every run after it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from console import ConfigurationError, ExitCode
from pipeline.model import Stage, Status
from pipeline.options import RunOptions
from pipeline.run import run
from pipeline.stages import ALL
from tests.loader.books import book, order
from warehouse import Warehouse

STAGES = {**ALL, "sync": lambda _: Stage("sync", Status.OK)}
GONE = "BBB.xlsx"


def test_a_missing_workbook_is_in_the_verdict_until_it_is_back(
    warehouse: Warehouse, options: RunOptions, tmp_path: Path
) -> None:
    """Named by the run that misses it, by runs that load nothing or some, and by no run once it is back."""
    source = tmp_path / "in"
    source.mkdir()
    for name in ("AAA.xlsx", GONE):
        (source / name).write_bytes(book([order("1")]))
    load = replace(options, source=str(source), only=("load",))
    assert run(warehouse, load, stages=STAGES).status is Status.OK
    (source / GONE).rename(tmp_path / GONE)
    for again in (load, replace(load, only=("sync",)), replace(load, select=("AAA*",))):
        report = run(warehouse, again, stages=STAGES)
        assert (report.status, report.exit_code) == (Status.ATTENTION, ExitCode.SOME_FAILED)
        assert "Needs attention: 1 workbook missing" in report.verdict
        (missing,) = report.figures.missing_files
        assert missing.file == GONE
        assert missing.reason.startswith("It is not in the source since 2")
        page = (options.reports / report.run_id / "report.html").read_text(encoding="utf-8")
        assert "Missing workbooks" in page
        assert GONE in page
    (tmp_path / GONE).rename(source / GONE)
    report = run(warehouse, load, stages=STAGES)
    assert (report.status, report.figures.missing_files) == (Status.OK, ())


def test_a_refused_source_is_told_and_reported(
    warehouse: Warehouse, options: RunOptions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Too many missing: exit status 2 with the names, and the report lists them all."""
    monkeypatch.setattr("loader.absence._FEW", 0)
    source = tmp_path / "in"
    source.mkdir()
    for name in ("AAA.xlsx", GONE):
        (source / name).write_bytes(book([order("1")]))
    load = replace(options, source=str(source), only=("load",))
    run(warehouse, load, stages=STAGES)
    (source / GONE).unlink()
    monkeypatch.setenv("ORDER_LIST_MAX_MISSING_SHARE", "0.4")
    with pytest.raises(ConfigurationError, match="1 of 2 workbooks that used to come are not in"):
        run(warehouse, load, stages=STAGES)
    last = max(options.reports.glob("2*/report.json"), key=lambda path: path.stat().st_mtime_ns)
    assert GONE in last.read_text(encoding="utf-8")
