"""Complexity points of a query, estimated from its text as the real one does: before it runs.

Documented: ``create_item`` costs 10,000. Nothing else is, so the strict reading makes every mutation cost as much. A
field that is read costs one point for each time it can occur; lists count with their ``limit`` or ``ids``.
"""

from __future__ import annotations

from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
)
from graphql.language import IntValueNode, ListValueNode

MUTATION_POINTS = 10_000
_FREE = frozenset({"complexity"})
_PAGES = frozenset({"items_page", "next_items_page", "items_page_by_column_values"})
_TIMES = {**dict.fromkeys(_PAGES, 25), "items": 25, "boards": 25,
          "subitems": 25, "column_values": 25, "columns": 25, "groups": 10}  # fmt: skip


def points(operation: OperationDefinitionNode, fragments: dict[str, FragmentDefinitionNode],
           variables: dict[str, Any]) -> tuple[int, list[str]]:  # fmt: skip
    """Points of an operation, and the names of its root fields in order."""
    mutation = operation.operation.value == "mutation"
    total, names = 0, []
    for field in _fields(operation.selection_set, fragments):
        name = field.name.value
        names.append(name)
        if name not in _FREE:
            total += (MUTATION_POINTS if mutation else 1) + _inside(field, fragments, variables, mutation)
    return total, names


def _fields(selection: SelectionSetNode | None, fragments: dict[str, FragmentDefinitionNode]) -> list[FieldNode]:
    found: list[FieldNode] = []
    for node in selection.selections if selection else ():
        if isinstance(node, FieldNode):
            found.append(node)
        elif isinstance(node, InlineFragmentNode):
            found += _fields(node.selection_set, fragments)
        elif isinstance(node, FragmentSpreadNode):
            found += _fields(fragments[node.name.value].selection_set, fragments)
    return found


def _inside(field: FieldNode, fragments: dict[str, FragmentDefinitionNode], variables: dict[str, Any],
            once: bool = False) -> int:  # fmt: skip
    children = _fields(field.selection_set, fragments)
    # how many items a page holds was said, and is counted, at the page itself
    paged = field.name.value in _PAGES
    inner = sum(1 + _inside(child, fragments, variables, paged and child.name.value == "items") for child in children)
    return inner if once or not inner else inner * _times(field, variables)


def _times(field: FieldNode, variables: dict[str, Any]) -> int:
    given: dict[str, Any] = {}
    for argument in field.arguments or ():
        value = argument.value
        if isinstance(value, VariableNode):
            given[argument.name.value] = variables.get(value.name.value)
        elif isinstance(value, IntValueNode):
            given[argument.name.value] = int(value.value)
        elif isinstance(value, ListValueNode):
            given[argument.name.value] = value.values
    ids, limit = given.get("ids"), given.get("limit")
    if isinstance(ids, list | tuple):
        return max(1, len(ids))
    if isinstance(ids, str | int):
        return 1
    if isinstance(limit, int):
        return max(1, limit)
    return _TIMES.get(field.name.value, 1)
