"""Groups of the board: which one stands for a name, creating those that are missing, archiving those made in vain.

The API lets two groups have one title, so two runs that need the same new group may both create it. Each therefore
looks again after it created one. Of several groups with one title the oldest stands for it, in every run alike; what
lies in a younger one moves by the next plan, and whoever created the younger one archives it once it is empty.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from monday_sync.api import ArchiveGroup, BoardApi
from monday_sync.domain.board import BoardConfig
from monday_sync.domain.plan import Plan
from monday_sync.domain.remote import BoardFacts, BoardInfo, Group
from monday_sync.domain.rows import LedgerRow, Level
from monday_sync.engine.execution.batches import Task, Work
from monday_sync.engine.execution.operations import Builder
from monday_sync.engine.execution.sender import Sender
from monday_sync.engine.execution.settle import ARCHIVE_GROUP, GROUP
from monday_sync.ledger import Ledger


def resolve_groups(
    names: Iterable[str], info: BoardInfo, known: Mapping[str, str], *, anew: bool = False
) -> dict[str, str]:  # fmt: skip
    """Ids of the groups that stand for ``names``: a known one that a person renamed, else the oldest of that title.

    Args:
        anew: one that a person renamed does not stand for the name any more.
    """
    titles = {group.id: group.title for group in info.groups}
    oldest = _oldest(info.groups)
    resolved = {}
    for name in names:
        group_id = known.get(name)
        if not anew and group_id in titles and titles[group_id] != name:
            resolved[name] = group_id
        elif name in oldest:
            resolved[name] = oldest[name]
    return resolved


def duplicate_groups(info: BoardInfo, known: Mapping[str, str]) -> set[str]:
    """Ids of the groups whose place an older one of the same title takes; not one that a person gave that title."""
    titles = {group.id: group.title for group in info.groups}
    renamed = {group_id for name, group_id in known.items() if titles.get(group_id) != name}
    return titles.keys() - set(_oldest(info.groups).values()) - renamed


def _oldest(groups: Iterable[Group]) -> dict[str, str]:
    """Title to the id that was given out first.

    The API tells no time of creation, and people move groups up and down. Ids grow with time and never change; even
    if they did not grow, all runs would choose the same group.
    """
    found: dict[str, str] = {}
    for group in sorted(groups, key=lambda group: (len(group.id), group.id)):
        found.setdefault(group.title, group.id)
    return found


def archive_groups(
    sender: Sender, ledger: Ledger, board: BoardConfig, info: BoardInfo, groups: Mapping[str, str]
) -> None:
    """Archive groups, given as id to name, that we created: those that are there, have no item, and are not the last.

    The board is asked about each just before: archiving a group would archive what is in it.
    """
    works = []
    for group_id in empty_groups(sender.api, board, info, groups):
        name = groups[group_id]
        row = LedgerRow(Level.GROUP, name, name, board_id=board.board_id)
        works.append(Work(row, None, None, (Task(ARCHIVE_GROUP, ArchiveGroup(board.board_id, group_id), {}),)))
    sender.send(works)
    if works:
        left = {group.id for group in sender.api.board(board.board_id).groups}
        ledger.groups.forget(groups.keys() - left)


def empty_groups(
    api: BoardApi, board: BoardConfig, info: BoardInfo, groups: Collection[str], without: Collection[str] = ()
) -> list[str]:
    """Which of ``groups`` are there and hold no item but those of ``without``; never the last group of a board."""
    there = {group.id for group in info.groups}
    candidates = sorted(there.intersection(groups))[: max(0, len(there) - 1)]
    return [g for g in candidates if all(item.id in without for item in api.items(board, group=g))]


@dataclass(slots=True)
class GroupWork:
    """What one push does about groups."""

    sender: Sender
    ledger: Ledger
    board: BoardConfig
    build: Builder
    facts: BoardFacts
    _info: BoardInfo = field(init=False)

    def __post_init__(self) -> None:
        self._info = self.facts.items

    def create(self, plan: Plan) -> dict[str, str]:
        """Create the groups that the plan lacks, each after the group that precedes it in the alphabet.

        From the last to the first: then each new one may stand right behind a group that is there already.

        Returns:
            Names to ids of all groups of the plan.
        """
        now = self.sender.clock()
        groups = dict(plan.group_ids)
        if plan.groups:
            works = []
            for name in reversed(plan.groups):
                task = Task(GROUP, self.build.create_group(self._info.groups, name), {})
                row = LedgerRow(Level.GROUP, name, name, board_id=self.board.board_id)
                works.append(Work(row, None, None, (task,)))
            self.sender.send(works)
            # another run may have created the same ones meanwhile
            self._info = self.sender.api.board(self.board.board_id)
            made = {n: g for n, g in self.ledger.groups.known().items() if n in plan.groups}
            groups |= made | resolve_groups(plan.groups, self._info, made)
        known = self.ledger.groups.known()
        self.ledger.groups.save({n: g for n, g in groups.items() if known.get(n) != g}, self.sender.run_id, now)
        return groups

    def archive_duplicates(self) -> None:
        """Archive what runs of this ledger created although an older group of that title was there."""
        in_vain = duplicate_groups(self._info, self.ledger.groups.known())
        if in_vain:
            ours = {g.group_id: g.name for g in self.ledger.groups.created() if g.group_id in in_vain}
            archive_groups(self.sender, self.ledger, self.board, self._info, ours)
