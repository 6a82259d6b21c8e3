"""The face of bulk import: chooses the files of a plan, imports them, and settles what an earlier run left."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence

from monday_sync.api import API_VERSION
from monday_sync.bulk.choice import HourlyUse, add_jobs, choose
from monday_sync.bulk.importer import Importer
from monday_sync.bulk.readback import IMPORT
from monday_sync.bulk.recovery import recover_imports
from monday_sync.bulk.trial import BulkTrial
from monday_sync.domain.board import BoardConfig
from monday_sync.domain.estimate import Estimate
from monday_sync.domain.plan import Action, BulkPart, Step
from monday_sync.domain.remote import BoardFacts
from monday_sync.domain.trial import SUBITEMS_BY_FILE, Trial, TrialOutcome
from monday_sync.engine.execution.sender import Sender
from monday_sync.engine.tally import Tally
from monday_sync.ledger import Ledger

_HOUR = dt.timedelta(hours=1)


class BulkImports:
    """The vendor's bulk import, as :class:`monday_sync.engine.ports.BulkImport` asks for it."""

    def choose(
        self, steps: Sequence[Step], board: BoardConfig, facts: BoardFacts, ledger: Ledger, *,
        mode: str, new_groups: Collection[str], now: dt.datetime,
    ) -> tuple[BulkPart, ...]:  # fmt: skip
        """The files to import, within what the account may still import in this hour."""
        used = HourlyUse.of(ledger.requests_since(IMPORT, now - _HOUR))
        return choose(
            steps, board, facts, mode=mode, new_groups=new_groups, used=used,
            with_subitems=_takes_subitems(board, ledger),
        )  # fmt: skip

    def advice(self, steps: Sequence[Step], board: BoardConfig, ledger: Ledger, *, mode: str) -> str | None:
        """Why a large push does without bulk import, if it does."""
        rows = sum(1 for step in steps if step.action is Action.CREATE)
        if mode == "never" or rows < board.policy.bulk_minimum or _takes_subitems(board, ledger):
            return None
        trial = ledger.trials.get(SUBITEMS_BY_FILE)
        why = "it was never tried on this board"
        if trial is not None:
            why = f"the last trial on this board, with version {trial.api_version} of the API, came to: {trial.message}"
        return f"No bulk import of items with subitems: {why}. `monday-sync check --deep` tries it."

    def try_out(self, sender: Sender, board: BoardConfig, facts: BoardFacts) -> Trial:
        """Import one item with one subitem, and take them off again."""
        return BulkTrial(sender, board, facts).run()

    def price(self, estimate: Estimate, files: int, daily_calls: int | None) -> Estimate:
        """An estimate with the import of so many files besides."""
        return add_jobs(estimate, files, daily_calls)

    def offer(
        self, steps: Sequence[Step], files: Sequence[BulkPart], *, sender: Sender, board: BoardConfig,
        facts: BoardFacts, tally: Tally, groups: Mapping[str, str],
    ) -> tuple[Step, ...]:  # fmt: skip
        """Import the files, and give back the steps that are left to do one by one."""
        return Importer(sender, board, facts, tally).run(steps, files, groups)

    def recover(self, sender: Sender, board: BoardConfig) -> int:
        """Settle the imports that earlier runs left without an outcome; returns how many rows these were."""
        return recover_imports(sender, board)


def _takes_subitems(board: BoardConfig, ledger: Ledger) -> bool:
    """Whether a file may hold subitems: on a live board only where it was tried, with this version of the API."""
    if board.api == "emulator":
        return True
    trial = ledger.trials.get(SUBITEMS_BY_FILE)
    return trial is not None and trial.outcome is TrialOutcome.PROVEN and trial.api_version == API_VERSION
