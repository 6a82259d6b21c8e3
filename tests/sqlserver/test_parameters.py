"""How the driver declares what we send: long texts never as ntext, keys as varchar; the driver is played."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pytest

from monday_sync.domain.rows import Attempt, AttemptOutcome, LedgerRow, Level
from monday_sync.ledger import Ledger
from monday_sync.ledger.schema import ATTEMPTS, ITEMS, TABLES
from tests.sqlserver.driver import Server, warehouse
from warehouse import Column
from warehouse.sqlserver import statements

KEY = "ab" * 32
LONG = "x" * 9_000
TEXTS = ["", "short", "Größe 尺码", "y" * 4_000, "z" * 4_001, "ä" * 4_000, LONG, "😀" * 2_001]
AT = dt.datetime(2026, 11, 27)  # noqa: DTZ001 - UTC without a zone


def described(columns: tuple[Column, ...]) -> list[tuple[object, ...]]:
    """Columns as INFORMATION_SCHEMA describes them."""
    kinds: dict[str, tuple[str, int | None, int | None, int | None, int | None]] = {
        "key": ("varchar", 64, None, None, None),
        "integer": ("int", None, 10, 0, None),
    }
    kinds |= {"timestamp": ("datetime2", None, None, None, 6)}
    return [(c.name, *kinds.get(c.kind, ("nvarchar", c.size or -1, None, None, None))) for c in columns]


@pytest.mark.parametrize("text", TEXTS, ids=[f"{len(text)} of {text[:1]!r}" for text in TEXTS])
def test_no_statement_declares_ntext(text: str) -> None:
    """Queries, statements, upserts, bulk inserts of any text: none as ntext, which newer collations refuse."""
    server = Server(
        answers={
            "datetime_precision": [("k", "varchar", 64, None, None, None), ("t", "nvarchar", -1, None, None, None)]
        }
    )
    session = server.session()
    session.execute("update t set a = ? where b = ?", [text, 1])
    session.rows("select a from t where b = ? or c = ?", [None, text])
    session.arrow("select a from t where b = ?", [text])
    list(session.batches("select a from t where b = ?", [text]))
    session.upsert("t", pa.table({"k": [KEY], "t": [text]}), ["k"])
    session.insert("t", pa.table({"k": [KEY, KEY], "t": [text, None]}))
    session.insert_rows("t", ["k", "t"], [(KEY, text)])
    declared = [kind for sent in server.sent for kind in sent.declared]
    assert len([kind for kind in declared if kind != "other"]) >= 8
    assert not {"ntext", "text"} & set(declared)


def test_a_key_is_compared_as_varchar() -> None:
    """A parameter beside a varchar key is varchar: an nvarchar one would make the server convert the whole column."""
    server = Server()
    ledger = Ledger(warehouse(), "1")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("warehouse.sqlserver.warehouse.connect", lambda _: server.connect())
        ledger.attempts_of_orders([KEY, "cd" * 32])
        ledger.forget_rows([LedgerRow(Level.ITEM, KEY, KEY), LedgerRow(Level.SUBITEM, KEY, KEY)])
    asked = [sent for sent in server.sent if "order_key in (" in sent.sql or "line_key in (" in sent.sql]
    assert len(asked) == 3
    assert {kind for sent in asked for kind in sent.declared} == {"varchar(64)"}


def test_the_ledger_s_keys_are_varchar_whoever_makes_the_table() -> None:
    """Python makes them of the type that dbt's macro makes them of, so neither joins nor upserts convert a key."""
    assert statements.type_of(Column("k", "key")) == "varchar(64)"


def test_an_upsert_reads_its_document_in_the_columns_own_types() -> None:
    """The keys of the document are varchar where the table's are, so the update seeks instead of scanning."""
    server = Server(answers={"datetime_precision": described(ITEMS.columns)})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("warehouse.sqlserver.warehouse.connect", lambda _: server.connect())
        row = LedgerRow(Level.ITEM, KEY, KEY, item_name="Größe", confirmed={"a": LONG})
        Ledger(warehouse(), "1").write([row])
    (upsert,) = [sent for sent in server.sent if sent.sql.startswith("set nocount on; declare @rows nvarchar(max)")]
    assert "[order_key] varchar(64) '$[0]'" in upsert.sql
    assert upsert.declared == ("nvarchar(max)",)


def test_what_the_ledger_is_asked_has_an_index() -> None:
    """Open attempts, those of a run and those of an order are found by an index, made where it is missing."""
    server = Server(answers={"datetime_precision": described(ATTEMPTS.columns)})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("warehouse.sqlserver.warehouse.connect", lambda _: server.connect())
        Ledger(warehouse(), "1").open_attempts()
    made = server.statements(r"create index .* on \[dbo\]\.\[monday_sync_attempts\]")
    assert {sql.rsplit("(", 1)[1].rstrip(")") for sql in made} == {
        "[outcome]", "[run_id]", "[order_key]", "[row_key], [board_id]",
    }  # fmt: skip
    assert all(sql.startswith("if not exists (select 1 from sys.indexes") for sql in made)
    assert {table.name for table in TABLES if table.indexes} == {"monday_sync_attempts", "monday_sync_subitems"}


def test_an_attempt_with_a_long_operation_is_written() -> None:
    """What a request asked for is kept whole, however long it is."""
    server = Server(answers={"datetime_precision": described(ATTEMPTS.columns)})
    attempt = Attempt(
        "b", 0, "r", "1", Level.ITEM, KEY, KEY, "AJE", "create", LONG, KEY, None, {}, AT, AttemptOutcome.INTENT
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("warehouse.sqlserver.warehouse.connect", lambda _: server.connect())
        Ledger(warehouse(), "1").write(attempts=[attempt])
    assert [s.declared for s in server.sent if "declare @rows" in s.sql] == [("nvarchar(max)",)]
