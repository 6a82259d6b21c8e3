"""The sync ledger: what the board knows of our rows. Written only here, in short transactions, by sets."""

from monday_sync.ledger.runs import Run
from monday_sync.ledger.store import Ledger

__all__ = ["Ledger", "Run"]
