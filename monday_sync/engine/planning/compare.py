"""Pairs rows with the items that stand for them; :mod:`~monday_sync.domain.diff` compares the two: one step a row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from monday_sync.domain.board import BoardConfig
from monday_sync.domain.diff import step_for
from monday_sync.domain.keys import subitem_for
from monday_sync.domain.labels import Labels
from monday_sync.domain.plan import Action, Duplicate, Step
from monday_sync.domain.remote import BoardFacts, BoardItem
from monday_sync.domain.rows import LedgerRow, Level
from monday_sync.domain.source import SourceRow
from monday_sync.engine.planning.link import Linked, adopt


@dataclass(slots=True)
class Compared:
    """The steps of a plan.

    Args:
        proven: of rows that the board shows already.
        waiting: order key to how many lines are left alone because their item is not on the board and is not being
            created.
    """

    proven: list[Step]
    items: list[Step]
    subitems: list[Step] = field(default_factory=list)
    waiting: Counter[str] = field(default_factory=Counter)
    duplicates: list[Duplicate] = field(default_factory=list)


def compare(
    linked: Linked, known: Mapping[str, LedgerRow], board: BoardConfig, facts: BoardFacts, group_ids: Mapping[str, str]
) -> Compared:
    """The steps of all rows.

    Args:
        known: order key to the ledger's row.
        group_ids: names to ids of the groups that are on the board.
    """
    homes = linked.followed.homes
    labels = _labels(facts, linked, Level.ITEM)
    items = [
        at_home(
            step_for(row, linked.bases[row.key], linked.found.get(row.key), board=board,
                     labels=labels[homes.get(row.key)], group_id=_group(row, linked, group_ids),
                     adopted=row.key in linked.adopted),
            homes.get(row.key),
        )
        for row in linked.items
        if not (row.action == "DELETE" and row.key in linked.gone)
    ]  # fmt: skip
    compared = Compared([Step(Action.CONFIRM, row, row.start(board.board_id)) for row in linked.proven], items)
    created = {step.row.key for step in items if step.action is Action.CREATE}
    parents = linked.found | {
        key: linked.present[row.monday_id] for key, row in known.items() if row.monday_id in linked.present
    }
    labels = _labels(facts, linked, Level.SUBITEM)
    taken = {row.monday_id for row in linked.subitems if row.monday_id}
    for row in linked.subitems:
        parent = parents.get(row.order_key)
        if parent is None and row.order_key not in created:
            compared.waiting[row.order_key] += 1
            continue
        base, item, adopted = _subitem(row, row.start(board.board_id), parent, taken, compared)
        if item is not None and adopted:
            base = adopt(base, item, board)
        home = homes.get(row.order_key)
        step = step_for(row, base, item, board=board, labels=labels[home], group_id=None, adopted=adopted)
        compared.subitems.append(at_home(step, home))
    return compared


def _labels(facts: BoardFacts, linked: Linked, level: Level) -> dict[str | None, Labels]:
    """The labels of the board, under ``None``, and of those that items are followed to."""
    found: dict[str | None, Labels] = {None: Labels(facts.columns(level))}
    found |= {board_id: Labels(there.columns(level)) for board_id, there in linked.followed.boards.items()}
    return found


def _group(row: SourceRow, linked: Linked, group_ids: Mapping[str, str]) -> str | None:
    """The group where the item should lie: on another board it stays where a person put it."""
    return linked.found[row.key].group_id if row.key in linked.followed.homes else group_ids.get(row.group_name)


def at_home(step: Step, home: str | None) -> Step:
    """The step on the board that its item lies on."""
    return step if home is None else replace(step, home=home)


def _subitem(
    row: SourceRow, base: LedgerRow, parent: BoardItem | None, taken: set[str], compared: Compared
) -> tuple[LedgerRow, BoardItem | None, bool]:
    """The row to start from, the subitem that stands for it, and whether that one was found by its name."""
    below = () if parent is None else parent.subitems
    item = next((s for s in below if s.id == base.monday_id), None)
    if item is not None and item.state == "active":
        return base, item, False
    if base.monday_id is not None:
        base = base.without_item()
    item, others = (None, ()) if parent is None else subitem_for(row.name, parent, taken)
    if item is not None:
        taken.add(item.id)
        if others:
            compared.duplicates.append(Duplicate(row.key, row.name, item.id, others))
    return base, item, item is not None
