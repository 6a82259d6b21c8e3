"""The project's files agree with each other, and it compiles for SQL Server without one."""

from __future__ import annotations

import csv
import re
import runpy
from pathlib import Path
from typing import Any

import duckdb
import yaml

from monday_sync.ledger.schema import CUSTOMERS, FILLS, ITEMS, MAPPINGS, SUBITEMS
from tests.project import ROOT, declared_columns
from tests.transform.conftest import Dbt
from warehouse import Target, open_warehouse

CUSTOMERS_FOLDER = ROOT / "models" / "staging" / "customers"
LEDGER = (ITEMS, SUBITEMS, CUSTOMERS, FILLS, MAPPINGS)


def read_yaml(*parts: str) -> dict[str, Any]:
    document = yaml.safe_load(ROOT.joinpath(*parts).read_text(encoding="utf-8"))
    assert isinstance(document, dict)
    return document


def test_customer_files_union_and_seed_agree() -> None:
    """Each customer's model, its table among the sources, its place in the union and its line in the seed."""
    models = {path.stem for path in CUSTOMERS_FOLDER.glob("*.sql")}
    described = {path.stem for path in CUSTOMERS_FOLDER.glob("*.yml")}
    for path in CUSTOMERS_FOLDER.glob("*.yml"):
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert [model["name"] for model in document["models"]] == [path.stem]
    source = read_yaml("models", "staging", "_sources.yml")["sources"][0]
    tables = [table["name"] for table in source["tables"]]
    read = [
        re.findall(r"source\('workbooks', '(\w+)'\)", path.read_text(encoding="utf-8"))
        for path in CUSTOMERS_FOLDER.glob("*.sql")
    ]
    assert sorted(read) == [[name] for name in sorted(tables)], "each table is read by one customer's model"
    union = (ROOT / "models/intermediate/int_orders__unioned.sql").read_text(encoding="utf-8")
    united = re.findall(r"ref\('(stg_\w+)'\)", union)
    with (ROOT / "seeds/customer_names.csv").open(encoding="utf-8", newline="") as file:
        listed = {row["raw_table"] for row in csv.DictReader(file)} - {""}
    assert models == described == set(united)
    assert len(united) == len(set(united)) >= 46, "the 46 customers of the first day are there"
    assert set(tables) == listed


def test_columns_are_named_by_the_rule() -> None:
    """Lower case, apostrophes dropped, runs of other characters one underscore; two exceptions, both said here."""
    exceptions = {"∆": "delta", "ADDITIONAL TARIFF %": "additional_tariff_percent"}
    headers: list[str] = []
    for column in declared_columns():
        if "header" in column:
            rule = re.sub("[^a-z0-9]+", "_", column["header"].lower().replace("'", "")).strip("_")
            assert column["name"] == exceptions.get(column["header"], rule)
            headers += [column["header"], *column.get("spellings", [])]
    folded = [header.upper() for header in headers]
    assert len(folded) == len(set(folded)), "a header means one column"


def test_the_contract_is_what_the_columns_say() -> None:
    """models/marts/order_list.yml is as `make contract` writes it: all columns in order, with type and meaning."""
    model = read_yaml("models", "marts", "order_list.yml")["models"][0]
    declared = [(column["name"], column["type"], column["description"]) for column in declared_columns()]
    assert [(c["name"], c["data_type"], c["description"]) for c in model["columns"]] == declared


def test_every_model_has_a_key() -> None:
    """Each model behind the customers' says what tells its rows apart, and a test holds it to that."""
    kept: set[str] = set()
    lacking: set[str] = set()
    for path in sorted((ROOT / "models").rglob("*.yml")):
        for model in yaml.safe_load(path.read_text(encoding="utf-8")).get("models", []):
            tests = [next(iter(test)) if isinstance(test, dict) else test for test in model.get("data_tests", [])]
            columns = [column.get("data_tests", []) for column in model.get("columns", [])]
            has_key = "is_key" in tests or any({"unique", "not_null"} <= {str(t) for t in found} for found in columns)
            (kept if has_key else lacking).add(model["name"])
    assert {name for name in lacking if not name.startswith("stg_")} == set()
    assert (
        kept == {path.stem for path in (ROOT / "models").rglob("*.sql") if not path.stem.startswith("stg_")} - lacking
    )


def test_every_macro_is_described() -> None:
    """macros/_macros.yml is as `make contract` writes it: every macro of ours with its arguments, none that is not."""
    written = (ROOT / "macros/_macros.yml").read_text(encoding="utf-8")
    assert written == runpy.run_path(str(ROOT / "macros/describe.py"))["described"]()
    described = {macro["name"]: macro for macro in yaml.safe_load(written)["macros"]}
    defined = {
        name
        for path in (ROOT / "macros").rglob("*.sql")
        for name in re.findall(r"\{%-?\s*macro (\w+)\(", path.read_text(encoding="utf-8"))
        if not name.startswith(("default__", "sqlserver__"))
    }
    assert described.keys() == defined
    assert [argument["name"] for argument in described["typed_value"]["arguments"]] == ["column", "text"]
    assert described["typed_value"]["arguments"][1]["description"] == "an SQL expression of folded text"


def test_no_model_asks_which_engine_it_runs_on() -> None:
    """Dialects live in macros/platform and nowhere else."""
    files = [
        *(ROOT / "models").rglob("*.sql"),
        *(ROOT / "macros" / "rules").glob("*.sql"),
        *(ROOT / "tests/dbt").glob("*.sql"),
    ]
    assert not [path.name for path in files if "target.type" in path.read_text(encoding="utf-8")]
    for path in files:
        assert "adapter.dispatch" not in path.read_text(encoding="utf-8"), path
    for path in (ROOT / "macros" / "platform").glob("*.sql"):
        text = path.read_text(encoding="utf-8")
        for prefix in ("", "default__", "sqlserver__"):
            assert f"macro {prefix}{path.stem}(" in text, path


def test_models_stay_short() -> None:
    """A model is a page."""
    long = {
        p.name: n
        for p in (ROOT / "models").rglob("*.sql")
        if (n := len(p.read_text(encoding="utf-8").splitlines())) >= 120
    }
    assert long == {}


def test_the_ledger_that_dbt_creates_is_monday_sync_s(today: Dbt, tmp_path: Path) -> None:
    """Same columns, types, NULLs and primary keys as monday_sync would create, in the same order."""
    original = tmp_path / "original.duckdb"
    warehouse = open_warehouse(Target("local", "duckdb", "main", {"path": str(original)}, tmp_path))
    with warehouse.session() as session:
        for table in LEDGER:
            session.create_table(table.name, table.columns, key=table.key)
    described = []
    for path in (today.database, original):
        with duckdb.connect(str(path), read_only=True) as connection:
            described.append({t.name: connection.execute(f"describe {t.name}").fetchall() for t in LEDGER})
    assert described[0] == described[1]


def test_prod_compiles_without_a_server_into_whole_sql(dbt: Dbt) -> None:
    """No connection is opened; a customer's SQL has every declared column, sizes, and the types of SQL Server."""
    dbt.run(
        "compile", "--target", "prod", "--no-introspect", "--no-populate-cache",
        ORDER_LIST_SQLSERVER_USER="nobody", ORDER_LIST_SQLSERVER_PASSWORD="nothing",  # noqa: S106 - no server, no secret
    )  # fmt: skip
    customer = dbt.compiled("stg_greyson")
    for column in declared_columns():
        if "header" in column:
            assert f'"{column["header"]}" as "{column["name"]}"' in customer
    assert "for json path" in customer
    for path in (dbt.target / "compiled").rglob("*.sql"):
        sql = path.read_text(encoding="utf-8")
        assert "::" not in sql, path
        assert not re.search(r"\blimit \d|\bqualify\b|regexp_|lambda |\|\|", sql), path
