"""What is said of a board as a whole: may it be pushed to, how full is it, what leaves it, what goes by bulk import."""

from __future__ import annotations

from console import joined
from monday_sync.domain.capacity import SHORTEST, Room
from monday_sync.domain.plan import Plan
from monday_sync.domain.remote import BoardFacts
from monday_sync.domain.rows import Level
from monday_sync.domain.trial import Trial, TrialOutcome

_EXAMPLES = 3


def room_line(room: Room) -> str:
    """The room for items or subitems, in one line."""
    there = f"{room.there:,}" if room.counted else f"at least {room.there:,} (the API does not tell how many)"
    limit = f"{room.limit:,}" + ("" if room.limit_is_told else " (as documented; the API does not tell)")
    changes = [f"this push adds {room.adds:,}"]
    if room.removes:
        changes.append(f"archives {room.removes:,}")
    changes += [f"{room.comes:,} are moved here"] if room.comes else []
    changes += [f"{room.goes:,} are moved away"] if room.goes else []
    name = {Level.ITEM: "items", Level.SUBITEM: "subitems"}[room.level]
    return f"{name} on the board: {there} of {limit}; {joined(changes)}; {_when(room)}."


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
        "limit_is_told": room.limit_is_told, "adds": room.adds, "archives": room.removes,
        "moved_here": room.comes, "moved_away": room.goes, "after": room.after,
        "per_day": room.rate.per_day, "days_of_history": room.rate.days,
        "full_on": room.full_on.isoformat() if room.full_on else None,
    }  # fmt: skip


def archive_lines(plan: Plan) -> list[str]:
    """What the archive policy takes off the board, first of all that a plan says."""
    found = plan.archive
    if found is None:
        return []
    steps = plan.by_policy
    lines = [
        f"archive policy: orders with an ex-factory date before {found.before.isoformat()} are taken off the board"
    ]
    if steps:
        lines.append(f"  - this push archives {len(steps)} items with {found.subitems} subitems, for example:")
        for step in steps[:_EXAMPLES]:
            day = found.days[step.row.key].isoformat()
            lines.append(f"      {step.row.customer_name}: {step.row.name}, ex-factory {day} ({step.base.monday_id})")
    if found.already_off:
        lines.append(f"  . {len(found.already_off)} were archived or deleted on the board already")
    if found.unseen:
        lines.append(f"  ! {found.unseen} are not to be seen on the board in any state; left alone")
    if found.earlier:
        lines.append(f"  . {found.earlier} were taken off by earlier pushes and stay off")
    if found.back:
        lines.append(
            f"  + {len(found.back)} come back as new items, since their date or the policy changed: "
            + ", ".join(found.back[:_EXAMPLES]) + (" ..." if len(found.back) > _EXAMPLES else "")
        )  # fmt: skip
    return [*lines, ""]


def archive_json(plan: Plan) -> dict[str, object] | None:
    """The same as data; ``None`` without a policy."""
    found = plan.archive
    if found is None:
        return None
    return {
        "ex_factory_before": found.before.isoformat(), "items": len(plan.by_policy), "subitems": found.subitems,
        "already_off": len(found.already_off), "unseen": found.unseen, "earlier": found.earlier,
        "back": list(found.back),
    }  # fmt: skip


def bulk_lines(plan: Plan) -> list[str]:
    """How much of the plan goes by bulk import."""
    if not plan.bulk:
        return []
    items, subitems = sum(len(part.orders) for part in plan.bulk), sum(part.subitems for part in plan.bulk)
    groups = len({part.group for part in plan.bulk})
    return [f"{items} items with {subitems} subitems in {groups} groups go by bulk import, the rest one by one."]


def check_text(facts: BoardFacts, trial: Trial | None) -> str:
    """That a push may start, what will need attention, and what was tried."""
    info = facts.items
    count = "an unknown number" if info.items_count is None else info.items_count
    lines = [f"All well: board {info.id} ({info.name}) has {count} of {info.items_limit or '?'} items."]
    lines += [f"warning: {warning}" for warning in facts.warnings]
    if trial is not None:
        use = "pushes may use it" if trial.outcome is TrialOutcome.PROVEN else "pushes do without it"
        lines.append(f"{trial.subject}: {trial.outcome.value.lower()}; {trial.message}; {use}.")
    return "\n".join(lines)


def check_json(facts: BoardFacts, trial: Trial | None) -> dict[str, object]:
    """The same as data."""
    info = facts.items
    return {
        "board_id": info.id, "name": info.name, "items": info.items_count, "items_limit": info.items_limit,
        "warnings": list(facts.warnings), "trial": trial,
    }  # fmt: skip
