"""How often indexes were used, sampled as each run begins: ``pipeline_index_usage``.

The server forgets its counts when it restarts, and those of a table when a build makes it anew. So they are read before
the build; what they grew by from sample to sample adds up.
"""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.history import RUNS
from pipeline.measures import SCHEMA, USAGE, USAGE_COLUMNS, USAGE_KEY
from warehouse import IndexFacts, Warehouse, bring_up_to_date
from warehouse.rows import table_of

#: So many runs are kept.
_RUNS_KEPT = 90


def keep_usage(warehouse: Warehouse, run_id: str) -> None:
    """Store what the engine counts now; nothing where it counts nothing.

    Raises:
        ForeignRelationError, ChangedTableError, NewerSchemaError: as :func:`warehouse.bring_up_to_date`.
    """
    with warehouse.session() as session:
        inventory = session.inventory()
        if not inventory.wants_indexes:
            return
        records = [
            {"run_id": run_id, "relation": one.relation, "index_name": one.name, "reads": one.reads,
             "writes": one.writes}
            for one in inventory.indexes()
            if one.reads is not None
        ]  # fmt: skip
        if not records:
            return
        bring_up_to_date(session, SCHEMA)
        session.create_table(USAGE, USAGE_COLUMNS, key=USAGE_KEY)
        session.upsert(USAGE, table_of(USAGE_COLUMNS, records), USAGE_KEY)
        kept, runs = warehouse.relation(USAGE), warehouse.relation(RUNS)
        session.execute(
            f"delete from {kept} where run_id in (select r.run_id from {runs} as r "  # noqa: S608 - quoted names
            f"where r.run_seq <= (select max(l.run_seq) from {runs} as l) - {_RUNS_KEPT})"
        )


def grown(samples: Iterable[int]) -> int:
    """How much was counted in all, from samples in their order: a smaller one begins at zero again."""
    total = before = 0
    for count in samples:
        total += count - before if count >= before else count
        before = count
    return total


def with_samples(samples: Iterable[tuple[str, str, int]], now: Iterable[IndexFacts]) -> dict[tuple[str, str], int]:
    """Reads of each index, by table and name in small letters: all samples, and what is counted now.

    Args:
        samples: table, index and reads, in the order of the runs.
    """
    found: dict[tuple[str, str], list[int]] = {}
    for relation, name, reads in samples:
        found.setdefault((relation.lower(), name.lower()), []).append(reads)
    for one in now:
        if one.reads is not None:
            found.setdefault((one.relation.lower(), one.name.lower()), []).append(one.reads)
    return {key: grown(counts) for key, counts in found.items()}
