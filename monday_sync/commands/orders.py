"""Finds orders by their number: in the source, and in what the board was told about those that left it."""

from __future__ import annotations

import difflib
from collections.abc import Collection

from monday_sync.domain.rows import Level
from monday_sync.engine.source import ORDERS
from monday_sync.errors import RefusedError
from monday_sync.ledger import Ledger

ORDER_NUMBER = "aag_order_number"
_NEAR = 5


def keys_of(ledger: Ledger, number: str) -> list[str]:
    """Keys of the orders with a number, those that left the source last."""
    keys: dict[str, None] = {}
    with ledger.session() as session:
        if ORDERS in session.relations():
            quoted = ledger.warehouse.quote(ORDER_NUMBER)
            sql = f"select order_key from {ledger.warehouse.relation(ORDERS)} where {quoted} = ? order by order_key"  # noqa: S608
            keys |= {str(row[0]): None for row in session.rows(sql, [number])}
    keys |= {k: None for k, row in ledger.rows(Level.ITEM).items() if row.confirmed.get(ORDER_NUMBER) == number}
    return list(keys)


def unknown_order(ledger: Ledger, number: str, others: Collection[str] = ()) -> RefusedError:
    """That there is no such order, with the numbers that look most like it.

    Args:
        others: more numbers that somebody may have meant.
    """
    known = set(others)
    known |= {str(n) for row in ledger.rows(Level.ITEM).values() if (n := row.confirmed.get(ORDER_NUMBER)) is not None}
    with ledger.session() as session:
        if ORDERS in session.relations():
            quoted = ledger.warehouse.quote(ORDER_NUMBER)
            sql = f"select distinct {quoted} from {ledger.warehouse.relation(ORDERS)} where {quoted} is not null"  # noqa: S608
            known |= {str(row[0]) for row in session.rows(sql)}
    near = _near(number, known)
    hint = f"Near it: {', '.join(sorted(near))}." if near else "Give the AAG ORDER NUMBER as the board has it."
    return RefusedError(f"There is no order {number!r}.", hint=hint)


def _near(number: str, known: set[str]) -> list[str]:
    """Numbers that contain it or are contained in it, then those that differ in few characters."""
    folded = {k: k.casefold() for k in sorted(known)}
    wanted = number.casefold()
    found = [k for k, text in folded.items() if wanted and (wanted in text or text in wanted)]
    by_text = {text: k for k, text in folded.items()}
    # the very like ones; where there are none, those that are a little
    like = next((m for cutoff in (0.75, 0.5) if (m := difflib.get_close_matches(wanted, by_text, _NEAR, cutoff))), [])
    found += [by_text[text] for text in like]
    return list(dict.fromkeys(found))[:_NEAR]
