"""The sync ledger: what the board knows of our rows. Written only here, in short transactions, by sets."""

from monday_sync.ledger.rows import GROUP, NAME, Answered, Attempt, AttemptOutcome, LedgerRow, Level, Rekey
from monday_sync.ledger.store import Ledger, Run

__all__ = ["GROUP", "NAME", "Answered", "Attempt", "AttemptOutcome", "Ledger", "LedgerRow", "Level", "Rekey", "Run"]
