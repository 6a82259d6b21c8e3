"""A rehearsal: all of it in a copy, and nothing real touched."""

from __future__ import annotations

import os

import pytest

from bench.soak.relations import Relations
from console import OrderListError
from monday_sync.domain.board import load_board
from monitoring.channels.kinds import FROM_ENVIRONMENT
from monitoring.settings import Settings
from operations.cutover.go import go
from operations.cutover.programs import FirstRun
from operations.cutover.rehearsal import rehearse
from operations.cutover.trial import clean_up, trial
from operations.errors import RefusedStepError
from operations.tables import Measure, measured
from tests.operations.cutover_quay import Pretended, Quay, second
from warehouse.versions import VERSIONS


class InTheCopy(Pretended):
    """The programs of the rehearsal: where dbt would build its views, the stand-ins are made."""

    def build(self) -> FirstRun:
        config = load_board("prod", self.warehouse.target.project_dir / "boards")
        with self.warehouse.session() as session:
            there = "FACT_ORDER_LIST" in session.relations()
        if not there:
            numbers = [m.view_column for m in config.items if m.type == "numbers"]
            Relations(self.warehouse, [m.view_column for m in config.items], numbers).create_views()
        return super().build()


def tables(quay: Quay) -> dict[str, Measure]:
    """All tables but the log and the line that says which version it has, measured."""
    with quay.warehouse.session() as session:
        return {
            name: measured(session, name)
            for name, columns in session.shapes(session.relations()).items()
            if columns is not None and name not in {"cutover_log", VERSIONS}
        }


def test_a_rehearsal_does_all_of_it_and_touches_nothing_real(quay: Quay) -> None:
    """Trial, go and rollback in the copy, with what each took; the real board got no change, the real tables none."""
    quay.relations.set_orders(second())
    assert trial(quay.day, "RHONE", 1, yes=2).well  # which the ledger, and so the copy, knows ever since
    clean_up(quay.day, yes=2)
    before, shown, mutations = tables(quay), quay.shown(), dict(quay.handle.emulator.tally.mutations)
    environment = dict(os.environ)
    found = rehearse(quay.day, "data/workbooks", programs=InTheCopy)
    assert found.problems == ()
    assert set(found.seconds) >= {"copy the tables", "copy the board", "trial", "go", "rollback", "compare"}
    laps = list(found.seconds)
    assert laps.index("build") < laps.index("preflight")  # which looks at the views of the copy
    assert (found.counts["items and subitems"], found.counts["orders tried"]) == (12, 4)
    assert found.counts["records pushed"] == 8
    assert found.counts["runs undone"] == 1
    assert dict(quay.handle.emulator.tally.mutations) == mutations
    assert (tables(quay), quay.shown()) == (before, shown)
    assert dict(os.environ) == environment
    row = quay.day.context.log.entries()[0]
    assert (row.action, row.outcome) == ("rehearse", "done")


def test_of_a_rehearsal_nobody_hears(quay: Quay, monkeypatch: pytest.MonkeyPatch) -> None:
    """Addresses of alerts and of the heartbeat are empty in the copy, and so are the hooks of the board's file."""
    addresses = {*FROM_ENVIRONMENT.values(), Settings().heartbeat.address}
    for name in addresses:
        monkeypatch.setenv(name, "https://example.org/real")
    path = quay.folder / "boards/prod.yml"
    path.write_text(path.read_text("utf-8") + "\nhooks: {before_push: ['false']}\n", "utf-8")
    heard = list[str]()

    class Listening(InTheCopy):
        def run(self, confirmed: int) -> FirstRun:
            heard.extend(os.environ[name] for name in addresses)
            return super().run(confirmed)

    assert rehearse(quay.day, "data/workbooks", programs=Listening).problems == ()
    assert heard == [""] * len(addresses)
    assert all(os.environ[name] for name in addresses)


def test_a_rehearsal_that_fails_is_written_down(quay: Quay) -> None:
    """A board that the copy cannot be made of: a sentence, a row in the log, and nothing real touched."""
    before = tables(quay)

    class Broken(InTheCopy):
        def build(self) -> FirstRun:
            raise OrderListError("dbt is not well.")

    with pytest.raises(OrderListError, match="dbt is not well"):
        rehearse(quay.day, "data/workbooks", programs=Broken)
    assert quay.actions("rehearse") == ["failed"]
    assert tables(quay) == before


def test_what_does_not_come_back_fails_the_rehearsal(quay: Quay) -> None:
    """Limits that the first run in the copy does not keep make the rehearsal fail, so that go refuses."""

    class Failing(InTheCopy):
        def run(self, confirmed: int) -> FirstRun:
            done = super().run(confirmed)
            return FirstRun(done.run_id, "failed", "Half of it.", 1.0, 100, 0, 0, 0)

    found = rehearse(quay.day, "data/workbooks", programs=Failing)
    assert not found.well
    assert "Half of it" in found.problems[0]
    with pytest.raises(RefusedStepError, match=r"rehearsal .* did not pass"):
        go(quay.day, approved_by="Jane Doe", yes=8)
