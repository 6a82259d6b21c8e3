"""What becomes of headers: known ones, sizes, unknown ones, and what a customer's own file says about them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.project import COLUMNS
from tests.transform.conftest import ASRV, GREYSON, HEADERS, RHONE, Dbt, order


def say(dbt: Dbt, customer: str, *words: str) -> None:
    """Say something in a customer's YAML file."""
    path = dbt.folder / f"models/staging/customers/stg_{customer}.yml"
    text = path.read_text(encoding="utf-8").partition("    config:\n")[0].rstrip("\n")
    lines = "".join(f"        {line}\n" for line in words)
    path.write_text(f"{text}\n    config:\n      meta:\n{lines}", encoding="utf-8", newline="\n")


def roles(dbt: Dbt, raw_table: str) -> dict[str, tuple[str, str | None]]:
    found = dbt.rows("select header, role, column_name from order_list_headers where raw_table = ?", [raw_table])
    return {header: (role, column) for header, role, column in found}


def test_headers_are_what_the_rules_and_the_customer_s_file_say(dbt: Dbt) -> None:
    """Case and spellings are known; strangers warn with file and header; a customer's file overrules and computes."""
    say(
        dbt,
        "asrv",
        "columns: {column1: notes, Column2: size, MY SCRIBBLES: ignore}",
        "expressions: {planner: 'concat(''Team '', \"Category\")'}",
    )
    both = {"COUNTRY OF ORIGN": "wrong", "COUNTRY OF ORIGIN": "CN"}
    strange = (*HEADERS, "Validation", *both, "SHOE LACES")
    dbt.land(GREYSON, "GREYSON.xlsx", [order("G-1", both)], strange)
    dbt.land(RHONE, "RHONE.xlsx", [order("R-1", {"COUNTRY OF ORIGN": "VN"})], (*HEADERS, "COUNTRY OF ORIGN"))
    row = {"CUSTOMER NAME": "ASRV", "Column1": "from column 1", "Column2": "4", "CATEGORY": "TOPS", "MY SCRIBBLES": "?"}
    headers = (*(h for h in HEADERS if h != "NOTES"), "Column1", "Column2", "MY SCRIBBLES")
    dbt.land(ASRV, "ASRV.xlsx", [order("A-1", row)], headers)
    done = dbt.run(
        "build",
        "--select",
        "+order_list_headers",
        "every_header_is_known",
        "--exclude",
        "test_type:unit",
        "rows_in_are_orders_plus_rejected_rows",
        "--indirect-selection",
        "cautious",  # relations to models that are not selected have nothing to look at
    )

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


SLIPS = {
    "aescape": ("columns: {Column1: nots}", 'columns: ORDER_LIST has no column "nots"; did you mean "notes"?'),
    "aje": ("expresions: {notes: x}", 'meta: A customer has no word "expresions"; did you mean "expressions"?'),
    "alwrld": ("dates: day-first", 'dates: A customer has no word "day-first"; did you mean "day_first"?'),
    "asrv": ('columns: {"SHIP WINDW": ex_factory_date}',
             'columns: The workbook has no header "SHIP WINDW"; did you mean "SHIP WINDOW"?'),
    "bhood": ("key: [aag_order_numbr]",
              'key: ORDER_LIST has no text column "aag_order_numbr"; did you mean "aag_order_number"?'),
    "bc_brands": ("key: aag_order_number", "key: give a list of columns, such as [aag_order_number, po_number]"),
    "camilla": ("item_name: [po_number or customer_alt_pos]",
                'item_name: ORDER_LIST has no text column "customer_alt_pos"; did you mean "customer_alt_po"?'),
    "dsslr": ("numbers: [xyz]", 'numbers: A customer has no word "xyz"; there are decimal_comma, currency'),
    "equinox": ("group_season: aag_seasn", 'A customer has no word "aag_seasn"; did you mean "aag_season"?'),
    "feetures": ("paused: maybe", "paused: say true or false"),
    "starlight": ("numbers: 12", "numbers: give decimal_comma, currency, or a list of both"),
    "lambs": ("order_types: [ON HOLD]", "order_types: give pairs, such as {ON HOLD: RECEIVED}"),
}  # fmt: skip


def test_a_slip_in_a_customer_s_file_stops_with_a_message(dbt: Dbt) -> None:
    """File, word and the nearest right one are named; a run ends before it changes anything."""
    headers = ("SHIP WINDOW", *(header for header in HEADERS if header != "EX FACTORY DATE"))
    dbt.land(ASRV, "ASRV.xlsx", [order("A-1", {"CUSTOMER NAME": "ASRV"})], headers)
    for customer, (words, _) in SLIPS.items():
        say(dbt, customer, words)
    sql = dbt.folder / "models/staging/customers/stg_greyson.sql"
    settings = "{{ config(meta={'dates': 'day_first'}) }}\n"
    sql.write_text(settings + sql.read_text(encoding="utf-8"), encoding="utf-8")
    # one by one, which takes a project that does not look at all of them beforehand
    settings_file = dbt.folder / "dbt_project.yml"
    whole = settings_file.read_text(encoding="utf-8")
    settings_file.write_text(whole.replace('  - "{{ check_before_the_run() }}"\n', ""), encoding="utf-8")
    done = dbt.run("run", "--select", "path:models/staging", check=False)
    settings_file.write_text(whole, encoding="utf-8")
    said = " ".join(done.stdout.split())
    for customer, (_, message) in SLIPS.items():
        assert f"models/staging/customers/stg_{customer}.yml: " in said, customer
        assert message in said, customer
    assert "stg_greyson.sql: config: a customer is described in its YAML file" in said

    before = dbt.rows("select table_name from information_schema.tables order by 1")
    done = dbt.run("build", check=False)
    assert done.returncode != 0
    assert "models/staging/customers/stg_" in done.stdout
    assert dbt.rows("select table_name from information_schema.tables order by 1") == before


@pytest.mark.parametrize(
    ("slip", "message"),
    [
        (lambda text: text.replace("stg_greyson", "stg_greysn"), "with name 'stg_greysn'"),
        (
            lambda text: f"{text}    config: {{meta: {{dates: day_first}}}}\n    config: {{}}\n",
            "Duplicate key 'config'",
        ),
    ],
)
def test_words_that_dbt_would_drop_stop_it(dbt: Dbt, slip: Callable[[str], str], message: str) -> None:
    """Words for a model that there is not, and words that are said twice, are errors with their file."""
    path = dbt.folder / "models/staging/customers/stg_greyson.yml"
    path.write_text(slip(path.read_text(encoding="utf-8")), encoding="utf-8")
    done = dbt.run("parse", check=False)
    assert done.returncode != 0
    assert message in done.stdout
    assert "stg_greyson.yml" in done.stdout


WRONG_TYPES = {
    "po_number": "varchar(40)", "customer_alt_po": "NVARCHAR(50)", "aag_season": "float", "month": "nvarchar(max)",
    "category": "nvarchar(4001)", "pattern_id": "decimal(4, 5)",
}  # fmt: skip


def test_a_type_that_is_none_of_ours_is_refused_by_name(dbt: Dbt) -> None:
    """The declaration's columns and types are named, all of them at once, with the types that there are."""
    path = dbt.folder / COLUMNS
    text = path.read_text(encoding="utf-8")
    for column, type_ in WRONG_TYPES.items():
        declared = f"'{column}', 'type': 'nvarchar(255)'"
        assert declared in text
        text = text.replace(declared, f"'{column}', 'type': '{type_}'")
    path.write_text(text, "utf-8")
    done = dbt.run("parse", check=False)
    assert done.returncode != 0
    said = " ".join(done.stdout.split())
    wrong = ", ".join(f"column {column} has the type {type_}" for column, type_ in WRONG_TYPES.items())
    assert f"{COLUMNS.as_posix()}: {wrong}; the types are nvarchar(n)" in said
