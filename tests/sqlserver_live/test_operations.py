"""Backups, retirements and constraints on a live server: there and back, with nothing lost."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from operations import constraints
from operations.backup import BackupPolicy, bring_back, check, shelves, take
from operations.retirement import Context, State, apply_next, rehearse, undo_last
from operations.tables import measured
from pipeline.history import RUNS, STAGES
from warehouse import StatementFailedError, Target, Warehouse, open_warehouse

POLICY = BackupPolicy(places=("one", "two", "three"))
_RETIRED = "tables: {OLD_DELTA: {owner: planning, why: replaced, watch: 72h, approved_by: Jane Doe}}"
_RULES = """
tables:
  parts:
    part_state: {values: {state: [A, B]}}
    part_hash: {length: {hash: 4}}
    part_qty: {not_negative: [qty]}
    part_once: {unique: [board, item]}
    part_item: {requires: {when: {state: A}, filled: [item]}}
"""
_AWKWARD = (
    """create table {old} (a int identity(5,2) not null, b nvarchar(40) constraint df_b default (N'x'), q int,
    m money, d7 datetime2(7), d datetime, dto datetimeoffset(7), bx varbinary(20), f float, t nvarchar(max),
    [Größe ∆] nvarchar(10) null,
    constraint pk_old primary key (a), constraint ck_q check (q >= 0), constraint uq_old unique (b, q))""",
    "create index ix_b on {old} (b) include (q)",
    """insert into {old} (b, q, m, d7, d, dto, bx, f, t) values
    (N'ü😀', 1, 12.3456, '2020-01-01 10:11:12.1234567', '2020-01-01T10:11:12.337', '2020-01-01 10:11:12 +02:00', 0x00AA,
     0.1, replicate(N'ab', 5000)),
    (null, 2, null, null, null, null, null, null, null), (N'', 3, 0, null, null, null, 0x, 1e300, N'')""",
    "create table {runs} (run_id varchar(40), started_at datetime2(6), ended_at datetime2(6), status varchar(20), "
    "sentence nvarchar(200))",
    "create table {stages} (run_id varchar(40), sentence nvarchar(200), figures nvarchar(max))",
    "create table {items} (order_key char(4) not null primary key, monday_item_id varchar(20))",
    "insert into {items} values ('k001', '1'), ('k002', null)",
)


@pytest.fixture
def desk(admin: Target, tmp_path: Path) -> Iterator[Warehouse]:
    """A schema of its own with an old table, a ledger and runs; the files of the operations beside it."""
    (tmp_path / "operations").mkdir()
    (tmp_path / "operations/retire.yml").write_text(_RETIRED, "utf-8")
    (tmp_path / "operations/constraints.yml").write_text(_RULES, "utf-8")
    with open_warehouse(replace(admin, project_dir=tmp_path)).scratch() as warehouse:
        names = {"old": "OLD_DELTA", "runs": RUNS, "stages": STAGES, "items": "monday_sync_items"}
        relations = {word: warehouse.relation(name) for word, name in names.items()}
        with warehouse.session() as session:
            for statement in _AWKWARD:
                session.execute(statement.format(**relations))
        yield warehouse


def look(warehouse: Warehouse, table: str = "OLD_DELTA") -> Any:
    """A table as the server knows it: a sum of each column's values, and all that belongs to it."""
    with warehouse.session() as session:
        structure = session.catalog().structure(table)
        # Babelfish gives a default a name of its own each time, whatever it is called
        details = re.sub(r"\bDF_OLD_DELTA_\d+\b", "df_b", repr(structure))
        return measured(session, table), details


def test_a_backup_comes_back_as_it_was(desk: Warehouse) -> None:
    """Restored on trial, and for real after rows were changed and lost; nothing is overwritten without its number."""
    before = look(desk, "monday_sync_items")
    taken = take(desk, POLICY)
    checked = check(desk, POLICY)
    assert (taken.whole, checked.complete, checked.faults) == (True, True, ())
    with desk.session() as session:
        session.execute(f"update {desk.relation('monday_sync_items')} set monday_item_id = '9'")
    assert look(desk, "monday_sync_items") != before
    result = bring_back(desk, POLICY, taken.archive, only=("monday_sync_items",), yes=2)
    assert (result.restored, result.faults) == (("monday_sync_items",), ())
    assert look(desk, "monday_sync_items") == before


def test_a_table_goes_and_comes_back(desk: Warehouse) -> None:
    """All steps to the drop, with a message for whoever still reads; then all steps back, exactly."""
    before, passed = look(desk), dt.timedelta(0)
    take(desk, POLICY)
    check(desk, POLICY)

    def context() -> Context:
        folder = desk.target.project_dir
        return Context(desk, POLICY, shelves(POLICY, folder), now=lambda: dt.datetime.now(dt.UTC) + passed)

    for state in list(State)[1:]:
        if state is State.WATCHED:
            with (
                desk.session() as session,
                pytest.raises(StatementFailedError, match=r"OLD_DELTA was retired|retired"),
            ):
                session.rows(f"select * from {desk.relation('OLD_DELTA')}")
            passed = dt.timedelta(hours=73)
            at = (dt.datetime.now(dt.UTC) + passed).replace(tzinfo=None)
            with desk.session() as session:
                session.execute(f"insert into {desk.relation(RUNS)} values ('a', ?, ?, 'ok', 'fine')", [at, at])
        assert rehearse(context())
        done, refused = apply_next(context(), "OLD_DELTA", yes=3)
        assert (refused, [step.after for step in done]) == ([], [state])
    with desk.session() as session:
        assert not [name for name in session.relations() if name.startswith("OLD")]
    undo_last(context(), "OLD_DELTA", to=State.DECLARED)
    assert look(desk) == before


def test_constraints_are_added_for_new_rows_then_hold_the_old_to_them(desk: Warehouse) -> None:
    """A broken row stops its own rule only; once mended, the rule is trusted, and refuses what breaks it."""
    parts = desk.relation("parts")
    with desk.session() as session:
        session.execute(
            f"create table {parts} (state varchar(10), hash varchar(10), qty int, board varchar(10), item varchar(10))"
        )
        session.execute(f"insert into {parts} values ('A', 'abcd', 1, 'b', '1'), ('B', null, -1, 'b', null)")
    _, refused = constraints.apply_next(desk, stale=None)
    assert len(refused) == 1
    assert "part_qty" in refused[0]
    with desk.session() as session:
        session.execute(f"update {parts} set qty = 0 where qty < 0")
    for _ in range(3):
        _, refused = constraints.apply_next(desk, stale=None)
        assert not refused
    assert not [one for one in constraints.standings(desk) if one.next or one.broken]
    breaking = ("'C', null, null, null, null", "'B', 'abc', null, null, null", "'B', null, -2, null, null",
                "'B', null, null, 'b', '1'", "'A', null, null, 'c', null")  # fmt: skip
    for row in breaking:
        with desk.session() as session, pytest.raises(StatementFailedError):
            session.execute(f"insert into {parts} values ({row})")
