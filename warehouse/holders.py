"""Who has a database file open: the process, what it runs, and since when. For messages only, so never an error."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from console import redact

#: DuckDB names the process in its refusal: "... is held in /usr/bin/python3 (PID 123)", on Windows "... (PID 123)".
_PID = re.compile(r"\(PID (\d+)\)")
_SHOWN = 100
_STARTED = 19  # the field of /proc/<pid>/stat, counted after the program's name


def holder_in(said: str) -> str | None:
    """The process that DuckDB's refusal names; ``None`` if it names none."""
    found = _PID.search(said)
    return describe(int(found[1])) if found else None


def holder_of(path: Path) -> str | None:
    """The process that keeps us from writing the DuckDB file; ``None`` if nobody does, or nothing names it."""
    import duckdb  # noqa: PLC0415 - asked only while somebody waits

    with suppress(Exception):  # it is asked for a message
        if not path.exists():
            return None
        try:
            duckdb.connect(str(path)).close()
        except duckdb.IOException as error:
            return holder_in(str(error))
    return None


def describe(pid: int) -> str:
    """A process in a few words: number, command line without secrets, and when it began."""
    command, started = _from_proc(pid) if sys.platform == "linux" else _from_ps(pid)
    shown = redact(" ".join(command.split()))
    shown = shown if len(shown) <= _SHOWN else shown[: _SHOWN - 4] + " ..."
    since = f" since {started.astimezone(UTC).isoformat(timespec='seconds')}" if started else ""
    return f"process {pid}{f' ({shown})' if shown else ''}{since}"


def _from_proc(pid: int) -> tuple[str, datetime | None]:
    command, started = "", None
    with suppress(OSError, ValueError, IndexError):
        command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        uptime = float(Path("/proc/uptime").read_text(encoding="ascii").split()[0])

        ran = uptime - int(fields[_STARTED]) / os.sysconf("SC_CLK_TCK")
        started = datetime.fromtimestamp(time.time() - ran, UTC)
    return command, started


def _from_ps(pid: int) -> tuple[str, datetime | None]:
    with suppress(OSError, ValueError, subprocess.SubprocessError):
        said = subprocess.run(  # noqa: S603 - a fixed command
            ["ps", "-o", "etimes=,args=", "-p", str(pid)],  # noqa: S607
            capture_output=True, text=True, check=True, timeout=2,
        ).stdout.split(None, 1)  # fmt: skip
        return said[1].strip(), datetime.fromtimestamp(time.time() - int(said[0]), UTC)
    return "", None
