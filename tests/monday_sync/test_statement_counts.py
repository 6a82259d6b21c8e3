"""How many statements a command sends: as many for fifty orders as for five."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from monday_sync.commands.plan import plan_in
from monday_sync.commands.status import status
from monday_sync.commands.verify import verify
from monday_sync.commands.why import why
from monday_sync.domain.selection import PushOptions
from tests.monday_sync.conftest import Desk, orders
from tests.monday_sync.test_why import have_sheets
from warehouse import recording

FEW, MANY = 5, 50
#: Each request to the board has its intents before it and its answers after it; those are written by sets.
_PER_REQUEST = ("monday_sync_attempts", "monday_sync_items", "monday_sync_subitems")
COMMANDS: dict[str, Callable[[Desk], object]] = {
    "plan": lambda desk: plan_in(desk.context, PushOptions()),
    "status": lambda desk: status(desk.context.target),
    "verify": lambda desk: verify(desk.context),
    "why": lambda desk: why(desk.context, "3"),
}


@pytest.mark.slow
def test_no_command_sends_statements_by_rows(desk_of: Callable[[str], Desk]) -> None:
    """Plan, status, verify and why send the same statements for ten times the orders, pushed or not."""
    desk = desk_of("local")
    have_sheets(desk, orders(*map(str, range(MANY))))

    def counts() -> dict[str, int]:
        found = {}
        for name, command in COMMANDS.items():
            with recording() as sent:
                command(desk)
            found[name] = sent.count
        return found

    desk.have(orders(*map(str, range(FEW))))
    counts()  # the first call of all makes the ledger's tables
    due = counts()
    desk.push()
    synced = counts()
    desk.have(orders(*map(str, range(MANY))))
    assert counts() == due
    desk.push()
    assert counts() == synced
    assert min(*due.values(), *synced.values()) > 1


def test_a_push_writes_by_requests_and_reads_once(desk_of: Callable[[str], Desk]) -> None:
    """Ten times the orders: nothing is read or written more often but intents and answers, twice for each request."""
    desk = desk_of("local")
    desk.have(orders(*map(str, range(100, 105))))
    desk.push()

    def batches() -> int:
        ((found,),) = desk.state("select count(distinct batch_id) from monday_sync_attempts")
        return int(str(found))

    def pushed(number: int) -> tuple[int, int, int]:
        desk.have(orders(*map(str, range(100, 100 + number))))
        before = batches()
        with recording() as sent:
            desk.push()
        written = sum(
            tally.count
            for tally in sent.tallies()
            if tally.statement.startswith("insert") and any(name in tally.statement for name in _PER_REQUEST)
        )
        return sent.count - written, written, batches() - before

    rest_of_few, _, _ = pushed(5 + FEW)
    rest_of_many, written, requests = pushed(5 + FEW + MANY)
    assert rest_of_many == rest_of_few
    assert written <= 4 * requests
    assert requests < MANY
