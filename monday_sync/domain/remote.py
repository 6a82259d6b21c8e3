"""What is read from a board, as plain values. Ids are text, as the API has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from monday_sync.domain.rows import Level


@dataclass(frozen=True, slots=True)
class Me:
    """Whose token it is."""

    id: str
    name: str
    account_id: str
    is_admin: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """An active group of a board. ``position`` counts from 0, top to bottom."""

    id: str
    title: str
    position: int


@dataclass(frozen=True, slots=True)
class ColumnInfo:
    """A column of a board.

    Args:
        labels: of a dropdown or status column, those that may be chosen (deactivated ones are left out).
        label_ids: label to its id (dropdown) or index (status): what a status label that is a number is sent by.
        deactivated: the same of labels that cannot be chosen any more; cells may still show them.
        revision: what a change of the column's settings has to name.
        board_ids: of a subtasks column, the boards that its subitems lie on; empty when the API does not say.
    """

    id: str
    title: str
    type: str
    labels: tuple[str, ...] = ()
    label_ids: Mapping[str, int] = field(default_factory=dict)
    revision: str = ""
    board_ids: tuple[str, ...] = ()
    deactivated: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BoardInfo:
    """A board without its items.

    Args:
        state: active, archived or deleted.
        permissions: who may change what, in the vendor's words (everyone, collaborators, assignee, owners).
        can_write: whether the token may change contents.
        items_count: active items; ``None`` when the API does not say. It may lag: no safety rests on it.
        items_limit: items the board takes at most; ``None`` when the API does not say.
        groups: active ones, top to bottom.
        gone_groups: ids of groups to archived or deleted, as far as the API lists such.
        hierarchy: classic or multi_level, in the vendor's words; ``None`` when the API does not say.
    """

    id: str
    name: str
    state: str
    permissions: str
    can_write: bool
    items_count: int | None
    items_limit: int | None
    groups: tuple[Group, ...]
    columns: Mapping[str, ColumnInfo]
    gone_groups: Mapping[str, str] = field(default_factory=dict)
    hierarchy: str | None = "classic"


@dataclass(frozen=True, slots=True)
class BoardItem:
    """An item or subitem.

    Args:
        state: active, archived or deleted.
        group_id: ``None`` for a subitem.
        values: mapped column id to the canonical text it shows (:mod:`monday_sync.domain.values`); ``None``: empty.
        subitems: in board order, archived ones included if the API lists them (look at their ``state``).
    """

    id: str
    name: str
    state: str
    group_id: str | None
    values: Mapping[str, str | None]
    subitems: tuple[BoardItem, ...] = ()


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where an item or subitem is, whatever its state.

    Args:
        state: active, archived or deleted.
        board_id, board_name: the board it lies on; ``None`` when the API does not say.
        group: its group's title.
    """

    id: str
    state: str
    board_id: str | None
    board_name: str | None = None
    group: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Start:
    """What a run has to know before it begins, asked for in one call.

    Args:
        boards: by id; those that the token may see.
        versions: versions of the API with their kinds, in the vendor's words; empty when the API does not say.
    """

    me: Me
    boards: Mapping[str, BoardInfo]
    versions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Day:
    """Calls of the account today: the plan's limit and what was used; ``None`` when the API does not say."""

    limit: int | None
    used: float | None


@dataclass(frozen=True, slots=True)
class BoardFacts:
    """The item board and the subitem board as the API has them, and whether the token is an account admin's.

    Args:
        warnings: what will need attention before long, as sentences.
    """

    items: BoardInfo
    subitems: BoardInfo
    is_admin: bool = False
    warnings: tuple[str, ...] = ()

    def columns(self, level: Level) -> Mapping[str, ColumnInfo]:
        """Columns of a level's board by id."""
        return (self.items if level is Level.ITEM else self.subitems).columns
