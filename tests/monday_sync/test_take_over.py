"""`take over`: ids that somebody else kept become links where the board agrees, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from bench.soak.relations import Order
from monday_sync.commands.take_over import TakenOver, take_over_in
from monday_sync.commands.undo import rollback
from monday_sync.commands.undo_take_over import Forgotten, undo_in
from monday_sync.domain.claims import Claim
from monday_sync.domain.rows import Level
from monday_sync.errors import RefusedError
from monday_sync.ledger import Ledger
from tests.killing import killed
from tests.monday_sync.conftest import Desk, orders
from tests.monday_sync.harbour import FALL, SPRING, Harbour
from warehouse import recording


def _there(desk: Desk, source: Sequence[Order]) -> list[Claim]:
    """Orders that the board has, and a ledger that knows nothing: the claims that would be true."""
    desk.have(source)
    desk.push()
    claims = claims_of(desk.context.ledger)
    desk.forget_ledger()
    return claims


def claims_of(ledger: Ledger) -> list[Claim]:
    return [
        Claim(level, row.key, row.order_key, row.monday_id or "", "OLD had it as SYNCED")
        for level in (Level.ITEM, Level.SUBITEM)
        for row in ledger.rows(level, whole=True).values()
    ]


def _take(desk: Desk, claims: Sequence[Claim]) -> TakenOver:
    desk.clock.pass_minutes(1)
    return take_over_in([desk.context], claims)


def _undo(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Forgotten:
    desk.clock.pass_minutes(1)
    monkeypatch.setattr("monday_sync.commands.undo_take_over.utc_now", desk.clock)
    return undo_in([desk.context.ledger])


def test_true_claims_become_links_that_a_push_confirms_without_a_request(desk: Desk) -> None:
    """All are linked, nothing counts as confirmed before the push has compared it, and then nothing is sent."""
    claims = _there(desk, orders("A1", "A2"))
    requests = len(desk.board.requests)
    result = _take(desk, claims)
    assert (result.items, result.subitems, result.left, result.already) == (2, 4, (), 0)
    assert (result.compared, result.differing, result.differences) == (6, 0, {})
    assert desk.state("select distinct sync_state from FACT_ORDER_LIST") == [("PENDING",)]
    told = desk.state("select distinct kind, outcome, sentence from monday_sync_attempts")
    assert told == [("take over", "NO_CALL", "OLD had it as SYNCED")]
    desk.push()
    assert len(desk.board.requests) == requests
    assert desk.state("select distinct sync_state from FACT_ORDER_LIST") == [("SYNCED",)]
    assert desk.state("select distinct sync_state from ORDER_LIST_LINES") == [("SYNCED",)]


def test_what_differs_is_counted_and_sent_by_the_next_push(desk: Desk) -> None:
    """Fields, the group among them, are compared; the push changes these alone and creates nothing."""
    claims = _there(desk, orders("A1", "A2"))
    desk.have([*orders("A1", values={"notes": "new"}, season="2026 FALL"), *orders("A2", sizes={"S": 11, "M": 20})])
    result = _take(desk, claims)
    assert dict(result.differences) == {"notes": 1, "group_name": 1, "customer_season": 1, "qty": 1, "total_qty": 1}
    assert result.differing == 3
    pushed = desk.push(yes=3)
    assert (pushed.items.created, pushed.subitems.created) == (0, 0)
    assert desk.shows("STYLE1 A1", "notes") == "new"
    assert desk.sizes("STYLE1 A2")["S"] == "11"


def _two_ids(claims: list[Claim]) -> list[Claim]:
    return [*claims, replace(claims[0], monday_id="999")]


def _two_rows(claims: list[Claim]) -> list[Claim]:
    return [claims[0], replace(claims[1], monday_id=claims[0].monday_id)]


def _unknown_key(claims: list[Claim]) -> list[Claim]:
    return [replace(claims[0], key="f" * 64)]


def _unknown_id(claims: list[Claim]) -> list[Claim]:
    return [replace(claims[0], monday_id="424242")]


def _no_id(claims: list[Claim]) -> list[Claim]:
    return [replace(claims[0], monday_id="12a")]


def _swapped(claims: list[Claim]) -> list[Claim]:
    return [replace(claims[0], monday_id=claims[1].monday_id)]


def _line_alone(claims: list[Claim]) -> list[Claim]:
    return [next(c for c in claims if c.level is Level.SUBITEM)]


def _swapped_sizes(claims: list[Claim]) -> list[Claim]:
    first, second = [c for c in claims if c.level is Level.SUBITEM and c.order_key == claims[0].key][:2]
    return [claims[0], replace(first, monday_id=second.monday_id)]


def _foreign_line(claims: list[Claim]) -> list[Claim]:
    mine = next(c for c in claims if c.level is Level.SUBITEM and c.order_key == claims[0].key)
    other = next(c for c in claims if c.level is Level.SUBITEM and c.order_key == claims[1].key)
    return [*claims[:2], replace(mine, monday_id=other.monday_id)]


@pytest.mark.parametrize(
    ("change", "reason", "linked"),
    [
        (_two_ids, "one row with several ids", 1),
        (_two_rows, "one id with several rows", 0),
        (_unknown_key, "no such row any more", 0),
        (_unknown_id, "not on the board", 0),
        (_no_id, "not an id", 0),
        (_swapped, "the item on the board has another key", 0),
        (_line_alone, "its order was not taken over", 0),
        (_swapped_sizes, "the subitem on the board has another size", 1),
        (_foreign_line, "not below the order's item", 2),
    ],
)
def test_a_claim_that_is_not_true_is_listed_and_not_followed(
    desk: Desk, change: Callable[[list[Claim]], list[Claim]], reason: str, linked: int
) -> None:
    """Each with its reason; the true ones beside it are linked, and the ledger is none the wiser otherwise."""
    claims = _there(desk, orders("A1", "A2"))
    result = _take(desk, change(claims))
    assert reason in result.reasons
    assert result.items == linked
    assert desk.state("select count(*) from monday_sync_items") == [(linked,)]
    assert all(one.message for one in result.left)


def test_what_is_archived_deleted_or_on_another_board_is_told_apart(desk: Desk) -> None:
    """The API is asked once where the missing ones are, and the message says so."""
    claims = _there(desk, orders("A1", "A2", "A3", "A4"))
    ids = {desk.board.named(f"STYLE1 A{n}").id: n for n in (1, 2, 3, 4)}
    one, two, three, _ = ids
    desk.board.archive(one)
    desk.board.archive(two, "deleted")
    desk.board.move_away(three, "77")
    result = _take(desk, claims)
    told = {left.monday_id: left.message for left in result.left if left.level == "item"}
    assert told[one] == f"the item {one} is archived"
    assert "nobody knows" in told[two]
    assert told[three] == f"the item {three} lies on board Board 77"
    assert (result.items, result.subitems) == (1, 2)
    assert desk.board.lookups == 1


def test_a_link_that_is_there_already_stays(desk: Desk) -> None:
    """The same again links nothing twice; a claim against a link of the ledger is listed."""
    claims = _there(desk, orders("A1", "A2"))
    _take(desk, claims)
    again = _take(desk, claims)
    assert (again.items, again.subitems, again.already, again.run_ids) == (0, 0, 6, ())
    assert again.compared == 6
    other = _take(desk, [replace(claims[0], monday_id=claims[1].monday_id)])
    assert dict(other.reasons) == {"linked otherwise already": 1}


def test_undo_forgets_the_links_and_nothing_else(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A row that the ledger had before is as it was; the board is not asked; another take-over works."""
    claims = _there(desk, orders("A1", "A2"))
    first = [c for c in claims if c.order_key == claims[0].key]
    _take(desk, claims)
    before = desk.state("select * from monday_sync_items order by 1")
    calls = desk.board.calls
    done = _undo(desk, monkeypatch)
    assert (done.items, done.subitems) == (2, 4)
    assert desk.board.calls == calls
    assert desk.state("select count(*) from monday_sync_items") == [(0,)]
    assert desk.state("select count(*) from monday_sync_subitems") == [(0,)]
    assert _undo(desk, monkeypatch).items == 0
    result = _take(desk, first)
    assert (result.items, result.subitems) == (1, 2)
    assert len(before) == 2


def test_undo_waits_until_pushes_since_were_rolled_back(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A push since then, of these rows or new ones, is named; once it is rolled back, the undo works."""
    claims = _there(desk, orders("A1"))
    _take(desk, claims)
    desk.have(orders("A1", "A2", values={"notes": "new"}))
    run = desk.push(yes=1).run_id
    with pytest.raises(RefusedError, match=rf"{run} \(\d rows\)") as raised:
        _undo(desk, monkeypatch)
    assert "monday-sync rollback" in (raised.value.hint or "")
    desk.clock.pass_minutes(1)
    rollback(desk.context, run)
    done = _undo(desk, monkeypatch)
    assert (done.items, done.subitems) == (1, 2)
    assert desk.state("select count(*) from monday_sync_items") == [(0,)]


def test_killed_before_any_statement_it_goes_on(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Taking over and undoing, killed before each statement and done again, end the same."""
    claims = _there(desk, orders("A1", "A2"))
    acts: tuple[Callable[[], TakenOver | Forgotten], ...] = (
        lambda: _take(desk, claims),
        lambda: _undo(desk, monkeypatch),
    )
    for undoing, act in enumerate(acts):
        for number in range(1, 200):
            died = killed(act, number)
            items, lines = (desk.state(f"select count(*) from monday_sync_{n}")[0][0] for n in ("items", "subitems"))
            assert (items, lines) in {(0, 0), (2, 4)}, number
            done = act()
            if isinstance(done, TakenOver):
                assert done.items + done.subitems + done.already == 6
            assert desk.state("select count(*) from monday_sync_items") == [(0 if undoing else 2,)]
            if not died:
                break
            _take(desk, claims) if undoing else _undo(desk, monkeypatch)
        else:
            pytest.fail("it has no end")


def test_neither_statements_nor_calls_grow_with_the_rows(desk: Desk) -> None:
    """Eighty orders cost as many statements and calls as eight."""
    seen = []
    for count in (8, 80):
        claims = _there(desk, orders(*(f"N{count}-{n}" for n in range(count))))
        calls, reads = desk.board.calls, desk.board.reads
        with recording() as recorder:
            _take(desk, claims)
        seen.append((sum(t.count for t in recorder.tallies()), desk.board.calls - calls, desk.board.reads - reads))
        desk.forget_ledger()
    assert seen[0] == seen[1]


def test_ids_are_looked_up_on_every_board_of_the_target(harbour: Harbour) -> None:
    """Each row is linked to the board that its item lies on; the next push creates and moves nothing."""
    harbour.have(
        [Order("GREYSON", "A1", season=SPRING, sizes={"S": 1}), Order("GREYSON", "A2", season=FALL, sizes={"S": 2})]
    )
    harbour.push()
    claims = claims_of(harbour.opened.contexts[0].ledger)
    boards = harbour.state("select order_key, board_id from monday_sync_items order by 1")
    with harbour.opened.contexts[0].ledger.session() as session:
        for name in ("items", "subitems", "attempts", "runs"):
            session.execute(f"delete from monday_sync_{name}")
    result = take_over_in(harbour.opened.contexts, claims)
    assert (result.items, result.subitems, result.left, len(result.run_ids)) == (2, 2, (), 2)
    assert harbour.state("select order_key, board_id from monday_sync_items order by 1") == boards
    pushed = harbour.push()
    assert (pushed.items.created, pushed.subitems.created, harbour.wrong()) == (0, 0, [])
    assert harbour.settled()
