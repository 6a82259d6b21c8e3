"""Faults on the way and by people, over a real socket."""

# ruff: noqa: E501 - GraphQL documents stand on one line and are full of braces; tokens are the emulator's own
from __future__ import annotations

import dataclasses
import json
import threading
from typing import Any

import httpx
import pytest

from board_emulator import PLANS
from board_emulator.faults import KINDS, TRANSPORT, Chance, Fault, FaultPlan
from board_emulator.testing import EmulatorHandle, running_emulator
from tests.eventually import eventually

DEV = "9609317401"
CREATE = {"query": f'mutation {{ create_item(board_id: {DEV}, item_name: "x") {{ id }} }}'}
SEASON = "dropdown_mkr58de6"


def items(board: EmulatorHandle) -> Any:
    with board.state.lock:
        return board.state.active[DEV]


@pytest.mark.parametrize(
    ("kind", "error", "effect"),
    [
        ("reset_before", httpx.ReadError, 0),
        ("reset_after", httpx.ReadError, 1),
        ("lost", httpx.RemoteProtocolError, 1),
        ("truncated", httpx.RemoteProtocolError, 1),
        ("delay", httpx.ReadTimeout, 1),
    ],
)
def test_a_broken_answer(board: EmulatorHandle, http: httpx.Client, kind: str, error: Any, effect: Any) -> None:
    """The connection breaks; what took effect stays, and the same key ends at one item in every case."""
    board.faults.add(Fault(kind, seconds=1.0))
    patience = 0.4 if error is httpx.ReadTimeout else 30.0
    with pytest.raises(error):
        http.post(board.url, json=CREATE, headers={"Idempotency-Key": "k"}, timeout=patience)
    assert eventually(lambda: items(board) == effect)
    again = http.post(board.url, json=CREATE, headers={"Idempotency-Key": "k"})
    assert again.status_code == 200
    assert again.headers.get("Idempotency-Replayed") == ("true" if effect else None)
    assert items(board) == 1


@pytest.mark.parametrize(
    "kind", ["http_500", "http_502", "http_503", "http_500_after", "http_502_after", "http_503_after"]
)
def test_a_gateway_error(board: EmulatorHandle, http: httpx.Client, kind: str) -> None:
    """5xx before or after the effect; 502 and 503 are HTML."""
    board.faults.add(Fault(kind))
    answer = http.post(board.url, json=CREATE)
    assert answer.status_code == int(kind[5:8])
    assert ("html" in answer.headers["content-type"]) == (answer.status_code != 500)
    assert items(board) == (1 if kind.endswith("after") else 0)


def test_answers_that_are_no_answers(board: EmulatorHandle, http: httpx.Client) -> None:
    """HTML with status 200, and ids that are lists of numbers, after the effect."""
    board.faults.add(Fault("html"), Fault("wrong_types"))
    assert http.post(board.url, json=CREATE).text.startswith("<!DOCTYPE html>")
    assert http.post(board.url, json=CREATE).json()["data"]["create_item"]["id"] == [7]
    assert items(board) == 2


@pytest.mark.parametrize(("kind", "status"), [("locked", 423), ("conflict", 409)])
def test_busy_answers_have_a_wait(board: EmulatorHandle, http: httpx.Client, kind: str, status: int) -> None:
    """423 and 409 carry Retry-After, and nothing happened."""
    board.faults.add(Fault(kind))
    answer = http.post(board.url, json=CREATE)
    assert (answer.status_code, answer.headers["Retry-After"], items(board)) == (status, "1", 0)


def test_a_slow_drip_arrives_in_full(board: EmulatorHandle, http: httpx.Client) -> None:
    """The body comes in many pieces and is whole in the end."""
    board.faults.add(Fault("drip", seconds=0.2))
    with http.stream("POST", board.url, json=CREATE) as answer:
        pieces = list(answer.iter_raw())
    assert len(pieces) > 3
    assert json.loads(b"".join(pieces))["data"]["create_item"]["id"]


def test_a_late_effect_and_the_conflict_meanwhile(board: EmulatorHandle, http: httpx.Client) -> None:
    """delay_before takes effect although the client has gone; a repeat of the key meanwhile is a 409, then a replay."""
    board.faults.add(Fault("delay_before", seconds=2.0))
    with pytest.raises(httpx.ReadTimeout):
        http.post(board.url, json=CREATE, headers={"Idempotency-Key": "k"}, timeout=0.2)
    early = http.post(board.url, json=CREATE, headers={"Idempotency-Key": "k"})
    assert (early.status_code, early.headers["Retry-After"], items(board)) == (409, "1", 0)

    def replayed() -> bool:
        late = http.post(board.url, json=CREATE, headers={"Idempotency-Key": "k"})
        return bool(late.headers.get("Idempotency-Replayed") == "true")

    assert eventually(replayed)
    assert items(board) == 1


@pytest.mark.slow
def test_concurrency_is_counted_on_the_wire() -> None:
    """Calls that overlap are counted: with room for one, the second is turned away."""
    limits = dataclasses.replace(PLANS["pro"], concurrent=1)
    with running_emulator(limits=limits, faults=FaultPlan(Fault("delay", seconds=3.0))) as board:
        headers = {"Authorization": board.token}
        slow = threading.Thread(target=httpx.post, args=(board.url,), kwargs={"json": CREATE, "headers": headers})
        slow.start()
        assert eventually(lambda: items(board) == 1)
        refused = httpx.post(board.url, json=CREATE, headers=headers)
        slow.join()
    assert refused.status_code == 429
    assert refused.json()["errors"][0]["extensions"]["code"] == "maxConcurrencyExceeded"


def test_a_token_is_revoked_half_way(board: EmulatorHandle, http: httpx.Client) -> None:
    """The first mutation of the request took effect, the rest did not, and the next call is a 401."""
    board.faults.add(Fault("token_revoked"))
    two = {"query": f'mutation {{ a: create_item(board_id: {DEV}, item_name: "a") {{ id }} '
                    f'b: create_item(board_id: {DEV}, item_name: "b") {{ id }} }}'}  # fmt: skip
    answer = http.post(board.url, json=two).json()
    assert answer["data"]["a"]["id"]
    assert [(e["path"], e["extensions"]["code"]) for e in answer["errors"]] == [(["b"], "UserUnauthorizedException")]
    assert http.post(board.url, json=CREATE).status_code == 401


def test_someone_else_makes_the_label_first(board: EmulatorHandle, http: httpx.Client) -> None:
    """The label that the request is about to make is there already when it runs; it is not made twice."""
    board.faults.add(Fault("label_created"))
    values = json.dumps({SEASON: {"labels": ["S26"]}})
    query = f'mutation($v:JSON){{create_item(board_id:{DEV},item_name:"x",column_values:$v,create_labels_if_missing:true){{id}}}}'
    assert "errors" not in http.post(board.url, json={"query": query, "variables": {"v": values}}).json()
    column = board.state.board(DEV).columns[SEASON]
    assert [label.text for label in column.labels.values()] == ["S26"]
    assert column.revision == 2


def test_people_are_in_the_way(board: EmulatorHandle, http: httpx.Client) -> None:
    """A person moves, edits, archives or deletes the very item, or the group, that the request is about."""
    group = board.people.create_group(DEV, "A")
    made = {
        kind: board.people.create_item(DEV, group.id, kind)
        for kind in ("item_moved", "item_edited", "item_archived", "item_deleted")
    }
    for kind, item in made.items():
        board.faults.add(Fault(kind, mutations_only=False))
        http.post(
            board.url,
            json={
                "query": "query($i:[ID!]){items(ids:$i){board{id} group{id}}}",
                "variables": {"i": [str(item.id)], "b": DEV},
            },
        )
    assert made["item_archived"].state == "archived"
    assert made["item_deleted"].state == "deleted"
    assert len(made["item_edited"].values) == 1
    create = {"query": f'mutation {{ create_item(board_id: {DEV}, group_id: "{group.id}", item_name: "x") {{ id }} }}'}
    board.faults.add(Fault("group_renamed"), Fault("group_deleted"))
    assert "errors" not in http.post(board.url, json=create).json()
    assert group.title.startswith("renamed by a person")
    refused = http.post(board.url, json=create).json()
    assert refused["errors"][0]["extensions"]["code"] == "InvalidGroupIdException"


def test_a_plan_hits_what_it_says() -> None:
    """match, skip and times choose the requests; reads pass unless meant."""
    plan = FaultPlan(Fault("lost", match="create_item", skip=1, times=2))
    texts = [
        "query",
        "mutation create_item",
        "mutation create_group",
        "mutation create_item",
        "mutation create_item",
        "mutation create_item",
    ]
    hits = [[fault.kind for fault in plan.take(text)] for text in texts]
    assert hits == [[], [], [], ["lost"], ["lost"], []]
    assert (plan.waiting, plan.hits) == (0, [(4, "lost"), (5, "lost")])


def test_chance_is_repeatable() -> None:
    """The same seed gives the same faults; another seed others; ``most`` bounds them; clear ends them."""

    def hits(seed: int, most: int = 1_000) -> Any:
        plan = FaultPlan(chance=Chance(0.3, seed, most=most))
        for _ in range(200):
            plan.take("mutation")
        return plan.hits

    assert hits(1) == hits(1)
    assert hits(1) != hits(2)
    assert 30 < len(hits(1)) < 90
    assert len(hits(1, most=5)) == 5
    assert {kind for _, kind in hits(3)} <= set(TRANSPORT)
    plan = FaultPlan(chance=Chance(1.0, 1))
    plan.clear()
    assert plan.take("mutation") == []


def test_a_fault_must_be_known() -> None:
    """A typing error in a plan is an error, not a fault that never comes."""
    with pytest.raises(ValueError, match="unknown fault 'losst'"):
        Fault("losst")
    with pytest.raises(ValueError, match="unknown faults losst"):
        Chance(0.5, 1, ("losst",))
    assert len(set(KINDS)) == len(KINDS)
