"""Every step of backup, cutover and retirement with a full disk, a wrong right, and a board that does not answer.

Each is typed as a person types it, breaks off at moments further and further into it, and ends in one sentence with a
way on; the same command then does what is left, and nothing is lost.
"""

from __future__ import annotations

import errno
import os
import random
import re
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path

import pytest

from operations.backup import last_verified, records
from operations.log import Log
from operations.retirement import State
from tests.operations.cutover_quay import Quay
from tests.operations.faults import BOARD, DATABASE, DISK, broken
from tests.operations.test_retirement import TABLE, Desk
from tests.operations.typed_lines import run, with_stand_ins
from warehouse import Warehouse

_PLACES = "places: [one, two, three]"
#: Another one breaks off at other moments.
_SEED = 1


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for temporary files of the test's own, to see what is left in it."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    monkeypatch.setattr("os.fsync", lambda _: None)
    return folder


def walk(line: str, kinds: Sequence[str], growth: float) -> list[str]:
    """Type a line again and again, each time broken later and otherwise, until it is done; what was said each time."""
    dice, moment, said = random.Random(f"{line} {_SEED}"), 1.0, list[str]()  # noqa: S311 - no secret
    for turn in count():
        with broken(kinds[turn % len(kinds)], round(moment)) as fault:
            code, output = run(line)
        if code == 0:
            return said
        told = (line, fault, output)
        assert fault.reached(), told
        assert code in {1, 2}, told
        errors = [text for text in output.splitlines() if text.startswith("error: ")]
        assert len(errors) == 1, told
        assert "defect" not in output, told
        assert "Traceback" not in output, told
        assert errors[0].count(". ") >= 1, told  # what is wrong, and what to do
        said.append(errors[0])
        moment = max(moment + 1, moment * dice.uniform(growth * 0.8, growth * 1.2))
        assert len(said) < 40, told
    raise AssertionError


@pytest.fixture
def typed(quay: Quay, monkeypatch: pytest.MonkeyPatch) -> Quay:
    """A target before its cutover, with stand-ins for dbt."""
    with_stand_ins(monkeypatch)
    (quay.folder / "operations").mkdir()
    (quay.folder / "operations/backup.yml").write_text(_PLACES, "utf-8")
    quay.secure()
    return quay


@pytest.mark.parametrize(
    ("kinds", "growth"), [(DISK, 8.0), (DATABASE, 7.0), (BOARD, 3.0)], ids=["disk", "database", "board"]
)
def test_a_cutover_that_the_machine_stops_goes_on(
    typed: Quay, kinds: Sequence[str], growth: float, temporary: Path
) -> None:  # fmt: skip
    """Trial, its clean-up, go and rollback: each reaches its end, once, and all of it goes back."""
    before = typed.whole()
    stopped = walk("cutover trial --customer GREYSON --limit 2", kinds, growth)
    assert typed.day.standing().last("trial", "done") is not None
    stopped += walk("cutover trial --cleanup", kinds, growth)
    assert typed.whole() == before
    stopped += walk("cutover go --approved-by 'Jane Doe'", kinds, growth)
    assert (typed.wrong(), typed.actions("go").count("begun")) == ([], 1)
    stopped += walk("cutover rollback", kinds, growth)
    assert typed.whole() == before
    assert typed.actions("rollback").count("begun") == 1
    assert len(stopped) >= 5
    assert typed.handle.referee.report()["duplicates"] == 0
    assert list(temporary.iterdir()) == []
    failed = {entry.action for entry in typed.day.context.log.entries() if entry.outcome == "failed"}
    # a trial writes no file, and a database that takes nothing takes no row of a log
    assert {DISK: {"go", "rollback"}, DATABASE: set(), BOARD: {"trial", "go", "rollback"}}[tuple(kinds)] <= failed


@pytest.mark.parametrize("kind", ["full disk", "full database", "no network"])
def test_a_rehearsal_that_the_machine_stops_is_written_down(typed: Quay, kind: str, temporary: Path) -> None:
    """Whatever the copy lacks: a sentence, a row if there is room for one, exit status 1, and nothing of it left."""
    before = typed.whole()
    with broken(kind, 2):
        code, output = run("cutover rehearse")
    noted = "done" if kind == "full database" else "failed"  # of which the log's own table has no room either
    assert (code, output.count("error: "), typed.actions("rehearse")[0]) == (1, 1, noted), output
    assert "defect" not in output
    assert (typed.whole(), list(temporary.iterdir())) == (before, [])


def test_what_was_done_is_not_said_to_be_nothing(typed: Quay) -> None:
    """A schedule that cannot be written, after the backup was taken: exit status 1, though alone it would be 2."""
    (typed.folder / "data/schedule.yml.part").mkdir()
    code, output = run("cutover go --approved-by 'Jane Doe'")
    assert (code, "The schedule" in output) == (1, True), output
    assert typed.actions("go") == ["failed", "begun"]


@pytest.fixture
def office(kept: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """A database with a ledger and an old table, and the commands on it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DBT_PROFILES_DIR", str(tmp_path))
    (tmp_path / "profiles.yml").write_text(
        "order_list: {target: local, outputs: {local: {type: duckdb, schema: main, path: a.duckdb}}}", "utf-8"
    )
    with kept.session() as session:
        session.execute("drop table pipeline_runs")
    desk = Desk(kept, tmp_path)
    (tmp_path / "operations/backup.yml").write_text(_PLACES, "utf-8")
    with kept.session():  # opening the file again costs next to nothing then
        yield desk


@pytest.mark.parametrize("kinds", [DISK, DATABASE], ids=["disk", "database"])
def test_backups_that_the_machine_stops_are_taken_again(office: Desk, kinds: Sequence[str], temporary: Path) -> None:
    """Backup as tables and as text, trial and restore; what is at fault is never the backup."""
    for form in ("parquet", "csv"):
        assert walk(f"maintenance backup --format {form}", kinds, 6.0)
    archive = records(Log(office.warehouse))[0].archive
    for said in walk("maintenance restore --check", kinds, 6.0):
        assert not re.search(r"came back|damaged|No place", said), said
    verified = last_verified(Log(office.warehouse))
    assert verified is not None
    assert verified.archive == archive
    assert "failed" not in [entry.outcome for entry in Log(office.warehouse).entries(action="backup check")]
    with office.warehouse.session() as session:
        before = session.checksum("monday_sync_items")
        session.execute("update monday_sync_items set monday_item_id = 'x'")
    assert walk(f"maintenance restore {archive} --to --table monday_sync_items", kinds, 6.0)
    with office.warehouse.session() as session:
        assert session.checksum("monday_sync_items") == before
        assert not [name for name in session.relations() if name.endswith("__restored")]
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("kinds", [DISK, DATABASE], ids=["disk", "database"])
def test_a_retirement_that_the_machine_stops_goes_on(
    office: Desk, kinds: Sequence[str], temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    """Clear, archive, set aside, watch, drop, and all the way back: the table is what it was."""
    office.secure()
    stopped = list[str]()
    for state in list(State)[1:]:
        if state is State.WATCHED:
            with office.warehouse.session() as session:
                session.execute("update maintenance_log set written_at = written_at - interval 73 hours")
            office.secure()
            office.ran()
        stopped += walk(f"maintenance apply {TABLE}", kinds, 4.0)
        assert office.state() is state
    for state in list(State)[-2::-1]:
        stopped += walk(f"maintenance undo {TABLE}", kinds, 4.0)
        assert office.state() is state
    assert office.look() == office.facts
    assert len(stopped) >= 10
    failed = [entry.action for entry in Log(office.warehouse).entries(subject=TABLE) if entry.outcome == "failed"]
    assert kinds is DATABASE or {"retire", "retire undo"} <= set(failed)
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("line", ["maintenance backup", "maintenance restore --check"])
def test_a_file_for_people_that_cannot_be_written_costs_nothing_else(office: Desk, line: str) -> None:
    """BACKUP_LOG.md has a folder in its place: the backup counts, and a warning says what is missing where."""
    office.secure()
    (office.folder / "data/BACKUP_LOG.md").unlink()
    (office.folder / "data/BACKUP_LOG.md").mkdir()
    code, output = run(line)
    assert code == 0, output
    assert "warning: data/BACKUP_LOG.md cannot be written: a folder stands where a file must be." in output
    assert Log(office.warehouse).entries(last=1)[0].outcome == "done"


def test_a_place_that_may_not_be_read_is_not_an_empty_one(office: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the right to list a place its backups are not gone: the trial names place and right."""
    office.secure()
    scandir = os.scandir

    def forbidden(path: object = ".") -> object:
        if Path(str(path)).name in {"one", "two", "three"}:
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)  # type: ignore[call-overload]

    monkeypatch.setattr("os.scandir", forbidden)
    code, output = run("maintenance restore --check")
    assert (code, "no backup yet" in output) == (1, False), output
    assert "one cannot be listed: this user may not" in output


def test_a_disk_that_fills_while_rows_are_read_is_said(office: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reader of the rows is let go before the log is opened: DuckDB would wait for it for ever otherwise."""
    full = OSError(errno.ENOSPC, "No space left on device")

    def refuse(*_: object) -> None:
        raise full

    monkeypatch.setattr("operations.tables.files.pq.ParquetWriter.write_batch", refuse)
    code, output = run("maintenance backup")
    assert (code, "its disk is full" in output) == (1, True), output
    assert [entry.outcome for entry in Log(office.warehouse).entries(action="backup")] == ["failed"]
