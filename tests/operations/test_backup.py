"""Backups: taken whole or told, counted when restored, brought back without losing what is there."""

from __future__ import annotations

import datetime as dt
import json
import secrets
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from console import ConfigurationError, LockHeldError
from operations.backup import BackupPolicy, bring_back, check, last_verified, load_policy, records, take
from operations.backup.policy import Keep, moment_of, outdated, stamp
from operations.errors import ConfirmationNeededError, NotRestoredError, PlaceError
from operations.log import Entry, Log
from operations.maintenance.cli import main
from operations.tables import restore as restoring
from warehouse import ConnectionFailedError, StatementFailedError, Warehouse

_KEPT = ["monday_sync_items", "order_list_history", "pipeline_runs"]


def _items(warehouse: Warehouse) -> list[tuple[Any, ...]]:
    with warehouse.session() as session:
        return session.rows("select * from monday_sync_items order by 1")


def _tables(warehouse: Warehouse) -> list[str]:
    with warehouse.session() as session:
        return sorted(session.relations())


def _lose(warehouse: Warehouse, *statements: str) -> None:
    with warehouse.session() as session:
        for statement in statements:
            session.execute(statement)


def test_a_backup_holds_what_cannot_be_made_again(kept: Warehouse, policy: BackupPolicy, tmp_path: Path) -> None:
    """Ledger, runs and snapshot go to each place, whole; what dbt makes, and what is somebody's, only with --all."""
    taken = take(kept, policy)
    assert (taken.tables, taken.rows, taken.whole, len(taken.stored)) == (3, 1000, True, 3)
    for place in policy.places:
        manifest = json.loads((tmp_path / place / taken.archive / "manifest.json").read_text("utf-8"))
        assert [table["structure"]["name"] for table in manifest["tables"]] == _KEPT
    assert "lie on one disk" in taken.warnings[0]
    assert take(kept, policy, everything=True).tables == 7  # with the log of the first, and its version


def test_a_backup_counts_once_it_was_restored(kept: Warehouse, policy: BackupPolicy, tmp_path: Path) -> None:
    """Only a trial makes a backup a verified one; the log and the file for people know both."""
    log = Log(kept)
    archive = take(kept, policy).archive
    assert last_verified(log) is None
    checked = check(kept, policy)
    assert (checked.archive, checked.restored, checked.complete, checked.faults) == (archive, 3, True, ())
    verified = last_verified(log)
    assert verified is not None
    assert verified.archive == archive
    lines = (tmp_path / "data/BACKUP_LOG.md").read_text("utf-8").splitlines()
    assert [line.split(" | ")[1] for line in lines[-2:]] == ["backup", "backup check"]
    assert _tables(kept) == sorted([*_KEPT, "ORDER_LIST", "ORDER_LIST_DELTA", "maintenance_log", "order_list_versions"])


def test_a_database_that_goes_away_says_nothing_of_the_backup(
    kept: Warehouse, policy: BackupPolicy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The trial ends at once with what happened, and writes no failed one down: it is begun again."""
    take(kept, policy)
    asked = list[object]()

    def gone(*_: object) -> None:
        asked.append(1)
        raise ConnectionFailedError("The server cannot be reached.", hint="See that it runs.")

    monkeypatch.setattr(sys.modules["operations.backup.check"], "load", gone)
    with pytest.raises(ConnectionFailedError, match="cannot be reached"):
        check(kept, policy)
    assert len(asked) == 1
    assert [entry.action for entry in Log(kept).entries()] == ["backup"]


def test_damaged_places_are_named_and_the_others_used(
    kept: Warehouse, policy: BackupPolicy, tmp_path: Path
) -> None:  # fmt: skip
    """One place cut a file off, one lost its manifest: both are named, and the third restores everything."""
    archive = take(kept, policy).archive
    file = tmp_path / "one" / archive / "monday_sync_items.parquet"
    file.write_bytes(file.read_bytes()[:100])
    (tmp_path / "two" / archive / "manifest.json").write_text("{", "utf-8")
    checked = check(kept, policy)
    assert checked.complete
    assert [fault.split(": ")[0].rsplit("/", 1)[-1] for fault in checked.faults] == ["one", "two"]
    for fault, words in zip(checked.faults, ("has 100 bytes instead of", "manifest.json is damaged"), strict=True):
        assert words in fault


def test_a_changed_byte_everywhere_is_no_backup(kept: Warehouse, policy: BackupPolicy, tmp_path: Path) -> None:
    """A file that is another at all places restores nothing, and the backup does not become a verified one."""
    archive = take(kept, policy).archive
    for place in policy.places:
        file = tmp_path / place / archive / "pipeline_runs.parquet"
        data = bytearray(file.read_bytes())
        data[len(data) // 2] ^= 1
        file.write_bytes(data)
    checked = check(kept, policy)
    assert (checked.complete, checked.restored) == (False, 2)
    assert sum("was changed since it was written" in fault for fault in checked.faults) == 3
    assert last_verified(Log(kept)) is None


def test_one_place_that_fails_does_not_cost_the_others(kept: Warehouse, policy: BackupPolicy, tmp_path: Path) -> None:
    """A place in the way is told; with none left, the backup failed."""
    (tmp_path / "two").write_text("a file where the folder should be", "utf-8")
    taken = take(kept, policy)
    assert [one.fault is None for one in taken.stored] == [True, False, True]
    assert not taken.whole
    with pytest.raises(PlaceError, match="No place took the backup"):
        take(kept, BackupPolicy(places=("two",)))
    assert Counter(record.outcome for record in records(Log(kept))) == {"partial": 1, "failed": 1}


def test_tables_are_brought_back_and_what_was_there_is_kept(kept: Warehouse, policy: BackupPolicy) -> None:
    """Lost and changed tables become what they were, after the number was confirmed; the rest is not touched."""
    archive = take(kept, policy).archive
    before = _items(kept)
    _lose(kept, "delete from monday_sync_items where order_key like 'k1%'", "drop table pipeline_runs")
    changed = _items(kept)
    with pytest.raises(ConfirmationNeededError, match=f"{len(changed)} rows that are there now"):
        bring_back(kept, policy)
    with pytest.raises(ConfirmationNeededError):
        bring_back(kept, policy, yes=1)
    assert _items(kept) == changed
    result = bring_back(kept, policy, archive, yes=len(changed))
    assert (result.restored, result.overwritten) == (("monday_sync_items", "pipeline_runs"), len(changed))
    assert _items(kept) == before
    again = bring_back(kept, policy, archive)
    assert (again.restored, again.rescue) == ((), None)
    undone = bring_back(kept, policy, result.rescue, only=["monday_sync_items"], yes=len(before))
    assert undone.restored == ("monday_sync_items",)
    assert _items(kept) == changed


def test_a_new_machine_begins_from_a_backup(kept: Warehouse, policy: BackupPolicy, tmp_path: Path) -> None:
    """Into a database that does not exist yet everything comes back, the logs too; nothing is asked."""
    before = _items(kept)
    archive = take(kept, policy, everything=True).archive
    again = take(kept, policy, everything=True).archive
    (tmp_path / "a.duckdb").unlink()
    result = bring_back(kept, policy)
    assert (result.archive, result.overwritten, result.rescue) == (again, 0, None)
    assert _items(kept) == before
    assert [record.archive for record in records(Log(kept))] == [archive]


def test_the_key_of_a_restored_table_holds(kept: Warehouse, policy: BackupPolicy) -> None:
    """A table comes back with its primary key, not as a heap of rows."""
    take(kept, policy)
    _lose(kept, "drop table monday_sync_items")
    bring_back(kept, policy)
    with pytest.raises(StatementFailedError, match="key"):
        _lose(kept, "insert into monday_sync_items values ('k1', '')")


def test_all_tables_come_back_or_none(kept: Warehouse, policy: BackupPolicy, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second table does not come back as it was: the first is not replaced either, and nothing is left over."""
    archive = take(kept, policy).archive
    _lose(
        kept,
        "update monday_sync_items set monday_item_id = 'x'",
        "insert into order_list_history values ('a', null, 1)",
    )
    before, tables = _items(kept), _tables(kept)
    real, calls = restoring.measured, []

    def measured(session: Any, name: str) -> Any:
        calls.append(name)
        measure = real(session, name)
        return measure if name != "order_list_history__restored" else type(measure)(rows=99)

    monkeypatch.setattr(restoring, "measured", measured)
    with pytest.raises(NotRestoredError, match="99 rows instead of 0"):
        bring_back(kept, policy, archive, yes=1001)
    assert "monday_sync_items__restored" in calls
    assert (_items(kept), _tables(kept)) == (before, tables)


@pytest.mark.slow
def test_nothing_is_copied_or_replaced_during_a_run(kept: Warehouse, policy: BackupPolicy, tmp_path: Path) -> None:
    """A run that holds the lock is not disturbed."""
    take(kept, policy)
    code = (
        "import sys; from pathlib import Path; from warehouse.locking import file_lock\n"
        "with file_lock(Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "a.duckdb.lock")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    holder.stdout.readline()
    try:
        for act in (lambda: take(kept, policy), lambda: bring_back(kept, policy)):
            with pytest.raises(LockHeldError):
                act()
    finally:
        holder.communicate()


def test_what_cannot_be_backed_up_or_restored_is_said(warehouse: Warehouse, policy: BackupPolicy) -> None:
    """No database, no table, no backup, no such backup, no such table: each its own sentence."""
    with pytest.raises(ConfigurationError, match="no database yet"):
        take(warehouse, policy)
    _lose(warehouse, "create table x (a int)")
    with pytest.raises(ConfigurationError, match="no table that a backup would hold"):
        take(warehouse, policy)
    with pytest.raises(ConfigurationError, match="no backup yet"):
        check(warehouse, policy)
    _lose(warehouse, "create table pipeline_runs (a int)")
    take(warehouse, policy)
    with pytest.raises(PlaceError, match="No place has the archive nonsense"):
        check(warehouse, policy, "nonsense")
    with pytest.raises(ConfigurationError, match="has no table y"):
        bring_back(warehouse, policy, only=["y"])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("places: []", "places: Tuple should have at least 1 item"),
        ("places: [a, a]", "one place stands there twice"),
        ("places: [data/b, c, ./data/x/../b/]", "one place stands there twice: data/b"),
        ("places: ['az://box/b', c, 'az://box/b/']", "one place stands there twice: az://box/b"),
        ("places: a", "places"),
        ("places: [a]\nkeep: {daily: 0}", "keep.daily"),
        ("places: [a]\nkep: {}", "kep: Extra inputs"),
        ("places: [a", "cannot be read"),
        ("", "the file"),
    ],
)
def test_a_wrong_policy_names_its_key(tmp_path: Path, text: str, words: str) -> None:
    """A mistake in operations/backup.yml is said with file and key."""
    (tmp_path / "operations").mkdir()
    (tmp_path / "operations/backup.yml").write_text(text, "utf-8")
    with pytest.raises(ConfigurationError) as raised:
        load_policy(tmp_path)
    assert words in str(raised.value)
    assert "operations/backup.yml" in str(raised.value)


_MOMENTS = st.lists(st.datetimes(dt.datetime(2024, 1, 1), dt.datetime(2026, 12, 31)), max_size=60, unique=True)  # noqa: DTZ001


@settings(max_examples=60, deadline=None)
@given(_MOMENTS, st.integers(1, 9), st.integers(0, 6), st.integers(0, 14))
def test_the_policy_keeps_days_weeks_and_months(moments: Any, daily: int, weekly: int, monthly: int) -> None:
    """The newest always stays, the last of each kept day, week and month too, and what is spared; the rest goes."""
    names = [f"{stamp(moment.replace(tzinfo=dt.UTC))}-{number:04x}" for number, moment in enumerate(moments)]
    keep = Keep(daily=daily, weekly=weekly, monthly=monthly)
    spared = min(names, default=None)
    gone = outdated([*names, "foreign"], keep, spared=[spared])
    stay = sorted(set(names) - set(gone))
    assert gone == sorted(gone)
    assert "foreign" not in gone
    if names:
        assert max(names) in stay
        assert spared in stay
        days = {moment_of(name).date() for name in names}  # type: ignore[union-attr]
        last_days = sorted(days)[-daily:]
        for day in last_days:
            assert max(n for n in names if moment_of(n).date() == day) in stay  # type: ignore[union-attr]
        assert len(stay) <= daily + weekly + monthly + 2


def test_archives_of_earlier_releases_still_have_their_moment() -> None:
    """A name without microseconds is a backup too, and older than a later one of its second."""
    assert moment_of("20261127T201447Z-8eb1") == dt.datetime(2026, 11, 27, 20, 14, 47, tzinfo=dt.UTC)
    assert outdated(["20261127T201447Z-8eb1", "20261127T201447.000001Z-0000"], Keep(daily=1, weekly=0, monthly=0)) == [
        "20261127T201447Z-8eb1"
    ]


def test_old_backups_go_by_the_policy(kept: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a day's second backup the first goes, from each place, unless it is the last that was restored.

    All are of one second or two, and what makes their names unique sorts the newest first: still the newest stays.
    """
    unique = iter(range(0xFFFF, 0, -1))
    monkeypatch.setattr(secrets, "token_hex", lambda _: f"{next(unique):04x}")
    policy = BackupPolicy(places=("one", "two"), keep=Keep(daily=1, weekly=0, monthly=0))
    first = take(kept, policy).archive
    check(kept, policy)
    second = take(kept, policy)
    assert second.removed == ()
    check(kept, policy, second.archive)
    third = take(kept, policy)
    assert sorted(name.rsplit(": ")[-1] for name in third.removed) == [first, first]
    assert sorted(p.name for p in (tmp_path / "one").iterdir()) == sorted({second.archive, third.archive})
    assert [record.archive for record in records(Log(kept))] == [third.archive, second.archive]


def test_a_backup_that_left_one_place_is_still_at_the_others(kept: Warehouse, tmp_path: Path) -> None:
    """The list names places that have it, and no backup that none has; one that was removed proves nothing."""
    policy = BackupPolicy(places=("one", "two"), keep=Keep(daily=1, weekly=0, monthly=0))
    first = take(kept, policy)
    check(kept, policy)
    one, two = (str(tmp_path / name) for name in ("one", "two"))

    def gone(*places: str) -> None:
        removed = [f"{place}: {first.archive}" for place in places]
        Log(kept).write(Entry("backup removal", "later", "done", evidence={"removed": removed}))

    gone(one)
    assert [record.places for record in records(Log(kept))] == [(two,)]
    gone(two)
    assert records(Log(kept)) == []
    assert last_verified(Log(kept)) is None


def test_what_a_restore_put_aside_outlives_the_day(kept: Warehouse, tmp_path: Path) -> None:
    """The policy keeps one backup of a day, and the way back from the last restore."""
    policy = BackupPolicy(places=("one",), keep=Keep(daily=1, weekly=0, monthly=0))
    archive = take(kept, policy).archive
    _lose(kept, "delete from monday_sync_items")
    _lose(kept, "insert into monday_sync_items (order_key) values ('k1')")
    rescue = bring_back(kept, policy, archive, only=["monday_sync_items"], yes=1).rescue
    for _ in range(2):
        last = take(kept, policy)
    there = {path.name for path in (tmp_path / "one").iterdir()}
    assert {rescue, last.archive} <= there
    assert len(there) == 2


def test_the_command_line(kept: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Backup, list, trial and restore, for people and for programs, with their exit codes."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DBT_PROFILES_DIR", str(tmp_path))
    (tmp_path / "profiles.yml").write_text(
        "order_list: {target: local, outputs: {local: {type: duckdb, schema: main, path: a.duckdb}}}", "utf-8"
    )
    (tmp_path / "operations").mkdir()
    (tmp_path / "operations/backup.yml").write_text("places: [one, two]", "utf-8")

    def run(*arguments: str, code: int = 0) -> str:
        done = CliRunner().invoke(main, list(arguments))
        assert done.exit_code == code, done.output
        return done.stdout

    archive = json.loads(run("backup", "--json"))["archive"]
    assert archive in run("backups")
    assert "never" in run("backups")
    assert "3 of 3 tables came back exactly as before" in run("restore", "--check")
    _lose(kept, "delete from monday_sync_items where order_key = 'k1'")
    assert "999 rows that are there now" in json.loads(run("restore", "--to", "--json", code=2))["error"]
    assert "monday-sync verify --repair" in run("restore", "--to", "--yes", "999")
    run("restore", code=2)
    (tmp_path / "one" / archive / "manifest.json").unlink()
    run("restore", archive, "--check", code=1)
