"""The outbox against a real server: again where that helps, and never forgotten."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from monitoring.book import Book, Queued, read_outbox
from monitoring.channels import Sender, open_channel
from monitoring.errors import PartlyTakenError, UnreachableError
from monitoring.kept_rows import naive
from monitoring.messages import Message, trial
from monitoring.outbox import Delivery, deliver
from monitoring.settings import Channel, Settings, read_settings
from monitoring.tables import OUTBOX
from monitoring.trial import try_channels
from tests.monitoring.conftest import World
from tests.monitoring.servers import WebServer, web_server

SETTINGS = read_settings({"channels": {"hook": {"kind": "webhook", "address": "ORDER_LIST_HOOK"}}})


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[WebServer]:
    with web_server() as server:
        monkeypatch.setenv("ORDER_LIST_HOOK", f"{server.url}/hooks/some-token")
        yield server


def queue(world: World, *, count: int = 1, channel: str = "hook") -> None:
    """Messages, one an hour."""
    for _ in range(count):
        Book(world.warehouse).keep("", (), (), [(channel, trial(channel, "prod", world.now))], world.now)
        world.later(hours=1)


def queued(world: World) -> list[Queued]:
    with world.warehouse.session(read_only=True) as session:
        return read_outbox(session, world.warehouse, session.relations())


def send(world: World, settings: Settings = SETTINGS) -> tuple[Delivery, list[float]]:
    slept: list[float] = []
    done = deliver(queued(world), settings, Book(world.warehouse), world.clock, sleep=slept.append)
    return done, slept


def test_a_message_is_sent_and_noted(world: World, web: WebServer) -> None:
    """With what came back; the next look finds nothing to send."""
    queue(world)
    assert send(world) == (Delivery(1, 0), [])
    assert world.rows(f"select state, attempts, answer from {OUTBOX}") == [("sent", 1, "200 ok")]
    assert send(world) == (Delivery(), [])
    assert len(web.taken) == 1


def test_a_passing_fault_is_tried_again(world: World, web: WebServer) -> None:
    """After a moment, and after as long as the server asks for."""
    queue(world)
    web.answers = [(503, "busy"), (429, "slowly")]
    assert send(world) == (Delivery(1, 0), [1.0, 4.0])
    queue(world)
    web.answers, web.headers = [(429, "slowly")], {"retry-after": "9"}
    assert send(world) == (Delivery(1, 0), [9.0])
    ids = [taken.headers["x-message-id"] for taken in web.taken]
    assert len(set(ids[:3])) == 1, "again under the same id"


def test_a_server_that_is_down_keeps_all_for_the_next_run(world: World, web: WebServer) -> None:
    """Three attempts at the first message, none at those behind it; then in their order."""
    queue(world, count=3)
    web.answers = [(500, "down")] * 3
    done, _ = send(world)
    assert (done.sent, done.waiting, len(web.taken)) == (0, 3, 3)
    assert done.problems == ("hook: 127.0.0.1 answered 500 down.",)
    assert "some-token" not in str(world.rows(f"select * from {OUTBOX}"))
    assert send(world)[0] == Delivery(3, 0)
    order = [taken.document["message_id"] for taken in web.taken[3:]]
    assert order == [row[0] for row in world.rows(f"select message_id from {OUTBOX} order by queued_at")]


def test_one_that_is_refused_does_not_hold_up_the_others(world: World, web: WebServer) -> None:
    """A 400 is about that message: it is tried again by the next run, the others are sent now."""
    queue(world, count=2)
    web.answers = [(400, "bad")]
    done, slept = send(world)
    assert (done.sent, done.waiting, slept) == (1, 1, [])
    assert world.rows(f"select state, answer from {OUTBOX} order by queued_at") == [
        ("refused", "127.0.0.1 answered 400 bad."), ("sent", "200 ok"),
    ]  # fmt: skip
    assert send(world)[0] == Delivery(1, 0)


def test_a_message_that_cannot_be_read_holds_up_no_other(world: World, web: WebServer) -> None:
    """One of another version, or damaged by hand: it is said, and those behind it are sent."""
    queue(world, count=2)
    world.sql(f"update {OUTBOX} set body = '{{\"future\": 1}}' where queued_at = (select min(queued_at) from {OUTBOX})")
    done, _ = send(world)
    assert (done.sent, done.waiting, len(web.taken)) == (1, 1, 1)
    assert done.problems == ("hook: a message cannot be read, perhaps another version made it (KeyError)",)


def test_a_defect_of_one_channel_hides_no_other(world: World, web: WebServer) -> None:
    """Whatever a sender breaks on, its message waits and the other channel gets its own."""
    queue(world, channel="broken")
    queue(world)

    class Broken:
        def send(self, message: Message, timeout: float) -> str:
            raise ZeroDivisionError("by zero")

        def abandon(self) -> None:
            pass

    both = read_settings({"channels": {name: {"kind": "webhook", "address": "ORDER_LIST_HOOK"} for name in
                                       ("broken", "hook")}})  # fmt: skip

    def opened(name: str, channel: Channel) -> Sender:
        return Broken() if name == "broken" else open_channel(name, channel)

    done = deliver(queued(world), both, Book(world.warehouse), world.clock, opened=opened, sleep=lambda _: None)
    assert (done.sent, done.waiting, done.problems) == (1, 1, ("broken: ZeroDivisionError: by zero",))
    assert send(world, both)[0] == Delivery(1, 0), "it is not lost"


def test_two_processes_that_look_at_once_send_a_message_once(world: World, web: WebServer) -> None:
    """A run's end and a `monitor check` of cron: the second finds it taken; one that was killed is taken over."""
    queue(world)
    both = queued(world)
    book = Book(world.warehouse)
    assert book.claim(both[0].message_id, world.now), "the first one, which is still sending"
    assert deliver(both, SETTINGS, book, world.clock) == Delivery()
    assert len(web.taken) == 0
    assert [one.message_id for one in queued(world)] == [both[0].message_id], "it is still seen as not delivered"
    world.later(minutes=4)  # the first one was killed
    assert send(world)[0] == Delivery(1, 0)
    assert deliver(both, SETTINGS, book, world.clock) == Delivery(), "read before it was sent"
    assert len(web.taken) == 1


def test_a_mail_that_reached_some_is_said_and_not_sent_again(world: World) -> None:
    """Those who have it would get it twice; who did not is named in the run's warnings."""
    queue(world)

    class Partly:
        def send(self, message: Message, timeout: float) -> str:
            raise PartlyTakenError("taken, but not for b@example.com: 550 no such user.")

        def abandon(self) -> None:
            pass

    book = Book(world.warehouse)
    done = deliver(queued(world), SETTINGS, book, world.clock, opened=lambda *_: Partly(), sleep=lambda _: None)
    assert done == Delivery(1, 0, ("hook: taken, but not for b@example.com: 550 no such user.",))
    assert queued(world) == []


def test_what_nobody_took_for_a_week_is_given_up_aloud(world: World, web: WebServer) -> None:
    """It is not sent any more, stays in the table, and is said."""
    queue(world)
    world.later(days=8)
    done, _ = send(world)
    assert (done.sent, done.waiting, len(web.taken)) == (0, 0, 0)
    assert done.problems == ("hook: 1 given up: not taken for too long (never tried)",)
    assert world.rows(f"select state from {OUTBOX}") == [("expired",)]


def test_a_channel_that_cannot_be_opened_keeps_its_messages(world: World, web: WebServer) -> None:
    """Its variable is not set in this shell: said, and nothing is lost."""
    queue(world)
    done, _ = send(world, Settings())
    assert (done.waiting, done.problems) == (1, ("hook: it is not in monitoring.yml",))
    other = read_settings({"channels": {"hook": {"kind": "slack", "address": "NOT_SET"}}})
    assert send(world, other)[0].problems == ("hook: channel hook: NOT_SET is not set.",)
    assert send(world)[0] == Delivery(1, 0)


def test_no_channel_takes_longer_than_a_minute_of_a_run(world: World) -> None:
    """A server that asks to wait is not waited for beyond that."""
    queue(world)
    clock = [0.0]

    class Slow:
        def send(self, message: Message, timeout: float) -> str:
            clock[0] += 59
            raise UnreachableError("busy", wait=20)

        def abandon(self) -> None:
            pass

    def opened(_name: str, _channel: Channel) -> Sender:
        return Slow()

    slept: list[float] = []
    done = deliver(queued(world), SETTINGS, Book(world.warehouse), world.clock, opened=opened, sleep=slept.append,
                   clock=lambda: clock[0])  # fmt: skip
    assert (done.waiting, slept) == (1, [])


def test_monitor_test_keeps_what_came_back(world: World, web: WebServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Delivered or not, with the answer; a trial is no alert, and is not sent again."""
    world.settings("channels: {hook: {kind: webhook, address: ORDER_LIST_HOOK}, gone: {kind: slack, address: NOT_SET}}")
    web.answers = [(202, "accepted")]
    tried = try_channels(world.warehouse, now=world.clock)
    assert [(one.channel, one.delivered, one.answer) for one in tried] == [
        ("hook", True, "202 accepted"),
        ("gone", False, "channel gone: NOT_SET is not set. Set NOT_SET and run `monitor test`."),
    ]
    assert world.rows(f"select channel, state, sent_at, is_test from {OUTBOX} order by channel desc") == [
        ("hook", "sent", naive(world.now), 1), ("gone", "refused", None, 1),
    ]  # fmt: skip
    assert queued(world) == []


def test_held_messages_survive_a_week_of_runs(world: World, web: WebServer) -> None:
    """Every run tries again, and the count of attempts tells."""
    queue(world)
    for _ in range(3):
        web.answers = [(500, "down")] * 3
        send(world)
        world.later(days=1)
    (one,) = queued(world)
    assert (one.attempts, one.state) == (9, "waiting")
    assert one.queued_at < world.now - dt.timedelta(days=2)
