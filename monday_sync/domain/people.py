"""What people do to items and groups on the board, and what the board's file says a push does about it. Pure.

The same words hold for an item and for a group with all that is in it: ``policy: {archived: leave}``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from monday_sync.domain.board import Policy
from monday_sync.domain.remote import BoardInfo, Whereabouts
from monday_sync.domain.source import SourceRow

_GROUP = "its group "


class Did(StrEnum):
    """What a person did; also the name of the policy's key."""

    ARCHIVED = "archived"
    DELETED = "deleted"
    MOVED = "moved"
    RENAMED = "renamed"


@dataclass(frozen=True, slots=True)
class Doing:
    """What happened to an item, a subitem or a group.

    Args:
        thing: what it happened to, as in a sentence: ``its item``, ``its group 'X'``.
        board_id, board_name: where it was moved to.
        problem: why it is left alone although the policy says otherwise.
        sure: whether the board says so; a group that it does not list may be archived or deleted.
        is_fresh: nobody did anything, as far as is known: we moved it to this board just before.
    """

    did: Did
    thing: str
    board_id: str | None = None
    board_name: str | None = None
    title: str | None = None
    sure: bool = True
    problem: str | None = None
    is_fresh: bool = False

    def policy(self, policy: Policy) -> str:
        """What the policy says: leave, recreate or follow."""
        if self.is_fresh:
            return "leave"
        said: str = getattr(policy, self.did.value)
        if not self.sure and policy.archived != policy.deleted:
            return "leave"
        return said

    @property
    def message(self) -> str:
        """What happened, as the reason why a row is left alone; the same for all rows that it happened to."""
        if self.is_fresh:
            return f"{self.thing} was moved to this board just now and is not to be seen yet; the next push looks again"
        match self.did:
            case Did.MOVED:
                where = f"'{self.board_name}' ({self.board_id})" if self.board_id else "another place"
                what = f"was moved to board {where} by a person"
            case Did.RENAMED:
                what = f"was renamed to '{self.title}' by a person"
            case Did.DELETED if self.sure:
                what = "was deleted by a person, or the token may not see it"
            case _:
                what = f"was {self.did.value if self.sure else 'archived or deleted'} by a person"
        why = self.problem or f"policy {self._key}: leave"
        return f"{self.thing} {what}; it is left alone ({why})"

    @property
    def rests(self) -> bool:
        """Whether it happened to a whole group: a season that people have finished."""
        return self.thing.startswith(_GROUP)

    @property
    def _key(self) -> str:
        return self.did.value if self.sure else "archived, deleted"


@dataclass(frozen=True, slots=True)
class OffBoard:
    """Orders that are not due, and whose items are not on the board.

    Args:
        message: what became of the items, as the rest of a sentence that begins with the number of orders.
        rests: that is how people finish a season, so nobody need look at it.
    """

    message: str
    count: int
    rests: bool = False


@dataclass(frozen=True, slots=True)
class Left:
    """A due row that a push leaves alone for what a person did.

    Args:
        since: when a push first found it so; ``None``: this one does.
    """

    row: SourceRow
    doing: Doing

    @property
    def since(self) -> dt.datetime | None:
        """When a push first left it alone."""
        return self.row.ledger.left_at if self.row.ledger is not None else None


def lost_groups(names: Iterable[str], info: BoardInfo, known: Mapping[str, str]) -> dict[str, Doing]:
    """Groups that stood for ``names`` and were archived, deleted or renamed by a person, whatever the policy says.

    A group of the same title that someone made in its place stands for the name again: nothing is lost then.

    Args:
        known: names to the ids of the groups that stood for them.
    """
    titles = {group.id: group.title for group in info.groups}
    there = set(titles.values())
    lost = {}
    for name in names:
        group_id = known.get(name)
        if group_id is None:
            continue
        thing = f"{_GROUP}'{name}'"
        if group_id in titles:
            if titles[group_id] != name:
                lost[name] = Doing(Did.RENAMED, thing, title=titles[group_id])
        elif name not in there:
            state = info.gone_groups.get(group_id)
            did = Did.ARCHIVED if state == Did.ARCHIVED else Did.DELETED
            lost[name] = Doing(did, thing, sure=state is not None)
    return lost


def doing_of(thing: str, item_id: str, board_id: str, found: Mapping[str, Whereabouts]) -> Doing:
    """What happened to an item or subitem that is not in its place any more.

    Args:
        board_id: the board it should lie on.
        found: what the API said of all that are missing.
    """
    where = found.get(item_id)
    if where is None or where.state == Did.DELETED:
        return Doing(Did.DELETED, thing)
    if where.state == Did.ARCHIVED:
        return Doing(Did.ARCHIVED, thing)
    if where.board_id is not None and where.board_id != board_id:
        return Doing(Did.MOVED, thing, where.board_id, where.board_name)
    return Doing(Did.MOVED, thing)
