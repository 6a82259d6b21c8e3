"""A customer's file that cannot be compiled stops a run before anything is changed, and is named."""

from __future__ import annotations

from tests.transform.conftest import Dbt

WRITTEN = (
    "select table_name, comment from duckdb_tables() "
    "union all select view_name, comment from duckdb_views() where not internal order by all"
)
EXPRESSION = """    config:
      meta:
        expressions: {planner: 'lowerr("NOTES")'}
"""


def test_a_customer_s_file_that_does_not_compile_is_named_and_nothing_changes(copied: Dbt) -> None:
    """SQL that the database refuses, and a macro that there is not: no relation is written, not even another's."""
    customers = copied.folder / "models" / "staging" / "customers"
    before = copied.rows(WRITTEN)
    words = customers / "stg_rhone.yml"
    head = "  - name: stg_rhone\n"
    assert head in words.read_text(encoding="utf-8")
    words.write_text(words.read_text(encoding="utf-8").replace(head, head + EXPRESSION), encoding="utf-8")
    done = copied.run("build", check=False)
    assert done.returncode == 2
    looked_at, refused = done.stdout.partition("Scalar Function with name lowerr does not exist!")[::2]
    assert refused
    assert looked_at.rpartition("Checking ")[2].startswith(
        "models/staging/customers/stg_rhone.yml: expressions: planner"
    )
    assert copied.rows(WRITTEN) == before

    (customers / "stg_asrv.sql").write_text(
        "{{ order_list_off(source('workbooks', 'xASRV_ORDER_LIST_RAW')) }}", "utf-8"
    )
    done = copied.run("build", check=False)
    assert done.returncode == 2
    assert "stg_asrv" in done.stdout
    assert 'there is no macro "order_list_off"' in done.stdout
    assert copied.rows(WRITTEN) == before
