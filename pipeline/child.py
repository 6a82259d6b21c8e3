"""Child processes that end with us, however we end."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from console import RUN_ID, current_run
from pipeline import guard

_GUARD = str(Path(guard.__file__))


@contextmanager
def child(
    command: Sequence[str],
    *,
    cwd: Path,
    environment: Mapping[str, str] | None = None,
    stdout: int | IO[str] | None = None,
) -> Iterator[subprocess.Popen[str]]:
    """Run ``command`` as long as the block lasts; at the block's end it is asked to end if it has not.

    It is in a process group of its own, so that a Ctrl-C at the terminal reaches only us, and under a guard, so that
    it ends even if we are killed.
    """
    process = subprocess.Popen(  # noqa: S603 - a fixed command, no shell
        [sys.executable, "-I", "-S", _GUARD, *command],
        cwd=cwd,
        env={
            **os.environ,
            "PYTHONUTF8": "1",
            **({RUN_ID: run} if (run := current_run()) else {}),
            **(environment or {}),
        },
        stdin=subprocess.PIPE,
        stdout=stdout,
        stderr=subprocess.STDOUT if stdout is not None else None,
        text=True,
        encoding="utf-8",
        errors="replace",
        start_new_session=sys.platform != "win32",
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),  # Windows only
    )
    try:
        yield process
    finally:
        if process.stdin:
            process.stdin.close()
        try:
            process.wait(guard.GRACE_SECONDS + 5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout:
            process.stdout.close()
