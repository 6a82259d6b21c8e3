"""The GraphQL documents: read from ``documents/*.graphql``, several operations merged into one mutation. Pure.

A merged mutation has an alias and its own variables for each operation (``op3``, ``op3_name``), so errors name the
operation they are about, and asks for its complexity. Each file is parsed and printed once; a merged mutation is put
together from such prints: building and printing it as a tree costs more than all else that is done for a request.
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
    VariableNode,
    Visitor,
    parse,
    print_ast,
    visit,
)

COMPLEXITY = "complexity"
_FRAGMENT, _FRAGMENT_NAME = "item.fragment", "ItemFields"
#: Stands in prints for the alias, and before the names of variables; no field or type of the API has it in its name.
_ALIAS = "op0"


@dataclass(frozen=True, slots=True)
class Document:
    """A document and its print, which is what is sent."""

    node: DocumentNode
    text: str


class Request(GraphQLRequest):
    """A request whose document is not printed anew each time."""

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
    return Document(_parsed(name), print_ast(_parsed(name)))


def alias(index: int) -> str:
    """The alias of an operation in a merged mutation."""
    return f"op{index}"


def variables(index: int, values: Mapping[str, object]) -> dict[str, object]:
    """The variables of an operation in a merged mutation."""
    return {f"{alias(index)}_{name}": value for name, value in values.items()}


@lru_cache(maxsize=64)
def merged(names: tuple[str, ...]) -> Document:
    """One mutation of several operations, in order.

    Args:
        names: of the documents in ``documents/``, one for each operation.
    """
    definitions: list[str] = []
    fields: list[str] = []
    for index, name in enumerate(names):
        definition, field = _printed(name)
        definitions.append(definition.replace(_ALIAS, alias(index)))
        fields.append(field.replace(_ALIAS, alias(index)))
    listed = "\n".join((*fields, f"{COMPLEXITY} {{ query }}"))
    text = f"mutation Push({', '.join(definitions)}) {{\n{listed}\n}}"
    return Document(parse(text), text)


@cache
def _printed(name: str) -> tuple[str, str]:
    """The variables of a single mutation, and its one field, as prints for :data:`_ALIAS`."""
    renamed: DocumentNode = visit(_parsed(name), _Rename())
    operation = next(d for d in renamed.definitions if isinstance(d, OperationDefinitionNode))
    (field,) = (s for s in operation.selection_set.selections if isinstance(s, FieldNode))
    definitions = ", ".join(print_ast(definition) for definition in operation.variable_definitions or ())
    return definitions, print_ast(replace(field, alias=NameNode(value=_ALIAS)))


class _Rename(Visitor):
    def enter_variable(self, node: VariableNode, *_: object) -> VariableNode:
        return VariableNode(name=NameNode(value=f"{_ALIAS}_{node.name.value}"))


@cache
def _parsed(name: str) -> DocumentNode:
    text = _text(name)
    return parse(text + _text(_FRAGMENT) if f"...{_FRAGMENT_NAME}" in text else text)


def _text(name: str) -> str:
    return (resources.files("monday_sync.api") / "documents" / f"{name}.graphql").read_text("utf-8")
