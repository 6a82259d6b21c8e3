"""Results as text for people. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from console import print_result, text_table
from monday_sync.commands.verify import VerifyResult
from monday_sync.domain.acceptance import age_of
from monday_sync.domain.causes import cause_lines
from monday_sync.domain.due import count_reasons, reasons
from monday_sync.domain.plan import Action, Plan
from monday_sync.domain.rows import Level
from monday_sync.domain.selection import Skip
from monday_sync.domain.source import SourceRow
from monday_sync.engine.results import Counts, Problem, PushResult
from monday_sync.figures import archive_json, archive_lines, bulk_lines, room_json, room_line
from monday_sync.steps_text import STEPS_SHOWN, mode_text, plan_causes, quoted, steps_text

_PROBLEMS_SHOWN = 20
_SKIPS = (Skip.OUT_OF_SCOPE, Skip.HELD_BACK, Skip.DEAD, Skip.SHIPPED, Skip.NOT_SELECTED, Skip.WAITS_FOR_ITEM)


def plan_text(plan: Plan) -> str:
    """A plan, row by row and field by field."""
    what = f"{plan.title} (dry run, nothing is changed)" if plan.title else f"Plan {plan.plan_id or '(not stored)'}"
    lines = [f"{what} for board {plan.board_id}", ""]
    lines += archive_lines(plan)
    lines += [f"  + group {name}" for name in plan.groups]
    lines += steps_text(plan)
    lines += [f"  . {row.customer_name}: {row.name} is gone from the source; left alone" for row in plan.deleted[:20]]
    lines += [f"  ! {row.customer_name}: {row.name} was given up; left alone ({_if_accepted(row, plan)})"
              for row in plan.given_up[:20]]  # fmt: skip
    lines += [f"  ! {d.name}: items {', '.join((d.kept, *d.others))} have one business key; {d.kept} is ours"
              for d in plan.duplicates]  # fmt: skip
    lines += [f"  - duplicate {d.level} {d.name} ({d.monday_id}), beside {d.of}" for d in plan.duplicate_items]
    lines += [f"  - group {name}" for name in plan.groups_to_archive]
    lines += [f"  . left as it is: {field}" for field in plan.left_fields[:STEPS_SHOWN]]
    lines += [f"  * {note}" for note in plan.notes]
    if plan.in_doubt:
        lines.append(f"  * {plan.in_doubt} operations of an earlier run have no answer; a push settles them first")
    lines += [f"  {line}" for line in cause_lines(plan_causes(plan))]
    lines += mode_text(plan)
    is_done = all(s.action in {Action.CONFIRM, Action.LEAVE, Action.FAIL} for s in plan.steps)
    if is_done and not (plan.groups or plan.by_policy or plan.duplicate_items or plan.groups_to_archive):
        lines.append(_nothing_to_do(plan))
    rows = [
        (level.value + "s", *(plan.count(a, level) for a in Action), *_skips(plan, level))
        for level in (Level.ITEM, Level.SUBITEM)
    ]
    headers = (
        "",
        *(a.value for a in Action),
        "out of scope",
        "held back",
        "given up",
        "shipped",
        "not selected",
        "waiting",
    )
    lines += ["", text_table(headers, rows)]
    lines += _because(_due_because(plan))
    conflicts = sum(1 for s in plan.steps for c in s.changes if c.conflict)
    lines.append(f"groups to create: {len(plan.groups)}; conflicts: {conflicts}; gone from the source: "
                 f"{len(plan.deleted)}; rows touched on the board: {plan.touched}")  # fmt: skip
    lines += bulk_lines(plan)
    lines += [room_line(room) for room in plan.rooms]
    if plan.estimate is not None:
        share = "" if plan.estimate.day_share is None else f" ({plan.estimate.day_share:.1%} of the day's)"
        lines.append(f"It takes about {plan.estimate.calls} calls{share} and {plan.estimate.seconds:.0f} s.")
    if plan.plan_id:
        lines.append(f"To do exactly this: monday-sync push --plan {plan.plan_id}")
    elif plan.command:
        lines.append(f"To do this: monday-sync {plan.command}")
    return "\n".join(lines)


def _if_accepted(row: SourceRow, plan: Plan) -> str:
    at = row.ledger.attempted_at if row.ledger else None
    age = f"for {age_of(at, plan.looked_at)}; " if at and plan.looked_at else ""
    return age + plan.accepted.get((row.level, row.key), "`monday-sync retry` tries it again")


def _nothing_to_do(plan: Plan) -> str:
    """That the board shows all of it is said only when nothing is left out."""
    if plan.title is not None:
        return "  Nothing to do."
    left = {reason.value: 0 for reason in Skip}
    for (_, reason), count in plan.skipped.items():
        left[reason.value] += count
    named = [f"{reason} {count}" for reason, count in left.items() if count]
    failing = sum(1 for s in plan.steps if s.action is Action.FAIL)
    named += [f"not to be sent {failing}"] if failing else []
    kept = sum(1 for s in plan.steps for c in s.changes if not c.sent)
    named += [f"changed by people and kept {kept}"] if kept else []
    named += [f"not due, left to people {plan.orders_left}"] if plan.orders_left else []
    off = sum(one.count for one in plan.off_board) - plan.orders_left
    named += [f"not due, off the board {off}"] if off else []
    named += [f"in doubt {plan.in_doubt}"] if plan.in_doubt else []
    named += [f"to be moved between boards {plan.moving}"] if plan.moving else []
    if plan.deleted:
        named.append(f"gone from the source {len(plan.deleted)}")
    if named:
        return f"  Nothing to do; left alone: {', '.join(named)}."
    return "  Nothing to do: the board shows what the database says."


def _due_because(plan: Plan) -> dict[str, int]:
    return count_reasons(reasons(step.row) for step in plan.steps)


def _because(counts: Mapping[str, int]) -> list[str]:
    return ["due because: " + ", ".join(f"{why} {count}" for why, count in counts.items())] if counts else []


def _skips(plan: Plan, level: Level) -> tuple[int, ...]:
    return tuple(plan.skipped.get((level, reason), 0) for reason in _SKIPS)


def push_text(result: PushResult) -> str:
    """What a push did."""
    headers = ("", "created", "updated", "moved", "adopted", "failed", "unchanged", "archived", "out of scope",
               "held back", "given up", "left to people", "not selected")  # fmt: skip
    rows = [_count_row("items", result.items), _count_row("subitems", result.subitems)]
    lines = [text_table(headers, rows), ""]
    lines += _nothing_changed(result)
    share = "an unknown part" if result.success_share is None else f"{result.success_share:.1%}"
    but = f" ({len(result.accepted)} accepted as they are, not counted)" if result.accepted else ""
    lines.append(
        f"{result.verdict}: {share} of the due rows is on the board{but}; groups created: "
        f"{result.groups_created}, archived: {result.groups_archived}; "
        f"{result.calls} calls, {result.points} points, {result.seconds:.1f} s; "
        f"run {result.run_id}"
    )
    if result.duplicates_archived:
        lines.append(f"Duplicates archived: {result.duplicates_archived}.")
    if result.deletes_reported:
        lines.append(f"{result.deletes_reported} orders are gone from the source; their items were left alone.")
    if result.items.shipped:
        lines.append(f"{result.items.shipped} shipped orders stay off the board by the archive policy.")
    if result.recovered:
        lines.append(f"{result.recovered} operations of an earlier run were in doubt and are settled.")
    if result.conflicts:
        lines.append(f"{result.conflicts} values had been changed on the board by a person (see `monday-sync plan`).")
    lines += [f"duplicate: {d.name} is on the board as {', '.join((d.kept, *d.others))}" for d in result.duplicates]
    lines += [f"left as it is: {field}" for field in result.left_fields[:STEPS_SHOWN]]
    lines += problem_lines("accepted as it is", result.accepted)
    lines += cause_lines(result.causes)
    if result.items.by_mode or result.subitems.by_mode:
        lines.append(
            f"The board's mode leaves {result.items.by_mode} items and {result.subitems.by_mode} subitems undone; "
            "`monday-sync plan` lists them."
        )
    lines += [f"note: {note}" for note in result.notes]
    lines += [f"hook: {result.hook_problem}"] if result.hook_problem else []
    if result.message:
        lines.append(f"stopped: {result.message}")
    return "\n".join(lines)


def _nothing_changed(result: PushResult) -> list[str]:
    """That nothing had to be changed is said only when nothing is left to do."""
    if result.changed or result.errors or result.outcome != "done":
        return []
    counts = (result.items, result.subitems)
    left = {
        "out of scope": sum(c.out_of_scope for c in counts), "held back": sum(c.held_back for c in counts),
        "given up": len(result.given_up), "left to people": sum(c.left for c in counts),
        "not selected": sum(c.not_selected for c in counts), "left by the mode": sum(c.by_mode for c in counts),
        "waiting for their item": sum(c.waiting for c in counts),
        "gone from the source": result.deletes_reported, "changed by people and kept": result.conflicts,
    }  # fmt: skip
    named = ", ".join(f"{what} {count}" for what, count in left.items() if count)
    return [f"Nothing was changed on the board; left alone: {named}." if named else
            "Nothing had to be changed on the board."]  # fmt: skip


def _count_row(name: str, c: Counts) -> tuple[object, ...]:
    return (name, c.created, c.updated, c.moved, c.adopted, c.failed, c.confirmed, c.archived, c.out_of_scope,
            c.held_back, c.dead, c.left, c.not_selected)  # fmt: skip


def problem_lines(title: str, problems: Sequence[Problem]) -> list[str]:
    """Rows that failed, the first ones of many."""
    lines = [
        f"{title}: {p.customer}: {p.name}: {p.message}{f'; {p.accepted}' if p.accepted else ''}"
        for p in problems[:_PROBLEMS_SHOWN]
    ]
    if len(problems) > _PROBLEMS_SHOWN:
        lines.append(f"{title}: {len(problems) - _PROBLEMS_SHOWN} more (see `monday-sync status --json`)")
    return lines


def time_text(value: dt.datetime) -> str:
    """A moment as people read it."""
    return value.isoformat(sep=" ", timespec="seconds")


def show_plan(made: Plan, *, as_json: bool) -> None:
    """Print the page that every plan has."""
    print_result(plan_json(made) if as_json else None, as_json=as_json, human=lambda: plan_text(made))


def plan_json(plan: Plan) -> dict[str, object]:
    """A plan as one JSON object."""
    counts = {
        level.value: {a.value: plan.count(a, level) for a in Action}
        | {reason.value: n for (of, reason), n in plan.skipped.items() if of is level}
        for level in (Level.ITEM, Level.SUBITEM)
    }
    return {
        "plan_id": plan.plan_id,
        "dry_run_of": plan.title,
        "command": plan.command,
        "board_id": plan.board_id,
        "fingerprint": plan.fingerprint,
        "groups": list(plan.groups),
        "counts": counts,
        "touched": plan.touched,
        "due_because": _due_because(plan),
        "rekeyed": [
            {"level": r.new.level.value, "monday_id": r.new.monday_id, "from": r.old.key, "to": r.new.key}
            for r in plan.rekeyed
        ],
        "estimate": plan.estimate,
        "archive": archive_json(plan),
        "rooms": [room_json(room) for room in plan.rooms],
        "bulk": [
            {"group": part.group, "mode": part.mode, "items": len(part.orders), "subitems": part.subitems}
            for part in plan.bulk
        ],
        "in_doubt": plan.in_doubt,
        "deleted": [{"key": r.key, "customer": r.customer_name, "item": r.name} for r in plan.deleted],
        "duplicates": plan.duplicates,
        "duplicates_to_archive": plan.duplicate_items,
        "groups_to_archive": list(plan.groups_to_archive),
        "left_fields": plan.left_fields,
        "causes": plan_causes(plan),
        "mode": plan.mode,
        "left_by_mode": [s.to_json() for s in plan.left_by_mode],
        "notes": list(plan.notes),
        "steps": [s.to_json() for s in plan.steps],
    }


def verify_text(result: VerifyResult) -> str:
    """What a verification found."""
    lines = []
    for d in result.differences[:STEPS_SHOWN]:
        accepted = "  [accepted by policy]" if d.accepted else ""
        desired, shown = quoted(d.desired), quoted(d.shown)
        should = f"due ({', '.join(d.due)}): should show" if d.due else "should show"
        lines.append(f"  {d.level} {d.name} ({d.monday_id}): {d.column}: {should} {desired}, shows {shown}{accepted}")
    lines += [f"  missing: {s.level} {s.name} ({s.monday_id})" for s in result.missing[:STEPS_SHOWN]]
    lines += [
        f"  duplicate: {s.level} {s.name} ({s.monday_id}), ours is {s.of}" for s in result.duplicates[:STEPS_SHOWN]
    ]
    lines += [f"  extra: {s.level} {s.name} ({s.monday_id})" for s in result.extra[:STEPS_SHOWN]]
    lines += [
        f"  taken off the board by a person, and left alone: {s.level} {s.name} ({s.monday_id})"
        for s in result.left_to_people[:STEPS_SHOWN]
    ]
    lines.append(
        f"{result.checked} rows compared: {len(result.differences)} differences, {len(result.missing)} missing, "
        f"{len(result.extra)} extra, {len(result.duplicates)} duplicates; "
        f"{result.due} rows are due and not on the board yet."
    )
    lines += _because(result.due_because)
    if result.misplaced:
        lines.append(f"{result.misplaced} orders lie here and belong on another board of the target: see `plan`.")
    if result.plan is not None:
        lines += ["", plan_text(result.plan)]
    if result.repair is not None:
        lines += ["", "Repair:", push_text(result.repair)]
        lines += [
            f"  left as it is, since no push sends it (gone from the source, held back, out of scope, or the mode): "
            f"{s.level} {s.name} ({s.monday_id})"
            for s in result.left[:STEPS_SHOWN]
        ]
    return "\n".join(lines)
