"""Files of which each target has its own, so that a run of dev does not stand where prod is looked at.

The file of the profile's default target has the plain name, those of the others have theirs in it.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from warehouse import Target


def own_file(plain: Path, target: Target) -> Path:
    """The file of a target, of which the default one's is ``plain``."""
    return plain if target.is_default else _named(plain, target)


def drop_former(plain: Path, target: Target, mark: str) -> None:
    """Remove the file of a target that has another name now; nobody would write it any more.

    Another target became the default one, or an earlier release had one name for all.

    Args:
        mark: what stands in this target's file alone.
    """
    former = _named(plain, target) if target.is_default else plain
    try:
        if mark in former.read_text(encoding="utf-8"):
            former.unlink()
    except (OSError, UnicodeDecodeError):  # mostly: there is none
        return


def _named(plain: Path, target: Target) -> Path:
    return plain.with_name(f"{plain.stem}.{quote(target.name, safe='')}{plain.suffix}")
