"""The recipes of docs/boards.md, followed against the emulator: token, address, a target and a board of one's own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from board_emulator.queries import VERSIONS
from board_emulator.testing import running_emulator
from tests.monday_sync.conftest import orders
from tests.monday_sync.harbour import BELOW_COPY, COPY, Harbour
from tests.monday_sync.live import Live

DOCS = Path(__file__).parents[2] / "docs/boards.md"


def blocks(heading: str) -> list[str]:
    """The code blocks below a heading of the document."""
    section = DOCS.read_text(encoding="utf-8").split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return [part.split("\n", 1)[1] for part in section.split("```")[1::2]]


def test_the_token_from_a_file(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token with the file's last line break works; a broken one is refused, and no request is sent."""
    monkeypatch.setenv("MONDAY_API_TOKEN", "local-member\n")
    assert live.cli("check", "--target", "local").exit_code == 0
    sent = live.handle.emulator.tally.calls
    monkeypatch.setenv("MONDAY_API_TOKEN", "local-\nmember")
    refused = live.cli("check", "--target", "local")
    assert (refused.exit_code, "MONDAY_API_TOKEN holds no usable token" in refused.stderr) == (2, True)
    assert (live.handle.emulator.tally.calls, "member" in refused.stderr) == (sent, False)


def test_another_address(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """MONDAY_API_URL leads a target to another port of this machine; off this machine it has to be https."""
    with running_emulator(boards=None) as other:
        monkeypatch.setenv("MONDAY_API_URL", other.url)
        live.have(orders("A1"))
        assert live.cli("push", "--target", "local").exit_code == 0
        assert other.emulator.tally.calls > 0
    assert live.handle.emulator.tally.calls == 0
    monkeypatch.setenv("MONDAY_API_URL", "http://board.example/v2")
    monkeypatch.setenv("MONDAY_API_TOKEN", "made-up")
    refused = live.cli("check", "--target", "dev")
    assert (refused.exit_code, "https" in refused.stderr) == (2, True)


def test_a_target_and_a_board_of_ones_own(live: Live) -> None:
    """The recipe's file, with a profile's output of that name, sends the orders of its scope to the board it names."""
    profile, board = blocks("A target and a board of your own")[:2]
    outputs = yaml.safe_load(profile)
    profiles = live.project / "profiles.yml"
    document = yaml.safe_load(profiles.read_text(encoding="utf-8"))
    document["order_list"]["outputs"] |= dict.fromkeys(outputs, document["order_list"]["outputs"]["local"])
    profiles.write_text(yaml.safe_dump(document), encoding="utf-8")
    (live.project / "boards/planning.yml").write_text(board, encoding="utf-8")
    live.have(orders("A1") + orders("B1", customer="RHONE"))
    refused = live.cli("check", "--target", "planning")
    assert (refused.exit_code, "There is no board 7000000001" in refused.stderr) == (2, True)
    # on this emulator, the board of dev is given to the new target
    dev = yaml.safe_load((live.project / "boards/dev.yml").read_text(encoding="utf-8"))
    (live.project / "boards/dev.yml").write_text(
        yaml.safe_dump(dev | {"board_id": 5, "subitem_board_id": 6}, sort_keys=False), encoding="utf-8"
    )
    text = board.replace("7000000001", str(dev["board_id"])).replace("7000000002", str(dev["subitem_board_id"]))
    (live.project / "boards/local.yml").unlink()
    (live.project / "boards/planning.yml").write_text(text, encoding="utf-8")
    pushed = live.cli("push", "--target", "planning", "--json")
    assert pushed.exit_code == 0, pushed.output
    items = json.loads(pushed.stdout)["items"]
    assert (items["created"], items["out_of_scope"]) == (1, 1)


def test_a_full_board_is_split_in_two(harbour: Harbour) -> None:
    """The recipe's list, on a board that has both seasons: the fall moves to the other board, whole, and once."""
    (content, _) = blocks("Split a full board in two")
    path = harbour.project / "boards/local.yml"
    path.write_text("extends: dev\napi: emulator\n", encoding="utf-8")
    harbour.have(orders("1", "2") + orders("3", season="2026 FALL"))
    assert harbour.cli("push", "--target", "local").exit_code == 0
    path.write_text(content, encoding="utf-8")
    refused = harbour.cli("check", "--target", "local")
    assert (refused.exit_code, "There is no board 7000000003" in refused.stderr) == (2, True)
    copied = content.replace("7000000003", COPY).replace("7000000004", BELOW_COPY)
    path.write_text(copied, encoding="utf-8")
    assert harbour.cli("check", "--target", "local").stdout.count("All well") == 2
    planned = json.loads(harbour.cli("plan", "--target", "local", "--json").stdout)
    assert [(m["to"], [o["item"] for o in m["orders"]]) for m in planned["moves"]] == [(COPY, ["STYLE1 3"])]
    asked = harbour.cli("push", "--target", "local")
    assert (asked.exit_code, f"--yes {planned['number']}" in asked.stderr) == (2, True)
    assert harbour.cli("push", "--target", "local", "--yes", str(planned["number"])).exit_code == 0
    harbour.reopen()
    assert (harbour.names("spring"), harbour.names("fall")) == (["STYLE1 1", "STYLE1 2"], ["STYLE1 3"])
    assert harbour.wrong() == []
    assert harbour.push().changed == 0


def test_check_says_when_the_version_of_the_api_ends(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """check goes on with exit status 0, and warns with the date."""
    assert "warning" not in live.cli("check", "--target", "local").stdout
    kinds = tuple((value, "maintenance" if kind == "current" else kind) for value, kind in VERSIONS)
    monkeypatch.setattr("board_emulator.queries.VERSIONS", kinds)
    told = live.cli("check", "--target", "local")
    assert (told.exit_code, "warning: Version 2026-10" in told.stdout, "2027-04-01" in told.stdout) == (0, True, True)


def test_check_names_a_multi_level_board(live: Live) -> None:
    """A board with several levels of subitems is refused by its name, although the API lists it only when asked to."""
    board = next(b for b in live.handle.state.boards.values() if b.target == "local" and b.subitem_board_id)
    board.hierarchy = "multi_level"
    told = live.cli("check", "--target", "local")
    assert (told.exit_code, "is a multi-level board, and those are not supported" in told.stderr) == (2, True)
