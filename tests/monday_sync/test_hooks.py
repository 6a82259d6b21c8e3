"""Commands before and after a push: what they are told, what they are not, and what their failure means."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from monday_sync.domain.board import Hooks
from monday_sync.errors import RefusedError
from monday_sync.render import push_text
from tests.monday_sync.conftest import Desk, orders

DUMP = "import json, os, sys; json.dump(dict(os.environ), open(sys.argv[1], 'w')); print('said')"
TOKEN = "a-token-nobody-may-see"  # noqa: S105 - not a real one


def python(code: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code, *arguments)


def hooks(desk: Desk, **given: Any) -> None:
    desk.reopen(replace(desk.context.board, hooks=Hooks(**given)))


def told(path: Path) -> dict[str, str]:
    found: dict[str, str] = json.loads(path.read_text("utf-8"))
    return found


def test_hooks_are_told_of_plan_and_verdict_and_of_no_secret(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both get the plan's id, which is stored; the second the verdict; neither the token nor a password."""
    for name in ("MONDAY_API_TOKEN", "ORDER_LIST_SQLSERVER_PASSWORD", "AZURE_STORAGE_CONNECTION_STRING"):
        monkeypatch.setenv(name, TOKEN)
    before, after = tmp_path / "before.json", tmp_path / "after.json"
    hooks(desk, before_push=python(DUMP, str(before)), after_push=python(DUMP, str(after)))
    desk.have(orders("1", "2") + orders("3", values={"unit_of_measure": "BOX"}))
    result = desk.push()
    first, second = told(before), told(after)
    assert TOKEN not in before.read_text("utf-8") + after.read_text("utf-8")
    assert not {"MONDAY_API_TOKEN", "ORDER_LIST_SQLSERVER_PASSWORD"} & (first.keys() | second.keys())
    assert first["ORDER_LIST_PLAN"] == second["ORDER_LIST_PLAN"] == result.plan_id
    assert desk.state("select plan_id, run_id from monday_sync_plans") == [(result.plan_id, result.run_id)]
    assert (first["ORDER_LIST_TARGET"], first["ORDER_LIST_TO_CREATE"]) == ("local", "9")
    assert "ORDER_LIST_VERDICT" not in first
    assert (second["ORDER_LIST_VERDICT"], second["ORDER_LIST_OUTCOME"]) == (result.verdict, "done")
    assert (second["ORDER_LIST_EXIT_STATUS"], second["ORDER_LIST_FAILED"], second["ORDER_LIST_RUN"]) == (
        "1", "1", result.run_id,
    )  # fmt: skip


def test_a_failing_command_before_the_push_stops_it(desk: Desk) -> None:
    """Nothing is sent, no run is recorded, and the message has its status and last words."""
    hooks(desk, before_push=python("import sys; print('the planners are at work'); sys.exit(3)"))
    desk.have(orders("1"))
    with pytest.raises(RefusedError, match=r"before the push ended with status 3: the planners are at work\. Nothing"):
        desk.push()
    assert desk.board.requests == []
    assert desk.state("select count(*) from monday_sync_runs") == [(0,)]


@pytest.mark.parametrize(
    ("command", "said"),
    [(("/no/such/program",), "could not be started"), (python("import time; time.sleep(60)"), "took longer than 1 s")],
    ids=["not there", "too slow"],
)
def test_a_command_that_is_not_there_or_too_slow_fails(desk: Desk, command: tuple[str, ...], said: str) -> None:
    """Both stop the push in time."""
    hooks(desk, before_push=command, seconds=1)
    desk.have(orders("1"))
    begun = time.monotonic()
    with pytest.raises(RefusedError, match=said):
        desk.push()
    assert time.monotonic() - begun < 20


def test_a_failing_command_after_the_push_makes_it_a_warning(desk: Desk) -> None:
    """What was sent stands; the result, its stored form and the exit status say that it needs attention."""
    hooks(desk, after_push=python("import sys; sys.exit('no mail server')"))
    desk.have(orders("1"))
    result = desk.push()
    assert (result.items.created, result.verdict, int(result.exit_code)) == (1, "attention", 1)
    assert "hook: The command after the push ended with status 1: no mail server." in push_text(result)
    ((document,),) = desk.state("select result from monday_sync_runs")
    assert json.loads(str(document))["verdict"] == "attention"


def test_no_shell_reads_a_command(desk: Desk, tmp_path: Path) -> None:
    """An argument with the signs of a shell arrives as it is."""
    out = tmp_path / "out"
    code = "import sys; open(sys.argv[1], 'w').write(sys.argv[2])"
    hooks(desk, before_push=python(code, str(out), "$HOME; rm -rf *"))
    desk.have(orders("1"))
    desk.push()
    assert out.read_text("utf-8") == "$HOME; rm -rf *"


def test_people_hear_of_a_push_that_broke_off(desk: Desk, tmp_path: Path) -> None:
    """The command after the push runs with the verdict failed."""
    after = tmp_path / "after.json"
    hooks(desk, after_push=python(DUMP, str(after)))
    desk.have(orders("1"))

    def broken(_: object) -> None:
        raise RuntimeError("a fault of ours")

    desk.board.before = broken
    with pytest.raises(RuntimeError):
        desk.push()
    assert told(after)["ORDER_LIST_VERDICT"] == "failed"


def test_without_hooks_no_plan_is_stored(desk: Desk) -> None:
    """A push that tells nobody leaves no plan behind."""
    desk.have(orders("1"))
    assert desk.push().plan_id is None
    assert desk.state("select count(*) from monday_sync_plans") == [(0,)]
