"""The steps, in their order, each with what has to be exact after it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

import monday_sync
from bench.rehearsal import legacy
from bench.rehearsal.kills import Moment, of_go, of_rollback, of_take_over
from bench.rehearsal.stage import Stage, require
from operations.backup import load_policy, shelves
from operations.retirement import Context, State, apply_next, plan, undo_last
from operations.tables import Measure, measured
from samples import generate
from warehouse import Structure, Warehouse, load_target, open_warehouse

_OLD = ("GREYSON", "RHONE", "CUTS CLOTHING")
_NEW, _NEW_ROWS = "JOHNNIE O", 30
_DELTAS = ("ORDER_LIST_DELTA", "ORDER_LIST_LINES_DELTA")
_RETIRE = """tables:
  ORDER_LIST_DELTA: {owner: planning, why: replaced by FACT_ORDER_LIST, watch: 48h, approved_by: "Jane Doe"}
  ORDER_LIST_LINES_DELTA: {owner: planning, why: replaced by ORDER_LIST_LINES, watch: 48h, approved_by: "Jane Doe"}
"""
_WATCH = dt.timedelta(hours=49)


def rehearse(stage: Stage, *, kills: bool = False) -> None:
    """All of it; raises where something is not exact.

    Args:
        kills: take-over, go and rollback are killed in the middle, each some times, and the same command goes on.
    """

    def moments(of: Callable[[Warehouse], Sequence[Moment]]) -> Sequence[Moment]:
        return of(_warehouse(stage)) if kills else ()

    old_ids = _production_as_it_was(stage)
    stage.step(
        "take over",
        lambda: stage.run("operations.cutover", "take-over", accept=(0, 1), moments=moments(of_take_over)),
    )
    require(old_ids <= set(_linked(stage).values()), "every id of the old tables is in the ledger")
    old = _old_tables(stage)
    stage.step("back up, restore on trial", lambda: _secure(stage))
    stage.step("deliver an alert", lambda: stage.run("monitoring", "test", "--target", "prod"))
    stage.step("preflight", lambda: stage.run("operations.cutover", "preflight"))
    stage.step("rehearse", lambda: stage.run("operations.cutover", "rehearse", "--customer", _NEW))
    before_trial = _board(stage)
    stage.step("trial", lambda: stage.run("operations.cutover", "trial", "--customer", _NEW, "--limit", "3"))
    stage.step("clean up the trial", lambda: stage.run("operations.cutover", "trial", "--cleanup"))
    require(_board(stage) == before_trial, "the board is as it was before the trial")
    before = _state(stage)
    _go(stage, moments=moments(of_go))
    _use(stage)
    found = stage.step("rollback", lambda: stage.run("operations.cutover", "rollback", moments=moments(of_rollback)))
    require(not found["left"], f"nothing is left by the rollback: {found['left']}")
    for what, value in _state(stage).items():
        require(value == before[what], f"{what} as before go")
    require(not (stage.project / "data/schedule.yml").exists(), "the schedule is as before go")
    _views_there(stage)
    stage.step("preflight again", lambda: stage.run("operations.cutover", "preflight"))
    _go(stage, "go again")
    stage.step("retire both DELTA tables", lambda: _retire(stage))
    stage.step("bring one of them back", lambda: _bring_back(stage))
    for name, facts in _old_tables(stage).items():
        require(facts == old[name] or name == _DELTAS[1], f"{name} as it was in the old schema")
    verified = stage.run("monday_sync", "verify", "--target", "prod")
    require(not verified["differences"] and not verified["missing"] and not verified["duplicates"], "the board")
    require(old_ids <= set(_linked(stage).values()), "every id of the old tables is still in the ledger")


def _production_as_it_was(stage: Stage) -> set[str]:
    """A board that programs of that time filled, their six tables, and today's workbooks; returns the ids."""
    stage.step("generate workbooks", lambda: _workbooks(stage, _OLD))
    stage.step("fill the board", lambda: stage.run("pipeline", "run", "--target", "prod"))
    filled = stage.folder / "before.duckdb"
    stage.move_in()
    counts = stage.step(
        "make the old tables", lambda: legacy.create(_warehouse(stage), stage.engine, filled, stage.rows)
    )
    require(len(counts) == 6 and all(counts.values()), f"six tables with rows: {counts}")  # noqa: PLR2004
    _workbooks(stage, (*_OLD, _NEW))
    return legacy.ids(_warehouse(stage))


def _workbooks(stage: Stage, customers: tuple[str, ...], day: int = 1) -> None:
    """Those of the old customers are as large with a new one beside them as without."""
    generate(stage.workbooks, rows=stage.rows, customers=_OLD, dirt="clean", day=day)
    if _NEW in customers:
        generate(stage.workbooks, rows=_NEW_ROWS, customers=[_NEW], dirt="clean")


def _secure(stage: Stage) -> None:
    stage.run("operations.maintenance", "backup")
    stage.run("operations.maintenance", "restore", "--check")


def _go(stage: Stage, name: str = "go", moments: Sequence[Moment] = ()) -> None:
    found = stage.step(
        name, lambda: stage.run("operations.cutover", "go", "--approved-by", "Jane Doe", moments=moments)
    )
    require(not found["beyond"], f"the first run keeps all limits: {found['beyond']}")
    require("target: prod" in (stage.project / "data/schedule.yml").read_text("utf-8"), "the schedule names prod")


def _use(stage: Stage) -> None:
    for day in (2, 1):
        _workbooks(stage, (*_OLD, _NEW), day)
        stage.step(f"daily run, workbooks of day {day}",
                   lambda: stage.run("pipeline", "run", "--scheduled", accept=(0, 1)))  # fmt: skip


def _views_there(stage: Stage) -> None:
    """SQL Server and DuckDB keep the views of a table that is replaced; Babelfish drops them with it."""
    with _warehouse(stage).session(read_only=True) as session:
        there = session.relations()
    lost = [name for name in ("sync_monday__items", "sync_monday__subitems", "order_list_drift") if name not in there]
    if lost:
        stage.step(
            "build the lost views", lambda: stage.run("pipeline", "run", "--target", "prod", "--only", "transform")
        )


# -- what has to be the same ----------------------------------------------------------------------------------------


def _warehouse(stage: Stage) -> Warehouse:
    with stage.inside():
        return open_warehouse(load_target("prod", project_dir=stage.project))


def _board(stage: Stage) -> Any:
    with stage.inside(), monday_sync.open_boards("prod", project_dir=stage.project) as opened:
        found: Any = monday_sync.snapshot(opened)
    board = found["boards"][0]
    return sorted(group["title"] for group in board["groups"]), sorted(board["items"], key=lambda item: item["id"])


def _linked(stage: Stage) -> dict[str, str]:
    with _warehouse(stage).session(read_only=True) as session:
        return {
            str(key): str(item)
            for key, item in session.rows(
                f"select order_key, monday_item_id from {session.relation('monday_sync_items')} "  # noqa: S608 - quoted
                "where monday_item_id is not null union all select line_key, monday_subitem_id from "
                f"{session.relation('monday_sync_subitems')} where monday_subitem_id is not null"
            )
        }


def _old_tables(stage: Stage) -> dict[str, tuple[Measure, Structure]]:
    """The tables of others, whatever they are called now: rows, keys, indexes, words."""
    with _warehouse(stage).session(read_only=True) as session:
        names = [name for name in session.relations() if name.endswith("__before") or name in _DELTAS]
        catalog = session.catalog()
        return {
            name.removesuffix("__before"): (measured(session, name), catalog.structure(name))
            for name in names
            if session.shapes([name])[name.lower()] is not None
        }


def _state(stage: Stage) -> dict[str, Any]:
    with _warehouse(stage).session(read_only=True) as session:
        raw = {name: measured(session, name) for name in session.relations() if name.endswith("_ORDER_LIST_RAW")}
    return {"the board": _board(stage), "the ledger": _linked(stage), "the raw tables": raw,
            "the old tables": _old_tables(stage)}  # fmt: skip


# -- retirement -----------------------------------------------------------------------------------------------------


def _context(stage: Stage, ahead: dt.timedelta = dt.timedelta(0)) -> Context:
    warehouse = _warehouse(stage)
    policy = load_policy(stage.project)
    return Context(
        warehouse, policy, shelves(policy, stage.project), now=lambda: dt.datetime.now(dt.UTC) + ahead
    )  # fmt: skip


def _retire(stage: Stage) -> None:
    (stage.project / "operations/retire.yml").write_text(_RETIRE, encoding="utf-8")
    _secure(stage)
    rows = {name: facts[0].rows for name, facts in _old_tables(stage).items()}
    for name in _DELTAS:
        for aim in (State.CLEAR, State.ARCHIVED, State.DISABLED):
            _apply(_context(stage), name, aim)
    stage.run("pipeline", "run", "--scheduled", accept=(0, 1))
    for name in _DELTAS:  # the two days of the watch pass by the clock
        _apply(_context(stage, _WATCH), name, State.WATCHED)
        _apply(_context(stage, _WATCH), name, State.DROPPED, yes=rows[name])
    require(not set(_DELTAS) & set(_old_tables(stage)), "both are gone")


def _apply(context: Context, name: str, aim: State, *, yes: int | None = None) -> None:
    done, refused = apply_next(context, name, yes=yes)
    require(not refused, f"{name} becomes {aim}: {refused}")
    require(done[0].after is aim, f"{name} becomes {aim}")


def _bring_back(stage: Stage) -> None:
    context = _context(stage, _WATCH)
    undo_last(context, _DELTAS[0], to=State.DECLARED)
    states = {one.table: one.state for one in plan(context)}
    require(states[_DELTAS[0]] is State.DECLARED and states[_DELTAS[1]] is State.DROPPED, f"as it should be: {states}")
