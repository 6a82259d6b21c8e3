"""What ``cutover take-over`` prints for people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from console import counted, text_table
from operations.cutover.take_over import Plan, Result, Undone

_SHOWN = 20


def planned(plan: Plan) -> str:
    """What a take-over would do."""
    if plan.nothing_to_do:
        return _NOTHING
    lines = [f"Target {plan.target}: {counted(len(plan.asides), 'relation')} under our names that we did not make."]
    rows = [
        (
            one.name, one.kind, "?" if one.rows is None else f"{one.rows:,}", one.aside or "stays",
            one.lacking or ", ".join(sorted(one.columns.values())),
        )
        for one in plan.relations
    ]  # fmt: skip
    if rows:
        lines.append(text_table(("relation", "kind", "rows", "will be", "board ids by"), rows))
    lines += [f"  {one.name} is named by {use}" for one in plan.relations for use in one.uses]
    lines += [f"  {one.name}: {right}" for one in plan.relations for right in one.rights]
    unseen = dict.fromkeys(text for one in plan.relations for text in one.not_looked_at)
    lines += [f"  not looked at: {text}" for text in unseen]
    lines += [f"In the way: {text}" for text in plan.obstacles]
    if plan.step is not None:
        lines.append(f"An earlier take-over came as far as: {plan.step}. `cutover take-over` goes on from there.")
    lines.append("Nothing was changed. `cutover take-over` archives them at three places, renames them, builds ours")
    lines.append("and reads their board ids; `cutover take-over --undo` goes back.")
    return "\n".join(lines)


_NOTHING = "Every relation under our names is ours. There is nothing to take over."


def taken(result: Result) -> str:
    """What was taken over."""
    if result.nothing:
        return _NOTHING
    lines = [f"{counted(len(result.renamed), 'relation')} taken over on target {result.target}."]
    lines += [f"  {name} is now {aside}" for name, aside in result.renamed.items()]
    if result.archive:
        lines.append(f"Archive {result.archive} at {', '.join(result.places)}; restored on trial.")
    linked = f"Linked: {counted(result.items, 'item')}, {counted(result.subitems, 'subitem')}"
    lines.append(f"{linked}; {result.already:,} were before.")
    for relation, states in result.states.items():
        lines.append(f"  {relation} had: {', '.join(f'{count:,} {state}' for state, count in sorted(states.items()))}")
    lines += _compared(result)
    lines += [f"Not followed: {count:,}, {reason}." for reason, count in result.reasons.items()]
    lines += _some(f"  {one.level} {one.monday_id} ({one.key}): {one.message}" for one in result.left)
    if result.listing:
        lines.append(f"All of them: {result.listing}")
    if result.readers:
        lines.append("These go by the name, and read what is ours from now on:")
        lines += _some(f"  {text}" for text in result.readers)
    if result.rights:
        lines.append("These rights were on what was renamed; ours do not have them (`grants` in dbt_project.yml):")
        lines += _some(f"  {text}" for text in result.rights)
    if result.retire:
        lines.append("What is no longer needed goes by retirement; declare it in operations/retire.yml:")
        lines += [f"  {name}" for name in result.retire]
    return "\n".join(lines)


def _compared(result: Result) -> list[str]:
    if not result.compared:
        return []
    line = f"Compared with the board field by field: {counted(result.compared, 'row')}, {result.differing:,} differ"
    fields = ", ".join(f"{column} {count:,}" for column, count in result.differences.items())
    lines = [f"{line} ({fields}); the next push sends that." if fields else f"{line}."]
    return [
        *lines,
        *(f"  {e.name}: {e.column} shows {e.shown!r}, the database has {e.desired!r}" for e in result.examples[:5]),
    ]


def _some(lines: Iterable[str]) -> Sequence[str]:
    found = list(lines)
    more = [f"  and {len(found) - _SHOWN:,} more"] if len(found) > _SHOWN else []
    return [*found[:_SHOWN], *more]


def undone(result: Undone) -> str:
    """What was put back."""
    lines = [f"Under their old names again on target {result.target}:"]
    lines += [f"  {name}" for name in result.back]
    lines.append(f"Forgotten: {counted(result.items, 'item')}, {counted(result.subitems, 'subitem')}.")
    lines += [f"  {text}" for text in result.kept]
    if result.changed:
        lines.append("Changed while they were renamed, or not compared:")
        lines += [f"  {text}" for text in result.changed]
    else:
        lines.append("Each is what was archived: rows, columns, keys, indexes and rights.")
    return "\n".join(lines)
