"""What ``maintenance`` prints for people."""

from __future__ import annotations

from collections.abc import Sequence

from console import argument, counted, text_table
from operations.backup import BroughtBack, Checked, Record, Taken
from operations.constraints import Done as RuleDone
from operations.constraints import Standing
from operations.retirement import Done, Planned, Rehearsed


def taken(result: Taken) -> str:
    """A backup that was taken."""
    lines = [
        f"Backup {result.archive}: {counted(result.tables, 'table')}, {counted(result.rows, 'row')}, "
        f"{result.size:,} bytes."
    ]
    lines += [f"  {one.place}: {'read back whole' if one.fault is None else one.fault}" for one in result.stored]
    lines += [f"  the server's own: {result.native}"] if result.native else []
    lines += [f"  removed by the policy: {name}" for name in result.removed]
    lines += [f"  warning: {text}." for text in result.warnings]
    lines.append("It counts once it was restored on trial: maintenance restore --check")
    return "\n".join(lines)


def backups(found: Sequence[Record]) -> str:
    """The list of backups."""
    if not found:
        return "No backup was taken yet. Run `maintenance backup`."
    rows = [
        (
            record.archive, f"{record.taken_at:%Y-%m-%d %H:%M}", record.outcome, f"{record.rows:,}", f"{record.size:,}",
            len(record.places), f"{record.verified_at:%Y-%m-%d %H:%M}" if record.verified_at else "never",
        )
        for record in found
    ]  # fmt: skip
    return text_table(("archive", "taken (UTC)", "outcome", "rows", "bytes", "places", "restored on trial"), rows)


def checked(result: Checked) -> str:
    """A trial."""
    lines = [f"{result.archive}: {result.restored} of {counted(result.tables, 'table')} came back exactly as before."]
    lines += [f"  {fault}" for fault in result.faults]
    return "\n".join(lines)


def brought_back(result: BroughtBack) -> str:
    """A restore."""
    lines = [
        f"{result.archive}: {counted(len(result.restored), 'table')} restored, {len(result.unchanged):,} as they were "
        f"already; {counted(result.overwritten, 'row')} overwritten."
    ]
    lines += [f"  restored: {name}" for name in result.restored]
    lines += [f"  {fault}" for fault in result.faults]
    if result.rescue:
        lines.append(f"What was there before: maintenance restore --to {result.rescue}")
    if result.restored:
        lines.append("The board may be ahead of the ledger now: monday-sync verify --repair")
    return "\n".join(lines)


def planned(tables: Sequence[Planned], rules: Sequence[Standing]) -> str:
    """Where everything that is declared stands."""
    lines = [] if tables else ["No table is declared in operations/retire.yml."]
    for one in tables:
        lines.append(f"{one.table}: {one.state} ({one.why}; ask {one.owner})")
        if one.step is None:
            lines.append("  at the end; `maintenance undo` goes back")
        elif one.reason is None:
            lines.append(f"  next: {one.step}: maintenance apply {argument(one.table)}")
        else:
            lines += [f"  next: {one.step}", f"  not yet: {one.reason}"]
        lines.append(f"  last: {one.last}")
    if rules:
        rows = [
            (f"{one.table}.{one.name}", one.stage.value, one.broken, one.reason or one.next or "nothing")
            for one in rules
        ]  # fmt: skip
        lines += ["", text_table(("constraint", "stage", "rows that break it", "next"), rows)]
        lines += [
            f"{one.name}: {example}" for one in rules if one.broken for example in (*one.examples, one.query)
        ]  # fmt: skip
    return "\n".join(lines)


def applied(done: Sequence[Done] | Sequence[RuleDone] | Sequence[Done | RuleDone], refused: Sequence[str]) -> str:
    """Steps that were done, and those that were not."""
    lines = [
        f"{one.table if isinstance(one, Done) else one.subject}: {one.before} -> {one.after} "
        f"({one.seconds:.1f} s): {one.message}"
        for one in done
    ]
    lines += [f"not done: {reason}" for reason in refused]
    return "\n".join(lines) or "There is no step to do."


def rehearsed(tables: Sequence[Rehearsed]) -> str:
    """Steps that were done to a copy."""
    lines = []
    for one in tables:
        took = ", ".join(f"{part} {seconds:.2f} s" for part, seconds in one.seconds.items())
        lines.append(f"{one.table} ({counted(one.rows, 'row')}), next step: {one.step}")
        lines += [f"  {found}" for found in one.found]
        lines.append(f"  {took}")
    return "\n".join(lines) or "There is no step to rehearse."
