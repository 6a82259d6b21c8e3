"""The project compiled for SQL Server, once for all workers. No server is asked; the checkout stays as it is."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import filelock
import pytest
import yaml

from tests.project import PARTS, copy_project


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """Every statement that dbt compiles for target prod, by the name of its node."""
    return statements(tmp_path_factory, "prod")


def statements(tmp_path_factory: pytest.TempPathFactory, target: str) -> Mapping[str, str]:
    """What dbt compiles for ``target``, by the name of its node; compiled by the first worker that asks."""
    base = tmp_path_factory.getbasetemp()
    # a worker of pytest-xdist has a folder of its own below that of the run
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / f"compiled-{target}"
    with filelock.FileLock(f"{shared}.lock"):
        if not (shared / "statements.json").exists():
            _compile(shared, target)
    return dict(json.loads((shared / "statements.json").read_text(encoding="utf-8")))


def _compile(folder: Path, target: str) -> None:
    copy_project(folder)
    _thin_out(folder)
    _dbt(folder, target, "compile")
    nodes = json.loads((folder / "target" / "manifest.json").read_text(encoding="utf-8"))["nodes"]
    found = {name: node["compiled_code"] for name, node in nodes.items() if node.get("compiled_code")}
    (folder / "statements.json").write_text(json.dumps(found), encoding="utf-8")


def _thin_out(folder: Path) -> None:
    """Keep one business column of each type, and those that some SQL names.

    A hundred columns of four types compile to the same few expressions a hundred times; parsing them all takes
    minutes and shows nothing new.
    """
    path = folder / "models" / "marts" / "order_list.yml"
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    sql = "\n".join(p.read_text(encoding="utf-8") for part in PARTS for p in (folder / part).rglob("*.sql"))
    sql += "\n".join(
        p.read_text(encoding="utf-8") for p in (folder / "models").rglob("*.yml") if p.name != "order_list.yml"
    )
    for model in document["models"]:
        if model["name"] == "order_list":
            types: set[str] = set()
            kept = []
            for column in model["columns"]:
                kind = str(column["data_type"])
                if kind not in types or re.search(rf"\b{re.escape(column['name'])}\b", sql):
                    kept.append(column)
                types.add(kind)
            model["columns"] = kept
    path.write_text(yaml.safe_dump(document, sort_keys=False, allow_unicode=True), encoding="utf-8")


def _dbt(folder: Path, target: str, *arguments: str) -> None:
    command = [
        sys.executable, "-m", "dbt.cli.main", "--quiet", *arguments, "--target", target, "--no-introspect",
        "--no-populate-cache", "--project-dir", str(folder), "--profiles-dir", str(folder),
    ]  # fmt: skip
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("ORDER_LIST_", "DBT_"))}
    environment |= {
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "PYTHONUTF8": "1",
        "ORDER_LIST_SQLSERVER_USER": "nobody",
        "ORDER_LIST_SQLSERVER_PASSWORD": "unused",
    }
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
