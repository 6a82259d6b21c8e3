"""What is newest is decided by the number of the load and by content, never by a clock."""

from __future__ import annotations

import datetime as dt
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from loader import LandResult, memory, tables
from loader.sources.folder import Folder
from loader.tables import FILE_HEADERS, FILE_LOG
from tests.loader.books import NAME, TABLE, book, order, save
from warehouse import Warehouse

pytestmark = pytest.mark.usefixtures("read_here")

Land = Callable[..., LandResult]
LAND = sys.modules["loader.land"]


def rows_of(warehouse: Warehouse) -> list[object]:
    with warehouse.session() as session:
        return [row[0] for row in session.rows(f"select * from {warehouse.relation(TABLE)} order by _source_row")]


def lines(warehouse: Warehouse) -> list[tuple[object, ...]]:
    with warehouse.session() as session:
        return session.rows(
            f"select file, status, load_seq from {warehouse.relation(FILE_LOG)} order by load_seq, file"
        )


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Sets the loader's clock so many days off."""

    def set_off(days: int) -> None:
        class Clock(dt.datetime):
            @classmethod
            def now(cls, tz: dt.tzinfo | None = None) -> Any:
                return dt.datetime.now(tz) + dt.timedelta(days=days)

        class Module:
            datetime, UTC = Clock, dt.UTC

        monkeypatch.setattr(LAND, "dt", Module)

    return set_off


def test_a_clock_set_back_does_not_hide_a_restored_file(
    source: Path, land: Land, warehouse: Warehouse, clock: Callable[[int], None]
) -> None:
    """New, then with the clock two days back the old one restored, then the new one again: each lands."""
    (source / "aside").mkdir()
    path = save(source, [order("NEW")])
    land()
    path.rename(source / "aside" / NAME)
    clock(-2)
    save(source, [order("OLD")])
    assert land().landed == 1
    assert rows_of(warehouse) == ["OLD"]
    assert land().unchanged == 1
    path.unlink()
    (source / "aside" / NAME).rename(path)
    clock(0)
    assert land().landed == 1
    assert rows_of(warehouse) == ["NEW"]
    assert [line[2] for line in lines(warehouse)] == [1, 2, 3, 4]


def test_other_content_of_the_same_size_and_time_lands(source: Path, land: Land, warehouse: Warehouse) -> None:
    """Unpacking and copying give back old times: size and time of the content alone are no proof."""
    path = save(source, [order("A1")])
    land()
    before = path.stat()
    first = path.read_bytes()
    path.write_bytes(book([order("B2")])[: len(first)].ljust(len(first), b"\0"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    assert land().unchanged == 0
    path.write_bytes(first)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert land().rejected == 0
    assert rows_of(warehouse) == ["A1"]


def test_a_name_that_comes_back_lands_although_it_is_the_same_file(
    source: Path, land: Land, warehouse: Warehouse
) -> None:
    """What counts is what the table holds: another workbook had it meanwhile."""
    other = "GREYSON-ORDER-LIST.xlsx"
    save(source, [order("A1")])
    land()
    (source / "aside").mkdir()
    (source / NAME).rename(source / "aside" / NAME)
    save(source, [order("B1")], name=other)
    assert land().landed == 1
    (source / other).unlink()
    (source / "aside" / NAME).rename(source / NAME)
    assert land().landed == 1
    assert rows_of(warehouse) == ["A1"]


def test_bytes_that_were_landed_and_then_rejected_are_still_in_the_table(
    source: Path, land: Land, warehouse: Warehouse
) -> None:
    """A damaged copy between two good ones costs no second landing of what the table holds."""
    path = save(source, [order("A1")])
    good = path.read_bytes()
    land()
    path.write_bytes(good[:300])
    assert land().rejected == 1
    path.write_bytes(good)
    assert land().unchanged == 1
    assert rows_of(warehouse) == ["A1"]


def test_a_log_of_an_older_version_gets_its_numbers(source: Path, land: Land, warehouse: Warehouse) -> None:
    """Its lines are numbered in the order of their time, the next load comes after them, and nothing lands twice."""
    path = save(source, [order("A1")])
    land()
    land()
    land(full=True)
    with warehouse.session() as session:
        log = warehouse.relation(FILE_LOG)
        numbered = session.rows(f"select load_id, load_seq from {log} order by load_seq")
        session.execute(f"alter table {log} drop column load_seq")
        session.execute(f"alter table {log} drop column source; drop table order_list_versions")
    os.utime(path, (1, 1))
    assert land().unchanged == 1
    with warehouse.session() as session:
        again = session.rows(f"select load_id, load_seq from {log} order by load_seq")
    assert again[:3] == numbered
    assert [number for _, number in again] == [1, 2, 3, 4]


def test_lines_that_an_older_version_adds_are_numbered_after_the_others(
    source: Path, land: Land, warehouse: Warehouse
) -> None:
    """Who goes back to the version before and forward again loses no order."""
    save(source, [order("A1")])
    land()
    with warehouse.session() as session:
        log = warehouse.relation(FILE_LOG)
        session.execute(
            f"insert into {log} (load_id, run_id, file, status, logged_at) values "
            "('y', 'y', 'Y.xlsx', 'rejected', timestamp '2020-01-02'), "
            "('x', 'x', 'Y.xlsx', 'rejected', timestamp '2020-01-01')"
        )
        known = memory.recall(session, warehouse, tables.prepare(session))
    assert known.sequence == 4
    assert lines(warehouse) == [(NAME, "landed", 1), ("Y.xlsx", "rejected", 2), ("Y.xlsx", "rejected", 3)]
    assert known.files["Y.xlsx"].at == dt.datetime(2020, 1, 2)  # noqa: DTZ001 - tables hold UTC without zone


def test_a_table_without_its_headers_is_landed_anew(source: Path, land: Land, warehouse: Warehouse) -> None:
    """What a table holds is known from its headers; without them nothing is taken for unchanged."""
    save(source, [order("A1")])
    land()
    with warehouse.session() as session:
        session.execute(f"delete from {warehouse.relation(FILE_HEADERS)}")
    assert land().landed == 1


def test_the_same_etag_of_another_source_is_read(
    source: Path, tmp_path: Path, land: Land, monkeypatch: pytest.MonkeyPatch, warehouse: Warehouse
) -> None:
    """An etag means something within its source only."""
    save(source, [order("A1")])
    etag = Folder(source).entries()[0].etag
    land()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / NAME).write_bytes(book([order("B1")]))
    real = Folder.entries
    monkeypatch.setattr(Folder, "entries", lambda folder: [LAND.replace(entry, etag=etag) for entry in real(folder)])
    monkeypatch.setattr(Folder, "read", lambda _, entry: Path(entry.path).read_bytes())
    assert LAND.land(warehouse, str(elsewhere)).landed == 1
    assert rows_of(warehouse) == ["B1"]
