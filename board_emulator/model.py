"""What there is on a board: columns with labels, groups, items. Plain data; the rules stand in :mod:`.world`.

A value of a column is kept in one canonical form per type (see :mod:`.values`): text, long_text, numbers and date as
``str``, dropdown as a list of label ids, status as a label index. An empty cell has no value at all.
"""

from __future__ import annotations

from dataclasses import dataclass, field

Value = str | int | list[int]

LABELLED = ("dropdown", "status")
STATUS_LABELS = 40
STATUS_LABEL_LENGTH = 30

# the vendor's palette: name, colour, border
PALETTE = (
    ("working_orange", "#fdab3d", "#e99729"), ("done_green", "#00c875", "#00b461"), ("stuck_red", "#df2f4a", "#ce3048"),
    ("dark_blue", "#007eb5", "#3db0df"), ("purple", "#9d50dd", "#9238af"), ("explosive", "#c4c4c4", "#b0b0b0"),
    ("grass_green", "#037f4c", "#006b38"), ("bright_blue", "#579bfc", "#4387e8"), ("saladish", "#cab641", "#c0ab31"),
    ("egg_yolk", "#ffcb00", "#c29e11"), ("blackish", "#333333", "#000000"), ("dark_red", "#bb3354", "#a42d4a"),
    ("sofia_pink", "#ff007f", "#e01279"), ("lipstick", "#ff5ac4", "#e04fac"), ("dark_purple", "#784bd1", "#8f4dc4"),
    ("bright_green", "#9cd326", "#7ca32b"), ("chili_blue", "#66ccff", "#55b5e2"),
    ("american_gray", "#757575", "#5f5f5f"),
    ("brown", "#7f5347", "#6f4a40"), ("dark_orange", "#ff6d3b", "#e35f33"), ("sunset", "#ff7575", "#e06666"),
    ("bubble", "#faa1f1", "#e08fd7"), ("peach", "#ffadad", "#e09999"), ("berry", "#7e3b8a", "#6c3276"),
    ("winter", "#9aadbd", "#8999a7"), ("river", "#68a1bd", "#5b8ea7"), ("navy", "#225091", "#1c427a"),
    ("aquamarine", "#4eccc6", "#45b4ae"), ("indigo", "#5559df", "#4a4dc4"), ("dark_indigo", "#401694", "#361280"),
    ("pecan", "#563e3e", "#483434"), ("lavender", "#bda8f9", "#a693dc"), ("royal", "#216edf", "#1c5fc2"),
    ("steel", "#a9bee8", "#95a8cd"), ("orchid", "#e484bd", "#ca74a7"), ("lilac", "#9d99b9", "#8a87a3"),
    ("tan", "#bca58a", "#a5917a"), ("sky", "#a1e3f6", "#8ec9da"), ("coffee", "#cd9282", "#b58172"),
    ("teal", "#175a63", "#134d55"),
)  # fmt: skip


@dataclass(slots=True)
class Label:
    """A label of a dropdown (``id`` is its id) or status column (``id`` is its index)."""

    id: int
    text: str
    color: str = ""
    is_done: bool = False
    deactivated: bool = False


@dataclass(slots=True)
class Column:
    """A column of a board. ``revision`` changes with every change of its title or labels."""

    id: str
    title: str
    type: str
    labels: dict[int, Label] = field(default_factory=dict)
    revision: int = 1
    description: str | None = None
    limit_select: bool = False
    board_ids: tuple[str, ...] = ()
    by_text: dict[str, Label] = field(default_factory=dict, repr=False)

    def index_labels(self) -> None:
        """Rebuild the look-up by text after labels were replaced."""
        self.by_text = {label.text: label for label in self.labels.values() if not label.deactivated}

    def add_label(self, text: str) -> Label:
        """Append a label; the caller has checked that there is room and that the text is new."""
        first = 0 if self.type == "status" else 1
        number = max(self.labels, default=first - 1) + 1
        label = Label(number, text, PALETTE[number % len(PALETTE)][0])
        self.labels[number] = label
        self.by_text[text] = label
        self.revision += 1
        return label


@dataclass(slots=True)
class Group:
    """A group of a board. ``state`` is active, archived or deleted."""

    id: str
    board_id: str
    title: str
    color: str
    position: float
    state: str = "active"


@dataclass(slots=True)
class Item:
    """An item or, with ``parent_id``, a subitem (which lies on the subitem board). Times are UTC, ISO 8601."""

    id: int
    board_id: str
    group_id: str
    name: str
    position: float
    created_at: str
    updated_at: str
    creator_id: str
    parent_id: int | None = None
    state: str = "active"
    values: dict[str, Value] = field(default_factory=dict)


@dataclass(slots=True)
class Board:
    """A board with everything on it but the items, which the world keeps."""

    id: str
    name: str
    target: str
    columns: dict[str, Column]
    groups: dict[str, Group] = field(default_factory=dict)
    permissions: str = "everyone"
    items_limit: int = 10_000
    hierarchy: str = "classic"
    subitem_board_id: str | None = None
    parent_board_id: str | None = None
    business_key: tuple[str, ...] = ()
    quantity_column: str | None = None
    created_at: str = ""
    updated_at: str = ""

    def active_groups(self) -> list[Group]:
        """Active groups, top to bottom."""
        return sorted((g for g in self.groups.values() if g.state == "active"), key=lambda g: (g.position, g.id))


@dataclass(frozen=True, slots=True)
class Token:
    """Who calls. ``role``: admin (all), member (structure when the board is open to everyone), contributor (contents
    only), viewer (reads only)."""

    text: str
    user_id: str
    name: str
    role: str = "admin"

    def may_edit(self, board: Board) -> bool:
        """Whether contents of ``board`` may be changed with this token."""
        if self.role == "admin":
            return True
        return self.role in ("member", "contributor") and board.permissions in ("everyone", "collaborators")

    def may_change_structure(self, board: Board) -> bool:
        """Whether groups, columns and labels of ``board`` may be changed with this token."""
        return self.role == "admin" or (self.role == "member" and board.permissions == "everyone")
