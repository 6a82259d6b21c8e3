"""Rows in = orders + rejects: printed only where it is true."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from pipeline.model import CustomerFigures, Figures, Stage, Status
from pipeline.sums import rows_in
from tests.pipeline.test_report import REPORT

BUILT = (Stage("load", Status.OK), Stage("transform", Status.OK))
AJE = CustomerFigures("AJE", ("AJE.xlsx",), rows=500, orders=485, rejected_rows=15)
NEW = CustomerFigures("NEW", ("NEW.xlsx",), rows=20, unread_rows=20)


@pytest.mark.parametrize(
    ("customers", "stages", "expected"),
    [
        ((AJE,), BUILT, "500 = 485 orders + 15 rejected rows"),
        ((AJE, NEW), BUILT, "520 = 485 orders + 15 rejected rows + 20 rows that no model reads (NEW.xlsx)"),
        ((AJE, NEW), BUILT[:1], "520 = 485 orders + 15 rejected rows + 20 rows not built yet (NEW.xlsx)"),
        ((replace(AJE, rows=503),), BUILT[:1],
         "503 = 485 orders + 15 rejected rows + 3 rows landed since the last build (AJE)"),
        ((replace(AJE, rows=501),), BUILT,
         "501 = 485 orders + 15 rejected rows + 1 row of which nothing is known (AJE)"),
        ((replace(AJE, rows=498), NEW), BUILT[:1],
         "518 = 485 orders + 15 rejected rows + 20 rows not built yet (NEW.xlsx) - 2 of rows that the workbooks no "
         "longer have (AJE)"),
    ],
)  # fmt: skip
def test_the_equation_is_true(customers: tuple[CustomerFigures, ...], stages: tuple[Stage, ...], expected: str) -> None:
    """Its two sides are equal, and the rest has a name."""
    report = replace(REPORT, stages=stages, figures=Figures(customers=customers, is_built=True))
    said = rows_in(report)
    assert said == expected
    left, _, right = re.sub(r"\([^)]*\)", "", said).replace(",", "").partition("=")
    signed = [int(sign + number) for sign, number in re.findall(r"([+-]?) ?(\d+)", right)]
    assert int(left) == sum(signed)


def test_nothing_is_said_of_orders_before_the_first_build() -> None:
    """Rows that were landed are no rows that do not add up."""
    report = replace(REPORT, figures=Figures(customers=(NEW,)))
    assert rows_in(report) == "20; no model has read them yet"
