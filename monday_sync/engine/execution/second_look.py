"""Looks again at what updates are about to overwrite, where the plan's look at the board is too old to stand for it.

Most pushes are done before that and read nothing more. A long one, or one that waited for a bulk import, reads a
hundred items at once, right before their updates are sent: a person may have typed there meanwhile.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from monday_sync.api import BoardApi
from monday_sync.domain.board import BoardConfig
from monday_sync.domain.diff import mappings_of, seen_again
from monday_sync.domain.plan import Action, Step
from monday_sync.domain.remote import BoardItem
from monday_sync.domain.rows import Level

#: How old a look may be.
GOOD_FOR = dt.timedelta(minutes=1)
_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class SecondLook:
    """For one push.

    Args:
        looked_at: when the plan read the board.
    """

    api: BoardApi
    board: BoardConfig
    clock: Callable[[], dt.datetime]
    looked_at: dt.datetime

    def over(self, steps: Sequence[Step], parents: Mapping[str, str], groups: Mapping[str, str]) -> Iterator[Step]:
        """The steps in their order, the updates by what the board shows when their turn comes.

        Args:
            parents: order keys to the ids of their items.
            groups: group names to ids.
        """
        for start in range(0, len(steps), _AT_ONCE):
            part = steps[start : start + _AT_ONCE]
            if any(step.action is Action.UPDATE for step in part) and self.clock() - self.looked_at > GOOD_FOR:
                part = self._again(part, parents, groups)
            yield from part

    def _again(self, steps: Sequence[Step], parents: Mapping[str, str], groups: Mapping[str, str]) -> list[Step]:
        updates = [step for step in steps if step.action is Action.UPDATE]
        ids = {step.base.monday_id if step.level is Level.ITEM else parents.get(step.row.order_key) for step in updates}
        found: dict[str, BoardItem] = {}
        for item in self.api.items(self.board, ids=sorted(i for i in ids if i is not None)):
            found |= {thing.id: thing for thing in (item, *item.subitems)}
        return [self._compared(step, found.get(step.base.monday_id or ""), groups) for step in steps]

    def _compared(self, step: Step, item: BoardItem | None, groups: Mapping[str, str]) -> Step:
        if step.action is not Action.UPDATE or item is None:
            return step
        again = seen_again(step, item, mappings_of(self.board, step.level))
        if step.move_from is None:
            return again
        lies_there = item.group_id == groups.get(step.row.group_name)
        return replace(again, move_from=None if lies_there else item.group_id)
