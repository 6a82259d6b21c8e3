"""One account of the emulated service: takes a request as bytes and answers it as bytes. No network in here."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from graphql import GraphQLError, GraphQLSyntaxError, execute_sync

from board_emulator import cost
from board_emulator.clock import MovableClock
from board_emulator.context import Context
from board_emulator.cursors import Cursors
from board_emulator.definitions import load_boards
from board_emulator.jobs import Jobs
from board_emulator.limits import PLANS, Limits, Meter, Rejection
from board_emulator.model import Token
from board_emulator.queries import VERSIONS
from board_emulator.replies import Replies, fingerprint
from board_emulator.schema import Documents, fragments_of, operation_of, schema
from board_emulator.store import Store
from board_emulator.tally import Tally
from board_emulator.world import World

ACCOUNT_ID = "7700001"
TOKENS = (
    Token("local", "50000001", "Local administrator", "admin"),
    Token("local-member", "50000002", "Local member", "member"),
    Token("local-contributor", "50000003", "Local contributor", "contributor"),
    Token("local-viewer", "50000004", "Local viewer", "viewer"),
)
_TOO_MANY = 429
_HTTP_OF_CODE = {"RATE_LIMIT_EXCEEDED": _TOO_MANY, "BAD_USER_INPUT": 400, "InternalServerError": 500}


@dataclass(slots=True)
class Request:
    """A POST to the API. ``before_mutation`` is told the number of each root mutation before it runs."""

    token: str
    body: bytes
    version: str | None = None
    key: str | None = None
    ip: str = "127.0.0.1"
    base_url: str = "http://127.0.0.1"
    before_mutation: Callable[[int], None] | None = None


@dataclass(slots=True)
class Reply:
    """What goes back."""

    status: int
    body: str
    headers: dict[str, str] = field(default_factory=dict)


class Emulator:
    """Boards, limits, kept replies and jobs of one account, in memory and (with ``data``) in a file.

    Args:
        data: the data file; None keeps everything in memory only.
        limits: a plan by name (off, free, standard, pro, enterprise) or limits of your own.
        clock: what time it is; the machine's clock unless given.
        boards: a file that defines the boards; the emulator's own unless given.
    """

    def __init__(self, data: Path | None = None, limits: str | Limits = "off", clock: MovableClock | None = None,
                 boards: Path | None = None) -> None:  # fmt: skip
        self.clock = clock or MovableClock()
        self._data = data
        self._boards_file = boards
        self.store = Store(data)
        self.tokens = {token.text: token for token in TOKENS}
        self.meter = Meter(PLANS[limits] if isinstance(limits, str) else limits, self.clock)
        self.tally = Tally()
        self._notes: dict[str, object] = {}
        self._closed = False
        self._documents = Documents()
        self._begin()

    def _begin(self) -> None:
        self.world = World(load_boards(self._boards_file), self.clock)
        self.store.load(self.world)
        self.cursors = Cursors(self.world)
        self.replies = Replies(self.clock)
        self.jobs = Jobs(self.world, self.clock, limited=self.meter.limits.enforced)
        self.jobs.restore(self.store.notes("job:"))
        self.store.forget(self.replies.restore(self.store.notes("reply:")))
        days = self.store.notes("days").get("days")
        self.meter.restore_days(days if isinstance(days, dict) else {})
        for name in self.store.notes("revoked:"):
            self.tokens.pop(name.removeprefix("revoked:"), None)

    def set_limits(self, limits: str | Limits) -> None:
        """Other limits from here on; what was used stays used."""
        self.meter.limits = PLANS[limits] if isinstance(limits, str) else limits
        self.jobs.limited = self.meter.limits.enforced

    def revoke(self, token: str) -> None:
        """A person revokes a token; saved with whatever is saved next."""
        if self.tokens.pop(token, None):
            self._notes[f"revoked:{token}"] = True

    def permit(self, token: Token) -> None:
        """A person makes a token (or makes a revoked one anew)."""
        self.tokens[token.text] = token
        self.store.forget([f"revoked:{token.text}"])

    def reset(self) -> None:
        """Fresh boards, nothing counted, nothing kept."""
        with self.world.lock:
            self.store.wipe()
            self.tokens = {token.text: token for token in TOKENS}
            self.meter = Meter(self.meter.limits, self.clock)
            self.tally = Tally()
            self._begin()

    def close(self) -> None:
        """Write what is left and let go of the data file; a second time does nothing."""
        with self.world.lock:
            if not self._closed:
                self._closed = True
                self._save()
                self.store.close()

    def _save(self) -> None:
        notes = self._notes | self.replies.dump() | self.jobs.dump()
        self._notes = {}
        if self.meter.limits.enforced:
            notes["days"] = self.meter.calls_by_day()
        if self.replies.old:
            self.store.forget(self.replies.old)
            self.replies.old = []
        self.store.save(self.world, notes)

    def save(self) -> None:
        """Write what a person changed."""
        with self.world.lock:
            self._save()

    def handle(self, request: Request) -> Reply:
        """Answer a request. Everything it changed is in the data file when this returns."""
        with self.world.lock:
            self.clock.advance(self.clock.step)
            self.jobs.run_due()
            request_id = str(uuid.uuid4())
            kind = ["read"]
            status, body, headers = self._answer(request, kind)
            if "Idempotency-Replayed" not in headers:
                body.setdefault("extensions", {})["request_id"] = request_id
                body["account_id"] = int(ACCOUNT_ID)
            text = headers.pop("_stored", None) or json.dumps(body, ensure_ascii=False, separators=(",", ":"))
            if "_keep" in headers and request.key:
                self.replies.keep(request.key, headers.pop("_keep"), status, text)
            self._save()
            return Reply(status, text, headers | self.meter.headers(kind[0]))

    def _answer(  # noqa: PLR0911 - one return for each stage that can turn a request away
        self, request: Request, kind: list[str]
    ) -> tuple[int, dict[str, Any], dict[str, str]]:
        token = self.tokens.get(request.token)
        if token is None:
            self.tally.rejected("NOT_AUTHENTICATED")
            return 401, _errors("Not Authenticated", "NOT_AUTHENTICATED", 401), {}
        rejection = self.meter.admit_call(request.ip)
        if rejection:
            return self._turned_away(rejection)
        self.tally.calls += 1
        try:
            query, variables, name = _parsed(request.body)
            document = self._documents.get(query)
        except (ValueError, GraphQLSyntaxError) as error:
            code = "GRAPHQL_PARSE_FAILED" if isinstance(error, GraphQLSyntaxError) else "JsonParseException"
            return self._bad_request(str(error), code)
        if isinstance(document, list):
            self.tally.rejected("GRAPHQL_VALIDATION_FAILED")
            extensions = {"code": "GRAPHQL_VALIDATION_FAILED", "status_code": 400}
            return 400, {"errors": [{**error.formatted, "extensions": extensions} for error in document]}, {}
        operation = operation_of(document, name)
        if operation is None:
            return self._bad_request("Unknown or ambiguous operation", "OPERATION_RESOLUTION_FAILURE")
        mutates = operation.operation.value == "mutation"
        kind[0] = "write" if mutates else "read"
        mark = fingerprint(request.token, query, variables) if request.key and mutates else ""
        if request.key is not None and mutates:
            early = self._repeated(request, mark)
            if early:
                return early
        points, fields = cost.points(operation, fragments_of(document), variables)
        rejection = self.meter.admit_points(kind[0], points, fields)
        if rejection:
            self.meter.charge_rejection()
            return self._turned_away(rejection)
        self.tally.count(points, fields if mutates else [])
        context = Context(
            world=self.world, cursors=self.cursors, jobs=self.jobs, meter=self.meter, token=token,
            account_id=ACCOUNT_ID, base_url=request.base_url, points=points,
            revoked=lambda: request.token not in self.tokens,
            before_mutation=request.before_mutation, kind=kind[0], version=_version(request.version),
        )  # fmt: skip
        result = execute_sync(schema(), document, context_value=context, variable_values=variables, operation_name=name)
        body: dict[str, Any] = {"data": result.data}
        status = 200
        if result.errors:
            body["errors"] = [self._shown(error) for error in result.errors]
            nothing_ran = not any((result.data or {}).values())
            if nothing_ran:  # with partial data the answer stays 200
                status = max(_HTTP_OF_CODE.get(e["extensions"].get("code", ""), 200) for e in body["errors"])
        if status == _TOO_MANY:
            # the start of a job was turned away, nothing ran: the same key may try again
            wait = max(int(error["extensions"].get("retryAfterMs", 0)) for error in body["errors"])
            return status, body, {"Retry-After": str(-(-wait // 1000))}
        return status, body, {"_keep": mark} if mark else {}

    def _repeated(self, request: Request, mark: str) -> tuple[int, dict[str, Any], dict[str, str]] | None:
        key = request.key or ""
        if not key.strip():
            return self._bad_request("Idempotency-Key must not be empty", "InvalidArgumentException")
        stored = self.replies.find(key)
        if stored and stored.fingerprint == mark:
            self.tally.replayed += 1
            return stored.status, {}, {"Idempotency-Replayed": "true", "_stored": stored.body}
        if stored:
            self.tally.rejected("IDEMPOTENCY_CONFLICT")
            message = "The Idempotency-Key was used before with another request"
            return 409, _errors(message, "IDEMPOTENCY_CONFLICT", 409), {}
        if self.replies.running.get(key):
            self.tally.rejected("IDEMPOTENCY_CONFLICT")
            message = "A request with this Idempotency-Key is still being processed"
            return 409, _errors(message, "IDEMPOTENCY_CONFLICT", 409), {"Retry-After": "1"}
        return None

    def _turned_away(self, rejection: Rejection) -> tuple[int, dict[str, Any], dict[str, str]]:
        self.tally.rejected(rejection.code)
        return rejection.status, json.loads(json.dumps(rejection.body)), {"Retry-After": str(rejection.wait)}

    def _bad_request(self, message: str, code: str) -> tuple[int, dict[str, Any], dict[str, str]]:
        self.tally.rejected(code)
        return 400, _errors(message, code, 400), {}

    def _shown(self, error: GraphQLError) -> dict[str, Any]:
        shown: dict[str, Any] = dict(error.formatted)
        extensions = dict(shown.get("extensions") or {})
        if "code" not in extensions:
            # without a path nothing ran: a variable does not fit its type; with one, it is a bug of the emulator's own
            code, status = ("InternalServerError", 500) if error.path else ("BAD_USER_INPUT", 400)
            extensions = {"code": code, "status_code": status}
        shown["extensions"] = extensions
        self.tally.failed(str(extensions["code"]))
        return shown


def _errors(message: str, code: str, status: int) -> dict[str, Any]:
    return {"errors": [{"message": message, "extensions": {"code": code, "status_code": status}}]}


def _parsed(body: bytes) -> tuple[str, dict[str, Any], str | None]:
    """Query, variables and operation name of a POST's body."""
    document = json.loads(body)
    if not isinstance(document, dict) or not isinstance(document.get("query"), str):
        raise ValueError("the body must be a JSON object with a query")  # noqa: TRY004 - as JSON's own errors are
    variables = document.get("variables") or {}
    if not isinstance(variables, dict):
        raise ValueError("variables must be a JSON object")  # noqa: TRY004 - as JSON's own errors are
    return document["query"], variables, document.get("operationName")


def _version(asked: str | None) -> str:
    """The version that answers: a deprecated one becomes the maintenance one, a nonexistent one the current."""
    known = dict(VERSIONS)
    if asked in known:
        return asked or ""
    if asked and len(asked) == len("2026-10") and asked[4:] in ("-01", "-04", "-07", "-10") and asked < "2026-07":
        return "2026-07"
    return "2026-10"
