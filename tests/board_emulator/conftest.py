"""An emulator without a network (``api``), one behind a socket (``board``), and words for what tests say often."""

# ruff: noqa: S105 - GraphQL documents stand on one line and are full of braces; tokens are the emulator's own
from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from board_emulator import Emulator, MovableClock, Request
from board_emulator.admin import TOKEN_HEADER
from board_emulator.testing import EmulatorHandle, running_emulator

DEV, DEV_SUBITEMS, PROD = "9609317401", "9609317948", "9200517329"
START = 1_800_000_000.0


@dataclass
class Answer:
    status: int
    body: dict[str, Any]
    headers: dict[str, str]

    @property
    def data(self) -> dict[str, Any]:
        assert "errors" not in self.body, self.body
        found: dict[str, Any] = self.body["data"]
        return found

    @property
    def codes(self) -> list[str]:
        return [error["extensions"]["code"] for error in self.body.get("errors", [])]


@dataclass
class Api:
    emulator: Emulator
    clock: MovableClock
    token: str = "local"
    sent: int = field(default=0)

    def __call__(self, query: str, variables: dict[str, Any] | None = None, *, key: str | None = None,
                 token: str | None = None, version: str | None = None, ip: str = "127.0.0.1") -> Answer:  # fmt: skip
        body = json.dumps({"query": query, "variables": variables or {}}).encode()
        reply = self.emulator.handle(Request(self.token if token is None else token, body, version, key, ip))
        return Answer(reply.status, json.loads(reply.body), reply.headers)

    def create(self, name: str = "an order", values: dict[str, Any] | None = None, *, group: str = "topics",
               board: str = DEV, labels: bool = False, **more: Any) -> Answer:  # fmt: skip
        return self(
            "mutation($b:ID!,$g:String,$n:String!,$v:JSON,$l:Boolean){"
            "create_item(board_id:$b,group_id:$g,item_name:$n,column_values:$v,create_labels_if_missing:$l){id}}",
            {"b": board, "g": group, "n": name, "v": json.dumps(values or {}), "l": labels}, **more,
        )  # fmt: skip

    def item(self, name: str = "an order", values: dict[str, Any] | None = None, **more: Any) -> str:
        return str(self.create(name, values, **more).data["create_item"]["id"])

    def subitem(self, parent: str, name: str, values: dict[str, Any] | None = None) -> Answer:
        return self(
            "mutation($p:ID!,$n:String!,$v:JSON){create_subitem(parent_item_id:$p,item_name:$n,column_values:$v,"
            "create_labels_if_missing:true){id board{id} parent_item{id}}}",
            {"p": parent, "n": name, "v": json.dumps(values or {})},
        )

    def change(
        self, item: str, values: dict[str, Any], *, labels: bool = False, board: str = DEV, **more: Any
    ) -> Answer:
        return self(
            "mutation($b:ID!,$i:ID,$v:JSON!,$l:Boolean){change_multiple_column_values(board_id:$b,item_id:$i,"
            "column_values:$v,create_labels_if_missing:$l){id name}}",
            {"b": board, "i": item, "v": json.dumps(values), "l": labels}, **more,
        )  # fmt: skip

    def cell(self, item: str, column: str) -> dict[str, Any]:
        found = self(
            "query($i:[ID!],$c:[String!]){items(ids:$i){column_values(ids:$c){id type text value "
            "... on NumbersValue{number} ... on DateValue{date time} ... on DropdownValue{values{id label}} "
            "... on StatusValue{index label label_style{color}}}}}",
            {"i": [item], "c": [column]},
        )
        value: dict[str, Any] = found.data["items"][0]["column_values"][0]
        return value


def new_api(limits: Any = "off", data: Any = None) -> Api:
    clock = MovableClock(START)
    return Api(Emulator(data, limits, clock), clock)


@pytest.fixture
def api() -> Iterator[Api]:
    made = new_api()
    yield made
    made.emulator.close()


@pytest.fixture
def make_api() -> Iterator[Any]:
    made: list[Api] = []

    def make(limits: Any = "off", data: Any = None) -> Api:
        made.append(new_api(limits, data))
        return made[-1]

    yield make
    for one in made:
        one.emulator.close()


@pytest.fixture
def board() -> Iterator[EmulatorHandle]:
    with running_emulator() as handle:
        yield handle


@pytest.fixture
def http(board: EmulatorHandle) -> Iterator[httpx.Client]:
    headers = {"Authorization": board.token, TOKEN_HEADER: board.service.admin_token}
    with httpx.Client(headers=headers, timeout=10) as client:
        yield client
