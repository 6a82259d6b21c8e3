"""Section queries: what our programs send, run by run, and what the database spends its time on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from statistics import median
from typing import Any

from operations.audit.model import Check, Grid, Section, Verdict, listing
from operations.audit.reader import Reader
from pipeline.dbt_folder import latest_file
from pipeline.history import RUNS
from pipeline.measures import STATEMENTS

_LAST_RUNS = 20
_TOP = 20
#: A statement that is sent so many times as often as before goes by rows, most likely.
_TIMES, _OFTEN, _ENOUGH_RUNS = 5, 100, 3


def look_at_queries(reader: Reader) -> Section:
    """The statements of the last run with their cost, the trend over the runs before, and what the engine remembers."""
    grids = list[Grid]()
    checks = list[Check]()
    unseen = list[str]()
    if reader.names.lacking((RUNS, STATEMENTS)):
        unseen.append("our programs' statements: there is no pipeline_statements; the next `pipeline run` begins it")
    else:
        checks += _growth(reader)
        grids += [_trend(reader), _last(reader)]
    costly = reader.inventory.costly(_TOP)
    if costly:
        rows = tuple((one.statement, one.count, one.seconds, one.slowest) for one in costly)
        headers = ("statement", "times", "seconds", "slowest")
        grids.append(Grid("What the server spent most time on, whoever asked", headers, rows, bars=(2,)))
    models = _models(reader)
    if models:
        grids.append(Grid("dbt's slowest nodes in its last run", ("node", "seconds"), tuple(models), bars=(1,)))
    else:
        unseen.append("how long dbt's models take: no run of dbt left its results here")
    return Section("queries", tuple(checks), tuple(grid for grid in grids if grid.rows), tuple(unseen))


def _growth(reader: Reader) -> Iterator[Check]:
    rows = reader.rows(
        f"select s.stage, s.statement, s.sent, r.run_seq from {reader.warehouse.relation(STATEMENTS)} as s "  # noqa: S608
        f"inner join {reader.warehouse.relation(RUNS)} as r on r.run_id = s.run_id "
        f"where r.run_seq > (select max(run_seq) from {reader.warehouse.relation(RUNS)}) - {_LAST_RUNS}"
    )
    last = max((row[3] for row in rows), default=0)
    before: dict[tuple[str, str], list[int]] = {}
    now: dict[tuple[str, str], int] = {}
    for stage, statement, sent, number in rows:
        if number == last:
            now[stage, statement] = int(sent)
        else:
            before.setdefault((stage, statement), []).append(int(sent))
    judged = {key: median(counts) for key, counts in before.items() if len(counts) >= _ENOUGH_RUNS and key in now}
    more = [
        (stage, statement, now[stage, statement], usual)
        for (stage, statement), usual in judged.items()
        if now[stage, statement] >= max(_OFTEN, _TIMES * usual)
    ]
    yield listing(
        f"no statement is sent {_TIMES} times as often as in the runs before", more, len(judged),
        ("stage", "statement", "times", "usually"), otherwise=Verdict.NOTE,
        hint="A large delivery may explain it. If not, a statement goes by rows: report it.",
    )  # fmt: skip


def _trend(reader: Reader) -> Grid:
    rows = reader.rows(
        f"select r.run_seq, r.run_id, sum(s.sent) as sent, sum(s.seconds) as seconds, max(s.slowest) as slowest "  # noqa: S608
        f"from {reader.warehouse.relation(STATEMENTS)} as s "
        f"inner join {reader.warehouse.relation(RUNS)} as r on r.run_id = s.run_id "
        f"where r.run_seq > (select max(run_seq) from {reader.warehouse.relation(RUNS)}) - {_LAST_RUNS} "
        "group by r.run_seq, r.run_id order by r.run_seq desc"
    )
    shown = tuple((str(run), int(sent), float(seconds), float(slowest)) for _, run, sent, seconds, slowest in rows)
    return Grid("The database's part of the last runs", ("run", "statements", "seconds", "slowest"), shown, bars=(1, 2))


def _last(reader: Reader) -> Grid:
    rows = reader.rows(
        "select s.stage, s.statement, s.sent, s.seconds, s.slowest "  # noqa: S608 - quoted
        f"from {reader.warehouse.relation(STATEMENTS)} as s "
        f"inner join {reader.warehouse.relation(RUNS)} as r on r.run_id = s.run_id where r.run_seq = ("
        f"select max(t.run_seq) from {reader.warehouse.relation(RUNS)} as t inner join "
        f"{reader.warehouse.relation(STATEMENTS)} as u on u.run_id = t.run_id) order by s.seconds desc"
    )
    shown = tuple((stage, text, int(n), float(seconds), float(top)) for stage, text, n, seconds, top in rows[:_TOP])
    headers = ("stage", "statement", "times", "seconds", "slowest")
    return Grid("The costliest statements of the last run", headers, shown, bars=(3,))


def _models(reader: Reader) -> list[tuple[Any, ...]]:
    target = reader.warehouse.target
    path = latest_file(target.project_dir, target.name, "run_results.json")
    if path is None:
        return []
    try:
        results = json.loads(path.read_text(encoding="utf-8"))["results"]
        timed = [(str(one["unique_id"]), float(one["execution_time"])) for one in results]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return sorted(timed, key=lambda row: -row[1])[:_TOP]
