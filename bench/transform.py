"""``dbt build``: how long, and what the time goes to."""

from __future__ import annotations

import datetime as dt
import itertools
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.claims import Claim, Report
from bench.scratch import Scratch
from bench.workload import Workload
from console import say

_AREA = "transform"
_LIMIT_SECONDS = 60
_SLOWEST = 12


@dataclass(frozen=True, slots=True)
class Interval:
    """When a node ran, in seconds since any fixed moment; ``kind`` as dbt's unique ids begin."""

    node: str
    kind: str
    start: float
    end: float

    @property
    def seconds(self) -> float:
        """How long on its thread."""
        return self.end - self.start


def measure_transform(report: Report, work: Workload, cache: Path) -> Scratch:
    """Land, build, build again; returns the scratch with the built database."""
    scratch = Scratch.fresh(cache / "transform", work.folder)
    scratch.land()
    say(f"dbt build over {work.rows:,} rows, twice ...")
    first = scratch.build()
    intervals = read_intervals(scratch.target_path / "run_results.json")
    second = scratch.build()
    report.claims += [
        Claim(_AREA, "dbt build with all tests, first time", first.seconds, _LIMIT_SECONDS, "s"),
        Claim(_AREA, "dbt build with all tests, again", second.seconds, _LIMIT_SECONDS, "s"),
    ]
    report.note(
        _AREA,
        seconds_go_to=split(intervals, first.seconds),
        nodes=dict(Counter(interval.kind for interval in intervals)),
        slowest_nodes={i.node: round(i.seconds, 2) for i in slowest(intervals)},
        peak_mib=first.peak_mib,
        cpu_seconds=first.cpu_seconds,
        again_seconds_go_to=split(read_intervals(scratch.target_path / "run_results.json"), second.seconds),
    )
    return scratch


def read_intervals(path: Path) -> list[Interval]:
    """When each node of a dbt run was at work, out of ``run_results.json``."""
    document = json.loads(path.read_text(encoding="utf-8"))
    return list(intervals_of(document["results"]))


def intervals_of(results: Iterable[Mapping[str, Any]]) -> Iterable[Interval]:
    """One interval a node that was executed."""
    for result in results:
        kind, _, rest = result["unique_id"].partition(".")
        for timing in result["timing"]:
            if timing["name"] == "execute" and timing["started_at"] and timing["completed_at"]:
                yield Interval(
                    rest.partition(".")[2], kind, _moment(timing["started_at"]), _moment(timing["completed_at"])
                )


def split(intervals: Sequence[Interval], wall: float) -> dict[str, float]:
    """Where ``wall`` seconds went: by kind of node, and ``dbt itself`` while no node was at work.

    Where several nodes ran at once, that time is shared among kinds by the number of nodes each had at work.
    """
    edges = sorted({edge for interval in intervals for edge in (interval.start, interval.end)})
    opening: dict[float, list[str]] = {}
    closing: dict[float, list[str]] = {}
    for interval in intervals:
        opening.setdefault(interval.start, []).append(interval.kind)
        closing.setdefault(interval.end, []).append(interval.kind)
    seconds: Counter[str] = Counter()
    at_work: Counter[str] = Counter()
    for here, following in itertools.pairwise(edges):
        at_work.update(opening.get(here, ()))
        at_work.subtract(closing.get(here, ()))
        busy = sum(at_work.values())
        for kind, nodes in at_work.items():
            if nodes:
                seconds[kind] += (following - here) * nodes / busy  # type: ignore[assignment]  # a Counter of seconds
    parts = {kind: round(value, 2) for kind, value in seconds.most_common()}
    return {**parts, "dbt itself": round(wall - sum(seconds.values()), 2)}


def slowest(intervals: Sequence[Interval], count: int = _SLOWEST) -> list[Interval]:
    """The nodes that took longest on their threads."""
    return sorted(intervals, key=lambda interval: -interval.seconds)[:count]


def _moment(text: str) -> float:
    return dt.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
