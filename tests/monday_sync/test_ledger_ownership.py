"""A ledger's table that is somebody else's is left alone."""

from __future__ import annotations

import pytest

from monday_sync.ledger.schema import ATTEMPTS, CUSTOMERS
from tests.monday_sync.conftest import Desk, orders
from warehouse import ChangedTableError, ForeignRelationError


@pytest.mark.parametrize("name", [ATTEMPTS.name, CUSTOMERS.name])
def test_a_push_refuses_to_write_into_a_table_it_did_not_make(desk: Desk, name: str) -> None:
    """Status 2 and the table's name; neither the board nor the table is touched."""
    desk.have(orders("A-1"))
    with desk.context.warehouse.session() as session:
        session.drop_table(name)
        session.execute(f"create table {name} as select range as id, 'x' as customer_name from range(3)")
    with pytest.raises(ForeignRelationError, match=f"{name} was not made by this project"):
        desk.push()
    with desk.context.warehouse.session() as session:
        assert session.rows(f"select count(*) from {name}") == [(3,)]
    assert not desk.board.active()


def test_a_ledger_without_what_it_always_had_is_not_written(desk: Desk) -> None:
    """Links that somebody dropped must not pass for orders that are not on the board: one sentence, status 2."""
    desk.have(orders("A-1"))
    desk.push()
    with desk.context.warehouse.session() as session:
        session.execute("alter table monday_sync_items drop column monday_item_id")
    with pytest.raises(ChangedTableError, match="monday_sync_items lacks monday_item_id: another version"):
        fresh(desk).push()
    assert len(desk.board.active()) == 1


def fresh(desk: Desk) -> Desk:
    """A desk whose ledger looks at its tables again, as a new process does."""
    desk.context.ledger._ready = False
    return desk
