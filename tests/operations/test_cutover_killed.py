"""Trial, go and rollback, killed again and again: the same command goes on, nothing twice and nothing lost."""

from __future__ import annotations

import random
from collections.abc import Callable

import monday_sync
from operations.cutover.go import go
from operations.cutover.rollback import rollback
from operations.cutover.standing import Phase
from operations.cutover.trial import clean_up, trial
from pipeline import read_schedule
from tests.operations.cutover_quay import KilledError, Quay, killed_at, second


def until_it_is_done(step: Callable[[], object]) -> int:
    """Run a step that dies before statement or call 3, then 6, 12 ..., a little off each time; how often it died."""
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")  # shown when the test fails
    dice, moment, died = random.Random(seed), 3.0, 0  # noqa: S311 - no secret
    while True:
        with killed_at(round(moment)):
            try:
                step()
            except KilledError:
                died += 1
            else:
                return died
        moment *= dice.uniform(1.5, 2.5)


def test_a_trial_that_dies_pushes_its_orders_once_and_no_others(quay: Quay) -> None:
    """Wherever it dies, the orders that it began with are tried, each once; so it is with the clean-up."""
    before, links = quay.shown(), quay.links()
    assert until_it_is_done(lambda: trial(quay.day, "GREYSON", 2, yes=4)) >= 4
    names = [item["name"] for item in quay.shown()[1]]
    assert sorted(set(names)) == sorted(names)
    assert set(names) == {f"STYLE1 A{n}" for n in range(4)} | {"STYLE1 B0", "STYLE1 B1"}
    done = quay.day.context.log.entries(action="trial", last=1)[0]
    assert (done.outcome, done.evidence["checked"]) == ("done", 4)
    number = quay.programs.rows([run.run_id for run in quay.programs.runs() if run.is_test])
    assert until_it_is_done(lambda: clean_up(quay.day, yes=number)) >= 3
    assert (quay.shown(), quay.links()) == (before, links)
    assert quay.handle.referee.report()["duplicates"] == 0


def test_a_go_that_dies_goes_on_and_a_rollback_that_dies_too(quay: Quay) -> None:
    """One beginning however often it dies, every order once; and all of it goes back after two days of use."""
    quay.secure()
    before = quay.whole()

    def going() -> object:
        return go(quay.day, approved_by="Jane Doe", yes=quay.programs.due().records)

    assert until_it_is_done(going) >= 5
    assert (read_schedule(quay.folder), quay.wrong()) == ("target: prod\n", [])
    assert quay.actions("go").count("begun") == 1
    assert quay.day.standing().phase is Phase.LIVE
    assert quay.handle.referee.report()["duplicates"] == 0
    quay.relations.set_orders([one.with_values(notes="later") for one in second()])
    for _ in range(2):
        monday_sync.push("prod", yes=7, project_dir=quay.folder)

    def back() -> object:
        return rollback(quay.day, asked=True)

    assert until_it_is_done(back) >= 5
    assert quay.whole() == before
    assert (quay.actions("rollback").count("begun"), quay.day.standing().phase) == (1, Phase.ROLLED_BACK)
    row = quay.day.context.log.entries(action="rollback", last=1)[0]
    assert row.evidence["left"] == []
    assert len(list((quay.folder / "data/reports/cutover").glob("*.md"))) == 1
