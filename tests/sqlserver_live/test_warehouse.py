"""The warehouse on a live server: rows in bulk, upserts, swaps and readers."""

from __future__ import annotations

import datetime as dt
import decimal
import threading
import time
from collections.abc import Iterator

import pyarrow as pa
import pytest

from warehouse import Column, DoesNotFitError, Session, StatementFailedError, Target, open_warehouse

LONGEST_WAIT = 5.0
NAMES = ["it's", 'a "b"', "c]d", "100 %", "30/32", "0", "select", "Größe", "尺码", "two\nlines"]


@pytest.fixture
def session(target: Target) -> Iterator[Session]:
    with open_warehouse(target).session() as session:
        yield session


def test_any_name_and_any_text_lands_as_it_is(session: Session, target: Target) -> None:
    """Quotes, brackets, percent signs, line breaks, all of Unicode, rows over 8,060 bytes: what goes in comes out."""
    texts = ["", " ", "é", "😀" * 3, "中文", "a'b\"c]d%", "x" * 4000, "y" * 4001, "😀" * 16_000, "tab\tand\r\nbreak"]
    data = pa.table({name: [*texts, None] for name in NAMES})
    session.create_table("any text 'here'", [Column(name) for name in NAMES])
    assert session.insert("any text 'here'", data) == data.num_rows
    relation = open_warehouse(target).relation("any text 'here'")
    found = session.rows(f"select * from {relation}")
    assert sorted(map(repr, found)) == sorted(map(repr, zip(*data.to_pydict().values(), strict=True)))
    assert session.columns("any text 'here'") == NAMES


def test_a_few_rows_go_in_as_they_are(session: Session, target: Target) -> None:
    """More of them than one statement has room for, and NULLs of every type, in all rows and in some."""
    at = dt.datetime(2026, 11, 21, 1, 2, 3, 456789)  # noqa: DTZ001 - UTC without a zone
    columns = [Column("n", "integer"), Column("at", "timestamp"), Column("d", "decimal"), Column("t"), Column("no")]
    rows = [(n, at, 1.5, "尺码", None) if n % 2 else (n, None, None, None, None) for n in range(1000)]
    session.create_table("few", columns)
    session.insert_rows("few", [column.name for column in columns], rows)
    found = session.rows(f"select * from {open_warehouse(target).relation('few')} order by n")
    assert found == [(n, moment, d and decimal.Decimal("1.5"), t, no) for n, moment, d, t, no in rows]


def test_long_texts_are_upserted_and_found(session: Session, target: Target) -> None:
    """Texts over 4,000 characters go in, are overwritten and compared, whatever the collation (Msg 4189 as ntext)."""
    texts = {"a" * 64: "x" * 9_000, "b" * 64: "ä" * 5_000, "c" * 64: "😀" * 2_001, "d" * 64: ""}
    session.create_table("long texts", [Column("k", "key", nullable=False), Column("t")], key=["k"])
    for shown in (dict.fromkeys(texts, "before"), texts):
        session.upsert("long texts", pa.table({"k": list(shown), "t": list(shown.values())}), ["k"])
    relation = open_warehouse(target).relation("long texts")
    assert dict(session.rows(f"select k, t from {relation}")) == texts
    for key, text in texts.items():
        assert session.rows(f"select k from {relation} where t = ? and k = ?", [text, key]) == [(key,)]


def test_a_key_is_sought_and_not_scanned(session: Session, target: Target) -> None:
    """The plan of a query by key converts no column: its parameter is varchar as the key is."""
    session.create_table("keyed", [Column("k", "key", nullable=False)], key=["k"])
    relation = open_warehouse(target).relation("keyed")
    found = session.rows(
        "select DATA_TYPE, CHARACTER_MAXIMUM_LENGTH from INFORMATION_SCHEMA.COLUMNS where TABLE_NAME = ?", ["keyed"]
    )
    assert found == [("varchar", 64)]
    assert session.rows(f"select count(*) from {relation} where k = ?", ["a" * 64]) == [(0,)]


def test_the_row_budget_is_the_server_s(session: Session, is_babelfish: bool) -> None:
    """What we call too wide the server refuses, and what fits it takes: 300 and 320 cells of 40 characters."""
    for filled in (300, 320):
        columns = [Column(f"c{n}") for n in range(filled)]
        data = pa.table({column.name: ["x" * 40] for column in columns})
        session.create_table(f"wide {filled}", columns)
        try:
            session.check_fit(columns, [(pa.array([2], pa.int32()), data)])
        except DoesNotFitError:
            assert filled == 320
            if not is_babelfish:  # PostgreSQL has no such limit
                with pytest.raises(StatementFailedError):
                    session.insert(f"wide {filled}", data)
        else:
            session.insert(f"wide {filled}", data)
            assert filled == 300


@pytest.mark.parametrize(("one", "other"), [("2", "²"), ("a", "A"), ("e", "é"), ("M", "M😀"), ("XL", "\uff38\uff2c")])
def test_names_are_one_where_the_server_says_so(
    session: Session, target: Target, one: str, other: str, is_babelfish: bool
) -> None:
    """Where a table with both names cannot be made, we know it before; what we take, the server takes."""
    columns = [Column(one), Column(other)]
    try:
        session.check_fit(columns, [])
    except DoesNotFitError:
        return
    if not is_babelfish:
        session.create_table(f"named {one} {other}", columns)
        assert session.columns(f"named {one} {other}") == [one, other]


def test_an_upsert_overwrites_and_inserts(session: Session, target: Target) -> None:
    """Rows that are there are overwritten in the columns given, others inserted; every type survives."""
    at = dt.datetime(2026, 11, 21, 1, 2, 3, 456789)  # noqa: DTZ001 - UTC without a zone
    columns = [
        Column("k", "key"), Column("n", "integer"), Column("at", "timestamp"), Column("d", "decimal"),
        Column("b", "boolean"), Column("t", "text", 20),
    ]  # fmt: skip
    session.create_table("upserted", columns, key=["k"])
    first = {
        "k": ["a", "b"], "n": [1, None], "at": pa.array([at, None], pa.timestamp("us")),
        "d": [decimal.Decimal("1.500000"), None], "b": [True, None], "t": ["ä", "q'"],
    }  # fmt: skip
    session.upsert("upserted", pa.table(first), ["k"])
    session.upsert("upserted", pa.table({"k": ["b", "c"], "n": [2, 3]}), ["k"])
    relation = open_warehouse(target).relation("upserted")
    assert session.rows(f"select * from {relation} order by k") == [
        ("a", 1, at, decimal.Decimal("1.500000"), True, "ä"),
        ("b", 2, None, None, None, "q'"),
        ("c", 3, None, None, None, None),
    ]


def test_a_failed_transaction_leaves_nothing(session: Session, target: Target) -> None:
    """What a transaction did before it failed is undone."""
    session.create_table("undone", [Column("n", "integer")])
    with pytest.raises(StatementFailedError), session.transaction():
        session.insert("undone", pa.table({"n": [1, 2]}))
        session.execute("select no_such_column from no_such_table")
    relation = open_warehouse(target).relation("undone")
    assert session.rows(f"select count(*) from {relation}") == [(0,)]


def test_a_reader_never_sees_none_or_half_of_a_table_that_is_replaced(session: Session, target: Target) -> None:
    """While a table is replaced again and again, a reader counts all rows of one version or of the next."""
    warehouse = open_warehouse(target)
    relation = warehouse.relation("swapped")
    size = 500
    session.create_table("swapped", [Column("version", "integer")])
    session.insert("swapped", pa.table({"version": [0] * size}))
    seen: list[tuple[object, ...]] = []
    waits: list[float] = []
    stop = threading.Event()

    def read() -> None:
        with warehouse.session() as reader:
            while not stop.is_set():
                began = time.monotonic()
                seen.extend(reader.rows(f"select count(*), min(version), max(version) from {relation}"))
                waits.append(time.monotonic() - began)

    thread = threading.Thread(target=read)
    thread.start()
    try:
        for version in range(1, 11):
            with session.building():
                session.drop_table("swapped__new")
                session.create_table("swapped__new", [Column("version", "integer")])
                session.insert("swapped__new", pa.table({"version": [version] * size}))
                session.briefly(lambda: session.replace_table("swapped", "swapped__new"))
    finally:
        stop.set()
        thread.join()
    assert seen
    assert {count for count, _, _ in seen} == {size}
    assert all(low == high for _, low, high in seen)
    assert max(waits) < LONGEST_WAIT, f"a reader waited for {max(waits):.1f} s"


def test_a_table_too_wide_for_the_server_is_told(session: Session) -> None:
    """SQL Server takes 1,024 columns; more is a sentence, not the server's own error."""
    with pytest.raises(StatementFailedError, match=r"1,025 columns; SQL Server takes 1,024"):
        session.create_table("too_wide", [Column(f"c{n}") for n in range(1025)])
