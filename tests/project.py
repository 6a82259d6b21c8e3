"""A copy of the dbt project: a place to run it, or to change it, away from the repository."""

from __future__ import annotations

import shutil
from pathlib import Path

ROOT = Path(__file__).parents[1]
#: What dbt reads of it, next to dbt_project.yml.
PARTS = ("models", "macros", "seeds", "snapshots", "tests/dbt")


def copy_project(folder: Path, *more: str) -> Path:
    """Copy what dbt reads, and ``more`` parts of the repository, to ``folder``, with the example's profiles."""
    for part in (*PARTS, *more):
        shutil.copytree(ROOT / part, folder / part)
    shutil.copy(ROOT / "dbt_project.yml", folder)
    shutil.copy(ROOT / "profiles.example.yml", folder / "profiles.yml")
    return folder
