"""``/admin``: the emulator's own controls, for tests and whoever runs it.

They wipe and rewrite boards, so a page that happens to be open in a browser of this machine must not reach them.
Callers are on this machine and call it by a name of this machine (none that was pointed here); a browser's call comes
from our own page; a change is JSON, which no form of another page can send, and carries the token that our page holds.
"""

from __future__ import annotations

import dataclasses
import json
import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from board_emulator.clock import iso
from board_emulator.errors import ApiError
from board_emulator.faults import Chance, Fault
from board_emulator.limits import PLANS
from board_emulator.model import Token
from board_emulator.names import is_loopback

if TYPE_CHECKING:
    from board_emulator.server import Service

Action = Callable[["Service", dict[str, Any], dict[str, Any]], Any]


TOKEN_HEADER = "X-Admin-Token"  # noqa: S105 - a name, no token


def _refusal(http: HttpRequest, token: str) -> str | None:
    """Why the caller gets no answer; ``None`` when it does."""
    if not (http.client and is_loopback(http.client.host) and is_loopback(http.url.hostname)):
        return "the admin API answers on this machine only"
    own = f"{http.url.scheme}://{http.headers.get('host', '')}"
    if http.headers.get("origin", own) != own or http.headers.get("sec-fetch-site") not in {
        None,
        "none",
        "same-origin",
    }:
        return "the admin API answers no page of another origin"
    if http.method == "GET":
        return None
    if http.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        return "the admin API takes JSON only (Content-Type: application/json)"
    if not secrets.compare_digest(http.headers.get(TOKEN_HEADER, "").encode(), token.encode()):
        return f"the admin API wants its token in {TOKEN_HEADER}: the board's page and `serve --json` show it"
    return None


def _clock(service: Service, body: dict[str, Any], _: dict[str, Any]) -> Any:
    clock = service.emulator.clock
    if "set" in body:
        clock.set(float(body["set"]))
    if "step" in body:
        clock.step = float(body["step"])
    if "advance" in body:
        clock.advance(float(body["advance"]))
    return {"now": clock.now(), "iso": iso(clock.now()), "stands_still": clock.stands_still, "step": clock.step}


def _faults(service: Service, body: dict[str, Any], _: dict[str, Any]) -> Any:
    if body.get("clear"):
        service.faults.clear()
    service.faults.add(*(Fault(**fault) for fault in body.get("add", ())))
    if "chance" in body:
        chance = body["chance"]
        if chance is not None and "kinds" in chance:
            chance["kinds"] = tuple(chance["kinds"])
        service.faults.by_chance(None if chance is None else Chance(**chance))
    return service.faults.describe()


def _limits(service: Service, body: dict[str, Any], _: dict[str, Any]) -> Any:
    if body:
        limits = PLANS[body.pop("plan")] if "plan" in body else service.emulator.meter.limits
        service.emulator.set_limits(dataclasses.replace(limits, **body))
    return dataclasses.asdict(service.emulator.meter.limits)


def _tokens(service: Service, body: dict[str, Any], _: dict[str, Any]) -> Any:
    if "revoke" in body:
        service.emulator.revoke(body["revoke"])
    if "permit" in body:
        service.emulator.permit(Token(**body["permit"]))
    return [{"name": token.name, "role": token.role} for token in service.emulator.tokens.values()]


def _referee(service: Service, body: dict[str, Any], _: dict[str, Any]) -> Any:
    for board_id, columns in body.get("keys", {}).items():
        service.referee.set_key(board_id, tuple(columns))
    return service.referee.report()


def _reset(service: Service, _: dict[str, Any], __: dict[str, Any]) -> Any:
    service.emulator.reset()
    service.faults.clear()
    return {"reset": True}


def _board(service: Service, body: dict[str, Any], path: dict[str, Any]) -> Any:
    world = service.emulator.world
    with world.lock:
        board = world.board(path["board_id"])
        board.items_limit = int(body.get("items_limit", board.items_limit))
        board.permissions = body.get("permissions", board.permissions)
        world.touched_boards.add(board.id)
        service.emulator.save()
        return {
            "id": board.id,
            "items_limit": board.items_limit,
            "permissions": board.permissions,
            "items": world.active[board.id],
            "groups": [{"id": g.id, "title": g.title} for g in board.active_groups()],
        }


def _act(service: Service, body: dict[str, Any], path: dict[str, Any]) -> Any:
    """What a person does by hand: ``/admin/boards/<id>/<create_item|edit_item|...>``, arguments as in ``People``."""
    action = path["action"]
    if action not in _ON_A_BOARD:
        done = getattr(service.people, action)(**body)
    else:
        done = getattr(service.people, action)(path["board_id"], **body)
    return {"id": str(done.id)} if done is not None else {"done": True}


_ON_A_BOARD = ("create_label", "deactivate_label", "create_group", "rename_group", "remove_group", "restore_group",
               "move_group_to_board", "create_item")  # fmt: skip
_OF_AN_ITEM = ("edit_item", "move_item", "move_item_to_board", "remove_item", "restore_item")
_PEOPLE = (*_ON_A_BOARD, *_OF_AN_ITEM)


def routes(service: Service) -> list[Route]:
    """GET reads, POST (a JSON object) changes and reads."""

    def endpoint(action: Action) -> Callable[[HttpRequest], Any]:
        async def answer(http: HttpRequest) -> Response:
            if refusal := _refusal(http, service.admin_token):
                return JSONResponse({"error": refusal}, 403)
            if http.path_params.get("action", _PEOPLE[0]) not in _PEOPLE:
                return JSONResponse({"error": f"there are: {', '.join(_PEOPLE)}"}, 404)
            try:
                body: dict[str, Any] = dict(json.loads(await http.body() or b"{}")) if http.method == "POST" else {}
                return JSONResponse(await run_in_threadpool(action, service, body, dict(http.path_params)))
            except ApiError as error:
                return JSONResponse({"error": error.message, "code": error.extensions["code"]}, 400)
            except (ValueError, TypeError, KeyError) as error:
                return JSONResponse({"error": f"{type(error).__name__}: {error}"}, 400)

        return answer

    both = ["GET", "POST"]
    return [
        Route("/admin/clock", endpoint(_clock), methods=both), Route("/admin/faults", endpoint(_faults), methods=both),
        Route("/admin/limits", endpoint(_limits), methods=both),
        Route("/admin/tokens", endpoint(_tokens), methods=both),
        Route("/admin/referee", endpoint(_referee), methods=both),
        Route("/admin/reset", endpoint(_reset), methods=["POST"]),
        Route("/admin/boards/{board_id}", endpoint(_board), methods=both),
        Route("/admin/boards/{board_id}/{action}", endpoint(_act), methods=["POST"]),
    ]  # fmt: skip
