"""The real whole: generated workbooks through loader, dbt and sync onto an emulated board."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from board_emulator.testing import running_emulator
from samples import generate
from tests.parsed import parsed_project
from tests.pipeline.edits import edit
from tests.pipeline.whole import Whole

CUSTOMERS = ("GREYSON", "RHONE", "CUTS CLOTHING")


@pytest.fixture
def whole(tmp_path: Path) -> Iterator[Whole]:
    with running_emulator() as board:
        yield Whole(parsed_project(tmp_path / "whole", "boards"), board)


def same_id_everywhere(whole: Whole, report: dict[str, Any]) -> None:
    """The run's id leads to what loader, dbt and sync did in it, to its lines in the log, and to the way back."""
    run = report["run_id"]
    where = f"where pipeline_run_id = '{run}'"
    assert whole.rows(f"select count(*) from loader_file_log {where} and status = 'landed'") == [(len(CUSTOMERS),)]
    ((sync,),) = whole.rows(f"select run_id from monday_sync_runs {where} and kind = 'push'")
    (made,) = report["sync_runs"]
    assert (made["run_id"], made["undo"]) == (sync, f"monday-sync rollback {sync} --target local --dry-run")
    ((invocation,),) = whole.rows(
        f"select invocations from pipeline_stages where run_id = '{run}' and stage = 'transform'"
    )
    said = "".join(path.read_text("utf-8") for path in whole.folder.rglob("dbt.log*")).replace('\\"', '"')
    assert f'"run_id": "{run}", "invocation_id": "{invocation}"' in said
    _, log = whole.call("pipeline", "log", "--run", run, "--level", "debug")
    lines = log["lines"]
    assert {line["stage"] for line in lines} >= {"load", "transform", "sync"}
    assert {line["program"] for line in lines} >= {"pipeline"}
    assert invocation in {line.get("invocation_id") for line in lines}
    assert sync in {line.get("sync_run_id") for line in lines}
    assert [line for line in lines if line["request_id"] and line["milliseconds"] is not None]
    assert len({line["file"] for line in lines if str(line["message"]).startswith("landed ")}) == len(CUSTOMERS)
    past: Any = whole.call("pipeline", "history", "--run", run)[1]
    assert [one["run_id"] for one in past] == [run]
    assert whole.call("monday_sync", "history", "--run", run)[1]["entries"]


def test_the_whole_way_there_again_and_with_three_edits(whole: Whole) -> None:
    """First everything once, then nothing, then exactly the three cells that a person changed."""
    manifest = generate(whole.workbooks, rows=90, customers=CUSTOMERS)
    expected = list(manifest.files.values())

    status, first = whole.call("pipeline", "run")
    assert status == 0
    customers = first["figures"]["customers"]
    assert sum(c["rows"] for c in customers) == sum(f.rows for f in expected)
    assert sum(c["orders"] for c in customers) == sum(f.orders for f in expected)
    assert sum(c["lines"] for c in customers) == sum(f.lines for f in expected)
    assert sum(c["rejected_rows"] for c in customers) == sum(sum(f.rejects.values()) for f in expected)
    assert first["figures"]["board"]["items_created"] == sum(f.orders for f in expected)
    assert whole.shown() == whole.wanted()
    assert sum(whole.shown()[1].values()) == sum(f.lines for f in expected)

    writes = whole.board.referee.report()
    status, second = whole.call("pipeline", "run")
    assert (status, second["verdict"]) == (0, "All well: nothing changed on the board.")
    assert [stage["status"] for stage in second["stages"]] == ["ok", "skipped", "ok"]
    assert whole.board.referee.report()["boards"] == writes["boards"]

    for name, header, value in zip(
        CUSTOMERS, ("NOTES", "STYLE DESCRIPTION", "PATTERN ID"), ("call first", "POLO", "P-9"), strict=True
    ):
        edit(next(path for path in whole.workbooks.iterdir() if path.name.startswith(name)), header, value)
    assert whole.call("pipeline", "run", "--only", "load")[1]["figures"]["files"] == {"landed": 3}
    assert whole.call("pipeline", "run", "--only", "transform")[0] == 0
    _, plan = whole.call("monday_sync", "plan")
    changes = [(step, change) for step in plan["steps"] for change in step["changes"]]
    assert sorted(change["new"] for _, change in changes) == ["P-9", "POLO", "call first"]
    status, third = whole.call("pipeline", "run")
    assert (status, third["figures"]["board"]["items_updated"]) == (0, 3)
    assert whole.shown() == whole.wanted()
    same_id_everywhere(whole, first)
    assert whole.call("pipeline", "run", "--only", "validate")[0] == 0
    assert whole.call("monday_sync", "verify")[0] == 0


def test_ten_kills_at_random_moments_end_in_the_same_board(whole: Whole) -> None:
    """Killed in every stage, again and again, then left to finish: each order and line is on the board exactly once."""
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")  # shown when the test fails
    dice = random.Random(seed)  # noqa: S311 - no secret
    manifest = generate(whole.workbooks, rows=90, customers=CUSTOMERS)
    longest = {"load": 1.5, "transform": 8.0, "sync": 2.0}
    stages = ["load", "load", "transform", "transform", *["sync"] * 6]
    killed = [whole.kill_in(stage, dice, longest[stage]) for stage in stages]
    assert sum(killed) >= 5

    status, last = whole.call("pipeline", "run")
    assert (status, last.get("status")) == (0, "ok"), last
    assert whole.shown() == whole.wanted()
    assert sum(whole.shown()[0].values()) == sum(file.orders for file in manifest.files.values())
    report = whole.board.referee.report()
    assert (report["duplicates"], report["orphans"]) == (0, [])
    runs: Any = whole.call("pipeline", "history")[1]
    assert [run["status"] for run in runs].count("died") >= 5
