"""Pacing against a server of limits written for these tests: sliding or fixed windows, shared or separate budgets."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass, field

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monday_sync.api import BoardApi, CreateItem, HttpBoardApi, MutationRequest
from monday_sync.api.limits import CALLS, POINTS, HiddenWindow, Use, Window, read_quotas
from monday_sync.api.pacing import LARGEST_BATCH, TIME_LIMIT, Pacer, Time
from monday_sync.errors import RequestFailedError
from tests.monday_sync.api.stub import BOARD, URL, Clock

HEADERS = {
    "RateLimit-Policy": '"minuteRate";q=5000;w=60, "concurrency";q=250;qu="concurrent-requests", '
    '"complexityMinute";q=5000000;w=60;qu="content-bytes"',
    "RateLimit": '"minuteRate";r=4990;t=38, "concurrency";r=249, "complexityMinute";r=4950000;t=45',
}


@dataclass
class Server:
    """Answers mutations and item pages, and rejects what is above its limits.

    Args:
        points: in a window of 60 seconds.
        sliding: or windows that all begin anew at full minutes.
        separate: reads and writes have a budget each.
        cost: points of an operation.
        latency: seconds that an operation takes.
        arrival: seconds after the sending at which a request is counted.
        field_limit: operations of one kind in 60 seconds, a limit that no header tells.
    """

    clock: Clock
    points: int = 5_000_000
    calls: int = 2_500
    sliding: bool = True
    separate: bool = False
    cost: int = 10_001
    latency: float = 0.0
    arrival: float = 0.0
    field_limit: int | None = None
    rejected: int = 0
    done: int = 0
    spent: list[tuple[float, float, str]] = field(default_factory=list)
    foreign: list[tuple[float, float, str]] = field(default_factory=list)
    counted: list[tuple[float, int]] = field(default_factory=list)

    def used(self, use: str) -> float:
        start = self.clock.now - 60 if self.sliding else self.clock.now // 60 * 60
        entries = [e for e in self.spent + self.foreign if (e[0] > start if self.sliding else e[0] >= start)]
        return sum(e[1] for e in entries if not self.separate or e[2] == use)

    def called(self) -> int:
        start = self.clock.now - 60 if self.sliding else self.clock.now // 60 * 60
        return sum(1 for e in self.spent if (e[0] > start if self.sliding else e[0] >= start))

    def reset(self) -> int:
        if not self.sliding:
            return math.ceil(60 - self.clock.now % 60)
        return math.ceil(max(self.spent)[0] + 60 - self.clock.now) if self.spent else 0

    def headers(self, use: str) -> dict[str, str]:
        left = int(max(0, self.points - self.used(use)))
        return {
            "RateLimit-Policy": f'"minuteRate";q={self.calls};w=60, "complexityMinute";q={self.points};w=60',
            "RateLimit": f'"minuteRate";r={self.calls - self.called()};t=60, '
            f'"complexityMinute";r={left};t={self.reset()}',
        }

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.clock.now += self.arrival
        body = json.loads(request.content)
        use = "write" if body["query"].startswith("mutation") else "read"
        count = body["query"].count(": create_item") if use == "write" else body["variables"].get("limit", 0)
        cost = count * (self.cost if use == "write" else self.cost // 10)
        if self.used(use) + cost > self.points or self.called() + 1 > self.calls:
            self.rejected += 1
            wait = 60 if self.sliding else 60 - self.clock.now % 60
            extensions = {"code": "COMPLEXITY_BUDGET_EXHAUSTED", "retry_in_seconds": wait}
            return httpx.Response(
                429, headers=self.headers(use), json={"errors": [{"message": "no", "extensions": extensions}]}
            )
        lately = sum(n for at, n in self.counted if at > self.clock.now - 60)
        if self.field_limit is not None and use == "write" and lately + count > self.field_limit:
            self.rejected += 1
            extensions = {"code": "FIELD_MINUTE_RATE_LIMIT_EXCEEDED", "retry_in_seconds": 1}
            return httpx.Response(200, json={"data": None, "errors": [{"message": "no", "extensions": extensions}]})
        self.counted.append((self.clock.now, count))
        self.spent.append((self.clock.now, cost, use))
        self.clock.now += self.latency * count
        if use == "read":
            page: dict[str, object] = {"cursor": None, "items": []}
            data: dict[str, object] = {"boards": [{"items_page": page}]}
        else:
            self.done += count
            data = {f"op{n}": {"id": str(n + 1)} for n in range(count)}
        return httpx.Response(200, headers=self.headers(use), json={"data": data | {"complexity": {"query": cost}}})


def connect(server: Server) -> BoardApi:
    clock = server.clock
    return HttpBoardApi(URL, "t", clock=clock, sleep=clock.sleep, transport=httpx.MockTransport(server.answer))


def create(api: BoardApi, count: int) -> None:
    """Create so many items in batches of the size that the API suggests."""
    while count:
        size = min(count, api.batch_size("create"))
        operations = tuple(CreateItem("1", "g", "x", {}) for _ in range(size))
        api.mutate(MutationRequest(f"k{count}", operations))
        count -= size


@pytest.mark.parametrize("sliding", [True, False])
@pytest.mark.parametrize("points", [1_000_000, 5_000_000])
def test_the_steady_state_uses_the_budget_and_is_never_rejected(points: int, sliding: bool) -> None:
    """No call above the limits, and at least 95 % of what they permit, whichever way the windows go."""
    server = Server(Clock(), points, sliding=sliding)
    api = connect(server)
    permitted = points / server.cost
    # the first window's budget comes at once and is no steady state
    create(api, int(permitted))
    begin, done = server.clock.now, server.done
    create(api, int(permitted * 30))
    minutes = (server.clock.now - begin) / 60
    assert server.rejected == 0
    assert (server.done - done) / permitted / minutes >= 0.95


def test_halved_limits_are_adapted_to_within_one_window() -> None:
    """After the limits fell in mid-run, at most one call is rejected, and none after a window."""
    server = Server(Clock())
    api = connect(server)
    create(api, 1_500)
    assert server.rejected == 0
    server.points //= 2
    create(api, 300)
    assert server.rejected <= 1
    so_far, begin, done = server.rejected, server.clock.now, server.done
    create(api, 2_000)
    assert server.rejected == so_far
    assert server.done - done >= 0.95 * server.points / server.cost * (server.clock.now - begin) / 60


def test_a_dearer_operation_is_learnt_from_the_first_answer() -> None:
    """What an operation really costs is known after one answer; nothing is rejected for a wrong guess."""
    server = Server(Clock(), cost=45_000)
    create(connect(server), 500)
    assert server.rejected == 0


@pytest.mark.parametrize(("arrival", "latency"), [(0.3, 0.001), (0.9, 0.0), (4.0, 0.0), (0.5, 0.1), (2.0, 0.1)])
def test_a_request_that_is_counted_late_makes_room_late(arrival: float, latency: float) -> None:
    """The API counts a request when it has it, not when we sent it, nor when it is done: that is what we wait for."""
    server = Server(Clock(), arrival=arrival, latency=latency)
    api = connect(server)
    create(api, 1_000)
    begin, done = server.clock.now, server.done
    create(api, 5_000)
    assert server.rejected == 0
    cycles = int((server.clock.now - begin) / (60 + arrival + 1))  # the last one need not be full
    assert server.done - done >= 0.99 * cycles * int(server.points / server.cost)


def test_a_limit_of_one_field_is_learnt_from_one_rejection() -> None:
    """No header tells how often one field may be asked for: after one rejection we keep to what was let through."""
    server = Server(Clock(), cost=1_000, field_limit=300)
    api = connect(server)
    create(api, 1_500)
    assert server.rejected == 1
    begin, done = server.clock.now, server.done
    create(api, 1_500)
    assert server.rejected == 1
    assert server.done - done >= 0.8 * 300 * (server.clock.now - begin) / 60


def test_a_request_above_the_limit_of_a_field_is_too_large() -> None:
    """What would never be let through is given back at once, to be sent in parts, and the next ones are smaller."""
    server = Server(Clock(), field_limit=8)
    api = connect(server)
    with pytest.raises(RequestFailedError, match="more than the API gives in a minute"):
        create(api, 20)
    assert (server.clock.now, server.rejected) == (1_000, 1)
    while server.done < 24:
        try:
            create(api, api.batch_size("create"))
        except RequestFailedError:
            continue  # given back to be sent in parts
    assert server.rejected <= 2
    assert 4 <= api.batch_size("create") <= 8


@settings(max_examples=100)
@given(st.integers(1, 400), st.lists(st.integers(1, 250), min_size=40, max_size=80))
def test_a_hidden_limit_is_found_by_halving(limit: int, amounts: list[int]) -> None:
    """However it lies: few refusals, each of less than the one before, and never is less than half of it permitted."""
    window, now, refusals = HiddenWindow(), 0.0, 0
    for amount in amounts:
        now += 61
        tried = min(amount, window.quota)
        assert window.wait(now, tried, Use.WRITE) == 0
        if tried > limit:
            refusals += 1
            window.refused(now, tried)
            assert window.quota < tried
        else:
            window.spend(now, tried, Use.WRITE)
            window.let_through(now)
    assert refusals <= 9
    assert window.quota >= limit // 2


def test_what_others_use_of_the_budget_is_left_to_them() -> None:
    """Someone else's points on the same token make us slower, not rejected."""
    server = Server(Clock())
    api = connect(server)
    create(api, 20)
    server.foreign.append((server.clock.now, 4_000_000, "write"))
    create(api, 10)  # sees what is left
    create(api, 500)
    assert server.rejected == 0


@pytest.mark.parametrize("separate", [True, False])
def test_reads_and_writes_share_a_budget_or_not(separate: bool) -> None:
    """Separate budgets: reading does not slow writing. A shared one: reading counts, and nothing is rejected."""
    server = Server(Clock(), separate=separate)
    api = connect(server)
    begin = server.clock.now
    for _ in range(8):
        list(api.items(BOARD))
        create(api, 100)
    waited = server.clock.now - begin
    assert server.rejected == 0
    assert server.done == 800
    reads = sum(cost for _, cost, use in server.spent if use == "read")
    windows = max(reads, 800 * server.cost) if separate else reads + 800 * server.cost
    assert waited <= 60.25 * (windows // server.points + 1)


def test_calls_a_minute_are_kept_as_well() -> None:
    """When operations cost little, the number of calls is what limits."""
    server = Server(Clock(), cost=1, calls=30)
    api = connect(server)
    for number in range(100):
        api.mutate(MutationRequest(f"k{number}", (CreateItem("1", "g", "x", {}),)))
    assert server.rejected == 0
    assert server.clock.now - 1_000 <= 60.25 * 4


def test_batches_keep_to_the_time_limit() -> None:
    """Slow operations go in smaller batches: a request takes half of the time limit at most."""
    server = Server(Clock(), cost=1, latency=0.0)
    pacer = Pacer(Time(server.clock, server.clock.sleep))
    booking = pacer.admit({"create_item": 20}, Use.WRITE)
    pacer.answered(booking, points=20, headers={}, seconds=20 * 2.0)
    assert pacer.batch_size("create_item") == TIME_LIMIT / 2 / 2.0
    pacer.costs.too_slow({"create_item": 10})
    assert pacer.batch_size("create_item") == 5
    for _ in range(30):
        booking = pacer.admit({"create_item": pacer.batch_size("create_item")}, Use.WRITE)
        pacer.answered(booking, points=20, headers={}, seconds=0.1)
    assert pacer.batch_size("create_item") == LARGEST_BATCH


def test_an_estimate_comes_true() -> None:
    """What a planner is told of seconds and calls is what it then takes, within a tenth."""
    server = Server(Clock())
    api = connect(server)
    create(api, 20)
    told = api.estimate({"create": 5_000}, daily_calls=1_000)
    begin, calls = server.clock.now, api.calls
    create(api, 5_000)
    assert told.seconds == pytest.approx(server.clock.now - begin, rel=0.1, abs=60)
    assert told.calls == pytest.approx(api.calls - calls, rel=0.1)
    assert told.points == 5_000 * server.cost
    assert told.day_share == told.calls / 1_000


def test_headers_are_read_as_the_vendor_writes_them() -> None:
    """Quota, remaining, reset and window of each limit; what is unreadable is left out."""
    quotas = read_quotas(HEADERS)
    assert (quotas[CALLS].quota, quotas[CALLS].remaining, quotas[CALLS].reset) == (5000, 4990, 38)
    assert (quotas[POINTS].quota, quotas[POINTS].remaining, quotas[POINTS].reset) == (5_000_000, 4_950_000, 45)
    assert quotas["concurrency"].reset is None
    assert read_quotas({}) == {}
    assert read_quotas({"RateLimit": 'nonsense, "minuteRate";r=abc'})[CALLS].remaining is None


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.floats(0, 30), st.integers(1, 4_000), st.sampled_from(Use)), min_size=1, max_size=60),
    st.booleans(),
)
def test_a_window_never_holds_more_than_its_quota(steps: list[tuple[float, int, Use]], shared: bool) -> None:
    """Whatever is asked for and when: after waiting as told, no 60 seconds hold more than the quota."""
    window = Window(5_000)
    window.shared = shared
    now, spent = 0.0, list[tuple[float, int, Use]]()
    for pause, amount, use in steps:
        now += pause
        wait = window.wait(now, amount, use)
        now += wait
        assert window.wait(now, amount, use) == 0
        window.spend(now, amount, use)
        spent.append((now, amount, use))
        for kind in Use:
            inside = [a for at, a, u in spent if at > now - 60 + 1e-6 and (shared or u is kind)]
            assert sum(inside) <= 5_000


def test_a_clock_that_stands_still_does_not_hang_the_wait() -> None:
    """What was slept has passed, even if the clock does not know it."""
    naps: list[float] = []
    time = Time(lambda: 5.0, naps.append)
    time.sleep(2.5)
    assert time.now() == 7.5
    time.sleep(0)
    assert naps == [2.5]


def test_what_pacing_costs_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    """Minutes that go by because of the API's limits are explained: all pauses, the short ones together, are said."""
    server = Server(Clock(), points=1_000_000)
    api = connect(server)
    create(api, 600)
    begin = server.clock.now
    create(api, 600)
    said = capsys.readouterr().err.splitlines()
    spans = [re.search(r"waiting ([\d.]+) (s|min) for the API: minute limit of points", line) for line in said]
    assert spans
    assert all(spans)
    told = sum(float(span[1]) * (60 if span[2] == "min" else 1) for span in spans if span)
    short = sum(float(n) for line in said for n in re.findall(r"after (\d+) s in short pauses", line))
    assert server.clock.now - begin > 120
    assert told + short >= 0.8 * (server.clock.now - begin)
