"""A target folder of its own for each run of dbt: of two at once, each would read and overwrite the other's files.

What dbt parsed is handed on from run to run, so that each parses only what has changed. The last folders stay, for
whoever wants to see the statements or the log of a run.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from console import private_folder

_PARSED = "partial_parse.msgpack"
_KEPT = 10


def base_folder(project_dir: Path, environment: Mapping[str, str]) -> Path:
    """dbt's target folder; an empty variable is as good as none."""
    configured = environment.get("DBT_TARGET_PATH") or os.environ.get("DBT_TARGET_PATH") or "target"
    return project_dir / configured


@contextmanager
def own_folder(project_dir: Path, target: str, environment: Mapping[str, str]) -> Iterator[Path]:
    """A new folder below dbt's target folder, with what the last run on ``target`` parsed; that of this run is kept."""
    base = base_folder(project_dir, environment) / "runs"
    # a manifest is good for one target only: dbt parses anew when that changes
    parsed = base / target / _PARSED
    folder = base / target / f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{secrets.token_hex(2)}"
    private_folder(folder)
    with suppress(OSError):  # none yet, or another run is just putting its own there: then dbt parses everything
        shutil.copyfile(parsed, folder / _PARSED)
    yield folder
    with suppress(OSError):  # dbt failed before it had parsed
        (folder / _PARSED).replace(parsed)
    for old in sorted(path for path in parsed.parent.iterdir() if path.is_dir())[:-_KEPT]:
        shutil.rmtree(old, ignore_errors=True)


def latest_file(project_dir: Path, target: str, name: str) -> Path | None:
    """The newest file of that name which a run of dbt on ``target`` left; ``None`` where there is none.

    Who runs dbt by hand leaves it in the folder of all targets.
    """
    base = base_folder(project_dir, {})
    found = [path for path in (base / name, *base.glob(f"runs/{target}/*/{name}")) if path.is_file()]
    return max(found, key=lambda path: path.stat().st_mtime, default=None)
