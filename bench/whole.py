"""``pipeline run`` up to the sync, and again when nothing changed."""

from __future__ import annotations

from pathlib import Path

from bench.claims import Claim, Report
from bench.scratch import Scratch
from bench.workload import Workload
from console import say

_AREA = "pipeline"


def measure_pipeline(report: Report, work: Workload, cache: Path) -> None:
    """Load and transform through the pipeline, twice. Each stage is a command of its own here, which costs a little."""
    scratch = Scratch.fresh(cache / "pipeline", work.folder)
    say(f"pipeline run up to the sync over {work.rows:,} rows, twice ...")
    first = {stage: scratch.pipeline(stage).seconds for stage in ("load", "transform")}
    again = {stage: scratch.pipeline(stage).seconds for stage in ("load", "transform")}
    report.claims += [
        Claim(_AREA, "pipeline run up to the sync", sum(first.values()), 90, "s"),
        Claim(_AREA, "the same when nothing changed", sum(again.values()), 25, "s"),
    ]
    report.note(_AREA, seconds=first, seconds_when_nothing_changed=again)
