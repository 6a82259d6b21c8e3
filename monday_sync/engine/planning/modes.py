"""Takes out of a plan what the board's mode leaves undone. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from monday_sync.domain.plan import Action, Step

_UPDATE_ONLY, _CREATE_ONLY = "update_only", "create_only"


def by_mode(
    steps: Iterable[Step], mode: str, group_ids: Collection[str]
) -> tuple[list[Step], list[Step]]:  # fmt: skip
    """The steps to do, and those that the mode leaves undone: their rows stay due.

    Args:
        mode: ``mirror`` does all; ``update_only`` makes nothing new there, ``create_only`` changes nothing there.
        group_ids: names of groups that are on the board.
    """
    undone_actions = {
        _UPDATE_ONLY: {Action.CREATE},
        _CREATE_ONLY: {Action.UPDATE, Action.ARCHIVE},
    }.get(mode, set())
    done: list[Step] = []
    undone: list[Step] = []
    for step in steps:
        if step.action in undone_actions:
            undone.append(step)
        elif mode == _UPDATE_ONLY and step.move_from is not None and step.row.group_name not in group_ids:
            done.append(_without_move(step))
        else:
            done.append(step)
    return done, undone


def _without_move(step: Step) -> Step:
    """The step but for its way into a group that would have to be made; its row says so."""
    why = f"its group '{step.row.group_name}' is not on the board, and none is made there (mode: {_UPDATE_ONLY})"
    reason = "; ".join(text for text in (step.reason, why) if text)
    action = Action.UPDATE if step.sent else Action.FAIL
    return replace(step, action=action, move_from=None, reason=reason, blameless=True)
