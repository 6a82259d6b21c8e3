"""Sections on the boards: whether each is as its file says, what the token may, and whether the first load fits."""

from __future__ import annotations

from collections.abc import Iterator

from console import counted, listed
from monday_sync import BoardLook, Load
from operations.cutover.preflight.model import Check, Section
from operations.cutover.preflight.scene import Scene

_DAY_SECONDS = 86_400.0


def board(scene: Scene, section: Section) -> Iterator[Check]:
    """Ids and types of the file against the live board, rights of the token, labels and groups."""
    if error := scene.no_boards:
        yield section.failed("the boards can be asked", error.message, error.hint or "See docs/boards.md.")
    for look in scene.boards:
        title = look.board.title
        for error in look.wrong:
            yield section.failed(f"{title} is as its file says", error.message, error.hint or "See docs/boards.md.")
        if look.facts and not look.wrong:
            mapped = f"{counted(len(look.board.items), 'column')} of items, {len(look.board.subitems)} of subitems"
            yield section.passed(f"{title} is as its file says", f"'{look.facts.items.name}': {mapped}")
            admin = "an admin of the account" if look.facts.is_admin else "no admin of the account"
            yield section.passed(
                f"the token may write to {title}", f"permissions {look.facts.items.permissions}; its user is {admin}"
            )
        if look.load:
            yield from _labels(scene, section, look, look.load)
        elif look.no_load and look.facts and not look.wrong and scene.waits_for:
            yield section.unknown(f"a push to {title} can be planned", scene.waits_for)
        elif look.no_load and look.facts and not look.wrong:
            yield section.failed(
                f"a push to {title} can be planned", look.no_load.message, look.no_load.hint or scene.build
            )


def _labels(scene: Scene, section: Section, look: BoardLook, load: Load) -> Iterator[Check]:
    title, due = look.board.title, load.items + load.subitems + load.changed
    name = f"{title} takes every value, its labels among them"
    new = ", ".join(f"{column} ({counted(rows, 'row')})" for column, rows in sorted(load.new_labels.items()))
    for cause in load.refused:
        yield section.failed(name, f"{counted(cause.count, 'row')}: {cause.message}", cause.hint)
    if not due and not load.refused:
        yield section.unknown(name, "nothing is due, so nothing would be sent", scene.build)
        return
    if not load.refused:
        yield section.passed(name, f"labels that will be created: {new}" if new else "no label is missing")
    groups = look.facts.items.groups if look.facts else ()
    yield section.passed(
        f"groups of {title} are there or will be created",
        f"{counted(len(groups), 'group')} there, {len(load.new_groups)} to create"
        + (f": {listed(load.new_groups)}" if load.new_groups else ""),
    )


def capacity(scene: Scene, section: Section) -> Iterator[Check]:
    """Items and subitems against the board's limits, calls and hours against the day's."""
    if error := scene.no_boards:
        yield section.unknown("the first load fits", f"the boards cannot be asked: {error.message}")
    for look in scene.boards:
        title = look.board.title
        if look.load is None:
            why = look.wrong[0].message if look.wrong else look.no_load.message if look.no_load else "no plan was made"
            yield section.unknown(f"the first load fits on {title}", f"it could not be planned: {why}")
            continue
        for room in look.load.rooms:
            told = "" if room.limit_is_told else " (as documented; the API does not tell)"
            there = f"{room.there:,}" if room.counted else f"at least {room.there:,}"
            found = f"{there} there, {room.adds + room.comes:,} more: {room.after:,} of {room.limit:,}{told}"
            yield section.judged(
                f"{room.level.value}s fit on {title}", holds=room.after <= room.limit, found=found,
                mend=f"Archive old items or narrow `scope` in boards/{scene.target.name}.yml, or split the board: "
                "docs/boards.md.",
            )  # fmt: skip
        yield _day(scene, section, look, look.load)


def _day(scene: Scene, section: Section, look: BoardLook, load: Load) -> Check:
    name, policy, day = f"the first load of {look.board.title} ends within a day", look.board.policy, look.day
    if load.estimate is None or not load.estimate.calls:
        return section.unknown(name, "nothing is due, so nothing would be sent", scene.build)
    made, limit = load.estimate, policy.daily_calls if policy.daily_calls is not None else day.limit
    found = (
        f"{load.items:,} items and {load.subitems:,} subitems new, {load.changed:,} changed: {made.calls:,} calls, "
        f"{made.points:,} points, {made.seconds / 3600:.1f} h"
    )
    mend = (
        f"Load it in parts, a customer at a time ({scene.command('monday-sync push --customer C')}), or begin after "
        "00:00 UTC: a push that meets the limit ends cleanly and the next one goes on."
    )
    if made.seconds > _DAY_SECONDS:
        return section.failed(name, found, mend)
    if limit is None:
        return section.unknown(
            name, f"{found}; the API does not say how many calls the account has a day",
            f"Write `daily_calls` below `policy` in boards/{scene.target.name}.yml.",
        )  # fmt: skip
    left = max(0.0, limit * policy.daily_share - (day.used or 0.0))
    used = "of which it does not say how many were used" if day.used is None else f"{day.used:,.0f} of them used"
    found += f"; ours are {left:,.0f} of the day's {limit:,} ({policy.daily_share:.0%} by the policy, {used})"
    return section.judged(name, holds=made.calls <= left, found=found, mend=mend)
