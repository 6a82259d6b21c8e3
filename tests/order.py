"""The order of the tests for several workers: what takes longest begins first, on all of them at once.

pytest-xdist gives each worker an equal part of the list, from the front, and a worker that is through takes from the
end of another's part. So what takes minutes stands at the front of each part, and small tests fill the end: no worker
is left alone with a long one.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

#: Modules with tests that take many seconds each, the longest first.
LONGEST = (
    "pipeline/test_end_to_end.py", "monitoring/test_fortnight.py", "transform/test_commands.py",
    "pipeline/test_words.py", "operations/test_daily_runbooks.py", "transform/test_board_follows.py",
    "operations/test_retirement.py", "sqlserver/test_sent.py", "transform/test_headers.py", "pipeline/test_deep.py",
    "sqlserver/test_dbt_sql.py", "transform/test_docs.py", "transform/test_empty.py", "pipeline/test_dbt.py",
    "transform/test_ownership.py", "loader/test_blob.py", "transform/test_customer_files.py",
    "operations/test_take_over_whole.py", "operations/test_cutover_rehearse.py", "operations/test_cutover_killed.py",
    "operations/test_cutover_go.py", "operations/test_preflight.py", "operations/test_cutover_cli.py",
    "operations/test_take_over.py",
    "transform/test_project.py", "transform/test_freshness.py", "transform/test_hold_back.py",
    "transform/test_changes.py", "pipeline/test_recipes.py", "loader/test_scaffold.py", "transform/test_why.py",
    "monday_sync/test_soak.py", "monday_sync/test_several_commands.py", "monday_sync/test_several_random.py",
    "monday_sync/test_several_boards.py", "monday_sync/test_bulk_trial.py",
)  # fmt: skip


def longest_first(modules: Sequence[str], workers: int, longest: Sequence[str] = LONGEST) -> list[int]:
    """The places of the tests in the order to run them, of which ``modules`` gives the module of each.

    The tests of one module stay together and in their order: they may share what is costly to set up.
    """
    found = set(modules)
    fronts: list[list[int]] = [[] for _ in range(workers)]
    for turn, module in enumerate(name for name in longest if name in found):
        round_, place = divmod(turn, workers)
        # there and back: who got the longer one of a round gets the shorter one of the next
        front = fronts[place if round_ % 2 == 0 else workers - 1 - place]
        front += [n for n, name in enumerate(modules) if name == module]
    others = iter([n for n, name in enumerate(modules) if name not in longest])
    ordered: list[int] = []
    for worker, front in enumerate(fronts):
        # as xdist divides what is left among those that have nothing yet
        size = (len(modules) - len(ordered)) // (workers - worker)
        ordered += [*front, *islice(others, max(size - len(front), 0))]
    return [*ordered, *others]
