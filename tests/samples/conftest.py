from __future__ import annotations

from typing import Any

import openpyxl
import pytest
import python_calamine

from samples import generate


@pytest.fixture(scope="session")
def today(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A folder with small workbooks of all customers, and their manifest."""
    folder = tmp_path_factory.mktemp("today")
    return folder, generate(folder)


@pytest.fixture(scope="session")
def tomorrow(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The same workbooks a day later."""
    folder = tmp_path_factory.mktemp("tomorrow")
    return folder, generate(folder, day=2)


def by_openpyxl(path: str, sheet: str) -> Any:
    book = openpyxl.load_workbook(path, data_only=True)
    rows = enumerate(book[sheet].iter_rows(values_only=True), start=1)
    return {number: list(row) for number, row in rows if any(value is not None for value in row)}


def by_calamine(path: str, sheet: str) -> Any:
    rows = python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    return {number: row for number, row in enumerate(rows, start=1) if any(value != "" for value in row)}


@pytest.fixture(scope="session")
def read() -> Any:
    """Cells of a sheet by Excel row, rows without content left out."""
    return by_openpyxl


@pytest.fixture(params=[by_openpyxl, by_calamine])
def read_by_each(request: pytest.FixtureRequest) -> Any:
    """The same by two libraries that share nothing with each other or with the generator."""
    return request.param
