"""dbt as a process that begins where its imports end: forked from one that has imported it.

To import dbt takes two seconds of CPU, half of what a short command takes, and the tests run some hundred. The process
is one of dbt's own all the same, with its own environment, folder and exit status. That the programs start dbt as they
do in production is tested where that is the point (tests/pipeline/test_child.py, test_signals.py, test_end_to_end.py).
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import IO, Any

from pipeline.child import child as real_child

CAN_FORK = "forkserver" in multiprocessing.get_all_start_methods()
_IMPORTED = ("dbt.cli.main", "dbt.adapters.factory", "dbt.adapters.duckdb", "dbt.adapters.sqlserver")
_MODULE = "dbt.cli.main"
_CONTEXT: Any = multiprocessing.get_context("forkserver" if CAN_FORK else "spawn")
if CAN_FORK:
    _CONTEXT.set_forkserver_preload(list(_IMPORTED))


def run_dbt_forked(
    arguments: Sequence[str], *, cwd: Path, environment: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run dbt to its end: what ``subprocess.run`` would give."""
    if not CAN_FORK:
        command = [sys.executable, "-m", _MODULE, *arguments]
        return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, encoding="utf-8", check=False)
    with tempfile.TemporaryDirectory(prefix="forked-dbt-") as folder:
        error = Path(folder) / "stderr"
        process, said = _start(arguments, cwd, environment, str(error))
        with said:
            out = said.read()
        process.join()
        return subprocess.CompletedProcess([_MODULE, *arguments], process.exitcode, out, error.read_text("utf-8"))


@contextmanager
def forked_child(
    command: Sequence[str], *, cwd: Path, environment: Mapping[str, str] | None = None,
    stdout: int | IO[str] | None = None,
) -> Iterator[Any]:  # fmt: skip
    """In the place of :func:`pipeline.child.child`, for dbt; other programs are started as ever."""
    if not CAN_FORK or _MODULE not in command or stdout != subprocess.PIPE:
        with real_child(command, cwd=cwd, environment=environment, stdout=stdout) as process:
            yield process
        return
    arguments = command[command.index(_MODULE) + 1 :]
    process, said = _start(arguments, cwd, {**os.environ, "PYTHONUTF8": "1", **(environment or {})}, "")
    try:
        yield _Child(process, said)
    finally:
        if process.is_alive():
            process.terminate()
        process.join()
        said.close()


class _Child:
    """As much of ``subprocess.Popen`` as its reader needs."""

    def __init__(self, process: Any, stdout: IO[str]) -> None:
        self._process, self.stdout = process, stdout

    def wait(self) -> int:
        self._process.join()
        status = int(self._process.exitcode)
        return status if status >= 0 else 128 - status  # as the guard has it


def _start(arguments: Sequence[str], cwd: Path, environment: Mapping[str, str], error: str) -> tuple[Any, IO[str]]:
    reader, writer = _CONTEXT.Pipe(duplex=False)
    process = _CONTEXT.Process(target=_be_dbt, args=(list(arguments), str(cwd), dict(environment), writer, error))
    process.start()
    writer.close()
    with reader:
        return process, os.fdopen(os.dup(reader.fileno()), encoding="utf-8", errors="replace")


def _be_dbt(arguments: list[str], cwd: str, environment: dict[str, str], out: Connection, error: str) -> None:
    """What the new process does. ``error``: the file for standard error; empty: where standard output goes."""
    os.dup2(out.fileno(), 1)
    with suppress(OSError):
        out.close()
    os.dup2(os.open(error, os.O_WRONLY | os.O_CREAT) if error else 1, 2)
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - for as long as the process lives
    sys.stderr = open(2, "w", encoding="utf-8", closefd=False, buffering=1)  # noqa: SIM115
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    os.chdir(cwd)
    gc.set_threshold(100_000, 50, 50)  # a process of seconds: what it would collect is a tenth of its time
    sys.argv = ["dbt", *arguments]
    from dbt.cli.main import cli  # noqa: PLC0415 - imported already, where this runs

    cli()
