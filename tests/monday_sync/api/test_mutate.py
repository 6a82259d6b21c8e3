"""Mutations: which operation did what, what is waited for, what is in doubt, and under which key it is sent again."""

from __future__ import annotations

import httpx
import pytest

from monday_sync.api import MutationRequest
from monday_sync.api.retrying import LONGEST_WAIT
from monday_sync.errors import (
    DailyLimitError,
    InDoubtError,
    RequestFailedError,
    StoppedError,
    TokenRevokedError,
    TooLargeError,
    UnreachableError,
)
from tests.monday_sync.api.stub import TOKEN, Answer, Stub, answer, error, ids, request

BUDGET = error("COMPLEXITY_BUDGET_EXHAUSTED", retry_in_seconds=12)
VALUE = "ColumnValueException"


def test_outcomes_come_in_the_order_of_the_operations() -> None:
    """One POST, one key, an item id for each operation, and the request's id for the vendor's support."""
    stub = Stub([answer(ids(11, 12, 13))])
    outcomes = stub.api.mutate(request(3))
    assert [(o.index, o.ok, o.item_id) for o in outcomes] == [(0, True, "11"), (1, True, "12"), (2, True, "13")]
    assert outcomes[0].request_id == "req-1"
    assert stub.keys == ["key"]
    assert stub.seen[0].headers["Authorization"] == TOKEN
    assert stub.seen[0].headers["API-Version"] == "2026-10"


def test_an_error_reaches_its_own_operation_only() -> None:
    """The alias in the path decides; the neighbours are done, and a refused value is not retryable."""
    stub = Stub([answer(ids(11, None, 13), [error(VALUE, "bad", ["op1"], error_data={"column_type": "numbers"})])])
    first, second, third = stub.api.mutate(request(3))
    assert (first.ok, third.ok) == (True, True)
    assert (second.ok, second.code, second.retryable, second.item_id) == (False, VALUE, False, None)
    assert second.message == "bad; column type numbers"


def test_an_item_that_is_gone_is_told_apart() -> None:
    """The engine looks for another item when the API says that this one is not there."""
    stub = Stub([answer(ids(None), [error("InvalidItemIdException", "not found", ["op0"])])])
    assert stub.api.mutate(request())[0].gone


def test_an_error_without_a_path_belongs_to_what_has_no_answer() -> None:
    """Operations that were answered are done; the error goes to those that were not."""
    stub = Stub([answer(ids(11, None), [error(VALUE, "bad")])])
    first, second = stub.api.mutate(request(2))
    assert first.ok
    assert second.message == "bad"


def test_no_answer_and_no_error_is_no_success() -> None:
    """A null without any error is not taken for done."""
    outcome = Stub([answer(ids(None))]).api.mutate(request())[0]
    assert not outcome.ok
    assert outcome.message


def test_the_older_error_of_a_single_operation_is_its_own() -> None:
    """Without data and without `errors`, in the API's older shape, the only operation is meant."""
    body = {"error_code": VALUE, "error_message": "bad", "error_data": {"column_type": "date"}}
    outcome = Stub([httpx.Response(200, json=body)]).api.mutate(request())[0]
    assert (outcome.code, outcome.message) == (VALUE, "bad; column type date")


def test_no_operations_are_no_request() -> None:
    """Nothing to do costs no call."""
    stub = Stub([answer(ids())])
    assert stub.api.mutate(MutationRequest("key", ())) == ()
    assert stub.seen == []


WAITS: dict[str, tuple[Answer, float]] = {
    "budget on 429": (answer(errors=[BUDGET], status=429), 12),
    "budget on 200": (answer(errors=[BUDGET]), 12),
    "a list of texts": (answer(errors=["Complexity budget exhausted, reset in 9 seconds"]), 9),
    "older shape": (
        httpx.Response(429, json={"error_code": "ComplexityException", "error_message": "reset in 4 seconds"}), 4,
    ),
    "minute limit": (answer(errors=[error("Rate Limit Exceeded")], status=429, headers={"Retry-After": "5"}), 5),
    "a bare 429": (httpx.Response(429, headers={"Retry-After": "6"}, text="slow down"), 6),
    "locked": (httpx.Response(423, headers={"Retry-After": "2"}, text="locked"), 2),
    "conflict": (answer(errors=[error("IDEMPOTENCY_CONFLICT")], status=409, headers={"Retry-After": "3"}), 3),
    "the same limit for each": (answer(ids(None), [{**BUDGET, "path": ["op0"]}]), 12),
}  # fmt: skip


@pytest.mark.parametrize(("limit", "seconds"), WAITS.values(), ids=WAITS.keys())
def test_limits_and_locks_are_waited_for_under_the_same_key(limit: Answer, seconds: float) -> None:
    """Whatever shape a limit has: wait as long as the API asks, then send the very same request."""
    stub = Stub([limit, limit, answer(ids(11))])
    assert stub.api.mutate(request())[0].item_id == "11"
    assert stub.clock.naps == [seconds, seconds]
    assert stub.keys == ["key"] * 3
    assert stub.seen[0].content == stub.seen[2].content


def test_rejected_calls_are_counted_as_a_tenth() -> None:
    """The day's limit counts a rejected call for 0.1."""
    stub = Stub([answer(errors=[BUDGET], status=429), answer(ids(11))])
    stub.api.mutate(request())
    assert (stub.api.calls, stub.api.rejected, stub.api.spent_calls, stub.api.points) == (2, 1, 1.1, 10_000)


def test_without_a_hint_pauses_grow() -> None:
    """A limit that does not say how long is met with longer and longer pauses."""
    bare = httpx.Response(429, text="")
    stub = Stub([bare, bare, bare, answer(ids(11))])
    stub.api.mutate(request())
    assert stub.clock.naps == [1.0, 2.0, 4.0]


def test_a_wait_that_a_person_would_notice_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever watches reads why nothing happens, for how long, and which retry follows."""
    waits = [answer(errors=[error("RATE_LIMIT_EXCEEDED", retry_in_seconds=s)], status=429) for s in (1, 30)]
    assert Stub([*waits, answer(ids(11))]).api.mutate(request())[0].ok
    assert capsys.readouterr().err == (
        "waiting 1 s for the API at 127.0.0.1: no (retry 1)\nwaiting 30 s for the API at 127.0.0.1: no (retry 2)\n"
    )


def test_waiting_ends_in_a_clean_stop() -> None:
    """A lock that stays ends the run, and says that nothing took effect."""
    stub = Stub([httpx.Response(423, headers={"Retry-After": "60"}, text="locked")])
    with pytest.raises(StoppedError, match="asked to wait"):
        stub.api.mutate(request())
    assert sum(stub.clock.naps) <= LONGEST_WAIT


def test_a_conflict_that_stays_is_a_doubt() -> None:
    """If the first sending never ends, it may still take effect."""
    stub = Stub([answer(errors=[error("IDEMPOTENCY_CONFLICT")], status=409, headers={"Retry-After": "60"})])
    with pytest.raises(InDoubtError, match="still being worked on"):
        stub.api.mutate(request())


def test_a_request_that_never_fits_the_budget_is_too_large() -> None:
    """A request dearer than a whole minute is refused for good, so that the caller splits it."""
    policy = {"RateLimit-Policy": '"complexityMinute";q=15000;w=60'}
    stub = Stub([answer(errors=[BUDGET], status=429, headers=policy)])
    with pytest.raises(TooLargeError):
        stub.api.mutate(request(2))
    assert len(stub.seen) == 1


DOUBTS: dict[str, Answer] = {
    "reset": httpx.ReadError("reset by peer"),
    "closed": httpx.RemoteProtocolError("Server disconnected without sending a response."),
    "too late": httpx.ReadTimeout("timed out"),
    "write broke": httpx.WriteError("broken pipe"),
    "500": httpx.Response(500, text="oops"),
    "502": httpx.Response(502, html="<h1>Bad gateway</h1>"),
    "503 with GraphQL": answer(errors=[error("INTERNAL_SERVER_ERROR")], status=503),
    "500 with data": answer(ids(11), status=500),
    "truncated": httpx.Response(200, text='{"data": {"op0": {"id": "1'),
    "HTML": httpx.Response(200, html="<h1>Maintenance</h1>"),
    "a JSON text": httpx.Response(200, json="ok"),
    "a JSON list": httpx.Response(200, json=[]),
    "null": httpx.Response(200, json=None),
    "an empty object": httpx.Response(200, json={}),
    "data is a text": answer("done"),
    "data is a list": answer([1]),
    "the id is a number": answer({"op0": {"id": 11}}),
    "the answer is a text": answer({"op0": "11"}),
    "the answer is missing": answer({"complexity": {"query": 1}}),
    "errors is a text": answer(ids(11), "bad"),
    "no data": answer(),
}


@pytest.mark.parametrize("reply", DOUBTS.values(), ids=DOUBTS.keys())
def test_what_cannot_be_read_is_in_doubt(reply: Answer) -> None:
    """No readable answer: the caller is told that it may have happened, at once and after one sending."""
    stub = Stub([reply])
    with pytest.raises(InDoubtError) as caught:
        stub.api.mutate(request())
    assert TOKEN not in str(caught.value)
    assert len(stub.seen) == 1
    assert stub.clock.naps == []


def test_an_answer_that_is_too_late_is_a_doubt_and_makes_batches_smaller() -> None:
    """A request beyond the time limit may have taken effect; the next ones hold half as many operations."""
    stub = Stub([answer(ids(*range(10))), httpx.ReadTimeout("late")])
    stub.api.mutate(request(10))
    before = stub.api.batch_size("create")
    with pytest.raises(InDoubtError):
        stub.api.mutate(request(10))
    assert stub.api.batch_size("create") == 5 < before


def test_several_operations_without_data_or_path_are_in_doubt() -> None:
    """An application error that names none of several operations does not say what became of each."""
    with pytest.raises(InDoubtError):
        Stub([answer(errors=[error(VALUE, "bad")])]).api.mutate(request(2))


@pytest.mark.parametrize(
    "refusal",
    [
        answer(errors=[{"message": 'Cannot query field "x"', "locations": [{"line": 1, "column": 2}]}]),
        answer(errors=[error("GRAPHQL_VALIDATION_FAILED")], status=400),
        answer(errors=[error("Boom")], status=400),
    ],
)
def test_a_document_that_is_refused_had_no_effect(refusal: Answer) -> None:
    """GraphQL's own refusal of a document comes before anything is executed."""
    with pytest.raises(RequestFailedError):
        Stub([refusal]).api.mutate(request(2))


def test_a_refusal_of_the_whole_keeps_code_and_request_id() -> None:
    """Whoever asks the vendor's support needs both, and the message for people has neither."""
    with pytest.raises(RequestFailedError) as caught:
        Stub([answer(errors=[error("Boom")], status=400)]).api.mutate(request(2))
    assert (caught.value.code, caught.value.request_id) == ("Boom", "req-1")


def test_no_connection_is_tried_again_and_then_ends_the_run() -> None:
    """A request that never left this machine had no effect; the message names the host and not the token."""
    stub = Stub([httpx.ConnectError("refused")])
    with pytest.raises(UnreachableError, match=r"127\.0\.0\.1 could not be reached") as caught:
        stub.api.mutate(request())
    assert len(stub.seen) == 5
    assert TOKEN not in str(caught.value)


def test_a_connection_that_comes_back_is_used() -> None:
    """A server that starts a moment later is no failure."""
    stub = Stub([httpx.ConnectError("refused"), answer(ids(11))])
    assert stub.api.mutate(request())[0].ok
    assert (stub.api.calls, stub.api.rejected, stub.api.points) == (1, 0, 10_000)


def test_something_else_at_the_address_ends_the_run() -> None:
    """A page that is not the API is nobody's row's fault."""
    with pytest.raises(UnreachableError, match="is not the API"):
        Stub([httpx.Response(404, html="<h1>Not found</h1>")]).api.mutate(request())


def test_the_daily_limit_and_a_revoked_token_end_the_run() -> None:
    """Both stop cleanly, with what to do."""
    with pytest.raises(DailyLimitError, match="00:00 UTC"):
        Stub([answer(errors=[error("DAILY_LIMIT_EXCEEDED")], status=429)]).api.mutate(request())
    with pytest.raises(TokenRevokedError, match="MONDAY_API_TOKEN"):
        Stub([answer(errors=[error(None, "Not Authenticated")], status=401)]).api.mutate(request())
    with pytest.raises(TokenRevokedError):
        Stub([httpx.Response(401, text="")]).api.mutate(request())


def test_our_share_of_the_day_is_kept() -> None:
    """The call that would exceed the allowance is not sent."""
    stub = Stub([answer(ids(11))])
    stub.api.allow_calls(2)
    stub.api.mutate(request(key="a"))
    stub.api.mutate(request(key="b"))
    with pytest.raises(DailyLimitError, match="2 calls in this run"):
        stub.api.mutate(request(key="c"))
    assert len(stub.seen) == 2
    stub.api.allow_calls(None)
    stub.api.mutate(request(key="c"))


FIELD = error("FIELD_MINUTE_RATE_LIMIT_EXCEEDED", "slow", ["op1"], retry_in_seconds=20)


def test_only_what_met_a_limit_is_sent_again_under_a_derived_key() -> None:
    """The API keeps the answer of the first key, so the rest needs its own; the order of outcomes stays."""
    stub = Stub([answer(ids(11, None, 13), [FIELD]), answer(ids(12))])
    outcomes = stub.api.mutate(request(3))
    assert [o.item_id for o in outcomes] == ["11", "12", "13"]
    assert stub.keys == ["key", "key-1"]
    assert stub.bodies[1]["variables"]["op0_name"] == "item 1"
    assert stub.clock.naps == [20]


def test_a_limit_that_stays_for_some_is_given_back_as_retryable() -> None:
    """The others' success must be told, so waiting for the rest has an end."""
    stub = Stub([answer(ids(11, None), [FIELD]), answer(ids(None), [{**FIELD, "path": ["op0"]}])])
    stub.left[1:] = [answer(errors=[{**FIELD, "path": ["op0"]}], headers={"Idempotency-Replayed": "true"})]
    first, second = stub.api.mutate(request(2))
    assert first.ok
    assert (second.ok, second.retryable) == (False, True)
    assert stub.keys == ["key", "key-1", "key-2", "key-3", "key-4"]


def test_a_replayed_rejection_is_sent_under_the_next_key() -> None:
    """If the API kept a rejection for a key, the same key would bring it for ever."""
    stub = Stub([answer(errors=[BUDGET], headers={"Idempotency-Replayed": "true"}), answer(ids(11))])
    assert stub.api.mutate(request())[0].ok
    assert stub.keys == ["key", "key-1"]


@pytest.mark.parametrize("stop", [error("DAILY_LIMIT_EXCEEDED", "full"), error(None, "Not Authenticated")])
def test_what_took_effect_is_told_before_the_run_ends(stop: dict[str, object]) -> None:
    """A token revoked, or the day used up, between two operations: the first ones' items are not lost."""
    stub = Stub([answer(ids(11, None), [{**stop, "path": ["op1"]}])])
    first, second = stub.api.mutate(request(2))
    assert (first.item_id, second.retryable) == ("11", True)
    assert len(stub.seen) == 1


def test_a_stop_while_the_rest_is_sent_again_keeps_the_first_part() -> None:
    """The day used up in the second round does not hide what the first one did."""
    daily = answer(errors=[error("DAILY_LIMIT_EXCEEDED", "full")], status=429)
    first, second = Stub([answer(ids(11, None), [FIELD]), daily]).api.mutate(request(2))
    assert first.ok
    assert second.retryable
