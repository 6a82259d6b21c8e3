"""``dbt docs generate``: every column of every relation says what it means, and each text is written once."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from filelock import FileLock

from tests.project import ROOT
from tests.transform.conftest import GREYSON, Dbt

FILES = sorted(path for name in ("models", "seeds", "snapshots") for path in (ROOT / name).rglob("*.yml"))
Described = dict[str, dict[str, str]]


def read_json(dbt: Dbt, name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((dbt.target / f"{name}.json").read_text(encoding="utf-8"))
    return content


@pytest.fixture(scope="session")
def documented(today: Dbt, tmp_path_factory: pytest.TempPathFactory) -> Dbt:
    """A copy of ``today`` with its documentation, generated once for all workers. Read it only."""
    folder = tmp_path_factory.getbasetemp().parent / "order_list_documented"
    dbt = Dbt(folder)
    with FileLock(f"{folder}.lock"):
        if not (folder / "documented").exists():
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(today.folder, folder)
            done = dbt.run("--warn-error-options", "{error: all}", "docs", "generate")
            (folder / "documented").write_text(done.stdout, encoding="utf-8")
    return dbt


@pytest.fixture(scope="session")
def described(documented: Dbt) -> Described:
    """What the documentation says: relation to column to description."""
    manifest = read_json(documented, "manifest")
    return {
        node["name"]: {name: column["description"] for name, column in node["columns"].items()}
        for node in (*manifest["nodes"].values(), *manifest["sources"].values())
    }


def test_every_column_of_every_relation_is_described(documented: Dbt, described: Described) -> None:
    """All that is in the database has a text, no text is about a column that is not, and dbt warns of nothing."""
    manifest, catalog = read_json(documented, "manifest"), read_json(documented, "catalog")
    shown = catalog["nodes"] | catalog["sources"]
    kinds = {"model", "seed", "snapshot"}
    relations = {id_: node for id_, node in manifest["nodes"].items() if node["resource_type"] in kinds}
    assert catalog["errors"] is None
    assert relations.keys() == catalog["nodes"].keys(), "every model, seed and snapshot is in the catalog"
    for id_, relation in shown.items():
        node = (relations | manifest["sources"])[id_]
        assert node["description"], id_
        own = described[node["name"]]
        assert own.keys() == relation["columns"].keys(), id_
        assert [name for name, text in own.items() if not text.strip()] == [], id_


def test_a_column_means_the_same_wherever_it_shows(described: Described) -> None:
    """The contract of ORDER_LIST is handed on upwards, downwards, and to the sheets' headers."""
    contract = described["order_list"]
    assert len(contract) > 160
    for name in ("fact_order_list", "swp_order_list_sync", "order_list_history"):
        assert {column: described[name][column] for column in contract} == contract
    for name in ("stg_greyson", "int_orders__unioned", "int_orders__staged", "int_orders__typed", "sync_monday__items"):
        own = {"customer_name", "order_key", "total_qty" if name == "sync_monday__items" else ""}
        same = (contract.keys() & described[name].keys()) - own
        assert len(same) > 155
        assert {column: described[name][column] for column in same} == {column: contract[column] for column in same}
    assert described["sync_monday__items"]["total_qty"] == "Pieces ordered; 0 when the order is cancelled."
    sheet = described[GREYSON]
    assert sheet["EX FACTORY DATE"] == contract["ex_factory_date"]
    assert sheet["30/32"] == "Pieces ordered in this size."
    assert sheet["_source_row"] == contract["_source_row"]


def columns_of(node: yaml.Node) -> Iterator[yaml.Node]:
    """The nodes of all descriptions of columns below a node; an alias is the very node that its anchor is."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == "columns" and isinstance(value, yaml.SequenceNode):
                for column in value.value:
                    yield from (text for word, text in column.value if word.value == "description")
            else:
                yield from columns_of(value)
    elif isinstance(node, yaml.SequenceNode):
        for entry in node.value:
            yield from columns_of(entry)


def test_no_description_is_written_twice() -> None:
    """Each text of a column stands in one place of one file."""
    texts: dict[tuple[Path, int], str] = {}
    for path in FILES:
        document = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
        assert document is not None
        texts |= {(path, text.start_mark.index): text.value for text in columns_of(document)}
    assert len(texts) > 200
    assert [text for text, times in Counter(texts.values()).items() if times > 1] == []


def test_properties_are_what_they_look_like() -> None:
    """No comma in an unquoted text has cut a description short and made a key of its rest."""
    known = {"name", "description", "data_type", "config", "constraints", "data_tests", "quote"}
    for path in FILES:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        tables = [table for source in document.get("sources", []) for table in source["tables"]]
        for relation in (*(r for kind in ("models", "seeds", "snapshots") for r in document.get(kind, [])), *tables):
            for column in relation.get("columns", []):
                assert column.keys() <= known, (path.name, relation["name"], column)
