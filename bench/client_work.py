"""Does a stated piece of work with one public client, one call after the other, as that client's documentation shows.

    <python of the clients' venv> client_work.py monday|monday-api-python-sdk|moncli URL TOKEN WORK.json

Runs in the clients' own virtual environment, so it imports nothing of ours. The address is the one thing about a
client that is changed. WORK.json: ``board_id``, ``group_id``, ``items`` (name, values, subitems of name and values) to
create, ``changes`` (index of an item, values) to make afterwards. Prints JSON: what was done, and the first error.
"""

# ruff: noqa: PLC0415 - a client is imported when it is its turn, for the three share no environment with us

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

Values = dict[str, Any]
CreateItem = Callable[[str, str, str, Values], Any]  # board, group, name, values -> handle
CreateSubitem = Callable[[Any, str, Values], None]
Change = Callable[[str, Any, Values], None]


def monday(url: str, token: str) -> tuple[CreateItem, CreateSubitem, Change]:
    """https://github.com/ProdPerfect/monday: ``monday.items.create_item(...)`` and its like."""
    from monday import MondayClient  # type: ignore[import-not-found]
    from monday.resources import base  # type: ignore[import-not-found]

    base._URLS["prod"] = url
    items = MondayClient(token).items
    return (
        lambda board, group, name, values: items.create_item(board, group, name, values, True)["data"]["create_item"][
            "id"
        ],
        lambda parent, name, values: items.create_subitem(parent, name, values, True),
        lambda board, item, values: items.change_multiple_column_values(board, item, values, True),
    )


def monday_api_python_sdk(url: str, token: str) -> tuple[CreateItem, CreateSubitem, Change]:
    """``client.items.create_item(board_id=..., group_id=..., item_name=..., column_values=...)`` and its like."""
    from monday_sdk import MondayClient, graphql_handler  # type: ignore[import-not-found]

    graphql_handler.API_URL = url
    items = MondayClient(token=token, max_retry_attempts=1).items

    def created(response: Any) -> Any:
        return response.response_data["data"]["create_item"]["id"]

    return (
        lambda board, group, name, values: created(items.create_item(board, group, name, values, True)),
        lambda parent, name, values: items.create_subitem(parent, name, values, True),
        lambda board, item, values: items.change_multiple_column_values(board, item, values, True),
    )


def moncli(url: str, token: str) -> tuple[CreateItem, CreateSubitem, Change]:
    """``client.get_board(id=...)``, ``board.add_item(...)``, ``item.create_subitem(...)``.

    As released it cannot work with today's API: it sends forms, and the fields it asks for by default (``Board.pos``
    and others) are gone. It gets JSON and the fields ``id`` and ``name`` here, so that its calls can be counted at all.
    """
    from moncli import client  # type: ignore[import-not-found]
    from moncli.api_v2 import requests  # type: ignore[import-not-found]

    requests.API_V2_ENDPOINT = url
    post = requests.requests.post
    requests.requests.post = lambda at, headers, data, timeout: post(at, headers=headers, json=data, timeout=timeout)
    client.api_key = token
    boards: dict[str, Any] = {}

    def board(board_id: str) -> Any:
        if board_id not in boards:
            boards[board_id] = client.get_board_by_id(board_id, "id", "name")
        return boards[board_id]

    return (
        lambda board_id, group, name, values: board(board_id).add_item(
            name, "id", "name", group_id=group, column_values=values, create_labels_if_missing=True
        ),
        lambda item, name, values: item.create_subitem(
            name, None, "id", "name", column_values=values, create_labels_if_missing=True
        ),
        lambda _board, item, values: item.change_multiple_column_values(
            values, False, None, "id", create_labels_if_missing=True
        ),
    )


CLIENTS = {"monday": monday, "monday-api-python-sdk": monday_api_python_sdk, "moncli": moncli}


def do(client: str, url: str, token: str, work: dict[str, Any]) -> dict[str, Any]:
    """Create the items and their subitems, then make the changes; stop at the first error."""
    create, create_subitem, change = CLIENTS[client](url, token)
    done = {"items": 0, "subitems": 0, "changes": 0}
    handles: list[Any] = []
    try:
        for item in work["items"]:
            handles.append(create(work["board_id"], work["group_id"], item["name"], item["values"]))
            done["items"] += 1
            for subitem in item["subitems"]:
                create_subitem(handles[-1], subitem["name"], subitem["values"])
                done["subitems"] += 1
        for change_ in work["changes"]:
            change(work["board_id"], handles[change_["item"]], change_["values"])
            done["changes"] += 1
    except Exception as error:  # a client may fail in any way: that is a finding, and it is reported
        return {**done, "error": f"{type(error).__name__}: {error}"[:500]}
    return {**done, "error": None}


if __name__ == "__main__":
    _, name, address, key, path = sys.argv
    print(json.dumps(do(name, address, key, json.loads(Path(path).read_text(encoding="utf-8")))))
