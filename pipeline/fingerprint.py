"""What a dbt build depends on and what it made, as one hash.

What it depends on: the raw tables, the board's mapping, the project's files, the target, the versions of dbt. What it
made: every relation with the mark that names the invocation of dbt which wrote it last, and what stands in the orders
and lines. So whoever runs dbt, from wherever and with whatever options, or changes a table by hand, makes another hash.
Equal to the one of the last successful build means that the relations are what building again would make.
"""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml

from console import ConfigurationError, parse_yaml, yaml_fault
from loader import is_raw_table
from warehouse import Warehouse

PROJECT_FILE = "dbt_project.yml"
ORDERS, LINES, MAPPINGS = "ORDER_LIST", "ORDER_LIST_LINES", "monday_sync_mappings"
# the other columns of a line are the ledger's, and change with every push
_BUILT_OF_A_LINE = ("line_key", "order_key", "size_code", "ordered_qty", "qty", "row_hash")
_PATHS = {
    "model-paths": ["models"],
    "macro-paths": ["macros"],
    "seed-paths": ["seeds"],
    "snapshot-paths": ["snapshots"],
    "test-paths": ["tests"],
}
_MADE = ("model-paths", "seed-paths", "snapshot-paths")
_SUFFIXES = frozenset({".sql", ".yml", ".yaml", ".csv", ".md"})
_AS_IT_WAS = "Correct it there, or get it back: `git checkout dbt_project.yml`."
_SECRETS = frozenset({"password", "client_secret", "access_token"})


def fingerprint(warehouse: Warehouse) -> str | None:
    """The hash for the target as it is now; ``None`` while relations that a build makes are missing.

    Raises:
        ConfigurationError: this folder holds no readable dbt project.
    """
    standing = _standing(warehouse)
    if standing is None:
        return None
    project = warehouse.target.project_dir
    hashed = hashlib.sha256()
    settings = sorted((k, str(v)) for k, v in warehouse.target.settings.items() if k not in _SECRETS)
    versions = (version("dbt-core"), version(f"dbt-{warehouse.target.kind}"))
    for part in (*standing, *versions, warehouse.target.name, *(f"{k}={v}" for k, v in settings)):
        hashed.update(part.encode() + b"\x1f")
    for path in project_files(project):
        hashed.update(path.relative_to(project).as_posix().encode() + b"\x1f")
        hashed.update(hashlib.sha256(path.read_bytes()).digest())
    return hashed.hexdigest()


def project_files(project: Path) -> list[Path]:
    """The files that dbt reads, in a stable order."""
    document = _project(project)
    folders = [project / folder for key, default in _PATHS.items() for folder in document.get(key, default)]
    found = {path for folder in folders for path in folder.rglob("*") if path.suffix in _SUFFIXES and path.is_file()}
    return [project / PROJECT_FILE, *sorted(found)]


def made_files(project: Path) -> set[str]:
    """The names of the files that dbt makes a relation of: models, seeds and snapshots."""
    document = _project(project)
    folders = (project / folder for key in _MADE for folder in document.get(key, _PATHS[key]))
    return {path.stem for folder in folders for path in folder.rglob("*") if path.suffix in _SUFFIXES}


def _project(project: Path) -> dict[str, Any]:
    path = project / PROJECT_FILE
    try:
        document = parse_yaml(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigurationError(
            f"There is no {PROJECT_FILE} in {project}.", hint="Run this in the project's folder."
        ) from error
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        said = yaml_fault(error) if isinstance(error, yaml.YAMLError) else " ".join(str(error).split())
        raise ConfigurationError(f"{path} cannot be read: {said}.", hint=_AS_IT_WAS) from error
    if not isinstance(document, dict):
        raise ConfigurationError(f"{path} is not a mapping of keys to values.", hint=_AS_IT_WAS)
    return document


def _standing(warehouse: Warehouse) -> list[str] | None:
    """Raw tables with the load that made them, and what dbt made; ``None`` when a build is needed whatever the hash."""
    with warehouse.session(read_only=True) as session:
        names = session.relations()
        if names.lacking((ORDERS, LINES, "loader_file_headers")):
            return None
        loads = dict(
            session.rows(
                "select raw_table, max(load_id) from "  # noqa: S608 - quoted name
                f"{warehouse.relation('loader_file_headers')} group by raw_table"
            )
        )
        mappings = (
            sorted(
                session.rows(
                    "select distinct row_level, mapping from "  # noqa: S608 - quoted name
                    f"{warehouse.relation(MAPPINGS)} where is_current = 1"
                )
            )
            if MAPPINGS in names
            else []
        )
        raw = sorted(filter(is_raw_table, names))
        counted = dict(session.rows(_count(warehouse, raw), raw)) if raw else {}
        there = session.columns(LINES)
        lines = [name for name in _BUILT_OF_A_LINE if name in there]
        return [
            *(f"{name}={loads.get(name)},{counted[name]}" for name in raw),
            *(f"{level}={mapping}" for level, mapping in mappings),
            *sorted(f"{name}={mark}" for name, mark in session.marks().items() if mark),
            session.checksum(ORDERS),
            session.checksum(LINES, lines),
        ]


def _count(warehouse: Warehouse, raw_tables: list[str]) -> str:
    return " union all ".join(
        f"select ? as raw_table, count(*) as row_count from {warehouse.relation(name)}"  # noqa: S608 - quoted name
        for name in raw_tables
    )
