"""The steps of a plan as text: each order with its fields and, under it, its lines. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from monday_sync.domain.archive import BY_POLICY
from monday_sync.domain.causes import Cause, causes
from monday_sync.domain.due import reasons
from monday_sync.domain.plan import Action, Change, Plan, Step
from monday_sync.domain.rows import NAME, Level

STEPS_SHOWN = 200
_VERBS = {Action.CREATE: "+", Action.UPDATE: "~", Action.CONFIRM: "=", Action.FAIL: "!", Action.ARCHIVE: "-",
          Action.LEAVE: "."}  # fmt: skip


def shown_steps(plan: Plan) -> list[Step]:
    """The steps that a person wants to see, each order's lines behind its item."""
    shown = [
        step
        for step in plan.steps
        if step.row.action != BY_POLICY  # those of the archive policy are summed up
        and (
            step.action is not Action.CONFIRM
            or step.row.rekeyed_from is not None
            or step.reason
            or (step.adopted and plan.title is not None)
        )
    ]
    places: dict[str, int] = {}
    for step in shown:
        places.setdefault(step.row.order_key, len(places))
    return sorted(shown, key=lambda step: (places[step.row.order_key], step.level is not Level.ITEM))


def steps_text(plan: Plan) -> list[str]:
    """The steps as lines; those beyond :data:`STEPS_SHOWN` are counted."""
    shown = shown_steps(plan)
    lines: list[str] = []
    above: str | None = None
    for step in shown[:STEPS_SHOWN]:
        if step.level is Level.SUBITEM and step.row.order_key != above:
            number = plan.order_numbers.get(step.row.order_key, step.row.order_key)
            lines.append(f"    order {step.row.customer_name}: {number}")
        above = step.row.order_key
        lines += _step_lines(step, plan)
    if len(shown) > STEPS_SHOWN:
        lines.append(f"  ... and {len(shown) - STEPS_SHOWN} more rows (all of them with --json)")
    return lines


def mode_text(plan: Plan) -> list[str]:
    """What the board's mode leaves undone, as lines."""
    if not plan.left_by_mode:
        return []
    count = {level: sum(1 for s in plan.left_by_mode if s.level is level) for level in (Level.ITEM, Level.SUBITEM)}
    lines = [f"  mode {plan.mode} leaves undone: {count[Level.ITEM]} items and {count[Level.SUBITEM]} subitems"]
    for step in plan.left_by_mode[:STEPS_SHOWN]:
        number = plan.order_numbers.get(step.row.order_key, step.row.order_key)
        what = f"{step.action.value} {step.level.value} {step.row.customer_name}: {step.row.name} (order {number})"
        changed = ", ".join(change.column for change in step.sent) if step.action is Action.UPDATE else ""
        lines.append(f"    . {what}{f': {changed}' if changed else ''}")
    if len(plan.left_by_mode) > STEPS_SHOWN:
        lines.append(f"    ... and {len(plan.left_by_mode) - STEPS_SHOWN} more rows (all of them with --json)")
    return lines


def plan_causes(plan: Plan) -> list[Cause]:
    """Why rows of a plan are not sent, or not all of their values: each cause once."""
    kinds: Mapping[str, list[Step]] = {
        "not sent": [s for s in plan.steps if s.reason and s.action is not Action.LEAVE],
        "left": [s for s in plan.steps if s.action is Action.LEAVE],
    }
    return [
        cause
        for kind, steps in kinds.items()
        for cause in causes(
            kind, ((s.row.order_key, s.reason or "") for s in steps), lambda key: plan.order_numbers.get(key, key)
        )
    ]


def _step_lines(step: Step, plan: Plan) -> Iterator[str]:
    indent = "      " if step.level is Level.SUBITEM else "  "
    adopted = " (found on the board)" if step.adopted else ""
    because = () if step.action is Action.CREATE else reasons(step.row)
    why = f" [{', '.join(because)}]" if because else ""
    row = f"{indent}{_VERBS[step.action]} {step.level.value} {step.row.customer_name}: {step.row.name}{adopted}{why}"
    if step.action is Action.CREATE and step.level is Level.SUBITEM:
        fields = ", ".join(_fields(step))
        yield f"{row}: {fields}" if fields else row
        return
    yield row
    if step.action is Action.CREATE:
        yield f"{indent}    in group {step.row.group_name}"
        yield from (f"{indent}    {field}" for field in _fields(step))
    if step.move_from:
        names = {group_id: name for name, group_id in plan.group_ids.items()}
        old = names.get(step.move_from, step.move_from)
        yield f"{indent}    group: {old} -> {step.row.group_name}"
    if step.action in {Action.UPDATE, Action.CONFIRM}:
        yield from (f"{indent}    {change_text(c)}" for c in step.changes)


def _fields(step: Step) -> Iterator[str]:
    """What a new item or subitem shows."""
    return (f"{c.column}: {quoted(c.new)}" for c in step.sent if c.column != NAME and c.new is not None)


def change_text(change: Change) -> str:
    """What becomes of a field that is on the board."""
    text = f"{change.column}: {quoted(change.old)} -> {quoted(change.new)}"
    if change.conflict:
        kept = "sent all the same" if change.sent else "left as it is"
        text += f"  [conflict: we last sent {quoted(change.last_sent)}; policy {change.conflict}: {kept}]"
    return text


def quoted(text: str | None) -> str:
    """A value as a person reads it."""
    return "(empty)" if text is None else f"'{text}'"
