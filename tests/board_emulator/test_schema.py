"""The statement of the vendor's types, and that each of them is served."""

from __future__ import annotations

from importlib import resources

from graphql import GraphQLEnumType, GraphQLObjectType, build_schema, default_field_resolver

from board_emulator.model import PALETTE
from board_emulator.schema import schema
from tests.board_emulator.conftest import Api


def test_every_root_field_has_a_resolver_of_its_own() -> None:
    """No query or mutation that the schema states is answered with null for want of a resolver."""
    for root in (schema().query_type, schema().mutation_type):
        assert root is not None
        assert [name for name, field in root.fields.items() if field.resolve in (None, default_field_resolver)] == []


def test_the_schema_is_plain_sdl() -> None:
    """The file stands for itself: it builds, and all column values share one interface."""
    built = build_schema((resources.files("board_emulator") / "schema.graphql").read_text("utf-8"))
    values = [
        kind
        for name, kind in built.type_map.items()
        if name.endswith("Value") and name[:2] != "__" and isinstance(kind, GraphQLObjectType)
    ]
    assert len(values) == 12
    assert all([face.name for face in kind.interfaces] == ["ColumnValue"] for kind in values)


def test_the_palette_is_the_vendors() -> None:
    """Every colour a label can have is one the API names."""
    colors = schema().type_map["StatusColumnColors"]
    assert isinstance(colors, GraphQLEnumType)
    assert [name for name, _, _ in PALETTE] == list(colors.values)


def test_an_unknown_field_is_a_validation_error(api: Api) -> None:
    """What the schema does not state is refused as a whole, with HTTP 400."""
    answer = api("{ me { id birthday } }")
    assert (answer.status, answer.codes) == (400, ["GRAPHQL_VALIDATION_FAILED"])


def test_text_that_is_no_graphql_is_refused(api: Api) -> None:
    """Neither a broken document nor a broken body is taken."""
    assert api("{ me { id ").codes == ["GRAPHQL_PARSE_FAILED"]
    assert api("query A { me { id } } query B { me { id } }").codes == ["OPERATION_RESOLUTION_FAILURE"]


def test_a_variable_of_the_wrong_type_is_bad_input(api: Api) -> None:
    """An id list where a text belongs does not run."""
    answer = api("mutation($n:String!){create_item(board_id:1,item_name:$n){id}}", {"n": ["x"]})
    assert answer.codes == ["BAD_USER_INPUT"]
    assert answer.body.get("data") is None


def test_versions_fall_back_as_documented(api: Api) -> None:
    """A deprecated version silently becomes the maintenance one, a nonexistent one the current one."""
    asked = {"2026-10": "2026-10", "2027-01": "2027-01", "2025-04": "2026-07", "1999-13": "2026-10", None: "2026-10"}
    for version, answers in asked.items():
        assert api("{version{value}}", version=version).data["version"]["value"] == answers
