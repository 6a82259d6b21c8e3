"""The project compiled for SQL Server, once for all workers. No server is asked; the checkout stays as it is."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path

import filelock
import pytest

from tests.forked import run_dbt_forked
from tests.project import COLUMNS, PARTS, copy_project, declared_columns
from tests.sqlserver import sending

#: Statements that hooks run, by a name: a call of the macro that writes it.
HOOKS = {
    "hook_marks_a_table": "mark_statement(ref('order_list'), 'table', \"it's ours\")",
    "hook_marks_a_view": "mark_statement(ref('fact_order_list'), 'view', 'ours')",
    "hook_reads_marks": "relation_marks(target.database, target.schema)",
    "hook_creates_failed_tests": "create_failed_tests_table()",
}


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """Every statement that dbt compiles for target prod, by the name of its node."""
    return statements(tmp_path_factory, "prod")


@pytest.fixture(scope="session")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, list[str]]:
    """Every statement of the runs, by run; made by the first worker that asks."""
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "sent"
    with filelock.FileLock(f"{shared}.lock"):
        if not (shared / "sent.json").exists():
            sending.send_everything(shared, few_columns)
    return dict(json.loads((shared / "sent.json").read_text(encoding="utf-8")))


def statements(tmp_path_factory: pytest.TempPathFactory, target: str) -> Mapping[str, str]:
    """What dbt compiles for ``target``, by the name of its node; compiled by the first worker that asks."""
    base = tmp_path_factory.getbasetemp()
    # a worker of pytest-xdist has a folder of its own below that of the run
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / f"compiled-{target}"
    with filelock.FileLock(f"{shared}.lock"):
        if not (shared / "statements.json").exists():
            compile_project(shared, target)
    return dict(json.loads((shared / "statements.json").read_text(encoding="utf-8")))


def compile_project(folder: Path, target: str) -> None:
    """Compile a copy of the project for ``target``; the statements lie in statements.json."""
    copy_project(folder)
    for name, macro in HOOKS.items():  # what hooks run is no node, so a test of our own stands for each
        (folder / "tests" / "dbt" / f"{name}.sql").write_text(f"{{{{ {macro} }}}}", encoding="utf-8")
    _dbt(folder, target, "compile", "--vars", json.dumps({"only_columns": few_columns(folder)}))
    nodes = json.loads((folder / "target" / "manifest.json").read_text(encoding="utf-8"))["nodes"]
    found = {name: node["compiled_code"] for name, node in nodes.items() if node.get("compiled_code")}
    (folder / "statements.json").write_text(json.dumps(found), encoding="utf-8")


def few_columns(folder: Path) -> list[str]:
    """One business column of each type, and those that some SQL names.

    A hundred columns of four types compile to the same few expressions a hundred times; parsing them all takes
    minutes and shows nothing new.
    """
    files = [p for part in PARTS for p in (folder / part).rglob("*.sql") if p != folder / COLUMNS]
    files += [p for p in (folder / "models").rglob("*.yml") if p.name != "order_list.yml"]
    sql = "\n".join(p.read_text(encoding="utf-8") for p in files)
    types: set[str] = set()
    kept = []
    for column in declared_columns(folder):
        if "header" in column:
            if column["type"] not in types or re.search(rf"\b{re.escape(column['name'])}\b", sql):
                kept.append(column["name"])
            types.add(column["type"])
    return kept


def _dbt(folder: Path, target: str, *arguments: str) -> None:
    command = [
        "--quiet", *arguments, "--target", target, "--no-introspect", "--no-populate-cache",
        "--project-dir", str(folder), "--profiles-dir", str(folder),
    ]  # fmt: skip
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("ORDER_LIST_", "DBT_"))}
    environment |= {
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "PYTHONUTF8": "1",
        "ORDER_LIST_SQLSERVER_USER": "nobody",
        "ORDER_LIST_SQLSERVER_PASSWORD": "unused",
    }
    done = run_dbt_forked(command, cwd=folder, environment=environment)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
