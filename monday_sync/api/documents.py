"""The GraphQL documents: read from ``documents/*.graphql``, several operations merged into one mutation. Pure.

A merged mutation has an alias and its own variables for each operation (``op3``, ``op3_name``), so errors name the
operation they are about, and asks for its complexity. Documents of the same shape are built, and printed, once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from gql import GraphQLRequest
from graphql import (
    DocumentNode,
    FieldNode,
    NameNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    parse,
    print_ast,
    visit,
)

COMPLEXITY = "complexity"
_FRAGMENT, _FRAGMENT_NAME = "item.fragment", "ItemFields"


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """A document and its text, so that it is printed once for all requests that share it."""

    node: DocumentNode
    text: str


class Request(GraphQLRequest):
    """A request of gql's with a document printed before."""

    def __init__(self, document: Document, variables: Mapping[str, object]) -> None:
        super().__init__(document.node, variable_values=dict(variables))
        self._text = document.text

    @property
    def payload(self) -> dict[str, Any]:
        """The body of the POST."""
        return {"query": self._text, "variables": self.variable_values}


@cache
def single(name: str) -> Document:
    """The document of a query or single mutation, with the fragments it uses."""
    node = _parsed(name)
    return Document(node, print_ast(node))


def alias(index: int) -> str:
    """The alias of an operation in a merged mutation."""
    return f"op{index}"


def variables(index: int, values: Mapping[str, object]) -> dict[str, object]:
    """The variables of an operation in a merged mutation."""
    return {f"{alias(index)}_{name}": value for name, value in values.items()}


@lru_cache(maxsize=512)
def merged(names: tuple[str, ...]) -> Document:
    """One mutation of several operations, in order.

    Args:
        names: of the documents in ``documents/``, one for each operation.
    """
    definitions: list[VariableDefinitionNode] = []
    fields: list[FieldNode] = []
    for index, name in enumerate(names):
        operation = _renamed(name, index)
        definitions += operation.variable_definitions or ()
        fields.append(_only_field(operation))
    fields.append(_only_field(_operation(parse(f"{{ {COMPLEXITY} {{ query }} }}"))))
    operation = OperationDefinitionNode(
        operation=OperationType.MUTATION,
        name=NameNode(value="Push"),
        variable_definitions=tuple(definitions),
        selection_set=SelectionSetNode(selections=tuple(fields)),
    )
    node = DocumentNode(definitions=(operation,))
    return Document(node, print_ast(node))


@lru_cache(maxsize=4096)
def _renamed(name: str, index: int) -> OperationDefinitionNode:
    renamed: DocumentNode = visit(_parsed(name), _Rename(f"{alias(index)}_"))
    operation = _operation(renamed)
    aliased = replace(_only_field(operation), alias=NameNode(value=alias(index)))
    return replace(operation, selection_set=SelectionSetNode(selections=(aliased,)))


class _Rename(Visitor):
    def __init__(self, prefix: str) -> None:
        super().__init__()
        self._prefix = prefix

    def enter_variable(self, node: VariableNode, *_: object) -> VariableNode:
        return VariableNode(name=NameNode(value=self._prefix + node.name.value))


def _operation(document: DocumentNode) -> OperationDefinitionNode:
    return next(d for d in document.definitions if isinstance(d, OperationDefinitionNode))


def _only_field(operation: OperationDefinitionNode) -> FieldNode:
    (field,) = (s for s in operation.selection_set.selections if isinstance(s, FieldNode))
    return field


@cache
def _parsed(name: str) -> DocumentNode:
    text = _text(name)
    return parse(text + _text(_FRAGMENT) if f"...{_FRAGMENT_NAME}" in text else text)


def _text(name: str) -> str:
    return (resources.files("monday_sync.api") / "documents" / f"{name}.graphql").read_text("utf-8")
