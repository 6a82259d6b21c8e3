"""A dbt project on a database of its own. Raw tables are written here directly: the loader is not needed."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from filelock import FileLock

from tests.parsed import dbt as run_dbt
from tests.parsed import parsed_project
from tests.project import DATABASE

#: What every test workbook has, in order; the sizes stand between the two named by the rules.
HEADERS = (
    "AAG ORDER NUMBER", "CUSTOMER NAME", "ORDER DATE PO RECEIVED", "PO NUMBER", "CUSTOMER ALT PO", "AAG SEASON",
    "CUSTOMER SEASON", "DROP", "CATEGORY", "ALIAS/RELATED ITEM", "CUSTOMER STYLE", "STYLE DESCRIPTION",
    "CUSTOMER'S COLOUR CODE (CUSTOM FIELD) CUSTOMER PROVIDES THIS", "CUSTOMER COLOUR DESCRIPTION", "UNIT OF MEASURE",
    "XS", "30/32", "0", "TOTAL QTY", "EX FACTORY DATE", "PLANNED DELIVERY METHOD", "NOTES", "ORDER TYPE",
    "CUSTOMER PRICE", "US DUTY RATE", "DISCOUNT",
)  # fmt: skip


@dataclass(frozen=True)
class Dbt:
    """A copy of the project, with a database of its own and dbt's artefacts."""

    folder: Path

    @property
    def database(self) -> Path:
        return self.folder / DATABASE

    @property
    def target(self) -> Path:
        return self.folder / "target"

    def run(self, *arguments: str, check: bool = True, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run dbt; with ``check``, fail the test with dbt's own words when it fails."""
        return run_dbt(*arguments, project=self.folder, check=check, **variables)

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        with duckdb.connect(str(self.database), read_only=True) as connection:
            return connection.execute(sql, list(parameters)).fetchall()

    def change(self, sql: str, parameters: Sequence[object] = ()) -> None:
        """Run a statement that changes the database."""
        with duckdb.connect(str(self.database)) as connection:
            connection.execute(sql, list(parameters))

    def compiled(self, name: str) -> str:
        """The compiled SQL of a model or test, by its name."""
        # what a unit test puts in a model's place has its name too
        (path,) = (p for p in (self.target / "compiled").rglob(f"{name}.sql") if "unit_tests" not in str(p.parent))
        return path.read_text(encoding="utf-8")

    def land(
        self, raw_table: str, file: str, rows: Sequence[Mapping[str, str | None]], headers: Sequence[str] = HEADERS
    ) -> None:
        """Write a raw table as the loader would: text columns in file order, sheet rows counted from 2."""
        columns = {header: pa.array([row.get(header) for row in rows], pa.string()) for header in headers}
        columns["_source_file"] = pa.array([file] * len(rows), pa.string())
        columns["_source_sheet"] = pa.array(["MASTER"] * len(rows), pa.string())
        columns["_source_row"] = pa.array(range(2, len(rows) + 2), pa.int32())
        columns["_extracted_at"] = pa.array([0] * len(rows), pa.timestamp("us"))
        columns["_load_id"] = pa.array(["load-1"] * len(rows), pa.string())
        table = pa.table(columns)
        with duckdb.connect(str(self.database)) as connection:
            connection.register("incoming", table)
            connection.execute(f'create or replace table "{raw_table}" as select * from incoming')


def order(number: str, changes: Mapping[str, str | None] | None = None) -> dict[str, str | None]:
    """A row of a sheet that is an order without a flaw but for ``changes``: header to text, None for an empty cell."""
    row = {
        "AAG ORDER NUMBER": number, "CUSTOMER NAME": "GREYSON", "CUSTOMER STYLE": "ST-1", "AAG SEASON": "AW26",
        "CUSTOMER SEASON": "FALL 2026", "CUSTOMER COLOUR DESCRIPTION": "NAVY", "PO NUMBER": "PO-1",
        "PLANNED DELIVERY METHOD": "SEA", "UNIT OF MEASURE": "PCS", "XS": "5", "30/32": "7", "TOTAL QTY": "12",
        "EX FACTORY DATE": "2026-06-15", "ORDER TYPE": "ACTIVE", "CUSTOMER PRICE": "12.5",
    }  # fmt: skip
    return {**row, **(changes or {})}


GREYSON, RHONE, ASRV = "xGREYSON_ORDER_LIST_RAW", "xRHONE_ORDER_LIST_RAW", "xASRV_ORDER_LIST_RAW"
TODAY = {
    GREYSON: (
        order("G-1"),
        order("G-2", {"ORDER TYPE": "Canceled", "CUSTOMER NAME": "greyson  clothiers"}),
        order("G-3", {"CUSTOMER NAME": " ", "EX FACTORY DATE": "03/04/2026", "CUSTOMER PRICE": "TBC", "DISCOUNT": "-",
                      "XS": "1,200", "30/32": "-", "TOTAL QTY": "1200.0"}),
        order("G-1", {"NOTES": "copied"}),
        {"NOTES": "  "},
        {"STYLE DESCRIPTION": "TOTAL", "TOTAL QTY": "1224"},
        order("G-4", {"CUSTOMER NAME": "ACME"}),
        order("G-5", {"TOTAL QTY": "13", "0": "2000000"}),
        order("G-6", {"STYLE DESCRIPTION": "x" * 101, "NOTES": "first\nsecond\u00a0 line ", "AAG SEASON": None,
                      "CUSTOMER SEASON": None, "US DUTY RATE": "7.5%", "CATEGORY": "#N/A"}),
    ),
    RHONE: tuple(order(f"R-{n}", {"CUSTOMER NAME": "RHONE", "CUSTOMER STYLE": f"ÄÖ-{n} 😀"}) for n in range(1, 5)),
}  # fmt: skip


@pytest.fixture(scope="session")
def today(tmp_path_factory: pytest.TempPathFactory) -> Dbt:
    """The workbooks of :data:`TODAY`, built once for all workers. Read it only; ``copied`` is for changes."""
    base = tmp_path_factory.getbasetemp()
    # a worker's folder lies in that of the whole run; without workers the folder above is that of all runs
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "order_list_today"
    dbt = Dbt(folder)
    with FileLock(f"{folder}.lock"):
        if not (folder / "done").exists():
            shutil.rmtree(folder, ignore_errors=True)
            parsed_project(folder)
            for raw_table, rows in TODAY.items():
                dbt.land(raw_table, f"{raw_table[1:-4]}.xlsx", rows)
            done = dbt.run("build")
            (folder / "done").write_text(done.stdout, encoding="utf-8")
    return dbt


@pytest.fixture
def copied(today: Dbt, tmp_path: Path) -> Dbt:
    """A copy of ``today``, its project and its artefacts, to change."""
    shutil.copytree(today.folder, tmp_path / "copy")
    return Dbt(tmp_path / "copy")


@pytest.fixture
def dbt(tmp_path: Path) -> Dbt:
    """The project as it stands, on an empty database, to change."""
    return Dbt(parsed_project(tmp_path / "dbt"))
