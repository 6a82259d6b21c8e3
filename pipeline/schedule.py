"""Which target the daily run takes: one line of one file, so that a cutover changes one line.

The orchestrator runs ``pipeline run --scheduled``. ``cutover go`` writes the line, ``cutover rollback`` puts back what
stood there.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from console import ConfigurationError, needed, private_folder, write_private

VARIABLE = "ORDER_LIST_SCHEDULE"
_FILE = Path("data/schedule.yml")
_LINE = re.compile(r"target:[ \t]*([A-Za-z0-9_-]+)[ \t]*(?:#.*)?")


def schedule_file(project_dir: Path) -> Path:
    """Where the line stands: ``data/schedule.yml``, unless ``ORDER_LIST_SCHEDULE`` names another place."""
    return project_dir / (os.environ.get(VARIABLE, "").strip() or _FILE)


def read_schedule(project_dir: Path) -> str | None:
    """The file's text as it is, to be put back some day; ``None``: there is no file.

    Raises:
        ConfigurationError: it cannot be read.
    """
    path = schedule_file(project_dir)
    with needed(f"The schedule {path} cannot be read"):
        try:
            return path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        except UnicodeDecodeError:
            raise _broken(path) from None


def scheduled_target(project_dir: Path) -> str | None:
    """The target that the line names; ``None``: there is no file, and the profile's default target is meant.

    Raises:
        ConfigurationError: the file cannot be read, or has anything but that line.
    """
    text = read_schedule(project_dir)
    if text is None:
        return None
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    found = _LINE.fullmatch(lines[0]) if len(lines) == 1 else None
    if found is None:
        raise _broken(schedule_file(project_dir))
    return found[1]


def write_schedule(project_dir: Path, text: str | None) -> None:
    """Let the file have this text, whole or not at all; ``None`` takes it away.

    Raises:
        ConfigurationError: it cannot be written; what stood there stands.
    """
    path = schedule_file(project_dir)
    with needed(f"The schedule {path} cannot be written"):
        if text is None:
            path.unlink(missing_ok=True)
        else:
            write_private(private_folder(path.parent) / path.name, text)


def schedule_line(target: str) -> str:
    """The text that names a target."""
    return f"target: {target}\n"


def _broken(path: Path) -> ConfigurationError:
    return ConfigurationError(
        f"The schedule {path} does not name a target.", hint="It has one line, for example `target: prod`."
    )
