"""dbt says what it is at, whether it reads, waits or builds."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline import dbt_progress
from pipeline.dbt_progress import shown
from tests.eventually import eventually


def event(name: str, message: str = "", level: str = "info", **data: object) -> dict[str, Any]:
    return {"info": {"name": name, "msg": message, "level": level}, "data": data}


def nobody() -> None:
    return None


def test_a_log_hears_of_each_phase_and_of_one_total(capsys: pytest.CaptureFixture[str]) -> None:
    """From reading the project to the nodes; hooks after the nodes are no new phase; problems are said at once."""
    with shown("dbt build", nobody) as step:
        for name in ("MainReportVersion", "AdapterRegistered", "UnableToPartialParse", "FoundStats"):
            step(event(name))
        step(event("LogHookStartLine", total=2))
        step(event("LogStartLine", total=112, node_info={"node_name": "order_list"}))
        step(event("LogTestResult", "FAIL 1 too_few", "error", total=112))
        step(event("LogHookStartLine", total=1))
    assert capsys.readouterr().err.splitlines() == [
        "dbt build: reads the project",
        "dbt build: reads the whole project anew",
        "dbt build: opens the database",
        "dbt build: prepares the database",
        "dbt build: 112 nodes",
        "dbt: FAIL 1 too_few",
    ]


@pytest.mark.parametrize(
    ("events", "who", "said"),
    [
        ([event("AdapterRegistered")], None, "dbt build: reads the project ("),
        (
            [event("FoundStats")],
            "process 7 (duckdb)",
            "dbt build waits for the database: process 7 (duckdb) has it open",
        ),
        (
            [
                event("LogStartLine", total=112, node_info={"node_name": "order_list"}),
                event("LogModelResult", total=112),
            ],
            None,
            "dbt build: 1 of 112, at order_list",
        ),
    ],
    ids=["reading", "waiting", "building"],
)
def test_it_is_never_silent_for_long(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    events: list[dict[str, Any]],
    who: str | None,
    said: str,
) -> None:
    """A word every few seconds, with what it is at, or who has the database open."""
    monkeypatch.setattr(dbt_progress, "_SILENCE", 0.0)
    monkeypatch.setattr(dbt_progress, "_BEAT", 0.02)
    with shown("dbt build", lambda: who) as step:
        for one in events:
            step(one)
        heard: list[str] = []

        def is_said() -> bool:
            heard.append(capsys.readouterr().err)
            return said in "".join(heard)

        assert eventually(is_said), heard
