"""The figures for Prometheus: a text file for the textfile collector of node_exporter.

No customer and no workbook stands in it, only how many: the file may be read by others on the machine, since the
collector runs as another user.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from monitoring.model import OPEN, Check, Figure, State, worst
from monitoring.overview import RunFacts, StageFacts
from monitoring.own_files import drop_former, own_file
from warehouse import Target

#: The default target's.
FILE = Path("data/metrics/order_list.prom")
_PREFIX = "order_list_"
_FOLDER, _FILE = 0o755, 0o644
_LABEL = re.compile(r'[\\"\n]')
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n"}
#: Base units: seconds and shares of one.
_UNITS = {"%": ("ratio", 0.01), "s": ("seconds", 1.0), "hours": ("seconds", 3600.0), "days": ("seconds", 86400.0)}

Sample = tuple[Mapping[str, str], float]


def metrics(
    target: str, checks: Sequence[Check], figures: Iterable[Figure], run: RunFacts | None,
    stages: Sequence[StageFacts], *, open_alerts: Mapping[State, int], undelivered: int, judged_at: float,
) -> str:  # fmt: skip
    """The text. What is not known has no sample."""
    out: list[str] = []
    base = {"target": target}

    def family(what: str, text: str, samples: Iterable[Sample]) -> None:
        name = _PREFIX + what
        lines = [f"{name}{_labels({**base, **labels})} {_value(value)}" for labels, value in samples]
        if lines:
            out.extend([f"# HELP {name} {text}", f"# TYPE {name} gauge", *lines])

    by_check: dict[str, list[Figure]] = {}
    for figure in figures:
        by_check.setdefault(figure.check, []).append(figure)
    if run is not None:
        if run.last_success is not None:
            family("last_success_timestamp_seconds", "When the last run went through.",
                   [({}, run.last_success.timestamp())])  # fmt: skip
        if run.ended_at is not None:
            family("last_run_timestamp_seconds", "When the last run ended.", [({}, run.ended_at.timestamp())])
        if run.seconds is not None:
            family("last_run_duration_seconds", "How long the last run took.", [({}, run.seconds)])
        family("last_run_state", "How the last run ended: 1 for its state.", [({"state": run.status}, 1.0)])
        counts = {"orders": run.orders, "changes": run.changes, "errors": run.failed}
        for name, count in counts.items():
            if count is not None:
                family(f"last_run_{name}", f"{name.capitalize()} of the last run.", [({}, float(count))])
    family("stage_duration_seconds", "How long each stage of the last run took.",
           [({"stage": s.stage}, s.seconds) for s in stages if s.seconds is not None])  # fmt: skip
    family("stage_rows", "Rows that each stage of the last run went through.",
           [({"stage": s.stage}, float(s.rows)) for s in stages if s.rows is not None])  # fmt: skip
    known = [check for check in checks if check.name in by_check]
    family("check_state", "Each check: 0 well, 1 not known, 2 needs attention, 3 failed.",
           [({"check": c.name}, float(_code(worst(f.state for f in by_check[c.name])))) for c in known])  # fmt: skip
    family("check_open", "Subjects of each check that are beyond their bar.",
           [({"check": c.name}, float(sum(f.state in OPEN for f in by_check[c.name]))) for c in known])  # fmt: skip
    for unit, (suffix, factor) in {"": ("figure", 1.0), **{u: _UNITS[u] for u in ("%", "s")}}.items():
        wanted = [c for c in known if (_UNITS.get(c.unit) or ("figure", 1.0))[0] == suffix]
        if unit != "" or wanted:
            family(f"check_{suffix}", f"The worst figure of each check, as {_as(suffix)}.",
                   [({"check": c.name}, value * _UNITS.get(c.unit, ("", factor))[1])
                    for c in wanted if (value := _worst(c, by_check[c.name])) is not None])  # fmt: skip
    family("alerts_open", "Alerts that are open.",
           [({"state": state.value}, float(count)) for state, count in open_alerts.items()])  # fmt: skip
    family("alerts_undelivered", "Messages that no channel took yet.", [({}, float(undelivered))])
    family("judged_timestamp_seconds", "When these figures were judged.", [({}, judged_at)])
    return "\n".join(out) + "\n"


def write_metrics(target: Target, text: str) -> Path:
    """Write the file by way of a second one, which the collector does not read."""
    path = own_file(target.project_dir / FILE, target)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.parent.chmod(_FOLDER)
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        draft.write_text(text, encoding="utf-8", newline="\n")
        draft.chmod(_FILE)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    # the collector gives up all files where one sample is in two of them
    drop_former(target.project_dir / FILE, target, _labels({"target": target.name})[1:-1])
    return path


def _as(suffix: str) -> str:
    return {"ratio": "a share of one", "seconds": "seconds"}.get(suffix, "a count")


def _worst(check: Check, figures: Sequence[Figure]) -> float | None:
    values = [figure.value for figure in figures if figure.value is not None]
    if not values:
        return None
    return max(values) if check.bars.higher_is_worse else min(values)


def _code(state: State) -> int:
    return (State.OK, State.UNKNOWN, State.ATTENTION, State.FAILED).index(state)


def _labels(labels: Mapping[str, str]) -> str:
    parts = [f'{name}="{_LABEL.sub(lambda found: _ESCAPES[found[0]], value)}"' for name, value in labels.items()]
    return "{" + ",".join(parts) + "}"


def _value(value: float) -> str:
    return f"{value:.0f}" if float(value).is_integer() else repr(round(value, 6))
