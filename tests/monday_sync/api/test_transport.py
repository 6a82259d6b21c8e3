"""One POST and its answer: nothing of it is lost, nothing secret gets out, and it ends."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import httpx
import pytest

from monday_sync.api.documents import Request, single
from monday_sync.api.transport import Reply, Transport
from tests.monday_sync.api.stub import TOKEN, URL, Answer, Stub, answer, error

ME = Request(single("start"), {"board_ids": []})


def send(reply: Answer, timeout: float = 65.0) -> Reply:
    def handle(request: httpx.Request) -> httpx.Response:
        if isinstance(reply, Exception):
            raise reply
        return reply if isinstance(reply, httpx.Response) else reply(request)

    transport = Transport(URL, TOKEN, timeout=timeout, trust_env=False, transport=httpx.MockTransport(handle))
    return transport.execute(ME)


class Drip(httpx.SyncByteStream):
    """A body that comes piece by piece."""

    def __iter__(self) -> Iterator[bytes]:
        yield b'{"data":'
        yield b"{}}"


def test_status_headers_and_body_are_kept() -> None:
    """A 429 with a GraphQL body keeps all three; gql alone would make a plain result of it."""
    reply = send(answer(errors=[error("Rate Limit Exceeded")], status=429, headers={"Retry-After": "5"}))
    assert (reply.status, reply.headers["retry-after"], reply.problem) == (429, "5", None)
    assert reply.errors
    assert reply.request_id == "req-1"


def test_the_request_id_is_found_in_an_error_or_a_header() -> None:
    """Wherever the API puts its request id, it is found; a wrong type is none."""
    assert send(httpx.Response(200, json={"errors": [error("x", request_id="r2")]})).request_id == "r2"
    assert send(httpx.Response(200, headers={"x-request-id": "r3"}, json={"data": {}})).request_id == "r3"
    assert send(httpx.Response(200, json={"data": {}, "extensions": {"request_id": 5}})).request_id is None
    assert send(httpx.Response(200, json={"data": {}, "extensions": []})).request_id is None


def test_an_answer_that_drips_too_long_ends() -> None:
    """The limit is for the whole answer, not for each piece of it."""
    reply = send(httpx.Response(200, stream=Drip()), timeout=0.0)
    assert reply.timed_out
    assert reply.sent
    assert send(httpx.Response(200, stream=Drip())).data == {}


@pytest.mark.parametrize(
    ("failure", "sent", "late"),
    [
        (httpx.ConnectError("refused"), False, False), (httpx.ConnectTimeout("late"), False, True),
        (httpx.ReadTimeout("late"), True, True), (httpx.ReadError("reset"), True, False),
        (httpx.RemoteProtocolError("closed"), True, False),
    ],
)  # fmt: skip
def test_what_was_surely_not_sent_is_told_apart(failure: Exception, sent: bool, late: bool) -> None:
    """Only a failure to connect is certain to have had no effect."""
    reply = send(failure)
    assert (reply.sent, reply.timed_out, reply.status) == (sent, late, None)


def test_the_token_is_in_no_message_and_no_log(caplog: pytest.LogCaptureFixture) -> None:
    """Neither problems nor logs, however detailed, show the token."""
    caplog.set_level(logging.DEBUG)
    problems = [send(httpx.ReadError(f"Authorization: {TOKEN}")).problem, send(httpx.Response(500, text=TOKEN)).problem]
    stub = Stub([answer({"me": {"id": "1", "name": "n", "account": {"id": "2"}}})])
    stub.api.start(())
    assert all(TOKEN not in str(problem) for problem in problems)
    assert TOKEN not in caplog.text


def test_an_answer_without_data_and_errors_is_no_graphql() -> None:
    """Some JSON is not yet an answer."""
    assert send(httpx.Response(200, json={"status": "ok"})).problem
    assert send(httpx.Response(200, json=7)).problem
    assert send(httpx.Response(200, html="<p>")).problem == "an HTML page instead of JSON"


def test_complexity_is_read_when_it_is_a_number() -> None:
    """Points come from the answer; anything else is no information."""
    assert send(answer({"complexity": {"query": 12}})).complexity == 12
    assert send(answer({"complexity": {"query": "12"}})).complexity is None
    assert send(answer({"complexity": None})).complexity is None
