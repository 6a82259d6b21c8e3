"""Board files: what the shipped ones say, what a wrong one is told, and which boards a target must keep off."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from console import ConfigurationError, ExitCode
from monday_sync.domain.board import BoardConfig, Policy, Scope, guard, load_board

SHIPPED = Path(__file__).parents[2] / "boards"

MINIMAL = """
api: monday
board_id: 123
subitem_board_id: "124"
key_columns: [aag_order_number]
items:
  aag_order_number: {column: text_1, type: text}
  order_type: {column: dropdown_1, type: dropdown, create_labels: yes, on_conflict: report}
subitems:
  size_code: {column: dropdown_2, type: dropdown}
"""


def write(folder: Path, text: str = MINIMAL, name: str = "dev") -> Path:
    (folder / f"{name}.yml").write_text(text, encoding="utf-8")
    return folder


def load(folder: Path, text: str = MINIMAL) -> BoardConfig:
    return load_board("dev", write(folder, text), today=dt.date(2026, 11, 21))


@pytest.mark.parametrize(("target", "items"), [("local", 45), ("dev", 45), ("prod", 43)])
def test_shipped_boards_are_valid_and_pass_the_guard(target: str, items: int) -> None:
    """The three boards load, map every column once, and none is another target's."""
    board = load_board(target, SHIPPED)
    assert len(board.items) == items
    assert [m.view_column for m in board.subitems] == ["size_code", "qty"]
    assert board.key_columns[0] == "aag_order_number"
    guard(board, "http://127.0.0.1:8765/v2" if target == "local" else "https://api.monday.com/v2", SHIPPED)


def test_mode_hooks_and_policies_are_read(tmp_path: Path) -> None:
    """Mirror, no hooks and leaving alone unless the file says otherwise."""
    plain = load(tmp_path)
    assert (plain.mode, plain.hooks.before_push, plain.policy.archived, plain.policy.renamed) == (
        "mirror", None, "leave", "follow",
    )  # fmt: skip
    text = (
        MINIMAL
        + """
mode: update_only
policy: {archived: recreate, deleted: recreate, moved: leave, renamed: leave}
hooks: {before_push: [notify, --plan], after_push: [notify], seconds: 5}
"""
    )
    board = load(tmp_path, text)
    assert (board.mode, board.hooks.before_push, board.hooks.seconds) == ("update_only", ("notify", "--plan"), 5)
    assert (board.policy.archived, board.policy.moved, board.policy.renamed) == ("recreate", "leave", "leave")


def test_dev_and_prod_may_map_a_column_to_different_types() -> None:
    """The customer's style is a text on dev and a dropdown, with labels to create, on prod."""
    dev, prod = (
        next(m for m in load_board(t, SHIPPED).items if m.view_column == "customer_style") for t in ("dev", "prod")
    )
    assert (dev.type, dev.create_labels) == ("text", False)
    assert (prod.type, prod.create_labels) == ("dropdown", True)


def test_local_is_dev_on_the_emulator() -> None:
    """Target local takes everything from dev but the API."""
    local, dev = load_board("local", SHIPPED), load_board("dev", SHIPPED)
    assert (local.api, dev.api) == ("emulator", "monday")
    assert (local.board_id, local.items, local.subitems) == (dev.board_id, dev.items, dev.subitems)


def test_a_minimal_file_is_enough(tmp_path: Path) -> None:
    """Scope and policy have defaults; ids may be numbers or texts."""
    board = load(tmp_path)
    assert (board.board_id, board.subitem_board_id) == ("123", "124")
    assert board.scope == Scope()
    assert board.policy == Policy()
    assert (board.items[1].create_labels, board.items[1].on_conflict) == (True, "report")


def test_scope_takes_dates_and_days_from_today(tmp_path: Path) -> None:
    """A window of ex-factory dates may be absolute or relative to the day of the run."""
    scope = "scope: {customers: [GREYSON], order_types: [RECEIVED], ex_factory_from: -180d, ex_factory_to: 2027-12-31}"
    board = load(tmp_path, MINIMAL + scope)
    assert board.scope == Scope(("GREYSON",), ("RECEIVED",), dt.date(2026, 5, 25), dt.date(2027, 12, 31))


def test_extending_changes_single_columns(tmp_path: Path) -> None:
    """A file that extends another may change a column, take one out, and keeps the rest."""
    write(tmp_path)
    text = "extends: dev\nboard_id: 999\nitems:\n  order_type:\n  notes: {column: long_text_1, type: long_text}\n"
    write(tmp_path, text, "test")
    board = load_board("test", tmp_path)
    assert board.board_id == "999"
    assert [m.view_column for m in board.items] == ["aag_order_number", "notes"]


WRONG = {
    "no such key": (MINIMAL + "colour: red\n", "colour", "not a key"),
    "no board": (MINIMAL.replace("board_id: 123\n", ""), "board_id", "is missing"),
    "board id is no number": (MINIMAL.replace("123", "abc"), "board_id", "no board id"),
    "board id is negative": (MINIMAL.replace("123", "-5"), "board_id", "no board id"),
    "unknown api": (MINIMAL.replace("api: monday", "api: trello"), "api", "monday, emulator"),
    "unknown type": (MINIMAL.replace("type: text", "type: string"), "items.aag_order_number.type", "long_text"),
    "no column id": (MINIMAL.replace("column: text_1, ", ""), "items.aag_order_number.column", "is missing"),
    "bad column id": (MINIMAL.replace("text_1", "'text 1'"), "items.aag_order_number.column", "no column id"),
    "column twice": (MINIMAL.replace("dropdown_1", "text_1"), "items.order_type.column", "also the column of"),
    "line is a text": (MINIMAL.replace("{column: text_1, type: text}", "text_1"), "items.aag_order_number", "form"),
    "odd view column": (MINIMAL.replace("  order_type:", "  ORDER TYPE:"), "items.ORDER TYPE", "no column name"),
    "labels on a text": (
        MINIMAL.replace("type: text}", "type: text, create_labels: yes}"),
        "items.aag_order_number.create_labels",
        "no labels",
    ),
    "create labels is a word": (MINIMAL.replace("create_labels: yes", "create_labels: so"), "create_labels", "yes"),
    "unknown policy word": (MINIMAL.replace("report", "both"), "items.order_type.on_conflict", "theirs"),
    "no items": (MINIMAL.replace("items:\n  aag", "items: {}\nother:\n  aag"), "other", "not a key"),
    "empty items": (MINIMAL.split("items:", maxsplit=1)[0] + "items: {}\nsubitems: {}\n", "items", "maps no column"),
    "items is a list": (MINIMAL.split("items:", maxsplit=1)[0] + "items: [a]\n", "items", "mapping"),
    "key not mapped": (MINIMAL.replace("[aag_order_number]", "[po_number]"), "key_columns", "po_number"),
    "key starts with a dropdown": (MINIMAL.replace("[aag_order_number]", "[order_type]"), "key_columns", "text column"),
    "key named twice": (
        MINIMAL.replace("[aag_order_number]", "[aag_order_number, aag_order_number]"), "key_columns", "twice",
    ),
    "key is a text": (MINIMAL.replace("[aag_order_number]", "aag_order_number"), "key_columns", "list"),
    "unknown in scope": (MINIMAL + "scope: {customer: [A]}", "scope.customer", "customers"),
    "no customers": (MINIMAL + "scope: {customers: []}", "scope.customers", "list of texts"),
    "customer is a number": (MINIMAL + "scope: {customers: [12]}", "scope.customers", "quotes"),
    "no date": (MINIMAL + "scope: {ex_factory_from: soon}", "scope.ex_factory_from", "-180d"),
    "window backwards": (
        MINIMAL + "scope: {ex_factory_from: +10d, ex_factory_to: -10d}", "scope.ex_factory_from", "is after",
    ),
    "share above one": (MINIMAL + "policy: {daily_share: 80}", "policy.daily_share", "between 0 and 1"),
    "unknown bulk word": (MINIMAL + "policy: {bulk: often}", "policy.bulk", "auto, never, always"),
    "no bulk minimum": (MINIMAL + "policy: {bulk_minimum: 0}", "policy.bulk_minimum", "at least 1"),
    "no attempts": (MINIMAL + "policy: {max_attempts: 0}", "policy.max_attempts", "at least 1"),
    "unknown mode": (MINIMAL + "mode: mirrored", "mode", "mirror, update_only, create_only"),
    "unknown policy of people": (MINIMAL + "policy: {archived: follow}", "policy.archived", "leave, recreate"),
    "follow without a board": (MINIMAL + "policy: {moved: follow}", "policy.moved", "follow_boards: [{board_id"),
    "hook as text": (MINIMAL + "hooks: {before_push: 'rm -rf /'}", "hooks.before_push", "[program, argument"),
    "unknown hook": (MINIMAL + "hooks: {before: [a]}", "hooks.before", "before_push, after_push, seconds"),
    "bars swapped": (MINIMAL + "policy: {success_share: 0.5}", "policy.attention_share", "above"),
    "key is a number": (MINIMAL.replace("  order_type:", "  12:"), "items", "12"),
    "key twice": (MINIMAL + "api: emulator\n", "stands twice", "api"),
    "not YAML": ("items: [", "not YAML", "line"),
    "a list": ("- a\n", "mapping", "dev.yml"),
    "extends nothing there": ("extends: nowhere\n", "nowhere.yml", "dev"),
    "extends itself": ("extends: dev\n", "circle", "dev -> dev"),
    "extends a path": ("extends: ../secret\n", "no name of a target", "letters"),
    "extends a number": ("extends: 5\n", "extends", "no text"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "key", "what"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_file_is_told_where_and_what(tmp_path: Path, text: str, key: str, what: str) -> None:
    """Each mistake is an error of configuration that names the file and the key, and says how to fix it."""
    with pytest.raises(ConfigurationError) as caught:
        load(tmp_path, text)
    message = str(caught.value)
    assert ".yml" in message or "target" in message
    assert key in message
    assert what in message
    assert caught.value.hint
    assert caught.value.exit_code is ExitCode.USAGE


def test_a_target_without_a_file_is_told_which_there_are(tmp_path: Path) -> None:
    """A missing board file names those that exist."""
    with pytest.raises(ConfigurationError, match=r"test\.yml.*boards there are: dev"):
        load_board("test", write(tmp_path))


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    """A file that is not UTF-8 is an error that says so."""
    (tmp_path / "dev.yml").write_bytes(MINIMAL.encode("utf-16"))
    with pytest.raises(ConfigurationError, match="UTF-8"):
        load_board("dev", tmp_path)


@pytest.mark.parametrize("key", ["board_id", "subitem_board_id"])
def test_the_guard_refuses_a_board_that_another_target_has(tmp_path: Path, key: str) -> None:
    """Two targets of the live API must not share a board, not even as board and subitem board."""
    write(tmp_path)
    text = MINIMAL.replace("123", "223").replace("124", "224").replace(f"\n{key}: ", f"\n{key}: 123 #")
    board = load_board("prod", write(tmp_path, text, "prod"))
    with pytest.raises(ConfigurationError, match=r"prod\.yml: board 123 is the board of target 'dev'"):
        guard(board, "https://api.monday.com/v2", tmp_path)


def test_the_same_board_on_the_emulator_is_another_board(tmp_path: Path) -> None:
    """A target on the emulator may have the shape and the ids of a live one."""
    write(tmp_path)
    board = load_board("local", write(tmp_path, "extends: dev\napi: emulator\n", "local"))
    guard(board, "http://localhost:8765/v2", tmp_path)
    guard(board, "http://[::1]:8765/v2", tmp_path)


@pytest.mark.parametrize(
    ("api", "url", "what"),
    [
        ("emulator", "https://api.monday.com/v2", "another machine"),
        ("emulator", "http://192.168.1.5:8765/v2", "another machine"),
        ("emulator", "http://localhost.example.com/v2", "another machine"),
        ("monday", "http://api.monday.com/v2", "not https"),
        ("monday", "ftp://api.monday.com/v2", "http or https"),
        ("monday", "api.monday.com", "http or https"),
    ],
)
def test_the_guard_refuses_addresses(tmp_path: Path, api: str, url: str, what: str) -> None:
    """The emulator's targets stay on this machine, and a token never travels unencrypted."""
    board = load(tmp_path, MINIMAL.replace("api: monday", f"api: {api}"))
    with pytest.raises(ConfigurationError, match=what):
        guard(board, url, tmp_path)


def test_the_guard_refuses_one_board_for_items_and_subitems(tmp_path: Path) -> None:
    """Board and subitem board are two boards."""
    with pytest.raises(ConfigurationError, match="are the same"):
        guard(load(tmp_path, MINIMAL.replace("124", "123")), "https://api.monday.com/v2", tmp_path)
