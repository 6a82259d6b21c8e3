"""What is measured of every run beside its history: ``pipeline_statements`` and ``pipeline_index_usage``.

They have a version of their own: where they cannot be kept, a run goes on and says so.
"""

from __future__ import annotations

from pipeline import measures_migrations
from warehouse import Column, Kept, Schema, migrations_in

STATEMENTS, USAGE = "pipeline_statements", "pipeline_index_usage"
STATEMENT_COLUMNS = (
    Column("run_id", "text", 64, nullable=False),
    Column("stage", "text", 32, nullable=False),
    Column("statement_key", "key", nullable=False),
    Column("statement", "text", 400),
    Column("sent", "bigint"),
    Column("seconds", "decimal"),
    Column("slowest", "decimal"),
)
STATEMENT_KEY = ("run_id", "stage", "statement_key")
USAGE_COLUMNS = (
    Column("run_id", "text", 64, nullable=False),
    Column("relation", "text", 128, nullable=False),
    Column("index_name", "text", 128, nullable=False),
    Column("reads", "bigint"),
    Column("writes", "bigint"),
)
USAGE_KEY = ("run_id", "relation", "index_name")
KEPT = (Kept(STATEMENTS, STATEMENT_COLUMNS, STATEMENT_KEY), Kept(USAGE, USAGE_COLUMNS, USAGE_KEY))
#: Their version, and the way there.
SCHEMA = Schema("measures", KEPT, migrations_in(measures_migrations))
