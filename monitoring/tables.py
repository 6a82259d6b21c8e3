"""What the monitoring keeps: how each figure stood after each run, what is open, and what is still to be sent."""

from __future__ import annotations

import hashlib

from monitoring import migrations
from warehouse import Column, Kept, Schema, migrations_in

FIGURES, ALERTS, OUTBOX = "pipeline_figures", "pipeline_alerts", "pipeline_outbox"
REASON = 1000


def _text(name: str, size: int | None = None, *, nullable: bool = True) -> Column:
    return Column(name, "text", size, nullable=nullable)


FIGURE_COLUMNS = (
    _text("run_id", 64, nullable=False),
    _text("check_name", 64, nullable=False),
    # of the subject: a collation that takes upper and lower case for the same must not make one of two
    Column("subject_key", "key", nullable=False),
    _text("subject", 400),
    _text("customer_name", 100),
    # without a value where nobody knows it
    Column("figure", "decimal"),
    _text("state", 16),
    Column("bar", "decimal"),
    Column("usual", "decimal"),
    _text("reason", REASON),
    Column("judged_at", "timestamp"),
)
ALERT_COLUMNS = (
    Column("alert_key", "key", nullable=False),
    _text("check_name", 64),
    _text("subject", 400),
    _text("customer_name", 100),
    _text("owner", 100),
    # attention or failed while it is open, ok once it is over
    _text("state", 16),
    Column("figure", "decimal"),
    Column("bar", "decimal"),
    _text("reason", REASON),
    Column("since", "timestamp"),
    Column("changed_at", "timestamp"),
    _text("run_id", 64),
    # as it was last put into a message; empty: nobody was told
    _text("told_state", 16),
    Column("told_figure", "decimal"),
    Column("last_told", "timestamp"),
    _text("told_whom", 1000),
)
OUTBOX_COLUMNS = (
    _text("message_id", 64, nullable=False),
    _text("channel", 100),
    _text("run_id", 64),
    Column("queued_at", "timestamp"),
    _text("title", 400),
    _text("body"),
    # waiting, sending (one process has it), sent, refused (tried again as well), expired, closed (its channel is gone)
    _text("state", 16),
    Column("attempts", "integer"),
    Column("tried_at", "timestamp"),
    Column("sent_at", "timestamp"),
    # what came back, or why it was not delivered
    _text("answer", REASON),
    # 1: `monitor test` sent it
    Column("is_test", "integer"),
)
FIGURE_KEY = ("run_id", "check_name", "subject_key")
KEPT = (
    Kept(FIGURES, FIGURE_COLUMNS, FIGURE_KEY),
    Kept(ALERTS, ALERT_COLUMNS, ("alert_key",)),
    Kept(OUTBOX, OUTBOX_COLUMNS, ("message_id",)),
)
#: The present shape of these tables, and the way there from earlier releases.
SCHEMA = Schema("monitoring", KEPT, migrations_in(migrations))


def key_of(*parts: str) -> str:
    """A hash of texts."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
