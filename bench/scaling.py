"""Ten times the rows: what it costs to land and to transform them."""

from __future__ import annotations

from pathlib import Path

from bench.claims import Claim, Report, ratio
from bench.scratch import Scratch
from bench.workload import Workload
from console import say

_AREA = "scaling"
_LIMIT = 11


def measure_scaling(report: Report, small: Workload, large: Workload, cache: Path) -> None:
    """``large`` has ten times the rows of ``small`` in as many files; each is landed and built from nothing."""
    times: dict[int, tuple[float, float]] = {}
    peaks: dict[str, float] = {}
    for work in (small, large):
        say(f"landing and building {work.rows:,} rows ...")
        scratch = Scratch.fresh(cache / "scaling", work.folder)
        landed, built = scratch.land(), scratch.build()
        times[work.rows] = landed.seconds, built.seconds
        peaks[f"landing_{work.rows:,}_rows"] = landed.peak_mib
        peaks[f"building_{work.rows:,}_rows"] = built.peak_mib
    (few_land, few_build), (many_land, many_build) = times[small.rows], times[large.rows]
    report.claims += [
        Claim(_AREA, "10 times the rows: landing", ratio(many_land, few_land), _LIMIT, "x"),
        Claim(_AREA, "10 times the rows: dbt build", ratio(many_build, few_build), _LIMIT, "x"),
    ]
    report.note(_AREA, seconds={f"{rows:,} rows": f"land {a:.1f}, build {b:.1f}" for rows, (a, b) in times.items()})
    report.note(_AREA, peak_mib=peaks)
