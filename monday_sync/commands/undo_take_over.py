"""The way back from a take-over: the ledger forgets what it linked. The boards are not asked: nothing changed there."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from monday_sync.commands.opening import ledger_of
from monday_sync.commands.take_over import KIND
from monday_sync.domain.board import load_boards
from monday_sync.domain.rows import LedgerRow, Level
from monday_sync.engine.context import utc_now
from monday_sync.errors import RefusedError
from monday_sync.ledger import Ledger, Run
from monday_sync.ledger.later import runs_after
from warehouse import Target, load_target, open_warehouse


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What the ledger forgot again."""

    run_ids: tuple[str, ...]
    items: int
    subitems: int


def undo_take_over(target: str | Target | None = None, *, project_dir: Path | None = None) -> Forgotten:
    """Let the ledger forget what a take-over linked.

    Raises:
        RefusedError: other runs changed rows since; nothing was done.
        LockHeldError: another run is at work.
    """
    chosen = target if isinstance(target, Target) else load_target(target, project_dir=project_dir)
    warehouse = open_warehouse(chosen)
    ledgers = [ledger_of(warehouse, board) for board in load_boards(chosen.name, chosen.project_dir / "boards")]
    with warehouse.lock():
        return undo_in(ledgers)


def undo_in(ledgers: Sequence[Ledger]) -> Forgotten:
    """The same of the ledgers of a target's boards."""
    runs = [(ledger, run) for ledger in ledgers for run in _not_undone(ledger)]
    later = dict[str, int]()
    for ledger, run in runs:
        later |= dict(runs_after(ledger, run.run_id, besides=KIND))
    if later:
        listed = ", ".join(f"{run} ({count:,} rows)" for run, count in sorted(later.items(), reverse=True))
        raise RefusedError(
            f"Rows were pushed since they were taken over: {listed}.",
            hint="Take that back first, the latest one first: `monday-sync rollback <run>`.",
        )
    items = subitems = 0
    for ledger, run in runs:
        forgotten = _forget(ledger, run)
        items += sum(1 for row in forgotten if row.level is Level.ITEM)
        subitems += len(forgotten) - sum(1 for row in forgotten if row.level is Level.ITEM)
    return Forgotten(tuple(run.run_id for _, run in runs), items, subitems)


def _not_undone(ledger: Ledger) -> list[Run]:
    runs = ledger.runs.latest()
    undone = {run.of_run for run in runs if run.kind == "rollback" and run.outcome == "DONE"}
    return [run for run in runs if run.kind == KIND and run.run_id not in undone]


def _forget(ledger: Ledger, of_run: Run) -> list[LedgerRow]:
    """The ledger's rows as they were before a run; those that it linked. Done again, it does what is left."""
    attempts = {(a.level, a.row_key): a for a in ledger.attempts_of_run(of_run.run_id)}
    rows = {(level, k): r for level in (Level.ITEM, Level.SUBITEM) for k, r in ledger.rows(level).items()}
    found = [r for at, r in rows.items() if at in attempts and r.monday_id == attempts[at].item_id]
    run = Run(f"{utc_now():%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:8]}", "rollback", ledger.board_id, utc_now(),
              of_run=of_run.run_id)  # fmt: skip
    ledger.runs.save(run)
    before = {at: a.row_before for at, a in attempts.items()}
    ledger.write(LedgerRow.from_json(text) for r in found if (text := before[r.level, r.key]))
    ledger.forget_rows([r for r in found if not before[r.level, r.key]])
    ledger.runs.save(replace(run, outcome="DONE", ended_at=utc_now()))
    return found
