"""Rejects one by one: whose they are, and which are new."""

from __future__ import annotations

from dataclasses import replace

import pytest

from console import ConfigurationError
from pipeline.records import RejectedRow
from pipeline.rejects import marked, read_rejects
from tests.pipeline.mornings.calm import set_up
from warehouse import Warehouse

TBC = RejectedRow("A.xlsx", "MASTER", 5, "AJE", "value", "ORDER DATE", "TBC", "not_a_date", "TBC is no date.")


def at(*rows: int) -> list[RejectedRow]:
    return [replace(TBC, row=row) for row in rows]


@pytest.mark.parametrize(
    ("before", "now", "new"),
    [
        ((5, 9), (5, 9), ()),
        ((5, 9), (6, 10), ()),
        ((5, 9), (5, 7, 9), (7,)),
        ((5, 9), (6, 10, 12), (12,)),
        ((), (5,), (5,)),
        ((5, 9), (9,), ()),
    ],
)
def test_a_reject_is_new_by_what_it_is(before: tuple[int, ...], now: tuple[int, ...], new: tuple[int, ...]) -> None:
    """So many of one kind as before are old wherever they stand; one more is new, and stands first."""
    rows = marked(at(*now), at(*before))
    assert tuple(row.row for row in rows if row.is_new) == new
    assert all(row.is_new for row in rows[: len(new)])


def test_what_is_new_is_not_known_without_a_run_before() -> None:
    """Unknown is neither new nor old."""
    assert [row.is_new for row in marked(at(5), None)] == [None]


def test_a_customer_has_its_own_and_its_workbook_s(warehouse: Warehouse) -> None:
    """Also rows whose customer is not known, and those of a workbook that has no order; any spelling of its case."""
    assert read_rejects(warehouse) is None
    with warehouse.session() as session:
        set_up(session)
        session.execute("create table \"xNEW_BRAND_ORDER_LIST_RAW\" as select 'NEW.xlsx' as _source_file")
        session.execute(
            "insert into order_list_rejects values "
            "('NEW.xlsx', 'S', 2, null, 'row', null, null, 'unknown_customer', 'Unknown customer name \"NEWW\".'), "
            "('AJE ORDER LIST (M3).xlsx', 'S', 3, 'RHONE', 'value', 'ETA', 'TBC', 'not_a_date', 'TBC is no date.')"
        )
    assert len(read_rejects(warehouse) or ()) == 5
    found = {
        name: [(row.file.split()[0], row.row) for row in read_rejects(warehouse, (name,)) or ()]
        for name in ("aje", "RHONE", "New Brand")
    }
    assert found == {"aje": [("AJE", 7)], "RHONE": [("AJE", 3), ("RHONE", 10)], "New Brand": [("NEW.xlsx", 2)]}
    with pytest.raises(ConfigurationError, match=r"no customer 'GREYSN'. Did you mean GREYSON\?"):
        read_rejects(warehouse, ("GREYSN",))
