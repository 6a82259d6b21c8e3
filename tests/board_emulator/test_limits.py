"""Permissions, rate limits, complexity, kept replies: all on a clock that the test moves."""

# ruff: noqa: E501, UP031, S106 - GraphQL documents stand on one line and are full of braces; tokens are the emulator's own
from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from typing import Any

import pytest

from board_emulator import PLANS, Request, Token
from board_emulator.replies import MOST_BYTES
from tests.board_emulator.conftest import Api

DEV = "9609317401"
ORDER, SEASON = "text_mkr5wya6", "dropdown_mkr58de6"
READ = "{me{id}}"


def remaining(answer: Any, policy: Any) -> Any:
    part = next(part for part in answer.headers["RateLimit"].split(", ") if part.startswith(f'"{policy}"'))
    return int(part.split("r=")[1].split(";")[0])


@pytest.mark.parametrize(
    ("token", "content", "label", "group", "backfill"),
    [("local", [], [], [], []), ("local-member", [], [], [], ["UserUnauthorizedException"]),
     ("local-contributor", [], ["UserUnauthorizedException"], ["UserUnauthorizedException"], ["UserUnauthorizedException"]),
     ("local-viewer", *[["UserUnauthorizedException"]] * 4)],
)  # fmt: skip
def test_a_token_may_do_what_its_role_permits(
    api: Api, token: str, content: list[str], label: list[str], group: list[str], backfill: list[str]
) -> None:
    """Contents, structure (labels, groups) and backfill are rights of their own."""
    assert api.create("x", {ORDER: "1"}, token=token).codes == content
    assert api.create("x", {SEASON: {"labels": ["new"]}}, labels=True, token=token).codes == label
    assert api('mutation{create_group(board_id:%s,group_name:"g"){id}}' % DEV, token=token).codes == group
    assert api('mutation{backfill_items(board_id:%s,group_id:"topics"){job_id}}' % DEV, token=token).codes == backfill
    level = api("{boards(ids:[%s]){access_level}}" % DEV, token=token).data["boards"][0]["access_level"]
    assert level == ("view" if content else "edit")


def test_a_board_of_collaborators_keeps_its_structure(api: Api) -> None:
    """On such a board a member fills cells but makes no labels."""
    api.emulator.world.boards[DEV].permissions = "collaborators"
    assert api.create("x", {ORDER: "1"}, token="local-member").codes == []
    assert api.create("x", {SEASON: {"labels": ["new"]}}, labels=True, token="local-member").codes == [
        "UserUnauthorizedException"
    ]


def test_an_unknown_or_revoked_token_is_turned_away(api: Api) -> None:
    """401 without data; a token that is permitted again works again."""
    assert (api(READ, token="wrong").status, api(READ, token="").codes) == (401, ["NOT_AUTHENTICATED"])
    api.emulator.revoke("local")
    assert api(READ).status == 401
    api.emulator.permit(Token("local", "1", "again"))
    assert api(READ).status == 200


def test_every_response_carries_the_rate_limit_headers(make_api: Callable[..., Api]) -> None:
    """Policy and what remains, also on errors; creating an item costs 10,000 points of the write budget."""
    api = make_api("pro")
    answer = api.create()
    assert answer.headers["RateLimit-Policy"] == (
        '"minuteRate";q=2500;w=60, "concurrency";q=100;qu="concurrent-requests", '
        '"complexityMinute";q=5000000;w=60;qu="content-bytes"'
    )
    assert remaining(answer, "complexityMinute") == 5_000_000 - 10_001
    assert remaining(api(READ), "complexityMinute") > 4_999_000
    assert "RateLimit" in api("{ nope }").headers
    assert "RateLimit" in api(READ, token="wrong").headers


def test_the_write_budget_is_a_sliding_minute(make_api: Callable[..., Api]) -> None:
    """499 items fit into 5M points; the next waits exactly as long as the error says."""
    api = make_api("enterprise")
    for number in range(499):
        assert api.create(str(number)).codes == []
        api.clock.advance(0.01)
    refused = api.create("one too many")
    assert (refused.status, refused.codes) == (429, ["COMPLEXITY_BUDGET_EXHAUSTED"])
    wait = refused.body["errors"][0]["extensions"]["retry_in_seconds"]
    assert refused.headers["Retry-After"] == str(wait)
    assert api(READ).status == 200
    api.clock.advance(wait - 1.5)
    assert api.create().status == 429
    api.clock.advance(1.5)
    assert api.create().codes == []


def test_complexity_says_what_was_charged(make_api: Callable[..., Api]) -> None:
    """before - query = after, for reads and for writes."""
    api = make_api("pro")
    for query in (
        "{complexity{before query after reset_in_x_seconds} me{id}}",
        'mutation{complexity{before query after reset_in_x_seconds} create_item(board_id:%s,item_name:"x"){id}}' % DEV,
    ):
        told = api(query).data["complexity"]
        assert told["before"] - told["query"] == told["after"] < 5_000_000
        assert told["reset_in_x_seconds"] == 60


def test_a_query_over_five_million_points_never_runs(make_api: Callable[..., Api]) -> None:
    """The cap of a single query is below what the nested lists ask for."""
    api = make_api("enterprise")
    query = "{boards(ids:[1]){items_page(limit:500){items{subitems{column_values{id subitems:column{id title}}subitems{subitems{subitems{id}}}}}}}}"
    assert api(query).codes == ["COMPLEXITY_BUDGET_EXHAUSTED"]


def test_the_items_of_a_page_are_counted_by_its_limit_alone(make_api: Callable[..., Api]) -> None:
    """One point for the board, one for the page; then each of 200 items with its id and name."""
    api = make_api("pro")
    query = "{complexity{query} boards(ids:[%s]){items_page(limit:200){items{id name}}}}" % DEV
    assert api(query).data["complexity"]["query"] == 1 + 1 + 200 * (1 + 2)


def test_older_versions_of_the_error_are_texts(make_api: Callable[..., Api]) -> None:
    """The legacy body has error_code at the top and a list of strings."""
    api = make_api(dataclasses.replace(PLANS["pro"], points_a_minute=100, legacy_errors=True))
    refused = api.create()
    assert refused.status == 429
    assert refused.body["error_code"] == "ComplexityException"
    assert all(isinstance(error, str) and "budget remaining" in error for error in refused.body["errors"])


def test_a_field_has_a_limit_of_its_own(make_api: Callable[..., Api]) -> None:
    """FIELD_MINUTE_RATE_LIMIT_EXCEEDED names the field and the wait."""
    api = make_api(dataclasses.replace(PLANS["pro"], fields={"create_item": 1}))
    api.create()
    refused = api.create()
    assert refused.codes == ["FIELD_MINUTE_RATE_LIMIT_EXCEEDED"]
    assert 0 < refused.body["errors"][0]["extensions"]["retry_in_seconds"] <= 60
    api.clock.advance(61)
    assert api.create().codes == []


def test_calls_a_minute(make_api: Callable[..., Api]) -> None:
    """The call after the last is rejected for as long as Retry-After says; rejected calls do not prolong it."""
    api = make_api(dataclasses.replace(PLANS["standard"], calls_a_minute=3))
    assert [api(READ).status for _ in range(5)] == [200, 200, 200, 429, 429]
    refused = api(READ)
    assert refused.codes == ["Rate Limit Exceeded"]
    api.clock.advance(int(refused.headers["Retry-After"]))
    assert api(READ).status == 200


def test_calls_a_day_come_back_at_midnight_utc(make_api: Callable[..., Api]) -> None:
    """DAILY_LIMIT_EXCEEDED until 00:00 UTC; a rejected call costs a tenth."""
    api = make_api(dataclasses.replace(PLANS["standard"], calls_a_day=2))
    api(READ)
    api(READ)
    refused = api(READ)
    assert (refused.status, refused.codes) == (429, ["DAILY_LIMIT_EXCEEDED"])
    assert list(api.emulator.meter.calls_by_day().values()) == [pytest.approx(2.1)]
    api.clock.advance(int(refused.headers["Retry-After"]))
    used = api("{platform_api{daily_limit{total} daily_analytics{by_day{usage}}}}").data["platform_api"]
    assert used["daily_limit"]["total"] == 2
    assert [day["usage"] for day in used["daily_analytics"]["by_day"]] == [2, 1]


def test_an_address_has_a_limit(make_api: Callable[..., Api]) -> None:
    """5,000 calls in 10 s from one address are the most; another address is not hit."""
    api = make_api(dataclasses.replace(PLANS["enterprise"], calls_per_ip=2))
    assert [api(READ).status for _ in range(3)] == [200, 200, 429]
    assert api(READ).codes == ["IP_RATE_LIMIT_EXCEEDED"]
    assert api(READ, ip="10.0.0.9").status == 200
    api.clock.advance(10)
    assert api(READ).status == 200


def test_concurrent_calls(make_api: Callable[..., Api]) -> None:
    """More requests at once than the plan permits: maxConcurrencyExceeded."""
    api = make_api(dataclasses.replace(PLANS["standard"], concurrent=2))
    api.emulator.meter.under_way = 3
    refused = api(READ)
    assert (refused.status, refused.codes, refused.headers["Retry-After"]) == (429, ["maxConcurrencyExceeded"], "1")
    api.emulator.meter.under_way = 2
    assert api(READ).status == 200


def test_off_rejects_nothing_and_still_counts(api: Api) -> None:
    """With limits off a thousand creations in a second pass, and the referee knows them."""
    for _ in range(1_000):
        assert api.create().status == 200
    assert api.emulator.tally.mutations["create_item"] == 1_000
    assert remaining(api(READ), "complexityMinute") == 10**9


def test_a_reply_is_kept_thirty_minutes(api: Api) -> None:
    """The same key gives the same bytes and runs nothing; after 30 minutes it runs again."""
    first = api.create("x", key="k")
    api.clock.advance(1_799)
    again = api.create("x", key="k")
    assert again.body == first.body
    assert again.headers["Idempotency-Replayed"] == "true"
    assert api.emulator.world.active[DEV] == 1
    api.clock.advance(1)
    late = api.create("x", key="k")
    assert "Idempotency-Replayed" not in late.headers
    assert api.emulator.world.active[DEV] == 2


def test_partial_failures_are_kept_as_well(api: Api) -> None:
    """A reply with errors is given again too: nothing of it runs twice."""
    query = 'mutation{a:create_item(board_id:%s,item_name:"a"){id} b:create_item(board_id:1,item_name:"b"){id}}' % DEV
    assert api(query, key="k").body == api(query, key="k").body
    assert api.emulator.world.active[DEV] == 1


def test_a_key_belongs_to_one_request(api: Api) -> None:
    """Another body under the same key is a conflict that no waiting cures; reads have no keys."""
    api.create("x", key="k")
    other = api.create("y", key="k")
    assert (other.status, other.codes, "Retry-After" in other.headers) == (409, ["IDEMPOTENCY_CONFLICT"], False)
    assert api(READ, key="k").status == 200
    assert api.create("x", key=" ").status == 400


def test_a_repeat_while_the_first_runs_is_a_conflict(api: Api) -> None:
    """409 with Retry-After until the first is done."""
    api.emulator.replies.hold("k")
    refused = api.create("x", key="k")
    assert (refused.status, refused.codes, refused.headers["Retry-After"]) == (409, ["IDEMPOTENCY_CONFLICT"], "1")
    api.emulator.replies.release("k")
    assert api.create("x", key="k").codes == []


def test_a_rejected_call_leaves_no_reply_behind(make_api: Callable[..., Api]) -> None:
    """After the wait the same key runs for the first time."""
    api = make_api(dataclasses.replace(PLANS["pro"], points_a_minute=15_000))
    api.create("x", key="1")
    refused = api.create("y", key="2")
    assert refused.status == 429
    api.clock.advance(60)
    assert api.create("y", key="2").codes == []


def test_a_reply_over_a_megabyte_is_not_kept(api: Api) -> None:
    """A repeat of such a request runs again: the client has to know."""
    many = "".join(
        f'm{n}:create_item(board_id:{DEV},item_name:"{"x" * 250}"){{id name url a:name b:name c:name d:name}}'
        for n in range(800)
    )
    body = json.dumps({"query": f"mutation{{{many}}}"}).encode()
    replies = [api.emulator.handle(Request("local", body, key="k")) for _ in range(2)]
    assert len(replies[0].body) > MOST_BYTES
    assert api.emulator.world.active[DEV] == 1_600
