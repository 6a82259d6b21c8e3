"""Backups that count once they were restored: taken, checked, brought back, and thrown away by a policy."""

from operations.backup.bring_back import BroughtBack, bring_back
from operations.backup.check import Checked, check
from operations.backup.policy import BackupPolicy, load_policy
from operations.backup.records import BROUGHT_BACK, CHECKED, TAKEN, Record, last_verified, records
from operations.backup.take import Taken, shelves, take

__all__ = [
    "BROUGHT_BACK", "CHECKED", "TAKEN", "BackupPolicy", "BroughtBack", "Checked", "Record", "Taken", "bring_back",
    "check", "last_verified", "load_policy", "records", "shelves", "take",
]  # fmt: skip
