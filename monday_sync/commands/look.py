"""What a first push would meet on the boards of a target, for those who prepare it. Changes nothing on a board."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from console import OrderListError
from monday_sync.commands.check import look_at_board
from monday_sync.commands.opening import open_boards
from monday_sync.commands.target import TargetPlan, plan_opened
from monday_sync.domain.board import BoardConfig
from monday_sync.domain.capacity import Room
from monday_sync.domain.causes import Cause, causes
from monday_sync.domain.estimate import Estimate
from monday_sync.domain.plan import Action, Plan
from monday_sync.domain.remote import BoardFacts, Day
from monday_sync.domain.rows import Level
from monday_sync.domain.selection import EVERYTHING
from monday_sync.errors import RefusedError
from warehouse import Target


@dataclass(frozen=True, slots=True)
class Load:
    """What a push of everything would do to one board, and what it would take.

    Args:
        items, subitems: how many it would create.
        changed: items and subitems that it would change.
        new_groups: names of groups that it would create.
        new_labels: by column of the view, rows that are sent a label which the board does not have yet.
        refused: values and rows that the board would not take, by cause.
        estimate: of calls, points and seconds; ``None``: nothing is to be sent.
    """

    items: int
    subitems: int
    changed: int
    new_groups: tuple[str, ...]
    new_labels: Mapping[str, int]
    refused: tuple[Cause, ...]
    rooms: tuple[Room, ...]
    estimate: Estimate | None


@dataclass(frozen=True, slots=True)
class BoardLook:
    """A board of the target, as the API has it.

    Args:
        facts: ``None`` when it could not be looked at; ``wrong`` says why.
        wrong: what is not as the board's file says.
        day: the account's calls of today.
        load: ``None`` when no plan could be made; ``no_load`` says why.
    """

    board: BoardConfig
    facts: BoardFacts | None
    wrong: tuple[OrderListError, ...]
    day: Day
    load: Load | None = None
    no_load: OrderListError | None = None


def look_at_boards(target: str | Target | None = None) -> tuple[BoardLook, ...]:
    """Each board of the target: whether it is as its file says, and what a push of everything would do to it.

    Raises:
        ConfigurationError: no such target, a wrong board file, or no usable token.
    """
    with open_boards(target) as opened:
        looks: list[BoardLook] = []
        for context in opened.contexts:
            facts: BoardFacts | None = None
            wrong: list[OrderListError] = []
            try:
                facts, found = look_at_board(context)
                wrong += found
            except OrderListError as error:
                wrong.append(error)
            looks.append(BoardLook(context.board, facts, tuple(wrong), context.api.day))
        first = next((look.wrong[0] for look in looks if look.wrong), None)
        if first is not None:
            return tuple(_without(look, first) for look in looks)
        if not opened.warehouse.exists():  # a plan would make one
            nothing = RefusedError("There is no database yet.", hint="Load and build first.")
            return tuple(_without(look, nothing) for look in looks)
        try:
            made = plan_opened(opened, EVERYTHING, store=False)
        except OrderListError as error:
            return tuple(_without(look, error) for look in looks)
        plans = [one for _, one in made.boards] if isinstance(made, TargetPlan) else [made]
        return tuple(
            replace(look, day=context.api.day, load=_load(one))
            for look, one, context in zip(looks, plans, opened.contexts, strict=True)
        )


def _without(look: BoardLook, error: OrderListError) -> BoardLook:
    return replace(look, no_load=error)


def _load(made: Plan) -> Load:
    labels = Counter(column for step in made.steps for column in step.new_labels)
    refused = [
        (step.row.order_key, step.reason) for step in made.steps if step.reason and step.action is not Action.LEAVE
    ]
    return Load(
        made.count(Action.CREATE, Level.ITEM), made.count(Action.CREATE, Level.SUBITEM),
        made.count(Action.UPDATE, Level.ITEM) + made.count(Action.UPDATE, Level.SUBITEM),
        made.groups, dict(labels), tuple(causes("refused", refused, lambda key: made.order_numbers.get(key, key))),
        made.rooms, made.estimate,
    )  # fmt: skip
