"""An order's life over dbt's own relations: sheets, rejects, sync views and the ledger."""

from __future__ import annotations

from monday_sync.commands.why import why
from monday_sync.row_texts import why_text
from tests.transform.test_board_follows import Office, office

__all__ = ["office"]


def test_a_life_is_told_over_what_dbt_builds(office: Office) -> None:
    """Rows of sheets by number and key, row rejects and value rejects with their text, before and after a push."""
    before = why(office.context, "G-3")
    (order,) = before.orders
    assert [(row.file, row.sheet, row.row, row.is_order) for row in order.sheet_rows] == [
        ("GREYSON_ORDER_LIST.xlsx", "MASTER", 4, True)
    ]
    texts = {reject.column: reject.text for reject in order.sheet_rows[0].rejects}
    assert texts.items() >= {"CUSTOMER PRICE": "TBC", "DISCOUNT": "-", "EX FACTORY DATE": "03/04/2026"}.items()
    assert order.rows[0].stands == ("due: new", "not sent: discount: '-' is no number")
    office.push()
    told = why_text(why(office.context, "G-1"))
    assert "from GREYSON_ORDER_LIST.xlsx, sheet MASTER, row 2" in told
    assert "rejected: GREYSON_ORDER_LIST.xlsx, sheet MASTER, row 5\n" in told
    assert told.count(": SYNCED") == 3
    assert "the board shows it: confirmed on" in told
    only_rejected = why(office.context, "G-4")
    assert (only_rejected.orders, len(only_rejected.rejected_rows)) == ((), 1)
    assert "ACME" in why_text(only_rejected)
