"""What was done on a board after a run."""

from __future__ import annotations

from monday_sync.ledger.schema import ATTEMPTS, RUNS
from monday_sync.ledger.store import Ledger

#: Runs that take back what others did, or only look.
_TAKE_BACK = ("rollback", "cleanup")


def runs_after(ledger: Ledger, run_id: str, *, besides: str) -> list[tuple[str, int]]:
    """Later runs on the board that changed rows and were not rolled back, with how many; those of a kind left out."""
    attempts, runs = ledger.warehouse.relation(ATTEMPTS.name), ledger.warehouse.relation(RUNS.name)
    with ledger.session() as session:
        found = session.rows(
            f"select b.run_id, count(distinct b.row_key) from {attempts} b "  # noqa: S608 - names are ours
            f"join {runs} rb on rb.run_id = b.run_id "
            f"where rb.board_id = ? and rb.started_at > (select max(s.started_at) from {runs} s where s.run_id = ?) "
            "and rb.kind not in (?, ?, ?) and b.level in ('item', 'subitem') "
            "and b.outcome not in ('ERROR', 'WITHDRAWN') "
            f"and b.run_id not in (select r.of_run from {runs} r where r.kind = 'rollback' and r.outcome = 'DONE') "
            "group by b.run_id order by b.run_id",
            [ledger.board_id, run_id, *_TAKE_BACK, besides],
        )
    return [(str(run), int(count)) for run, count in found]
