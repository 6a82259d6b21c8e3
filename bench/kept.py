"""What every report of the bench says of the machine, and where reports are kept."""

from __future__ import annotations

import datetime as dt
import json
import platform
from pathlib import Path

from bench.claims import Report
from bench.places import ROOT
from bench.scratch import processes

_RESULTS = ROOT / "data" / "bench"


def note_machine(report: Report, **facts: object) -> None:
    """Say where and when was measured, with ``facts`` of this kind of run."""
    report.note(
        "machine",
        system=platform.platform(),
        python=platform.python_version(),
        processes=processes(),
        **facts,
        at=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
    )


def keep(report: Report) -> Path:
    """Write the report under ``data/bench/``; its path, relative to the project."""
    _RESULTS.mkdir(parents=True, exist_ok=True)
    path = _RESULTS / f"{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%SZ}.json"
    path.write_text(json.dumps(report.as_json(), indent=1, ensure_ascii=False, default=str), encoding="utf-8")
    return path.relative_to(ROOT)
