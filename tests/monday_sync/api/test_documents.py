"""The GraphQL documents against the project's own statement of the vendor's types."""

from __future__ import annotations

import json
from importlib import resources

import pytest
from graphql import FieldNode, OperationDefinitionNode, build_schema, parse, print_ast, validate
from graphql.execution import get_variable_values

from monday_sync.api import (
    ArchiveGroup,
    ArchiveItem,
    ChangeColumns,
    CreateGroup,
    CreateItem,
    CreateSubitem,
    MoveToBoard,
    MoveToGroup,
    Operation,
    documents,
)
from monday_sync.api.operations import document_of, variables_of

FOLDER = resources.files("monday_sync.api")
SCHEMA = build_schema((FOLDER / "schema.graphql").read_text("utf-8"))
NAMES = sorted(
    path.name.removesuffix(".graphql")
    for path in (FOLDER / "documents").iterdir()
    if path.name.endswith(".graphql") and not path.name.endswith(".fragment.graphql")
)
OPERATIONS: list[Operation] = [
    CreateItem("1", "g", "a", {"text_1": "x"}, True),
    CreateSubitem("5", "S", {"dropdown_2": {"labels": ["S"]}}),
    ChangeColumns("1", "5", {"numbers_1": None, "name": "b"}),
    MoveToGroup("5", "g"),
    MoveToBoard("5", "2", "g", {"text_1": "text_2", "lookup_1": None}, {}),
    ArchiveItem("5"),
    CreateGroup("1", "GREYSON FALL 2026"),
    CreateGroup("1", "GREYSON FALL 2026", "g", "after_at"),
    ArchiveGroup("1", "g"),
]


@pytest.mark.parametrize("name", NAMES)
def test_each_document_is_valid(name: str) -> None:
    """Every document that stands in a file is valid against the types it is sent to."""
    assert validate(SCHEMA, parse(documents.single(name).text)) == []


def test_a_merged_mutation_is_valid_and_its_variables_fit() -> None:
    """Operations of all kinds in one request: valid, each under its alias, with variables that GraphQL accepts."""
    document = documents.merged(tuple(document_of(o) for o in OPERATIONS))
    assert validate(SCHEMA, parse(document.text)) == []
    values: dict[str, object] = {}
    for index, operation in enumerate(OPERATIONS):
        values |= documents.variables(index, variables_of(operation))
    (definition,) = parse(document.text).definitions
    assert isinstance(definition, OperationDefinitionNode)
    coerced = get_variable_values(SCHEMA, definition.variable_definitions or (), values)
    assert not isinstance(coerced, list), coerced
    aliases = [s.alias.value for s in definition.selection_set.selections if isinstance(s, FieldNode) and s.alias]
    assert aliases == [f"op{n}" for n in range(len(OPERATIONS))]


def test_a_merged_mutation_says_what_its_parts_say() -> None:
    """Each operation of a merged mutation is the field of its own document, but for alias and names of variables."""
    (merged,) = parse(documents.merged(("create_item", "archive_item", "create_item")).text).definitions
    (alone,) = parse(documents.single("create_item").text).definitions
    assert isinstance(merged, OperationDefinitionNode)
    assert isinstance(alone, OperationDefinitionNode)
    field = print_ast(alone.selection_set.selections[0]).replace("$", "$op2_")
    assert print_ast(merged.selection_set.selections[2]) == f"op2: {field}"
    declared = [print_ast(d) for d in merged.variable_definitions or ()]
    assert declared[-5:] == [print_ast(d).replace("$", "$op2_") for d in alone.variable_definitions or ()]
    assert print_ast(merged.selection_set.selections[-1]).split() == ["complexity", "{", "query", "}"]


def test_every_operation_has_a_document_with_one_field() -> None:
    """A mutation's document selects one field, which is what merging relies on."""
    for operation in OPERATIONS:
        definition = parse(documents.single(document_of(operation)).text).definitions[0]
        assert isinstance(definition, OperationDefinitionNode)
        assert len(definition.selection_set.selections) == 1


def test_column_values_travel_as_json_text_and_null_is_kept() -> None:
    """The vendor's JSON scalar is a text; a null in it clears a column, so it must not get lost."""
    sent = variables_of(OPERATIONS[2])
    assert json.loads(str(sent["values"])) == {"numbers_1": None, "name": "b"}
    assert "relative_to" not in variables_of(OPERATIONS[5])


def test_every_document_is_used() -> None:
    """No document stands there that nothing sends."""
    sources = "".join(path.read_text("utf-8") for path in FOLDER.iterdir() if path.name.endswith(".py"))
    assert {"ingest_items", "backfill_items"} <= set(NAMES)
    unused = [n for n in NAMES if f'"{n}"' not in sources and not n.endswith("gest_items") and n != "backfill_items"]
    assert unused == []
