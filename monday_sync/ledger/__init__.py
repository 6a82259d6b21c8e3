"""The sync ledger: what the board knows of our rows. Written only here, in short transactions, by sets."""

from monday_sync.ledger.rows import NAME, Attempt, AttemptOutcome, LedgerRow, Level
from monday_sync.ledger.store import Ledger, Run

__all__ = ["NAME", "Attempt", "AttemptOutcome", "Ledger", "LedgerRow", "Level", "Run"]
