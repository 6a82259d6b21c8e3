"""Runs that ended, for those who watch what happens after a change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from pipeline.history import RUNS, STAGES
from pipeline.model import Status
from warehouse import Warehouse

_WENT_THROUGH = frozenset({Status.OK, Status.ATTENTION})


@dataclass(frozen=True, slots=True)
class FinishedRun:
    """A run that ended.

    Args:
        went_through: whether every stage was done, whatever single rows or files it left.
        text: all that the run said of itself and its stages.
    """

    run_id: str
    ended_at: datetime
    went_through: bool
    text: str


def finished_runs(warehouse: Warehouse) -> list[FinishedRun]:
    """All runs that ended, also those that were killed (by their start), in two statements; none without a history."""
    with warehouse.session(read_only=True) as session:
        if session.relations().lacking((RUNS, STAGES)):
            return []
        runs = session.rows(
            "select run_id, coalesce(ended_at, started_at), status, sentence "  # noqa: S608 - quoted name
            f"from {warehouse.relation(RUNS)} where status <> ?",
            [Status.RUNNING.value],
        )
        stages = session.rows(f"select run_id, sentence, figures from {warehouse.relation(STAGES)}")  # noqa: S608
    said: dict[str, list[str]] = {}
    for run_id, *texts in stages:
        said.setdefault(run_id, []).extend(text for text in texts if text)
    return [
        FinishedRun(
            run_id, ended_at.replace(tzinfo=UTC), status in _WENT_THROUGH,
            "\n".join([message or "", *said.get(run_id, ())]),
        )
        for run_id, ended_at, status, message in runs
    ]  # fmt: skip
