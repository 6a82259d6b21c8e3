"""What dbt declares, from the manifest that its last run on the target left: an audit parses and builds nothing."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline.dbt_folder import latest_file
from pipeline.fingerprint import project_files
from warehouse import Target

_MADE = ("model", "seed", "snapshot")


@dataclass(frozen=True, slots=True)
class Node:
    """A model, seed or snapshot with a relation of its own.

    Args:
        relation: what its relation is called.
        indexes: declared ones, each as its columns.
        constraints: kind, columns, and the text of a check; those that the build enforces.
        deprecated: why it is, or its columns are: by column name, the node itself by an empty name.
    """

    unique_id: str
    relation: str
    kind: str
    columns: tuple[str, ...] = ()
    indexes: tuple[tuple[str, ...], ...] = ()
    constraints: tuple[tuple[str, tuple[str, ...], str], ...] = ()
    deprecated: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Manifest:
    """Args: sources, the tables that models read and do not make; trouble, why it cannot be relied on."""

    nodes: Mapping[str, Node] = field(default_factory=dict)
    sources: frozenset[str] = frozenset()
    trouble: str | None = None

    def node(self, relation: str) -> Node | None:
        """Which one makes a relation."""
        return self.nodes.get(relation.lower())


def read_manifest(target: Target) -> Manifest:
    """The newest manifest of the target."""
    path = latest_file(target.project_dir, target.name, "manifest.json")
    if path is None:
        return Manifest(trouble="what dbt declares: no run of dbt left a manifest here; run `pipeline run`")
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if document["metadata"]["adapter_type"] != target.kind:
            return Manifest(trouble=f"what dbt declares: {path} is of another engine; run `pipeline run`")
        nodes = [_node(node) for node in document["nodes"].values() if _has_relation(node)]
        sources = frozenset(str(source["identifier"]).lower() for source in document["sources"].values())
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        return Manifest(trouble=f"what dbt declares: {path} cannot be read ({type(error).__name__})")
    newest = max(file.stat().st_mtime for file in project_files(target.project_dir))
    late = newest > path.stat().st_mtime
    made_at = dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC)
    trouble = f"what dbt declares since {made_at:%Y-%m-%d %H:%M} UTC: its files changed after the last run"
    return Manifest({node.relation.lower(): node for node in nodes}, sources, trouble if late else None)


def _has_relation(node: Mapping[str, Any]) -> bool:
    return node["resource_type"] in _MADE and node["config"].get("materialized") != "ephemeral"


def _node(node: Mapping[str, Any]) -> Node:
    columns: Mapping[str, Mapping[str, Any]] = node.get("columns") or {}
    enforced = bool(((node.get("config") or {}).get("contract") or {}).get("enforced"))
    constraints = [
        (_kind(one), (name,), str(one.get("expression") or ""))
        for name, column in columns.items()
        for one in column.get("constraints") or ()
    ]
    constraints += [
        (_kind(one), tuple(one.get("columns") or ()), str(one.get("expression") or ""))
        for one in node.get("constraints") or ()
    ]
    return Node(
        unique_id=str(node["unique_id"]),
        relation=str(node.get("alias") or node["name"]),
        kind="view" if node["config"].get("materialized") == "view" else "table",
        columns=tuple(columns),
        indexes=tuple(tuple(index["columns"]) for index in node["config"].get("indexes") or ()),
        constraints=tuple(constraints) if enforced else (),
        deprecated=dict(_deprecated(node, columns)),
    )


def _kind(constraint: Mapping[str, Any]) -> str:
    return str(constraint["type"]).replace("_", " ")


def _deprecated(node: Mapping[str, Any], columns: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, str]]:
    found = []
    if node.get("deprecation_date"):
        found.append(("", f"deprecation date {str(node['deprecation_date'])[:10]}"))
    for name, part in (("", node), *columns.items()):
        said = (part.get("meta") or {}).get("deprecated") or ((part.get("config") or {}).get("meta") or {}).get(
            "deprecated"
        )
        if said:
            found.append((name, "deprecated" if said is True else f"deprecated: {said}"))
    return found
