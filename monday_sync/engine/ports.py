"""What the engine asks of bulk import without knowing it: the commands hand it in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from monday_sync.domain.board import BoardConfig
from monday_sync.domain.estimate import Estimate
from monday_sync.domain.plan import BulkPart, Step
from monday_sync.domain.remote import BoardFacts
from monday_sync.domain.trial import Trial
from monday_sync.engine.execution.sender import Sender
from monday_sync.engine.tally import Tally
from monday_sync.ledger import Ledger


class BulkImport(Protocol):
    """Many new items with their subitems in one file, instead of one mutation each."""

    def choose(
        self, steps: Sequence[Step], board: BoardConfig, facts: BoardFacts, ledger: Ledger, *,
        mode: str, new_groups: Collection[str], now: dt.datetime,
    ) -> tuple[BulkPart, ...]:  # fmt: skip
        """The files to import.

        Args:
            mode: ``auto`` or ``always``.
            new_groups: names of groups that the push creates.
        """

    def advice(self, steps: Sequence[Step], board: BoardConfig, ledger: Ledger, *, mode: str) -> str | None:
        """Why a large push does without bulk import, if it does."""

    def try_out(self, sender: Sender, board: BoardConfig, facts: BoardFacts) -> Trial:
        """Import one item with one subitem, and take them off again.

        Raises:
            StoppedError: what it made could not be taken off, or the run has to end.
        """

    def price(self, estimate: Estimate, files: int, daily_calls: int | None) -> Estimate:
        """An estimate with the import of so many files besides."""

    def offer(
        self, steps: Sequence[Step], files: Sequence[BulkPart], *, sender: Sender, board: BoardConfig,
        facts: BoardFacts, tally: Tally, groups: Mapping[str, str],
    ) -> tuple[Step, ...]:  # fmt: skip
        """Import the files, and give back the steps that are left to do one by one.

        Args:
            groups: group names to ids.

        Raises:
            StoppedError: the run has to end; what is under way stays in doubt, and the next run finishes it.
        """

    def recover(self, sender: Sender, board: BoardConfig) -> int:
        """Settle the imports that earlier runs left without an outcome; returns how many rows these were.

        Raises:
            StoppedError: a job does not end, or its state cannot be learnt. Its rows stay in doubt.
        """
