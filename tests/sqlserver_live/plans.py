"""What SQL Server plans for the widest models, against budgets: time and memory to compile, and the memory granted.

    python -m tests.sqlserver_live.plans --out plans.json <compiled .sql files>

The statements are those that dbt compiled after a build (target/compiled), so their relations are there. They are
planned, not run (SHOWPLAN_XML), which needs the administrator's login.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from pathlib import Path

import pyodbc

from tests.project import ROOT
from tests.sqlserver_live.prepare import settings
from warehouse import Target
from warehouse.sqlserver.connect import connect

#: In milliseconds and KB. A grant of a gigabyte for one query is what ends a small tier; nobody has measured yet, so
#: these are what would be noticed, to be lowered to twice the first figures.
BUDGETS = {"CompileTime": 30_000, "CompileMemory": 512 * 1024, "SerialDesiredMemory": 512 * 1024}


def figures(plan: str) -> dict[str, int]:
    """The largest value of each budgeted attribute in a plan."""
    found = {name: [int(value) for value in re.findall(rf'\b{name}="(\d+)"', plan)] for name in BUDGETS}
    return {name: max(values, default=0) for name, values in found.items()}


def over(measured: dict[str, dict[str, int]]) -> list[str]:
    """What is over its budget, as sentences. A model without a plan is: nothing was looked at."""
    told = [f"{model}: no plan" for model, values in measured.items() if not values["CompileTime"]]
    return told + [
        f"{model}: {name} is {value:,}, more than {BUDGETS[name]:,}"
        for model, values in measured.items()
        for name, value in values.items()
        if value > BUDGETS[name]
    ]


def main() -> int:
    """Plan every file, write the figures, say what is over."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("files", type=Path, nargs="+")
    chosen = parser.parse_args()
    target = Target("prod", "sqlserver", "dbo", settings(os.environ["ORDER_LIST_SQLSERVER_DATABASE"]), ROOT)
    connection = connect(target)
    connection.execute("set showplan_xml on")
    measured = {path.stem: figures(_plan(connection, path.read_text(encoding="utf-8"))) for path in chosen.files}
    connection.close()
    chosen.out.write_text(json.dumps(measured, indent=2), encoding="utf-8")
    for message in (told := over(measured)):
        print(message, file=sys.stderr)
    return 1 if told else 0


def _plan(connection: pyodbc.Connection, sql: str) -> str:
    rows = connection.execute(sql).fetchall()
    return "".join(str(row[0]) for row in rows)


if __name__ == "__main__":
    sys.exit(main())
