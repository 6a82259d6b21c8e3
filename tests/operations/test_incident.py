"""The file of an incident: what the logs know, in order, with what they do not know said as such."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from console import register_secret
from operations.cutover import incident
from operations.log import Entry
from pipeline import FinishedRun

_START = dt.datetime(2026, 11, 27, 6, 0, tzinfo=dt.UTC)


def _at(minutes: int) -> dt.datetime:
    return _START + dt.timedelta(minutes=minutes)


def _entry(minutes: int, action: str, outcome: str = "done", message: str = "", **evidence: object) -> Entry:
    return Entry(
        action, "prod", outcome, message, seconds=1.5, evidence=evidence, at=_at(minutes), who="jane@desk",
        sequence=minutes,
    )  # fmt: skip


def _sections(text: str) -> dict[str, str]:
    parts = text.split("\n## ")
    return {part.partition("\n")[0]: part.partition("\n")[2] for part in parts[1:]}


def test_everything_stands_in_its_time() -> None:
    """Steps of both logs and runs stand in one timeline by their time, whatever order they came in."""
    text = incident.render(
        [_entry(40, "rollback", message="too many errors"), _entry(5, "go"), _entry(1, "backup")],
        target="prod", at=_at(50), runs=[FinishedRun("run7", _at(20), False, "Failed: 12 of 40\nload: well")], left=[],
    )  # fmt: skip
    rows = [line.split(" | ") for line in _sections(text)["Timeline"].splitlines() if line.startswith("| 2026")]
    assert [(row[0][-8:], row[1], row[2]) for row in rows] == [
        ("06:01:00", "backup prod", "done"), ("06:05:00", "go prod", "done"),
        ("06:20:00", "run run7 ended", "did not go through"), ("06:40:00", "rollback prod", "done"),
    ]  # fmt: skip
    assert "35 min later, by jane@desk" in text
    assert "| Failed: 12 of 40 |" in text
    assert "load: well" not in text


def test_figures_are_compared_and_unknown_ones_said() -> None:
    """Before, after and the difference stand side by side; what one side does not know is unknown, not zero."""
    step = _entry(
        3, "rollback", before={"items": 1200, "groups": 4, "sum": None}, after={"items": 1000, "groups": 4, "links": 7}
    )
    shown = _sections(incident.render([step], target="prod", at=_at(9), runs=[], left=[]))["Figures before and after"]
    assert "| items | 1,200 | 1,000 | -200 |" in shown
    assert "| groups | 4 | 4 | 0 |" in shown
    assert "| sum | unknown | unknown | not comparable |" in shown
    assert "| links | unknown | 7 | not comparable |" in shown


def test_figures_of_a_step_that_ended_stand_once() -> None:
    """Its beginning knows only what was before; one that never ended still shows that."""
    steps = [
        _entry(1, "go", "begun", before={"items": 1}), _entry(2, "go", before={"items": 1}, after={"items": 3}),
        _entry(3, "rollback", "begun", before={"items": 3}),
    ]  # fmt: skip
    shown = _sections(incident.render(steps, target="prod", at=_at(9), runs=[], left=[]))["Figures before and after"]
    assert [line for line in shown.splitlines() if line.endswith(":")] == [
        "go, 2026-11-27 06:02:00:", "rollback, 2026-11-27 06:03:00:",
    ]  # fmt: skip
    assert shown.count("| items | 1 | 3 | +2 |") == 1


def test_what_was_undone_and_what_is_left() -> None:
    """Rollbacks and undos are told with their evidence, long lists cut and counted; what is left stands as said."""
    undone = [
        _entry(1, "take-over undo", message="names are back"), _entry(2, "rollback", "begun"),
        _entry(3, "rollback", archived=[str(n) for n in range(25)]), _entry(4, "backup"),
    ]  # fmt: skip
    parts = _sections(
        incident.render(undone, target="prod", at=_at(9), runs=[], left=["Item 17 stays: jane\nchanged it."])
    )
    assert "- take-over undo prod, done: names are back" in parts["What was undone"]
    assert "- rollback prod, done\n  - archived: 0, 1, 2, " in parts["What was undone"]
    assert "19 and 5 more" in parts["What was undone"]
    assert "begun" not in parts["What was undone"]
    assert "backup" not in parts["What was undone"]
    assert parts["What is left"].strip() == "- Item 17 stays: jane changed it."
    assert "Who sees to what is left (1 point above)" in parts["Questions for the investigation"]


def test_questions_come_from_what_the_logs_leave_open() -> None:
    """Failed and refused steps, steps without an end, runs that failed, and steps that `go` should have waited for."""
    log = [
        _entry(1, "preflight"), _entry(2, "trial", "failed", "3 fields differ"), _entry(4, "go", "done"),
        _entry(5, "watch", "begun"), _entry(9, "rehearse"),
    ]  # fmt: skip
    asked = _sections(
        incident.render(log, target="prod", at=_at(9), runs=[FinishedRun("r1", _at(6), False, "")], left=[])
    )["Questions for the investigation"]
    assert "Why did `trial` fail at 2026-11-27 06:02:00? It says: 3 fields differ" in asked
    assert "What became of `watch`, begun at 2026-11-27 06:05:00?" in asked
    assert "Why did the run r1 not go through? It says: nothing" in asked
    assert "Why was there a `go` without a `rehearse` that was done before it?" in asked
    assert "What would `preflight` have had to look at" in asked


def test_nothing_is_made_up() -> None:
    """Without any entry each part says that nothing is known."""
    text = incident.render([], target="prod", at=_at(0), runs=[], left=[])
    for words in ("0 steps, 0 runs", "no `go`", "no `rollback`", "Neither a step nor a run is known.",
                  "No step noted figures.", "name nothing that was undone", "names nothing that is left"):  # fmt: skip
        assert words in text


def test_no_text_breaks_a_table_and_no_secret_is_shown() -> None:
    """Bars and line ends in messages stay inside their cell; a secret is masked."""
    register_secret("sesame-open")
    text = incident.render([_entry(1, "go", "failed", "a|b\nsesame-open")], target="prod", at=_at(2), runs=[], left=[])
    (row,) = [line for line in text.splitlines() if line.startswith("| 2026")]
    assert row.endswith("| a\\|b *** |")
    assert "sesame" not in text


def test_the_file_lies_among_the_reports() -> None:
    """Its name is its moment."""
    assert incident.file_name(_at(0)) == Path("data/reports/cutover/20261127T060000.000000Z.md")
