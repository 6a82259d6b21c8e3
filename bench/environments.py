"""Virtual environments for what is measured: the project as it is installed to run, and what it is compared with."""

from __future__ import annotations

import functools
import subprocess
import sys
import venv
from pathlib import Path

from bench.errors import MeasurementError
from bench.places import CACHE, ROOT
from console import say


@functools.cache
def production() -> Path:
    """The interpreter of an environment with ``requirements/run.txt`` and nothing else."""
    return interpreter(CACHE / "production", ROOT / "requirements" / "run.txt")


@functools.cache
def former_way() -> Path:
    """The interpreter of an environment with pandas and openpyxl, which read the workbooks before."""
    return interpreter(CACHE / "former", Path(__file__).with_name("requirements-former.txt"))


@functools.cache
def clients() -> Path:
    """The interpreter of an environment with the three public clients."""
    return interpreter(CACHE / "clients", Path(__file__).with_name("requirements-clients.txt"))


def interpreter(folder: Path, pins: Path) -> Path:
    """The interpreter of the environment in ``folder``, which is made when it is not there or its pins changed.

    Raises:
        MeasurementError: the pinned packages could not be installed.
    """
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    mark = folder / "installed.txt"
    if mark.exists() and mark.read_text(encoding="utf-8") == pins.read_text(encoding="utf-8"):
        return python
    say(f"installing {pins.relative_to(ROOT)} into {folder.relative_to(ROOT)} (once) ...")
    venv.create(folder, with_pip=True, clear=True)
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    try:
        subprocess.run([*command, "-r", str(pins)], check=True, capture_output=True, text=True)  # noqa: S603
    except subprocess.CalledProcessError as error:
        raise MeasurementError(f"{pins.name} could not be installed:\n{error.stderr[-1000:]}") from error
    mark.write_text(pins.read_text(encoding="utf-8"), encoding="utf-8")
    return python
