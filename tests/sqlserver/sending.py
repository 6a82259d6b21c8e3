"""What dbt sends to SQL Server, without a server: dbt runs whole, on a driver that writes down and answers.

The driver is ``stand_in/pyodbc.py``; what it must know of the database comes from dbt's own manifest.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tests.project import copy_project, declared_columns

STAND_IN = Path(__file__).parent / "stand_in"
LOADER_COLUMNS = ("_source_file", "_source_sheet", "_source_row", "_extracted_at", "_load_id")
#: Headers that code page 1252 cannot say, that it says otherwise than another page, or that end a literal or a name.
HARD_HEADERS = ("∆", "Größe", "尺码", "it's", "30]32")
HARD_TABLE = "xAJÉ_∆_ORDER_LIST_RAW"
_RUNS: Mapping[str, tuple[bool, tuple[str, ...]]] = {
    "first": (True, ("build", "--select", "stg_aje", "order_list", "order_list_history", "fact_order_list")),
    "again": (False, ("build",)),
    "docs": (False, ("docs", "generate", "--no-compile")),
    "freshness": (False, ("source", "freshness", "--select", "source:workbooks.*AJ*")),
}
TEXT, MOMENT, WHOLE = ("nvarchar", -1, 0, 0), ("datetime2", 8, 26, 6), ("int", 4, 10, 0)


def send_everything(folder: Path, few_columns: Callable[[Path], list[str]]) -> None:
    """Run a first build, the next one, docs and freshness in a copy of the project; keep what was sent in sent.json."""
    copy_project(folder)
    for path in [*folder.rglob("*.sql"), *folder.rglob("*.yml"), *folder.rglob("*.csv")]:
        text = path.read_text(encoding="utf-8")
        if "xAJE_ORDER_LIST_RAW" in text:
            path.write_text(text.replace("xAJE_ORDER_LIST_RAW", HARD_TABLE), encoding="utf-8")
    few = ("--vars", json.dumps({"only_columns": few_columns(folder)}))
    done = dbt(folder, "parse", *few)
    assert done.returncode == 0, done.stdout + done.stderr
    manifest = json.loads((folder / "target" / "manifest.json").read_text(encoding="utf-8"))
    found = {
        run: sent_by(folder, run, answers(manifest, is_first=is_first), *arguments, *few)
        for run, (is_first, arguments) in _RUNS.items()
    }
    (folder / "sent.json").write_text(json.dumps(found), encoding="utf-8")


def answers(manifest: Mapping[str, Any], *, is_first: bool) -> dict[str, Any]:
    """What the driver says of the database: before the first build there are the landed tables alone."""
    nodes = [n for n in manifest["nodes"].values() if n["resource_type"] in {"model", "seed", "snapshot"}]
    contract = {n["alias"]: n["columns"] for n in nodes if n.get("contract", {}).get("enforced")}
    landed = {s["identifier"]: "table" for s in manifest["sources"].values() if s["source_name"] == "workbooks"}
    never_landed = next(reversed(landed))
    built = {n["alias"]: "view" if n["config"]["materialized"] == "view" else "table" for n in nodes}
    kept = {s["identifier"]: "table" for s in manifest["sources"].values() if s["source_name"] != "workbooks"}
    columns: dict[str, dict[str, tuple[Any, ...]]] = {
        node["alias"]: dict.fromkeys(node["columns"], TEXT)
        for node in [*nodes, *({**s, "alias": s["identifier"]} for s in manifest["sources"].values())]
    }
    alias = {n["name"]: n["alias"] for n in nodes} | {s["name"]: s["identifier"] for s in manifest["sources"].values()}
    for test in manifest["unit_tests"].values():  # they name the columns that the YAML leaves to SQL
        for given in test["given"]:
            named = given["input"].replace('"', "'").split("'")[-2]
            for row in given["rows"] or []:
                columns[alias[named]].update(dict.fromkeys(row, TEXT))
        for row in test["expect"]["rows"] or []:
            columns[alias[test["model"]]].update(dict.fromkeys(row, TEXT))
            columns.setdefault(test["name"] + "__dbt_tmp", {}).update(dict.fromkeys(row, TEXT))
    headers = [column.get("header") for column in declared_columns()]
    sizes = ["UNIT OF MEASURE", *HARD_HEADERS, "TOTAL QTY"]  # what stands between these two are sizes
    wide = dict.fromkeys([*filter(None, headers), *LOADER_COLUMNS], TEXT)
    wide = {name: kind for name, kind in wide.items() if name not in sizes} | dict.fromkeys(sizes, TEXT)
    wide |= {"_source_row": WHOLE, "_extracted_at": MOMENT}
    columns |= dict.fromkeys(landed, wide)
    scd = {"dbt_scd_id": TEXT, "dbt_updated_at": MOMENT, "dbt_valid_from": MOMENT, "dbt_valid_to": MOMENT}
    for node in nodes:
        if node["resource_type"] == "snapshot":
            columns[node["alias"]] |= columns["ORDER_LIST"] | scd
            columns[node["alias"] + "__dbt_tmp"] = columns[node["alias"]] | {"dbt_change_type": TEXT}
    return {
        "database": "order_list",
        "schema": "dbo",
        "mark": "Made by the order list, dbt invocation 1",
        "relations": landed
        if is_first
        else {k: v for k, v in {**landed, **built, **kept}.items() if k != never_landed},
        "columns": columns,
        "contract": {name: str(c["data_type"]) for name, c in contract["ORDER_LIST"].items()},
        "verdict": [0, "false", "false"],
    }


def sent_by(folder: Path, run: str, known: Mapping[str, Any], *arguments: str) -> list[str]:
    """The statements of one dbt command."""
    said, log = folder / f"{run}.answers.json", folder / f"{run}.jsonl"
    said.write_text(json.dumps(known), encoding="utf-8")
    log.unlink(missing_ok=True)
    done = dbt(folder, *arguments, STAND_IN_ANSWERS=str(said), STAND_IN_SENT=str(log), PYTHONPATH=str(STAND_IN))
    assert done.returncode == 0, f"{done.stdout[-20000:]}\n{done.stderr[-3000:]}"
    return [str(json.loads(line)["sql"]) for line in log.read_text(encoding="utf-8").splitlines()]


def dbt(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run dbt for target prod in a copy of the project."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("ORDER_LIST_", "DBT_"))}
    environment |= {
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "PYTHONUTF8": "1",
        "ORDER_LIST_SQLSERVER_USER": "nobody",
        "ORDER_LIST_SQLSERVER_PASSWORD": "unused",
        **variables,
    }
    command = [
        sys.executable, "-W", "ignore", "-m", "dbt.cli.main", *arguments, "--target", "prod",
        "--project-dir", str(folder), "--profiles-dir", str(folder),
    ]  # fmt: skip
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
