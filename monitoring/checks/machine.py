"""Of the machine and of what people declare: disks, and secrets that end."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Sequence

from monitoring.model import Bars, Check, Measure, Surroundings


def _disk(around: Surroundings) -> Sequence[Measure]:
    try:
        usage = shutil.disk_usage(around.project_dir)
    except OSError as error:
        return [Measure("", "", None, f"the disk cannot be asked: {error.strerror}")]
    free = 100.0 * usage.free / usage.total if usage.total else None
    return [Measure("", "", free, f"{usage.free / 1e9:,.1f} GB free at {around.project_dir}")]


def _secrets(around: Surroundings) -> Sequence[Measure]:
    if not around.secrets:
        return [Measure("", "", None, "none is declared in monitoring.yml")]
    today = around.now.astimezone(dt.UTC).date()
    return [
        Measure(name, "", float((end - today).days), f"ends on {end.isoformat()}")
        for name, end in around.secrets.items()
    ]  # fmt: skip


MACHINE: tuple[Check, ...] = (
    Check(
        "disk", "Disk that is free", "%", Bars(15, 5, higher_is_worse=False), look=_disk, command="pipeline doctor",
    ),
    Check(
        "secrets", "Days until a secret ends", "days", Bars(30, 7, higher_is_worse=False), subject="secret",
        look=_secrets, command="pipeline doctor",
    ),
)  # fmt: skip
