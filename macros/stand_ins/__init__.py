"""What dbt gives to macros, for SQLFluff: it runs our own macros by plain Jinja, without dbt and without a database.

A name here is one that dbt has; SQLFluff brings `ref`, `source`, `config`, `this` and `return` itself. The project that
it shows is as small as one that has everything: one customer, and of the columns one of each kind.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import yaml
from jinja2 import pass_context
from jinja2.runtime import Context

_PROJECT = yaml.safe_load((Path(__file__).resolve().parents[2] / "dbt_project.yml").read_text(encoding="utf-8"))
_COLUMNS = ["aag_order_number", "customer_name", "customer_style", "unit_of_measure", "total_qty", "ex_factory_date"]
_SOURCE = "source.workbooks.xGREYSON_ORDER_LIST_RAW"

execute = True
target = SimpleNamespace(database="order_list", schema="main")
flags = SimpleNamespace(INTROSPECT=False, EMPTY=False)
modules = SimpleNamespace(re=re)
api = SimpleNamespace(Relation=SimpleNamespace(create=lambda **names: names["identifier"]))
graph = {
    "nodes": {
        "greyson": SimpleNamespace(
            name="stg_greyson",
            resource_type="model",
            fqn=["master_schedule", "staging", "customers", "stg_greyson"],
            raw_code="",
            patch_path="models/staging/customers/stg_greyson.yml",
            original_file_path="models/staging/customers/stg_greyson.sql",
            config=SimpleNamespace(meta={"key": ["aag_order_number"], "item_name": ["customer_style"]}),
            depends_on=SimpleNamespace(nodes=[_SOURCE]),
        )
    },
    "sources": {
        _SOURCE: SimpleNamespace(
            source_name="workbooks", database="order_list", schema="main", identifier="xGREYSON_ORDER_LIST_RAW"
        )
    },
}
model = graph["nodes"]["greyson"]


def var(name: str, default: object = None) -> Any:
    """A variable of dbt_project.yml."""
    return {**_PROJECT["vars"], "only_columns": _COLUMNS}.get(name, default)


class adapter:  # noqa: N801 - dbt's own name
    """Finds the macro of DuckDB; no database is asked."""

    @staticmethod
    @pass_context
    def dispatch(context: Context, name: str) -> Callable[..., Any]:
        """The `default__` macro of a name."""
        found: Callable[..., Any] = context[f"default__{name}"]
        return found
