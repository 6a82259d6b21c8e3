"""A copy of the dbt project: a place to run it, or to change it, away from the repository."""

from __future__ import annotations

import ast
import re
import shutil
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
#: What dbt reads of it, next to dbt_project.yml.
PARTS = ("models", "macros", "seeds", "snapshots", "tests/dbt")
#: Where the columns of ORDER_LIST are declared.
COLUMNS = Path("macros/columns/order_list_columns.sql")


def declared_columns(project: Path = ROOT) -> list[dict[str, Any]]:
    """The columns of ORDER_LIST as they are declared; those that come from a cell have a ``header``."""
    text = (project / COLUMNS).read_text(encoding="utf-8")
    found = re.search(r"return\((\[.*\])\)", text, re.DOTALL)
    assert found, "the declaration is one list"
    columns: list[dict[str, Any]] = ast.literal_eval(found[1])
    return columns


def copy_project(folder: Path, *more: str) -> Path:
    """Copy what dbt reads, and ``more`` parts of the repository, to ``folder``, with the example's profiles."""
    for part in (*PARTS, *more):
        shutil.copytree(ROOT / part, folder / part)
    shutil.copy(ROOT / "dbt_project.yml", folder)
    shutil.copy(ROOT / "profiles.example.yml", folder / "profiles.yml")
    return folder


#: The database of a copy, relative to it: dbt parses everything anew where the connection is another.
DATABASE = "order_list.duckdb"


def place_of(folder: Path) -> dict[str, str]:
    """What a program needs to work in a copy of the project and nowhere else: profile, database, dbt's target, log."""
    return {
        "ORDER_LIST_DUCKDB": DATABASE,
        "DBT_PROFILES_DIR": str(folder),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "PYTHONUTF8": "1",
    }
