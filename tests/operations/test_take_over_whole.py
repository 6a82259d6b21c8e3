"""The take-over with the real programs: dbt says what is not ours, the pipeline builds, a push has nothing to do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import monday_sync
from board_emulator.testing import EmulatorHandle, running_emulator
from operations.backup import BackupPolicy, shelves
from operations.cutover import take_over
from operations.cutover.context import Context
from pipeline.ownership import foreign_relations
from tests.operations.ready import Ready
from warehouse import Session

pytestmark = pytest.mark.slow

ROWS = 2_000
_KEY = """customer_name as "CUSTOMER NAME", aag_order_number as "AAG ORDER NUMBER",
    planned_delivery_method as "PLANNED DELIVERY METHOD", customer_style as "CUSTOMER STYLE" """
_TABLES = {
    "FACT_ORDER_LIST": f'select {_KEY}, monday_item_id, sync_state from "FACT_ORDER_LIST"',
    "swp_ORDER_LIST_SYNC": f'select {_KEY}, cast(monday_item_id as double) as monday_item_id from "FACT_ORDER_LIST"',
    "ORDER_LIST": f'select {_KEY}, total_qty from "ORDER_LIST"',
    "ORDER_LIST_DELTA": f'select {_KEY}, monday_item_id from "FACT_ORDER_LIST"',
    "ORDER_LIST_LINES": 'select o.monday_item_id, l.size_code, l.monday_subitem_id, l.sync_state '
    'from "ORDER_LIST_LINES" l join "FACT_ORDER_LIST" o using (order_key)',
    "ORDER_LIST_LINES_DELTA": 'select monday_item_id, size_code, monday_subitem_id from "ORDER_LIST_LINES" '
    'join "FACT_ORDER_LIST" using (order_key) where 1 = 0',
}  # fmt: skip


def _make_legacy(session: Session) -> None:
    """Tables of others from what stands there, each filled up to 2,000 rows; then nothing of ours is left."""
    for name, query in _TABLES.items():
        session.execute(f'create table "legacy_{name}" as {query}')
        (count,) = session.rows(f'select count(*) from "legacy_{name}"')[0]
        columns = [c for c in session.columns(f"legacy_{name}") if c in {"AAG ORDER NUMBER", "size_code"}]
        session.execute(
            f'insert into "legacy_{name}" ("{columns[0]}") select \'gone \' || range from range({ROWS - count})'
        )
    for name in list(session.relations()):
        if not name.startswith("legacy_"):
            kind = "view" if session.shapes([name])[name.lower()] is None else "table"
            session.execute(f'drop {kind} "{name}"')
    for name in _TABLES:
        session.execute(f'alter table "legacy_{name}" rename to "{name}"')
    session.execute('create unique index by_line on "ORDER_LIST_LINES" (monday_subitem_id)')


@pytest.fixture
def board(monkeypatch: pytest.MonkeyPatch) -> Iterator[EmulatorHandle]:
    """A board of the test's own, as target prod names it."""
    with running_emulator() as handle:
        monkeypatch.setenv("MONDAY_API_URL", handle.url)
        monkeypatch.setenv("MONDAY_API_TOKEN", handle.token)
        yield handle


def test_a_legacy_schema_of_six_tables_is_taken_over(ready: Ready, board: EmulatorHandle) -> None:
    """Every order and line is linked to its item, six tables of 2,000 rows are whole, and a push has nothing to do."""
    warehouse = ready.warehouse
    monday_sync.push("prod", project_dir=ready.folder)
    with warehouse.session() as session:
        count = 'select count(*) from "{}"'
        orders, lines = (session.rows(count.format(name))[0][0] for name in ("FACT_ORDER_LIST", "ORDER_LIST_LINES"))
        _make_legacy(session)
        sums = {name: session.checksum(name) for name in _TABLES}
    names = ["FACT_ORDER_LIST", "ORDER_LIST", "ORDER_LIST_LINES", "swp_ORDER_LIST_SYNC"]
    assert foreign_relations(warehouse) == names
    policy = BackupPolicy(places=("one", "two", "three"))
    context = Context(warehouse, policy, shelves(policy, ready.folder))
    result = take_over.take_over(context, yes=4, source=str(ready.folder / "workbooks"))
    assert (result.items, result.subitems, result.left) == (orders, lines, ())
    assert (result.compared, result.differing) == (orders + lines, 0)
    assert take_over.pending(context) == []
    made = monday_sync.plan("prod", project_dir=ready.folder)
    assert isinstance(made, monday_sync.Plan)
    assert made.touched == 0
    with warehouse.session() as session:
        for name, checksum in sums.items():
            assert session.checksum(f"{name}__before" if name in names else name) == checksum
    assert take_over.undo(context, yes=4).changed == ()
    assert foreign_relations(warehouse) == names
