"""Groups of the board: which one stands for a name, and creating those that are missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from monday_sync.api import BoardInfo
from monday_sync.ledger import Ledger, LedgerRow, Level
from monday_sync.operations import BoardFacts, Builder
from monday_sync.plan import Plan
from monday_sync.sender import Sender, Task, Work
from monday_sync.settle import GROUP


def resolve_groups(names: Iterable[str], info: BoardInfo, known: Mapping[str, str]) -> dict[str, str]:
    """Ids of the groups that stand for ``names``: the one used before, whatever it is called now, else by title."""
    there = {group.id for group in info.groups}
    by_title: dict[str, str] = {}
    for group in info.groups:
        by_title.setdefault(group.title, group.id)
    resolved = {}
    for name in names:
        group_id = known.get(name)
        if group_id in there:
            resolved[name] = group_id
        elif name in by_title:
            resolved[name] = by_title[name]
    return resolved


def create_groups(sender: Sender, ledger: Ledger, build: Builder, facts: BoardFacts, plan: Plan) -> dict[str, str]:
    """Create the groups that a plan lacks, each after the group that precedes it in the alphabet.

    From the last to the first: then each new one may stand right behind a group that is there already.

    Returns:
        Names to ids of all groups of the plan.
    """
    now = sender.clock()
    groups = dict(plan.group_ids)
    if plan.groups:
        works = []
        for name in reversed(plan.groups):
            task = Task(GROUP, build.create_group(facts.items.groups, name), {})
            works.append(Work(LedgerRow(Level.GROUP, name, name, board_id=facts.items.id), None, None, (task,)))
        sender.send(works)
        groups |= {name: group_id for name, group_id in ledger.groups().items() if name in plan.groups}
    known = ledger.groups()
    ledger.save_groups({n: g for n, g in groups.items() if known.get(n) != g}, sender.run_id, now)
    return groups
