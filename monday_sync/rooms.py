"""How full a board is, as sentences. Pure."""

from __future__ import annotations

from monday_sync.domain.capacity import SHORTEST, Room
from monday_sync.domain.rows import Level


def room_line(room: Room) -> str:
    """The room for items or subitems, in one line."""
    there = f"{room.there:,}" if room.counted else f"at least {room.there:,} (the API does not tell how many)"
    limit = f"{room.limit:,}" + ("" if room.limit_is_told else " (as documented; the API does not tell)")
    changes = [f"this push adds {room.adds:,}"]
    if room.removes:
        changes.append(f"archives {room.removes:,}")
    name = {Level.ITEM: "items", Level.SUBITEM: "subitems"}[room.level]
    return f"{name} on the board: {there} of {limit}; {' and '.join(changes)}; {_when(room)}."


def _when(room: Room) -> str:
    rate = room.rate
    if room.after >= room.limit:
        return "the board is full" if room.after == room.limit else f"{room.after - room.limit:,} more than fit"
    if rate.per_day is None:
        history = f"{rate.days} days of history" if rate.days else "there is no history yet"
        return f"when it is full is not known ({history}; a rate takes {SHORTEST} days after the first load)"
    over = f"in the last {rate.days} days"
    if rate.per_day <= 0:
        return f"it did not grow {over}"
    grew = f"at {rate.per_day:,.1f} a day ({over})"
    return f"full by {room.full_on.isoformat()} {grew}" if room.full_on else f"not full within ten years {grew}"


def room_json(room: Room) -> dict[str, object]:
    """The same as data; what is not known is null."""
    return {
        "level": room.level.value, "on_board": room.there, "counted_by_api": room.counted, "limit": room.limit,
        "limit_is_told": room.limit_is_told, "adds": room.adds, "archives": room.removes, "after": room.after,
        "per_day": room.rate.per_day, "days_of_history": room.rate.days,
        "full_on": room.full_on.isoformat() if room.full_on else None,
    }  # fmt: skip
