"""What all programs said of one run, from their log files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from console import ConfigurationError
from console.logfile import SUFFIX, folder

LEVELS = ("debug", "info", "warning", "error")
_RANKS = {"debug": 0, "info": 1, "warning": 2, "error": 3, "critical": 3}
_ABOUT = ("stage", "customer", "file", "request_id")


@dataclass(frozen=True, slots=True)
class RunLog:
    """The lines of a run, the first first; each as the log has it."""

    run_id: str
    folder: str
    lines: tuple[dict[str, Any], ...]


def read_log(run_id: str | None, level: str = "info") -> RunLog:
    """The lines of this level and above.

    Args:
        run_id: ``None``: the run that the latest line is about.

    Raises:
        ConfigurationError: there is no log, or it has nothing of that run.
    """
    place = folder()
    files = sorted(place.glob(f"*{SUFFIX}"))
    chosen = run_id or _latest(files)
    lines = [line for path in files for line in _lines(path) if chosen and line["run_id"] == chosen]
    if not lines:
        what = f"of run '{chosen}'" if chosen else "of any run"
        raise ConfigurationError(
            f"The log in {place} has nothing {what}.", hint="`pipeline history` lists the runs; old logs are removed."
        )
    lines.sort(key=lambda line: str(line["time"]))
    rank = _RANKS[level]
    shown = (line for line in lines if _RANKS.get(str(line.get("level")), rank) >= rank)
    return RunLog(str(chosen), str(place), tuple(shown))


def log_text(log: RunLog) -> str:
    """For a person: a line for each, with what it is about; traces below theirs."""
    return "\n".join([f"Run {log.run_id}", *(_text(line) for line in log.lines)])


def _text(line: dict[str, Any]) -> str:
    about = " ".join(f"{name}={line[name]}" for name in _ABOUT if line.get(name))
    took = f" {line['milliseconds']:,} ms" if isinstance(line.get("milliseconds"), int) else ""
    trace = f"\n{line['trace']}" if line.get("trace") else ""
    said = f"{str(line['time'])[:23]} {line.get('level')!s:<7} {line.get('program')}: {line.get('message')}"
    return f"{said}{f' [{about}{took}]'.replace('[ ', '[') if about or took else ''}{trace}"


def _latest(files: list[Path]) -> str | None:
    """The run of the latest line that is about one, from the file that was written to last."""
    for path in sorted(files, key=lambda path: path.stat().st_mtime_ns, reverse=True):
        about = [str(line["run_id"]) for line in _lines(path) if line["run_id"]]
        if about:
            return about[-1]
    return None


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    """The lines of a file; what a crash of the machine left of one is skipped, and so is a file that goes away."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return
    for line in text.splitlines():
        try:
            found = json.loads(line)
        except ValueError:
            continue
        if isinstance(found, dict) and "time" in found and "run_id" in found:
            yield found
