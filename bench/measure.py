"""Runs a command and says how long it took and how much memory its largest process used."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from bench.errors import MeasurementError

_SAMPLE_SECONDS = 0.05
_TAIL = 2000
_KIB = 1024


@dataclass(frozen=True, slots=True)
class Measurement:
    """One run: wall seconds, CPU seconds of the process and its children, peak bytes of the largest of them."""

    seconds: float
    cpu_seconds: float
    peak_bytes: int
    output: str

    @property
    def peak_mib(self) -> float:
        """Peak memory of the largest process in MiB."""
        return self.peak_bytes / _KIB / _KIB


def run(
    command: Sequence[str | Path],
    *,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    accept: Sequence[int] = (0,),
) -> Measurement:
    """Run ``command`` to its end and measure it; stdout is returned, stderr shown only if it fails.

    Raises:
        MeasurementError: it ended with a status that is not in ``accept``; the message has the end of its output.
    """
    arguments = [str(part) for part in command]
    started = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603 - our own programs
        arguments,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**_surroundings(), **(environment or {})},
        cwd=folder,
    )
    watch = _Watch(process.pid)
    output, errors = process.communicate() if sys.platform == "win32" else _communicate(process, watch)
    seconds = time.perf_counter() - started
    cpu, peak = watch.result()
    if process.returncode not in accept:
        tail = (errors or output).decode(errors="replace")[-_TAIL:]
        raise MeasurementError(f"`{' '.join(arguments[:6])} ...` ended with {process.returncode}:\n{tail}")
    return Measurement(seconds, cpu, peak, output.decode(errors="replace"))


def _surroundings() -> dict[str, str]:
    """This environment, with Python as it is where nobody has changed it: modules are compiled once and kept."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONUTF8": "1"}


def python(module: str, *arguments: str | Path, interpreter: Path | None = None) -> list[str | Path]:
    """A command line for one of our modules, with this interpreter or another."""
    return [interpreter or sys.executable, "-m", module, *arguments]


def _communicate(process: subprocess.Popen[bytes], watch: _Watch) -> tuple[bytes, bytes]:
    """Read both streams, then wait so that the system tells what the process and its children used."""
    collected: dict[str, bytes] = {}

    def read(name: str) -> None:
        stream = getattr(process, name)
        collected[name] = stream.read()
        stream.close()

    readers = [threading.Thread(target=read, args=(name,)) for name in ("stdout", "stderr")]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    # of a whole tree the system keeps the maximum, not the sum: just what is wanted
    unit = 1 if sys.platform == "darwin" else _KIB
    watch.stop(usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit)
    return collected["stdout"], collected["stderr"]


class _Watch:
    """Samples a process tree where the system does not keep its peak (Windows)."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._cpu, self._peak = 0.0, 0
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)
        if sys.platform == "win32":
            self._thread.start()

    def stop(self, cpu_seconds: float, peak_bytes: int) -> None:
        """End with numbers that the system kept."""
        self._cpu, self._peak = cpu_seconds, peak_bytes

    def result(self) -> tuple[float, int]:
        """CPU seconds and peak bytes of the largest process."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()
        return self._cpu, self._peak

    def _sample(self) -> None:
        seen: dict[int, float] = {}
        while not self._stopped.wait(_SAMPLE_SECONDS):
            try:
                root = psutil.Process(self._pid)
                for process in (root, *root.children(recursive=True)):
                    times = process.cpu_times()
                    seen[process.pid] = times.user + times.system
                    self._peak = max(self._peak, process.memory_info().rss)
            except psutil.Error:
                continue
            self._cpu = sum(seen.values())
