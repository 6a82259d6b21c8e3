"""The tables of the ledger: the only tables that monday_sync writes. Created where they are missing, never rebuilt.

dbt's views read the first five and create them by the same list when they come first (a test compares the two).
"""

from __future__ import annotations

from dataclasses import dataclass

from monday_sync.ledger import migrations
from warehouse import Column, Kept, Schema, Session, bring_up_to_date, migrations_in, require_whole


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the ledger. ``indexes``: what else it is searched by, often and in a large table."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    indexes: tuple[tuple[str, ...], ...] = ()


def _text(name: str, size: int | None = None) -> Column:
    return Column(name, "text", size)


def _key(name: str) -> Column:
    return Column(name, "text", 64, nullable=False)


def _at(name: str) -> Column:
    return Column(name, "timestamp")


def _number(name: str) -> Column:
    return Column(name, "integer")


# columns that a later version added (ledger/migrations) stand last: a table that is there gets them in this order
_STATE = (
    Column("row_hash", "key"),
    _text("payload"),
    Column("attempt_hash", "key"),
    _text("outcome", 16),
    _text("error_message", 1000),
    _number("retry_count"),
    _at("attempted_at"),
    _at("completed_at"),
    _text("run_id", 64),
    _text("created_run_id", 64),
    # what the board was confirmed to show, all in all, and by which mapping
    Column("board_hash", "key"),
    Column("mapping", "key"),
    # what a person did for which pushes leave the row alone, and since when
    _text("left_as", 16),
    _at("left_at"),
)

ITEMS = Table(
    "monday_sync_items",
    (
        Column("order_key", "key", nullable=False),
        _text("board_id", 32),
        _text("monday_item_id", 32),
        _text("group_id", 255),
        _text("group_name", 255),
        _text("item_name", 255),
        _text("customer_name", 100),
        *_STATE,
    ),
    ("order_key",),
)
SUBITEMS = Table(
    "monday_sync_subitems",
    (
        Column("line_key", "key", nullable=False),
        Column("order_key", "key"),
        _text("board_id", 32),
        _text("monday_subitem_id", 32),
        _text("item_name", 255),
        _text("customer_name", 100),
        *_STATE,
    ),
    ("line_key",),
    (("order_key",),),
)
CUSTOMERS = Table(
    "monday_sync_customers",
    (
        Column("customer_name", "text", 100, nullable=False),
        _number("orders"),
        _text("run_id", 64),
        _at("recorded_at"),
        _number("lines"),
        Column("pieces", "bigint"),
    ),
    ("customer_name",),
)
#: How many orders of a customer had a value in a column when the customer was last pushed.
FILLS = Table(
    "monday_sync_fills",
    (
        Column("customer_name", "text", 100, nullable=False),
        Column("column_name", "text", 128, nullable=False),
        _number("orders"),
        _number("filled"),
        _text("run_id", 64),
        _at("recorded_at"),
    ),
    ("customer_name", "column_name"),
)
#: Which view column went to which board column: a row for each column of each mapping that was ever in force.
MAPPINGS = Table(
    "monday_sync_mappings",
    (
        Column("board_id", "text", 32, nullable=False),
        Column("row_level", "text", 16, nullable=False),
        Column("mapping", "key", nullable=False),
        Column("view_column", "text", 128, nullable=False),
        _text("column_id", 100),
        _text("column_type", 16),
        _number("is_current"),
        _at("recorded_at"),
    ),
    ("board_id", "row_level", "mapping", "view_column"),
)
#: Every operation ever sent: written as INTENT before its request, completed after the answer.
ATTEMPTS = Table(
    "monday_sync_attempts",
    (
        _key("batch_id"),
        Column("position", "integer", nullable=False),
        _text("run_id", 64),
        _text("board_id", 32),
        _text("level", 16),
        _text("row_key", 255),
        Column("order_key", "key"),
        _text("customer_name", 100),
        _text("kind", 32),
        _text("operation"),
        # the board_hash that the row was to have
        Column("row_hash", "key"),
        _text("row_before"),
        _text("sets"),
        _text("outcome", 16),
        _text("item_id", 255),
        _text("request_id", 100),
        _number("milliseconds"),
        _text("code", 100),
        _text("sentence", 1000),
        _at("created_at"),
        _at("completed_at"),
        # what the board showed of the fields in "sets" before, as it was read; NULL: it was not read
        _text("shown_before"),
    ),
    ("batch_id", "position"),
    (("outcome",), ("run_id",), ("order_key",), ("row_key", "board_id")),
)
RUNS = Table(
    "monday_sync_runs",
    (
        _key("run_id"),
        _text("kind", 16),
        _text("of_run", 64),
        _text("plan_id", 64),
        _text("board_id", 32),
        _number("is_test"),
        _text("outcome", 16),
        _text("sentence", 1000),
        _text("result"),
        _at("started_at"),
        _at("ended_at"),
        # of the whole run that it was a part of; NULL: it was made on its own
        _text("pipeline_run_id", 64),
    ),
    ("run_id",),
)
GROUPS = Table(
    "monday_sync_groups",
    (
        Column("board_id", "text", 32, nullable=False),
        # of the name: a collation that takes upper and lower case for the same must not make one group of two
        Column("group_key", "key", nullable=False),
        _text("group_name", 255),
        _text("group_id", 255),
        _text("run_id", 64),
        _at("recorded_at"),
    ),
    ("board_id", "group_key"),
)
PLANS = Table(
    "monday_sync_plans",
    (
        _key("plan_id"),
        _text("board_id", 32),
        _text("options"),
        _text("fingerprint", 64),
        _text("run_id", 64),
        _at("created_at"),
    ),
    ("plan_id",),
)
#: Rows in error that a person accepted as they are; ended acceptances stay.
ACCEPTED = Table(
    "monday_sync_accepted",
    (
        _key("acceptance_id"),
        _text("board_id", 32),
        _text("row_level", 16),
        Column("row_key", "key"),
        Column("order_key", "key"),
        _text("customer_name", 100),
        _text("item_name", 255),
        # of the attempt that failed: another content ends the acceptance
        Column("board_hash", "key"),
        _text("error_message", 1000),
        _text("reason", 1000),
        _text("accepted_by", 255),
        _at("accepted_at"),
        _at("ended_at"),
        _text("ended_by", 255),
        _text("ended_because", 255),
    ),
    ("acceptance_id",),
)
#: Orders that the archive policy took off a board. They have no row among the items until they come back.
ARCHIVED = Table(
    "monday_sync_archived",
    (
        Column("board_id", "text", 32, nullable=False),
        Column("order_key", "key", nullable=False),
        _text("monday_item_id", 32),
        _text("item_name", 255),
        _text("customer_name", 100),
        _text("ex_factory_date", 10),
        _text("run_id", 64),
        _at("archived_at"),
    ),
    ("board_id", "order_key"),
)
#: What was tried on the live board itself (`monday-sync check --deep`), the last trial of each subject.
TRIALS = Table(
    "monday_sync_trials",
    (
        Column("board_id", "text", 32, nullable=False),
        Column("subject", "text", 64, nullable=False),
        _text("outcome", 16),
        _text("message", 1000),
        _text("api_version", 16),
        _text("run_id", 64),
        _at("tried_at"),
    ),
    ("board_id", "subject"),
)
#: What only a run knows, and who watches the runs asks for: a row a figure; what is not known has none.
FIGURES = Table(
    "monday_sync_figures",
    (_key("run_id"), _key("board_id"), _key("figure"), Column("amount", "decimal"), _at("recorded_at")),
    ("run_id", "board_id", "figure"),
)
TABLES = (
    ITEMS, SUBITEMS, CUSTOMERS, FILLS, MAPPINGS, ATTEMPTS, RUNS, GROUPS, PLANS, ARCHIVED, TRIALS, ACCEPTED, FIGURES,
)  # fmt: skip

#: The same for who looks at the ledger from outside.
KEPT = tuple(Kept(table.name, table.columns, table.key, table.indexes) for table in TABLES)


#: Their version, and the way there from any earlier one.
SCHEMA = Schema("ledger", KEPT, migrations_in(migrations))


def require_tables(session: Session) -> None:
    """Make sure, and change nothing, that a push can write to the ledger.

    Raises:
        ForeignRelationError: under one of the tables' names stands what is no table of the ledger.
        ChangedTableError: a table lacks columns that it always had.
        NewerSchemaError: a newer release made them.
    """
    require_whole(session, SCHEMA)


def create_missing(session: Session) -> None:
    """Bring tables of an earlier version up to date, and create those that are not there yet.

    Raises:
        ForeignRelationError, ChangedTableError, NewerSchemaError: as :func:`require_tables`.
    """
    bring_up_to_date(session, SCHEMA)
    there = session.relations()
    for table in TABLES:
        if table.name not in there:
            session.create_table(table.name, table.columns, key=table.key)
    for table in TABLES:
        for columns in table.indexes:
            session.create_index(table.name, columns)
