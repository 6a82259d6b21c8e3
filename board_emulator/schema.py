"""The executable schema: the emulator's statement of the vendor's types, with resolvers bound to it."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    OperationDefinitionNode,
    build_schema,
    parse,
    validate,
)

from board_emulator import columns, jobs, moves, mutations, queries


@cache
def schema() -> GraphQLSchema:
    """The schema with its resolvers, built once."""
    text = (resources.files("board_emulator") / "schema.graphql").read_text("utf-8")
    built = build_schema(text)
    bound: dict[str, dict[str, Any]] = {
        **queries.RESOLVERS,
        "Mutation": mutations.RESOLVERS | moves.RESOLVERS | columns.RESOLVERS | jobs.RESOLVERS,
    }
    for type_name, resolvers in bound.items():
        kind = built.type_map[type_name]
        if not isinstance(kind, GraphQLObjectType):
            raise TypeError(type_name)
        for name, resolve in resolvers.items():
            kind.fields[name].resolve = resolve
    compare = built.type_map["CompareValue"]
    if isinstance(compare, GraphQLScalarType):
        compare.parse_value = _compare_value  # type: ignore[method-assign]
    return built


def _compare_value(value: Any) -> Any:
    """``CompareValue``: a string or number, or a list of them."""
    entries = value if isinstance(value, list) else [value]
    if not all(isinstance(entry, str | int | float) for entry in entries):
        raise TypeError("CompareValue is a string, a number, or a list of them")
    return value


class Documents:
    """Parsed and validated documents by their text: a client sends the same few again and again."""

    def __init__(self, kept: int = 256) -> None:
        self._kept = kept
        self._parsed: dict[str, DocumentNode | list[Any]] = {}

    def get(self, text: str) -> DocumentNode | list[Any]:
        """The document, or the list of validation errors.

        Raises:
            GraphQLSyntaxError: the text is no GraphQL.
        """
        found = self._parsed.get(text)
        if found is None:
            document = parse(text, max_tokens=200_000)
            errors = validate(schema(), document)
            found = errors or document
            if len(self._parsed) >= self._kept:
                self._parsed.pop(next(iter(self._parsed)))
            self._parsed[text] = found
        return found


def operation_of(document: DocumentNode, name: str | None) -> OperationDefinitionNode | None:
    """The operation to run: the named one, or the only one."""
    found = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    if name:
        found = [node for node in found if node.name and node.name.value == name]
    return found[0] if len(found) == 1 else None


def fragments_of(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    """Fragments by name."""
    return {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
