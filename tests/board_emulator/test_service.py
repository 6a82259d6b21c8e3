"""The data file, the admin API, bulk uploads over HTTP, the command line."""

# ruff: noqa: E501, UP031, S106 - GraphQL documents stand on one line and are full of braces; tokens are the emulator's own
from __future__ import annotations

import asyncio
import json
import re
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from board_emulator import store
from board_emulator.admin import TOKEN_HEADER
from board_emulator.cli import main
from board_emulator.emulator import Emulator
from board_emulator.errors import DataFileError
from board_emulator.people import People
from board_emulator.server import Service
from board_emulator.testing import EmulatorHandle, running_emulator
from tests.board_emulator.conftest import Api

DEV, DEV_SUBITEMS = "9609317401", "9609317948"
ROOT = Path(__file__).parents[2]
CREATE = {"query": f'mutation {{ create_item(board_id: {DEV}, item_name: "x") {{ id }} }}'}


def test_everything_outlives_a_restart(make_api: Callable[..., Api], tmp_path: Path) -> None:
    """Groups, labels, items, subitems, states, kept replies, jobs, revoked tokens and the day's calls come back."""
    data = tmp_path / "board.sqlite"
    one = make_api("pro", data)
    group = one('mutation{create_group(board_id:%s,group_name:"A"){id}}' % DEV).data["create_group"]["id"]
    item = one.item(
        "kept 🚲",
        {"dropdown_mkr58de6": {"labels": ["S26"]}, "numeric_mkr5cact": "5"},
        group=group,
        labels=True,
        key="k",
    )
    one.subitem(item, "M", {"numeric_mkra7j8e": "7"})
    gone = one.item("gone")
    one("mutation($i:ID){delete_item(item_id:$i){id}}", {"i": gone})
    job = one('mutation{ingest_items(board_id:%s,group_id:"topics"){job_id}}' % DEV).data["ingest_items"]["job_id"]
    one.emulator.revoke("local-viewer")
    one.emulator.close()
    two = make_api("pro", data)
    read = two(
        'query($i:[ID!]){items(ids:$i){name group{title} subitems{name} column_values(ids:["dropdown_mkr58de6"]){text}}}',
        {"i": [item, gone]},
    )
    assert read.data["items"] == [
        {"name": "kept 🚲", "group": {"title": "A"}, "subitems": [{"name": "M"}], "column_values": [{"text": "S26"}]}
    ]
    assert (
        two.item(
            "kept 🚲",
            {"dropdown_mkr58de6": {"labels": ["S26"]}, "numeric_mkr5cact": "5"},
            group=group,
            labels=True,
            key="k",
        )
        == item
    )
    assert int(two.item("new")) > int(gone)
    assert two("query($j:ID!){fetch_job_status(job_id:$j){... on ItemsJobStatus{status}}}", {"j": job}).codes == []
    assert two("{me{id}}", token="local-viewer").status == 401
    assert sum(two.emulator.meter.calls_by_day().values()) > 6


def test_a_killed_emulator_loses_nothing_it_answered(tmp_path: Path) -> None:
    """SIGKILL in the middle of work: every item that was answered for is there after a restart, once."""
    data = tmp_path / "board.sqlite"
    answered = []
    for _ in range(2):
        process, base = start_process("--data", str(data))
        with httpx.Client(base_url=base, headers={"Authorization": "local"}) as client:
            answered += [client.post("/v2", json=CREATE).json()["data"]["create_item"]["id"] for _ in range(20)]
        process.kill()
        process.wait(10)
        process.stdout.close()
    emulator = Emulator(data)
    assert sorted(str(number) for number in emulator.world.items) == answered
    emulator.close()


def start_process(*arguments: Any) -> Any:
    command = [sys.executable, "-m", "board_emulator", "serve", "--port", "0", "--json", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=ROOT, text=True)
    lines = ""
    while not lines.rstrip().endswith("}"):
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, f"the emulator ended with {process.wait()}"
        lines += line
    return process, json.loads(lines)["page"].rstrip("/")


def test_ctrl_c_ends_it_cleanly(tmp_path: Path) -> None:
    """SIGINT (on Windows, which has none for a child: termination): everything is written, nobody holds the file."""
    process, base = start_process("--data", str(tmp_path / "b.sqlite"))
    assert httpx.get(f"{base}/health").json()["status"] == "ok"
    process.send_signal(signal.SIGTERM if sys.platform == "win32" else signal.SIGINT)
    assert process.wait(20) == (1 if sys.platform == "win32" else 0), "that is how it ends: no error"
    process.stdout.close()
    Emulator(tmp_path / "b.sqlite").close()


def test_a_port_in_use_is_a_sentence_and_exit_2(tmp_path: Path) -> None:
    """The hint names --port."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = CliRunner().invoke(main, ["serve", "--port", port, "--data", str(tmp_path / "b.sqlite")])
    assert result.exit_code == 2
    assert f"127.0.0.1:{port} is in use by another program" in result.stderr
    assert "--port" in result.stderr


def make_foreign(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("create table t (x)")
    db.close()


def make_damaged(path: Path) -> None:
    Emulator(path).close()
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 20_000)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda path: path.write_bytes(b"not a database at all" * 100), "cannot be used"),
        (make_foreign, "not a board emulator's"),
        (make_damaged, "damaged|cannot be used"),
        (lambda path: path.mkdir(), "cannot be used"),
    ],
)
def test_a_bad_data_file_is_a_message(tmp_path: Path, spoil: Any, says: str) -> None:
    """No database, somebody else's, a damaged one, a folder: each says so and how to fix it."""
    path = tmp_path / "board.sqlite"
    spoil(path)
    with pytest.raises(DataFileError, match=says) as caught:
        Emulator(path)
    assert caught.value.hint
    assert caught.value.exit_code == 2


def test_two_emulators_do_not_share_a_file(tmp_path: Path) -> None:
    """The second is told; the first goes on."""
    first = Emulator(tmp_path / "b.sqlite")
    with pytest.raises(DataFileError, match="locked"):
        Emulator(tmp_path / "b.sqlite")
    first.close()


def test_a_damaged_file_on_the_command_line_exits_2(tmp_path: Path) -> None:
    """The sentence reaches the person, the port is let go."""
    path = tmp_path / "b.sqlite"
    path.write_text("hello")
    result = CliRunner().invoke(main, ["serve", "--port", "0", "--data", str(path)])
    assert result.exit_code == 2
    assert "delete it" in result.stderr


def test_the_endpoint_is_posts_only(board: EmulatorHandle, http: httpx.Client) -> None:
    """GET is 405; a body that is no JSON is 400; a Bearer prefix is taken."""
    assert http.get(board.url).status_code == 405
    assert http.post(board.url, content=b"{").status_code == 400
    assert (
        http.post(board.url, json={"query": "{me{id}}"}, headers={"Authorization": "Bearer local"}).status_code == 200
    )


def test_a_file_is_uploaded_over_http(board: EmulatorHandle, http: httpx.Client) -> None:
    """PUT to upload_url, poll, read the report: as a client of the real thing does."""
    made = http.post(
        board.url, json={"query": f'mutation{{ingest_items(board_id:{DEV},group_id:"topics"){{job_id upload_url}}}}'}
    )
    job = made.json()["data"]["ingest_items"]
    assert httpx.put(job["upload_url"], content=b"name\none\ntwo\n").status_code == 200
    assert httpx.put(job["upload_url"], content=b"name\none\n").status_code == 403
    board.clock.advance(30)
    query = "query($j:ID!){fetch_job_status(job_id:$j){... on ItemsJobStatus{status report_url}}}"
    done = http.post(board.url, json={"query": query, "variables": {"j": job["job_id"]}}).json()["data"][
        "fetch_job_status"
    ]
    assert done["status"] == "COMPLETED"
    assert httpx.get(done["report_url"]).text.splitlines()[0] == "row,status,error"
    assert httpx.get(done["report_url"][:-1]).status_code == 403


def test_the_admin_api_moves_the_clock_and_plans_faults(board: EmulatorHandle, http: httpx.Client) -> None:
    """What tests do in process, a program can do over HTTP."""
    before = http.get(f"{board.base_url}/admin/clock").json()["now"]
    assert http.post(f"{board.base_url}/admin/clock", json={"advance": 3600}).json()["now"] >= before + 3600
    assert http.post(f"{board.base_url}/admin/clock", json={"set": 5, "step": 0.5}).json() == {
        "now": 5.0, "iso": "1970-01-01T00:00:05Z", "stands_still": True, "step": 0.5,
    }  # fmt: skip
    assert http.post(f"{board.base_url}/admin/clock", json={"advance": -1}).status_code == 400
    planned = http.post(
        f"{board.base_url}/admin/faults",
        json={"add": [{"kind": "locked"}], "chance": {"rate": 0, "seed": 1, "kinds": ["lost"]}},
    )
    assert planned.json()["waiting"][0]["kind"] == "locked"
    assert http.post(board.url, json=CREATE).status_code == 423
    assert http.get(f"{board.base_url}/admin/faults").json()["hits"] == [[1, "locked"]]
    assert http.post(f"{board.base_url}/admin/faults", json={"clear": True, "chance": None}).json()["chance"] is None
    assert http.post(f"{board.base_url}/admin/faults", json={"add": [{"kind": "nope"}]}).status_code == 400


def test_the_admin_api_sets_limits_tokens_and_boards(board: EmulatorHandle, http: httpx.Client) -> None:
    """A plan or single limits; a token revoked and permitted; a board made smaller; everything reset."""
    admin = f"{board.base_url}/admin"
    assert http.post(f"{admin}/limits", json={"plan": "pro", "calls_a_minute": 1}).json()["calls_a_minute"] == 1
    assert [http.post(board.url, json={"query": "{me{id}}"}).status_code for _ in range(2)] == [200, 429]
    http.post(f"{admin}/limits", json={"plan": "off"})
    http.post(f"{admin}/tokens", json={"revoke": "local"})
    assert http.post(board.url, json=CREATE).status_code == 401
    http.post(f"{admin}/tokens", json={"permit": {"text": "local", "user_id": "1", "name": "again", "role": "admin"}})
    assert http.post(f"{admin}/boards/{DEV}", json={"items_limit": 1}).json()["items_limit"] == 1
    codes = [
        http.post(board.url, json=CREATE).json().get("errors", [{}])[0].get("extensions", {}).get("code")
        for _ in range(2)
    ]
    assert codes == [None, "ItemsLimitationException"]
    assert http.post(f"{admin}/boards/1", json={}).status_code == 400
    http.post(f"{admin}/reset", json={})
    assert http.get(f"{admin}/referee").json()["boards"][DEV]["items"]["active"] == 0


def test_people_act_over_http(board: EmulatorHandle, http: httpx.Client) -> None:
    """Each thing a person can do has its address; an unknown one lists them."""
    base = f"{board.base_url}/admin/boards/{DEV}"
    group = http.post(f"{base}/create_group", json={"title": "A"}).json()["id"]
    item = http.post(
        f"{base}/create_item", json={"group_id": group, "name": "x", "cells": {"text_mkr5wya6": "1"}}
    ).json()["id"]
    http.post(
        f"{base}/edit_item",
        json={"item_id": item, "name": "y", "cells": {"text_mkr5wya6": None, "dropdown_mkr58de6": "S26"}},
    )
    http.post(f"{base}/create_label", json={"column_id": "color_mkr5yf27", "text": "BOX"})
    http.post(f"{base}/rename_group", json={"group_id": group, "title": "B"})
    found = board.state.item(item)
    assert (found.name, dict(found.values)) == ("y", {"dropdown_mkr58de6": [1]})
    http.post(f"{base}/move_item", json={"item_id": item, "group_id": "topics"})
    assert found.group_id == "topics"
    assert http.post(f"{base}/remove_group", json={"group_id": group}).status_code == 200
    assert http.post(f"{base}/remove_item", json={"item_id": item, "state": "deleted"}).status_code == 200
    assert http.post(f"{base}/edit_item", json={"item_id": item, "name": "z"}).status_code == 400
    assert "create_label" in http.post(f"{base}/explode", json={}).json()["error"]


def test_the_referee_counts_doubles_and_orphans(board: EmulatorHandle, http: httpx.Client) -> None:
    """Doubles by business key (within the parent for subitems), by a key of one's own, and nothing for archived ones."""
    key = {"text_mkr5wya6": "1", "text_mkr5wcpw": "SEA", "text_mktdechp": "S", "dropdown_mkr542p2": "AJE"}
    first = board.people.create_item(DEV, "topics", "a", key)
    second = board.people.create_item(DEV, "topics", "b", key)
    board.people.create_item(DEV, "topics", "c", {**key, "text_mkr5wcpw": "AIR"})
    for parent in (first, first, second):
        board.people.create_item(DEV_SUBITEMS, "topics", "M", {"dropdown_mkrak7qp": "M"}, parent_id=parent.id)
    report = http.get(f"{board.base_url}/admin/referee").json()
    assert report["boards"][DEV]["duplicate_ids"] == [[str(first.id), str(second.id)]]
    assert report["boards"][DEV_SUBITEMS]["duplicates"] == 1
    assert (report["duplicates"], report["orphans"]) == (2, [])
    keyed = http.post(f"{board.base_url}/admin/referee", json={"keys": {DEV: ["text_mkr5wya6"]}}).json()
    assert keyed["boards"][DEV]["duplicates"] == 2
    assert http.post(f"{board.base_url}/admin/referee", json={"keys": {DEV: ["nope"]}}).status_code == 400
    board.people.remove_item(second.id)
    assert board.referee.report()["boards"][DEV]["duplicates"] == 1
    with board.state.lock:
        first.state = "archived"  # as no API would leave it: the subitems stay behind
    assert len(board.referee.orphans()) == 2


def test_admin_answers_this_machine_only() -> None:
    """A caller from elsewhere gets 403, whatever it asks."""
    service = Service(Emulator())

    async def ask() -> list[int]:
        transport = httpx.ASGITransport(service.app, client=("192.0.2.7", 5000))
        async with httpx.AsyncClient(transport=transport, base_url="http://board") as client:
            return [(await client.request(*call)).status_code for call in
                    (("POST", "/admin/reset"), ("GET", "/admin/referee"), ("GET", "/health"))]  # fmt: skip

    assert asyncio.run(ask()) == [403, 403, 200]
    service.emulator.close()


@pytest.mark.parametrize(
    ("headers", "content"),
    [
        ({"Origin": "http://evil.example"}, b"{}"),
        ({"Origin": "null"}, b"{}"),
        ({"Host": "evil.example:8765"}, b"{}"),
        ({"Sec-Fetch-Site": "cross-site"}, b"{}"),
        ({"Content-Type": "text/plain"}, b"{}"),
        ({"Content-Type": "application/x-www-form-urlencoded"}, b""),
        ({TOKEN_HEADER: ""}, b"{}"),
        ({TOKEN_HEADER: "guessed"}, b"{}"),
    ],
)
def test_no_page_of_another_origin_wipes_the_board(
    board: EmulatorHandle, http: httpx.Client, headers: dict[str, str], content: bytes
) -> None:
    """What a page open in the same browser can send is refused, and the board keeps its items."""
    board.people.create_item(DEV, "topics", "x")
    sent = httpx.Headers({"Content-Type": "application/json"})
    sent.update(headers)
    refused = http.post(f"{board.base_url}/admin/reset", headers=sent, content=content)
    assert refused.status_code in {403, 421}
    assert board.referee.report()["boards"][DEV]["items"]["active"] == 1
    assert http.post(f"{board.base_url}/admin/reset", headers={"Origin": board.base_url}, json={}).status_code == 200
    assert board.referee.report()["boards"][DEV]["items"]["active"] == 0


@pytest.mark.parametrize("path", ["/", "/page/boards", "/health", "/v2"])
def test_a_name_that_was_pointed_here_reaches_nothing(board: EmulatorHandle, http: httpx.Client, path: str) -> None:
    """A site whose own name leads to this machine is of one origin with the board: it must neither read nor write it."""

    def asked(**headers: str) -> int:
        sent = {"Authorization": "local"} | headers
        if path != "/v2":
            return http.get(board.base_url + path, headers=sent).status_code
        query = {"query": "{ boards(limit: 1) { id } }"}
        return http.post(board.base_url + path, headers=sent, json=query).status_code

    assert asked() == 200
    assert asked(Host="evil.example:8765") == 421


def test_the_page_holds_the_token_of_the_admin_api(board: EmulatorHandle, http: httpx.Client) -> None:
    """Who opens the page can use the controls; the token is of this emulator only."""
    token = re.search(r'name="admin-token" content="([^"]+)"', http.get(f"{board.base_url}/").text)
    assert token is not None
    assert token[1] == board.service.admin_token
    with running_emulator() as other:
        assert other.service.admin_token != token[1]


def test_two_emulators_run_side_by_side() -> None:
    """Each has its own port and its own boards."""
    with running_emulator() as one, running_emulator() as two:
        one.people.create_item(DEV, "topics", "x")
        assert one.url != two.url
        assert (one.state.active[DEV], two.state.active[DEV]) == (1, 0)


def test_labels_that_were_dropped_stay_dropped_after_a_restart(make_api: Callable[..., Api], tmp_path: Path) -> None:
    """A replaced list of labels is the list after a restart, added labels too."""
    column = "dropdown_mkr58de6"
    one = make_api(data=tmp_path / "b.sqlite")
    item = one.item("x", {column: {"labels": ["A"]}}, labels=True)
    one.change(item, {column: {"labels": ["B", "C"]}}, labels=True)
    one(
        'mutation($r:String!){update_dropdown_column(board_id:%s,id:"%s",revision:$r,settings:{labels:[{id:2,label:"B"},{id:3,label:"C"}]}){id}}'
        % (DEV, column),
        {"r": "4"},
    )
    one.change(item, {column: {"labels": ["B", "D"]}}, labels=True)
    one.emulator.close()
    two = make_api(data=tmp_path / "b.sqlite")
    assert [label.text for label in two.emulator.world.board(DEV).columns[column].labels.values()] == ["B", "C", "D"]
    assert two.cell(item, column)["text"] == "B, D"


def test_old_replies_leave_the_data_file(make_api: Callable[..., Api], tmp_path: Path) -> None:
    """What is older than 30 minutes is forgotten, on disk as well."""
    one = make_api(data=tmp_path / "b.sqlite")
    one.create("x", key="1")
    one.clock.advance(1_801)
    one.create("y", key="2")
    assert list(one.emulator.store.notes("reply:")) == ["reply:2"]


def test_a_person_adds_a_label_from_the_command_line(tmp_path: Path) -> None:
    """A new customer becomes a label of the column on every board that has it, and stays one; once."""
    data = tmp_path / "board.sqlite"
    for _ in range(2):
        result = CliRunner().invoke(main, ["add-label", "NORTH PEAK", "--data", str(data), "--json"])
        assert result.exit_code == 0, result.output
    boards = json.loads(result.stdout)["boards"]
    assert boards
    emulator = Emulator(data)
    for board_id in boards:
        (column,) = (c for c in emulator.world.board(board_id).columns.values() if c.title == "CUSTOMER")
        assert [label.text for label in column.labels.values()].count("NORTH PEAK") == 1
    emulator.close()
    wrong = CliRunner().invoke(main, ["add-label", "X", "--column", "NOTES", "--data", str(data)])
    assert (wrong.exit_code, "No board has a column 'NOTES' with labels" in wrong.stderr) == (2, True)


@pytest.mark.parametrize(
    ("words", "hint"),
    [("database or disk is full", "Make room"), ("attempt to write a readonly database", "right to write"),
     ("unable to open database file", "folder"), ("file is not a database", "delete it")],
)  # fmt: skip
def test_a_data_file_is_deleted_only_where_that_helps(words: str, hint: str) -> None:
    """A full disk or a missing right is no fault of the file."""
    error = store._cannot_be_used("board.sqlite", sqlite3.OperationalError(words))
    assert hint in str(error.hint)
    assert ("delete" in str(error.hint)) == (words == "file is not a database")


def test_a_save_that_fails_is_made_up_for_by_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk costs an answer and not the board: what changed meanwhile is written with the next change."""
    emulator = Emulator(tmp_path / "board.sqlite")
    board_id = next(iter(emulator.world.boards))
    people = People(emulator)
    with monkeypatch.context() as patch, pytest.raises(DataFileError, match="full"):

        def full(*_: object) -> None:
            emulator.store._db.execute("begin immediate")
            raise sqlite3.OperationalError("database or disk is full")

        patch.setattr(store.Store, "_write", full)
        people.create_group(board_id, "A")
    people.create_group(board_id, "B")
    emulator.close()
    again = Emulator(tmp_path / "board.sqlite")
    assert {"A", "B"} <= {group.title for group in again.world.board(board_id).active_groups()}
    again.close()
