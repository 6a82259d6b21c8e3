"""Brings a monday.com board to what the database says: plans, pushes exactly once, verifies and undoes.

Reads dbt's sync relations, writes only the ledger (``monday_sync_*``), talks to one board per target.
"""

from monday_sync.plan import Plan
from monday_sync.push import plan, push
from monday_sync.results import Counts, CustomerCounts, Problem, PushResult
from monday_sync.status import StatusResult, status

__all__ = ["Counts", "CustomerCounts", "Plan", "Problem", "PushResult", "StatusResult", "plan", "push", "status"]
