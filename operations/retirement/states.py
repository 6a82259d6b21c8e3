"""The states of a table on its way out, and the only steps between them. Pure."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """How far a table is. Each is reached from the one before it, and undone to it."""

    DECLARED = "declared"
    CLEAR = "clear"
    ARCHIVED = "archived"
    DISABLED = "disabled"
    WATCHED = "watched"
    DROPPED = "dropped"


_ORDER = tuple(State)
#: What a step does, for people, by the state that it leads to.
STEPS = {
    State.CLEAR: "look whether anything uses it",
    State.ARCHIVED: "copy it to three places and restore it on trial",
    State.DISABLED: "rename it, and let its readers get a message",
    State.WATCHED: "see that runs go well without it",
    State.DROPPED: "drop it",
}
#: States in which its own name leads to a message instead of rows.
ASIDE = (State.DISABLED, State.WATCHED)


def after(state: State) -> State | None:
    """The next state; ``None`` at the end."""
    place = _ORDER.index(state) + 1
    return _ORDER[place] if place < len(_ORDER) else None


def before(state: State) -> State | None:
    """The state that an undo leads to; ``None`` at the beginning."""
    place = _ORDER.index(state)
    return _ORDER[place - 1] if place else None
