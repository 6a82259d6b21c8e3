"""Trial, go and rollback: what each refuses, what it does, and that all of it goes back."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

import monday_sync
from console import OrderListError
from monday_sync.errors import RefusedError
from operations.backup import check, take
from operations.cutover.go import go, judged
from operations.cutover.programs import FirstRun
from operations.cutover.rollback import Back, rollback
from operations.cutover.rules import Rules, Watch
from operations.cutover.standing import BACK_TO, Phase
from operations.cutover.status import status
from operations.cutover.trial import clean_up, keep, trial
from operations.errors import ConfirmationNeededError, RefusedStepError
from pipeline import read_schedule, write_schedule
from tests.operations.cutover_quay import RAW, SCHEDULE, Quay, first, second


def number_of(error: Exception) -> int:
    """The number that a refusal names."""
    assert isinstance(error, ConfirmationNeededError)
    return int(str(error.hint).rpartition("--yes ")[2].rstrip("."))


def gone(quay: Quay) -> None:
    """All the way to production."""
    quay.secure()
    with pytest.raises(ConfirmationNeededError) as refused:
        go(quay.day, approved_by="Jane Doe")
    assert go(quay.day, approved_by="Jane Doe", yes=number_of(refused.value)).well


def back(quay: Quay, to: str = "go") -> list[str]:
    """The way back; what was left."""
    with pytest.raises(ConfirmationNeededError) as refused:
        rollback(quay.day, to=to)
    return list(rollback(quay.day, to=to, yes=number_of(refused.value)).left)


def test_a_trial_reaches_its_orders_only_and_leaves_nothing_behind(quay: Quay) -> None:
    """Two orders of one customer as test data, read back; after the clean-up board and ledger are as they were."""
    before, links = quay.shown(), quay.links()
    with pytest.raises(ConfirmationNeededError, match="4 records of 2 orders of GREYSON") as refused:
        trial(quay.day, "GREYSON", 2)
    found = trial(quay.day, "GREYSON", 2, yes=number_of(refused.value))
    assert (found.well, found.orders, found.records, found.checked) == (True, 2, 4, 4)
    assert len(quay.shown()[1]) == len(before[1]) + 2
    assert [run.is_test for run in quay.programs.runs()] == [True, False]
    with pytest.raises(RefusedStepError, match="on the board"):
        trial(quay.day, "GREYSON", 2, yes=4)
    with pytest.raises(ConfirmationNeededError, match="4 records"):
        clean_up(quay.day)
    clean_up(quay.day, yes=4)
    assert (quay.shown(), quay.links()) == (before, links)
    with pytest.raises(RefusedStepError, match="no trial to clean up"):
        clean_up(quay.day, yes=4)


def test_a_trial_that_changes_items_gives_them_back(quay: Quay) -> None:
    """Where only changed orders are due, the trial changes items, and the clean-up brings back what they showed."""
    quay.relations.set_orders(second()[:4])
    before = quay.shown()
    with pytest.raises(ConfirmationNeededError) as refused:
        trial(quay.day, "GREYSON", 9)
    found = trial(quay.day, "GREYSON", 9, yes=number_of(refused.value))
    assert (found.well, found.orders, found.records) == (True, 2, 2)
    assert quay.shown() != before
    clean_up(quay.day, yes=2)
    assert quay.shown() == before


def test_a_trial_may_stay_if_somebody_says_so(quay: Quay) -> None:
    """Its items stay on the board, with the reason; go takes that for cleaned up."""
    quay.secure()
    with pytest.raises(RefusedStepError, match="no trial that passed"):
        keep(quay.day, "why not")
    trial(quay.day, "GREYSON", 1, yes=2)
    assert "on the board" in " ".join(status(quay.day).refusals)
    keep(quay.day, "planners look at them")
    assert status(quay.day).refusals == ()


def test_a_clean_up_takes_the_last_trial_off_and_no_other_test_data(quay: Quay) -> None:
    """A trial that was kept, and what a colleague pushed as test data, stay on the board and in the ledger."""
    assert trial(quay.day, "GREYSON", 1, yes=2).well
    keep(quay.day, "planners look at it")
    others = quay.programs.due("RHONE").orders
    assert [result.outcome for result in quay.programs.push_test(others)] == ["done"]
    before, links = quay.shown(), quay.links()
    assert trial(quay.day, "GREYSON", 1, yes=2).well
    clean_up(quay.day, yes=2)
    assert (quay.shown(), quay.links()) == (before, links)


def test_a_trial_of_nobody_is_refused(quay: Quay) -> None:
    """A customer without orders, and one of whom nothing is due."""
    with pytest.raises(RefusedError, match="no orders of customer 'NOBODY'"):
        trial(quay.day, "NOBODY", 2)
    quay.relations.set_orders(first())
    with pytest.raises(RefusedStepError, match=r"Nothing of GREYSON is due.* has not passed\. Nothing of anybody is"):
        trial(quay.day, "GREYSON", 2)
    quay.relations.set_orders([*first(), second()[-1]])
    with pytest.raises(RefusedStepError, match=r"Name a customer of whom something is: RHONE\."):
        trial(quay.day, "GREYSON", 2)
    assert quay.actions("trial") == ["failed", "failed"]
    assert "there was no trial yet" in " ".join(status(quay.day).refusals)


def test_go_names_all_that_it_lacks(quay: Quay) -> None:
    """One refusal with everything that is missing, and then with what is too old, each with its age and limit."""
    with pytest.raises(RefusedStepError) as refused:
        go(quay.day, approved_by=None)
    for words in ("no preflight yet", "no rehearsal yet", "no trial yet", "no backup was ever restored",
                  "nobody approved it"):  # fmt: skip
        assert words in refused.value.message
    quay.secure()
    assert status(quay.day).refusals == ()
    quay.clock.passed = dt.timedelta(days=9)
    with pytest.raises(RefusedStepError) as refused:
        go(quay.day, approved_by="Jane Doe")
    for words in (
        "preflight is 9 days old; the limit is 24 h", "rehearsal is 9 days old; the limit is 7 days",
        "trial is 9 days old", "backup that was restored on trial is 9 days old; the limit is 7 days",
    ):  # fmt: skip
        assert words in refused.value.message
    assert read_schedule(quay.folder) == SCHEDULE
    assert quay.actions("go") == ["refused", "refused"]


def test_a_step_that_did_not_pass_does_not_count(quay: Quay) -> None:
    """The last preflight and rehearsal decide, however many passed before."""
    quay.secure()
    quay.day.write("preflight", "failed", "3 of 40 checks failed")
    quay.day.write("rehearse", "begun")
    quay.day.write("rehearse", "failed", "the board took no subitems")
    with pytest.raises(RefusedStepError) as refused:
        go(quay.day, approved_by="Jane Doe")
    assert "preflight (0 min old) did not pass: 3 of 40 checks failed" in refused.value.message
    assert "rehearsal (0 min old) did not pass: the board took no subitems" in refused.value.message


def test_go_moves_production_and_rollback_brings_all_of_it_back(quay: Quay) -> None:
    """Schedule, board, ledger and raw tables; what others have in the schema and the runs' history stay."""
    quay.secure()
    before = quay.whole()
    with pytest.raises(ConfirmationNeededError, match="8 records") as refused:
        go(quay.day, approved_by="Jane Doe")
    assert (read_schedule(quay.folder), quay.actions("go")) == (SCHEDULE, [])
    found = go(quay.day, approved_by="Jane Doe", yes=number_of(refused.value))
    assert found.well
    assert (read_schedule(quay.folder), quay.wrong()) == ("target: prod\n", [])
    assert quay.actions("go") == ["done", "begun"]
    (watched,) = quay.day.context.log.entries(action="watch")
    assert (watched.evidence["failed"], watched.evidence["differences"]) == (0, [])
    with pytest.raises(RefusedStepError, match="Nothing to do: prod is live"):
        go(quay.day, approved_by="Jane Doe", yes=8)
    # two days of use: workbooks change, daily runs push
    with quay.warehouse.session() as session:
        session.execute(f"update {RAW} set b = b + 1")
        session.execute("insert into ORDER_LIST_DELTA values ('of somebody else')")
    quay.relations.set_orders([one.with_values(notes="later") for one in second()])
    for _ in range(2):
        monday_sync.push("prod", yes=7, project_dir=quay.folder)
    runs = len(quay.programs.runs())
    assert back(quay) == []
    assert quay.whole() == before
    assert quay.table("ORDER_LIST_DELTA").rows == 2
    assert len(quay.programs.runs()) > runs
    assert quay.day.standing().phase is Phase.ROLLED_BACK
    (file,) = (quay.folder / "data/reports/cutover").glob("*.md")
    for words in ("Cutover of prod, taken back", "approved by Jane Doe", "rollback"):
        assert words in file.read_text("utf-8")
    assert "by unknown" not in file.read_text("utf-8")
    assert rollback(quay.day).incident is None


def test_the_backup_to_go_back_to_outlives_later_ones(quay: Quay) -> None:
    """Backups that are taken and restored on trial after `go`, on the same day, do not let its own go by the policy."""
    before = quay.whole()
    gone(quay)
    for _ in range(3):
        check(quay.warehouse, quay.policy, take(quay.warehouse, quay.policy).archive)
    assert back(quay) == []
    assert quay.whole() == before


def test_what_people_changed_since_is_left_and_listed(quay: Quay) -> None:
    """A value that a planner wrote stays, and so does a new item that planners worked on; everything else goes back."""
    gone(quay)
    config = monday_sync.open_boards("prod").contexts[0].board
    notes = next(m.column_id for m in config.items if m.view_column == "notes")
    items = {item["name"]: item["id"] for item in quay.shown()[1]}
    quay.handle.people.edit_item(items["STYLE1 A0"], {notes: "a planner's"})
    quay.handle.people.edit_item(items["STYLE1 B0"], {notes: "a planner's too"})
    left = back(quay)
    assert any("STYLE1 A0" in point for point in left)
    assert any("STYLE1 B0" in point for point in left)
    shown = {item["name"]: item["values"].get(notes) for item in quay.shown()[1]}
    assert shown["STYLE1 A0"] == "a planner's"
    assert shown["STYLE1 B0"] == "a planner's too"
    assert shown["STYLE1 A1"] == "old"
    assert set(shown) == {f"STYLE1 A{n}" for n in range(4)} | {"STYLE1 B0"}


def test_after_a_rollback_it_can_be_cut_over_again(quay: Quay) -> None:
    """With a preflight from after the rollback; an older one does not count."""
    gone(quay)
    assert back(quay) == []
    with pytest.raises(RefusedStepError, match="is from before the rollback"):
        go(quay.day, approved_by="Jane Doe", yes=8)
    quay.day.write("preflight", "done")
    assert go(quay.day, approved_by="Jane Doe", yes=8).well
    assert quay.wrong() == []
    assert quay.handle.referee.report()["duplicates"] == 0


def test_a_first_run_beyond_the_limits_is_said_and_nothing_goes_back_by_itself(quay: Quay) -> None:
    """Its verdict decides; the same command runs once more, rollback goes back."""
    quay.secure()
    quay.programs.status = "failed"
    found = go(quay.day, approved_by="Jane Doe", yes=8)
    assert not found.well
    assert "ended failed" in found.beyond[0]
    assert (quay.day.standing().phase, quay.wrong()) == (Phase.BEYOND, [])
    assert status(quay.day).next == "cutover rollback"
    quay.programs.status = "ok"
    assert go(quay.day, approved_by="Jane Doe", yes=0).well
    assert quay.actions("go") == ["done", "failed", "begun"]


def test_a_first_run_beyond_the_limits_goes_back_if_asked_to(quay: Quay) -> None:
    """--auto-rollback: fewer differences than there are were allowed, so everything is as before."""
    quay.secure()
    before = quay.whole()
    quay.rules = Rules(watch=Watch(verdict="ok"))
    quay.programs.status = "attention"
    found = go(quay.day, approved_by="Jane Doe", yes=8, auto_rollback=True)
    assert found.back is not None
    assert found.back.left == ()
    assert quay.whole() == before


def test_a_first_run_of_nothing_is_beyond_the_limits(quay: Quay) -> None:
    """Without an order in hand no share of them is too large; that is no success."""
    nothing = FirstRun("run-1", "attention", "No rows.", 1.0, 0, 0, 0, 0)
    assert [reason.partition(",")[0] for reason in judged(nothing, quay.day)] == [
        "the first run had no order and no line in hand"
    ]


def test_a_board_that_differs_is_beyond_the_limits(quay: Quay) -> None:
    """Somebody changes a cell while the first run goes on: the comparison finds it."""
    quay.secure()
    items = {item["name"]: item["id"] for item in quay.shown()[1]}
    config = monday_sync.open_boards("prod").contexts[0].board
    notes = next(m.column_id for m in config.items if m.view_column == "notes")
    quay.programs.during = lambda: quay.handle.people.edit_item(items["STYLE1 A3"], {notes: "a planner's"})
    found = go(quay.day, approved_by="Jane Doe", yes=8)
    assert "1 differences between board and database (at most 0): item STYLE1 A3" in found.beyond[0]


def test_a_schedule_that_somebody_changed_since_is_theirs(quay: Quay) -> None:
    """The line is put back only where go's own stands."""
    gone(quay)
    write_schedule(quay.folder, "target: dev\n")
    (left,) = back(quay)
    assert "the schedule was changed since" in left
    assert read_schedule(quay.folder) == "target: dev\n"


def test_rollback_to_the_trial_takes_that_back_too(quay: Quay) -> None:
    """A trial that was kept is on the board after a rollback of go, and gone after one to before the trial."""
    start = quay.shown()
    quay.secure()
    trial(quay.day, "GREYSON", 1, yes=2)
    keep(quay.day, "planners look at it")
    after_trial = quay.shown()
    go(quay.day, approved_by="Jane Doe", yes=6)
    assert back(quay) == []
    assert quay.shown() == after_trial
    rollback(quay.day, to="trial", yes=2)
    assert quay.shown() == start


def test_nothing_goes_back_before_it_went(quay: Quay) -> None:
    """Without a go, a trial and a take-over there is nothing to take back: nothing is asked, done or written down."""
    for to in BACK_TO:
        assert rollback(quay.day, to=to) == Back(to, (), 0, (), (), None, None, {})
    quay.secure()  # a trial that was cleaned up is none to take back
    assert rollback(quay.day, to="trial").incident is None
    assert quay.actions("rollback") == []


def test_a_rollback_names_what_the_trial_touched(quay: Quay) -> None:
    """Without a go the number to confirm is that of the trial's records; one that pushed nothing asks for none."""
    start = quay.shown()
    trial(quay.day, "GREYSON", 1, yes=2)
    with pytest.raises(ConfirmationNeededError, match="look at 2 records"):
        rollback(quay.day, to="trial", yes=0)
    assert rollback(quay.day, to="trial", yes=2).incident
    assert quay.shown() == start
    known = [run.run_id for run in quay.programs.runs()]
    quay.day.write("trial", "begun", customer="GREYSON", limit=1, orders=[], known=known)
    assert clean_up(quay.day).records == 0


def test_a_backup_that_no_place_takes_stops_go(quay: Quay) -> None:
    """Nothing was changed, and the same command goes on once there is room."""
    quay.secure()
    policy = quay.policy
    (quay.folder / "full").write_text("in the way", "utf-8")
    quay.policy = policy.model_copy(update={"places": ("full",)})
    with pytest.raises(Exception, match="No place took the backup"):
        go(quay.day, approved_by="Jane Doe", yes=8)
    assert (read_schedule(quay.folder), quay.actions("go")) == (SCHEDULE, ["failed"])
    quay.policy = policy
    assert go(quay.day, approved_by="Jane Doe", yes=8).well


def test_a_board_that_is_down_stops_go_and_it_goes_on(quay: Quay, monkeypatch: pytest.MonkeyPatch) -> None:
    """The network is gone in the middle of the first run: a sentence, and the same command goes on."""
    quay.secure()
    url = quay.handle.url

    def pulled() -> None:
        monkeypatch.setenv("MONDAY_API_URL", "http://127.0.0.1:9/v2")

    monkeypatch.setattr("time.sleep", lambda _: None)
    quay.programs.during = pulled
    with pytest.raises(Exception, match=r"127\.0\.0\.1"):
        go(quay.day, approved_by="Jane Doe", yes=8)
    assert quay.day.standing().phase is Phase.GOING
    monkeypatch.setenv("MONDAY_API_URL", url)
    quay.programs.during = lambda: None
    assert go(quay.day, approved_by=None, yes=8).well
    assert quay.wrong() == []


def test_a_schedule_that_cannot_be_written_stops_go(
    quay: Quay, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A file where its folder must be: a sentence; the same command goes on when it is gone."""
    quay.secure()
    (tmp_path / "etc").write_text("in the way", "utf-8")
    monkeypatch.setenv("ORDER_LIST_SCHEDULE", str(tmp_path / "etc/schedule.yml"))
    with pytest.raises(Exception, match=r"The schedule .* cannot be"):
        go(quay.day, approved_by="Jane Doe", yes=8)
    (tmp_path / "etc").unlink()
    assert go(quay.day, approved_by="Jane Doe", yes=8).well


def test_a_rollback_that_something_stops_goes_on(quay: Quay, monkeypatch: pytest.MonkeyPatch) -> None:
    """A board that is down, then a file where the incident goes: a sentence each; the same command ends it."""
    quay.secure()
    before = quay.whole()
    assert go(quay.day, approved_by="Jane Doe", yes=8).well
    url = quay.handle.url
    monkeypatch.setattr("time.sleep", lambda _: None)
    monkeypatch.setenv("MONDAY_API_URL", "http://127.0.0.1:9/v2")
    with pytest.raises(OrderListError, match=r"127\.0\.0\.1"):
        rollback(quay.day, asked=True)
    assert quay.day.standing().phase is Phase.ROLLING_BACK
    assert status_of(quay) == ("cutover rollback", "failed")
    monkeypatch.setenv("MONDAY_API_URL", url)
    (quay.folder / "data/reports").mkdir(parents=True, exist_ok=True)
    (quay.folder / "data/reports/cutover").write_text("in the way", "utf-8")
    with pytest.raises(OrderListError, match="cannot be written"):
        rollback(quay.day, asked=True)
    (quay.folder / "data/reports/cutover").unlink()
    assert rollback(quay.day).left == ()
    assert quay.whole() == before


def status_of(quay: Quay) -> tuple[str, str]:
    """What is next, and how the last rollback came out."""
    return status(quay.day).next, quay.actions("rollback")[0]
