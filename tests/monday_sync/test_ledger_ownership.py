"""A ledger's table that is somebody else's is left alone."""

from __future__ import annotations

import pytest

from monday_sync.ledger.schema import ATTEMPTS, CUSTOMERS
from tests.monday_sync.conftest import Desk, orders
from warehouse import ForeignRelationError


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
