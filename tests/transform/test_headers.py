"""What becomes of headers: known ones, sizes, unknown ones, and what a customer's own file says about them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.project import copy_project
from tests.transform.conftest import ASRV, GREYSON, HEADERS, RHONE, Dbt, order


@pytest.fixture
def own_project(tmp_path: Path) -> Dbt:
    """A copy of the project whose customers' files a test may edit."""
    return Dbt(tmp_path, copy_project(tmp_path / "project"))


def roles(dbt: Dbt, raw_table: str) -> dict[str, tuple[str, str | None]]:
    found = dbt.rows("select header, role, column_name from order_list_headers where raw_table = ?", [raw_table])
    return {header: (role, column) for header, role, column in found}


def test_headers_are_what_the_rules_and_the_customer_s_file_say(own_project: Dbt) -> None:
    """Case and spellings are known; strangers warn with file and header; a customer's file overrules and computes."""
    dbt = own_project
    model = dbt.project / "models/staging/customers/stg_asrv.sql"
    special = """{{ config(meta={
    'columns': {'column1': 'notes', 'Column2': 'size', 'MY SCRIBBLES': 'ignore'},
    'expressions': {'planner': "concat('Team ', \\"CATEGORY\\")"},
}) }}
"""
    model.write_text(special + model.read_text(encoding="utf-8"), encoding="utf-8")
    both = {"COUNTRY OF ORIGN": "wrong", "COUNTRY OF ORIGIN": "CN"}
    strange = (*HEADERS, "Validation", *both, "SHOE LACES")
    dbt.land(GREYSON, "GREYSON.xlsx", [order("G-1", both)], strange)
    dbt.land(RHONE, "RHONE.xlsx", [order("R-1", {"COUNTRY OF ORIGN": "VN"})], (*HEADERS, "COUNTRY OF ORIGN"))
    row = {"CUSTOMER NAME": "ASRV", "Column1": "from column 1", "Column2": "4", "CATEGORY": "TOPS", "MY SCRIBBLES": "?"}
    headers = (*(h for h in HEADERS if h != "NOTES"), "Column1", "Column2", "MY SCRIBBLES")
    dbt.land(ASRV, "ASRV.xlsx", [order("A-1", row)], headers)
    done = dbt.run("build", "--select", "+order_list_headers", "every_header_is_known", "--exclude", "test_type:unit")

    greyson = roles(dbt, GREYSON)
    assert greyson["Validation"] == ("column", "validation")
    assert greyson["COUNTRY OF ORIGIN"] == ("column", "country_of_origin")
    assert greyson["30/32"] == ("size", None)
    assert {header for header, (role, _) in greyson.items() if role == "unknown"} == {"COUNTRY OF ORIGN", "SHOE LACES"}
    assert "WARN 2" in done.stdout
    assert (GREYSON, "GREYSON.xlsx", "SHOE LACES") in dbt.rows(dbt.compiled("every_header_is_known"))

    assert roles(dbt, RHONE)["COUNTRY OF ORIGN"] == ("column", "country_of_origin")
    countries = "select _raw_table, country_of_origin from int_orders__unioned where country_of_origin is not null"
    assert dict(dbt.rows(countries)) == {GREYSON: "CN", RHONE: "VN"}

    asrv = roles(dbt, ASRV)
    assert asrv["Column1"] == ("column", "notes")
    assert asrv["Column2"] == ("size", None)
    assert asrv["MY SCRIBBLES"] == ("ignored", None)
    ((notes, planner, sizes),) = dbt.rows(
        "select notes, planner, sizes from int_orders__unioned where _raw_table = ?", [ASRV]
    )
    assert (notes, planner) == ("from column 1", "Team TOPS")
    assert '"code":"Column2","qty":"4"' in sizes


def test_a_column_that_is_not_declared_stops_with_a_sentence(own_project: Dbt) -> None:
    """A slip in a customer's file names the file and the column."""
    dbt = own_project
    model = dbt.project / "models/staging/customers/stg_asrv.sql"
    slip = "{{ config(meta={'columns': {'Column1': 'nots'}}) }}\n"
    model.write_text(slip + model.read_text(encoding="utf-8"), encoding="utf-8")
    done = dbt.run("compile", "--select", "stg_asrv", check=False)
    assert done.returncode != 0
    assert "stg_asrv.sql: ORDER_LIST has no column nots" in done.stdout
