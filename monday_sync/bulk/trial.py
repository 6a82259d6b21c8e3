"""Tries a bulk import once on the board itself: one item with one subitem, in a group of its own, taken off again.

The vendor's documentation shows subitems in a file for multi-level boards and leaves open what a classic one does with
them. So the board is asked: a file that only creates, as documented, and what it shows afterwards is the answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from console import wait
from monday_sync.api import API_VERSION, ArchiveItem
from monday_sync.bulk.file import BulkRow, write_csv
from monday_sync.domain.board import BoardConfig
from monday_sync.domain.remote import BoardFacts, BoardItem
from monday_sync.domain.rows import NAME, LedgerRow, Level
from monday_sync.domain.trial import SUBITEMS_BY_FILE, Trial, TrialOutcome
from monday_sync.engine.execution.batches import Task, Work
from monday_sync.engine.execution.operations import Builder
from monday_sync.engine.execution.sender import Sender
from monday_sync.engine.execution.settle import ARCHIVE, GROUP
from monday_sync.engine.groups import archive_groups
from monday_sync.errors import InDoubtError, RequestFailedError, StoppedError

#: What groups and items of a trial are called; nobody else names one so, and the ledger says which are ours.
TITLE = "monday-sync check"
_READINGS = 4
_PAUSE = 5.0


@dataclass(frozen=True, slots=True)
class BulkTrial:
    """One trial on one board."""

    sender: Sender
    board: BoardConfig
    facts: BoardFacts

    def run(self) -> Trial:
        """Try it, and take off what it made, with what earlier trials left that were killed.

        Raises:
            StoppedError: the run has to end here; the next trial takes off what this one made.
        """
        self._clear()
        group_id = self._group()
        if group_id is None:
            return self._trial(TrialOutcome.FAILED, "no group could be created for it")
        try:
            outcome, message = self._import(group_id)
        except RequestFailedError as error:
            outcome, message = TrialOutcome.FAILED, error.message
        except InDoubtError as error:
            # its rows may still appear: the group stays for the next trial to clear
            return self._trial(TrialOutcome.UNKNOWN, f"{error.message} Its group is left; the next trial takes it off.")
        self._clear()
        return self._trial(outcome, message)

    def _import(self, group_id: str) -> tuple[TrialOutcome, str]:
        jobs, row = self.sender.api.jobs, self._row()
        upload = jobs.start(f"{self.sender.run_id}-trial", self.board.board_id, group_id, "ingest")
        jobs.upload(upload, write_csv([row], self.board.items, self.board.subitems))
        result = jobs.wait(upload.job_id)
        status = result.status
        if status.state != "COMPLETED":
            why = status.message or status.reason or "without a reason"
            return TrialOutcome.FAILED, f"the import ended {status.state}: {why}"
        found: list[BoardItem] = []
        for reading in range(_READINGS):
            if reading:
                what = "the board to show what the trial's file created"
                wait(_PAUSE, what, sleep=self.sender.sleep, retry=reading, of=_READINGS - 1)
            found = list(self.sender.api.items(self.board, group=group_id))
            if not (wrong := self._wrong(found, row)):
                return TrialOutcome.PROVEN, "an item with its subitem was created by a file, with all of their values"
        errors = "; ".join(dict.fromkeys(line.error for line in result.rows))
        return TrialOutcome.FAILED, f"the import completed, but {wrong}" + (f" ({errors})" if errors else "")

    def _row(self) -> BulkRow:
        """An item with a text of its own and a subitem with a number: nothing that needs a label."""
        lines = {m.view_column: "1" for m in self.board.subitems if m.type == "numbers"}
        return BulkRow(self._name, {self.board.key_columns[0]: self.sender.run_id}, (BulkRow("1", lines),))

    @property
    def _name(self) -> str:
        return f"{TITLE} {self.sender.run_id}"

    def _wrong(self, found: list[BoardItem], row: BulkRow) -> str | None:
        if len(found) != 1:
            return f"the board shows {len(found)} items instead of 1"
        (item,) = found
        if item.name != row.name or not _shows(item, row, {m.view_column: m.column_id for m in self.board.items}):
            return "the item shows other values"
        subitems = [s for s in item.subitems if s.state == "active"]
        columns = {m.view_column: m.column_id for m in self.board.subitems}
        if len(subitems) != 1:
            return f"the item has {len(subitems)} subitems instead of 1"
        (line,) = row.subitems
        return None if subitems[0].name == line.name and _shows(subitems[0], line, columns) else "the subitem differs"

    def _group(self) -> str | None:
        build = Builder(self.board, self.facts)
        operation = build.create_group(self.sender.api.board(self.board.board_id).groups, self._name)
        row = LedgerRow(Level.GROUP, self._name, self._name, board_id=self.board.board_id)
        self.sender.send([Work(row, None, None, (Task(GROUP, operation, {}),))])
        return self._ours().get(self._name)

    def _ours(self) -> dict[str, str]:
        """Groups of trials that the ledger created, by name."""
        return {g.name: g.group_id for g in self.sender.ledger.groups.created() if g.name.startswith(f"{TITLE} ")}

    def _clear(self) -> None:
        """Archive the items of trials, and the groups of trials that are empty then."""
        info = self.sender.api.board(self.board.board_id)
        there = {group.id for group in info.groups}
        groups = {group_id: name for name, group_id in self._ours().items() if group_id in there}
        works = []
        for group_id in groups:
            for item in self.sender.api.items(self.board, group=group_id):
                if item.name.startswith(f"{TITLE} "):
                    row = LedgerRow(Level.UNLINKED, item.id, item.id, board_id=self.board.board_id)
                    works.append(Work(row, None, None, (Task(ARCHIVE, ArchiveItem(item.id), {NAME: item.name}),)))
        self.sender.send(works)
        archive_groups(self.sender, self.sender.ledger, self.board, info, groups)
        left = groups.keys() & {group.id for group in self.sender.api.board(self.board.board_id).groups}
        if left:
            raise StoppedError(
                f"The group of a trial could not be taken off: {', '.join(groups[g] for g in sorted(left))}.",
                hint="Take it off by hand, or run `monday-sync check --deep` again.",
            )

    @staticmethod
    def _trial(outcome: TrialOutcome, message: str) -> Trial:
        return Trial(SUBITEMS_BY_FILE, outcome, message, API_VERSION)


def _shows(item: BoardItem, row: BulkRow, columns: Mapping[str, str]) -> bool:
    return all(item.values.get(columns[column]) == text for column, text in row.texts.items())
