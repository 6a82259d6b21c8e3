"""``dbt source freshness``: how long ago each customer's workbook last changed."""

from __future__ import annotations

import json

from tests.transform.conftest import GREYSON, RHONE, Dbt, order


def test_a_workbook_that_was_never_landed_is_named_and_the_others_are_checked(dbt: Dbt) -> None:
    """A new workbook passes, an old one is stale, and one without a table is named and no more fresh than that."""
    dbt.land(GREYSON, "GREYSON.xlsx", [order("G-1")])
    dbt.land(RHONE, "RHONE.xlsx", [order("R-1")])
    dbt.change(f'update "{GREYSON}" set _extracted_at = now()::timestamp')
    tables = (GREYSON, RHONE, "xAJE_ORDER_LIST_RAW")
    done = dbt.run("source", "freshness", "--select", *(f"source:workbooks.{t}" for t in tables), check=False)
    results = json.loads((dbt.target / "sources.json").read_text(encoding="utf-8"))["results"]
    found = {result["unique_id"].rpartition(".")[2]: result["status"] for result in results}
    assert found == {GREYSON: "pass", RHONE: "error", "xAJE_ORDER_LIST_RAW": "error"}
    assert done.returncode == 1, "a stale workbook fails the command"
    assert done.stdout.count("has never been landed") == 1
    assert "xAJE_ORDER_LIST_RAW has never been landed, so it is not fresh." in done.stdout
