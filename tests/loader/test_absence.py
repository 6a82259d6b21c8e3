"""A workbook that used to come and is not there is named, until it comes back or somebody says that it never will."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

import loader
from console import ConfigurationError
from loader import LandResult, SourceError
from loader.absence import POLICY
from loader.cli import main
from loader.tables import FILE_LOG
from tests.loader.books import book, order
from warehouse import Warehouse

pytestmark = pytest.mark.usefixtures("read_here")

Land = Callable[..., LandResult]
DATA = book([order("A1")])


def fill(folder: Path, names: str) -> None:
    """One workbook for each letter."""
    folder.mkdir(exist_ok=True)
    for letter in names:
        (folder / f"{letter}.xlsx").write_bytes(DATA)


def remove(folder: Path, names: str) -> None:
    for letter in names:
        (folder / f"{letter}.xlsx").unlink()


def missing(result: LandResult) -> str:
    return "".join(found.file[0] for found in result.missing)


def logged(warehouse: Warehouse, status: str) -> list[tuple[object, ...]]:
    with warehouse.session() as session:
        return session.rows(
            f"select file, load_seq, reason, logged_at, raw_table from {warehouse.relation(FILE_LOG)} "
            "where status = ? order by load_seq, file",
            [status],
        )


def test_a_missing_workbook_is_named_until_it_is_back(source: Path, land: Land, warehouse: Warehouse) -> None:
    """In the result and the log of each load, with when it was seen last and since when it is missing."""
    fill(source, "ABC")
    land()
    remove(source, "B")
    first, second = land(), land()
    assert (missing(first), missing(second)) == ("B", "B")
    (landed, *_) = (line for line in logged(warehouse, "landed") if line[0] == "B.xlsx")
    assert first.missing[0].last_seen == second.missing[0].last_seen == landed[3]
    lines = logged(warehouse, "missing")
    assert [line[:2] for line in lines] == [("B.xlsx", 2), ("B.xlsx", 3)]
    assert first.missing[0].since == second.missing[0].since == lines[0][3]
    assert f"not in the source since {lines[0][3]:%Y-%m-%d %H:%M} UTC" in str(lines[1][2])
    fill(source, "B")
    back = land()
    assert (missing(back), back.unchanged) == ("", 3)
    remove(source, "B")
    again = land()
    first_since = lines[0][3]
    assert isinstance(first_since, dt.datetime)
    assert again.missing[0].since > first_since, "a second absence begins anew"


def test_a_part_of_the_source_makes_nobody_missing(source: Path, land: Land, warehouse: Warehouse) -> None:
    """--select and --limit-files ask for some; who is not among them is not said to be gone."""
    fill(source, "ABC")
    land()
    remove(source, "C")
    assert missing(land(select=["A*"])) == missing(land(limit_files=1)) == missing(land(select=["*"])) == ""
    assert logged(warehouse, "missing") == []
    assert missing(land()) == "C"


def test_most_of_the_workbooks_missing_is_refused(
    source: Path, land: Land, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The source can hardly be the right one: nothing lands, the log has who is missing; the policy allows more."""
    letters = "ABCDEFGHIJ"
    fill(source, letters)
    land()
    remove(source, letters[1:])
    (source / "A.xlsx").write_bytes(book([order("A2")]))
    with pytest.raises(SourceError, match=r"9 of 10 workbooks that used to come are not in .*B\.xlsx \(last seen 2"):
        land()
    assert len(logged(warehouse, "missing")) == 9
    assert len(logged(warehouse, "landed")) == 10
    assert land(select=["*"]).landed == 1
    monkeypatch.setenv(POLICY, "0.9")
    assert missing(land()) == letters[1:]
    monkeypatch.setenv(POLICY, "0.1")
    with pytest.raises(SourceError, match=r"ORDER_LIST_MAX_MISSING_SHARE \(now 0\.1\)"):
        land()
    monkeypatch.setenv(POLICY, "most")
    with pytest.raises(ConfigurationError, match=r"is 'most'\. Set it to a number from 0 to 1"):
        land()


def test_a_few_may_be_missing_whatever_their_share(source: Path, land: Land) -> None:
    """Of three workbooks two are soon taken away: that is named, and the third lands."""
    fill(source, "ABC")
    land()
    remove(source, "BC")
    assert missing(land()) == "BC"


def test_an_empty_source_says_who_used_to_come(source: Path, land: Land, warehouse: Warehouse) -> None:
    """Not just that there is nothing."""
    fill(source, "AB")
    land()
    remove(source, "AB")
    with pytest.raises(SourceError, match=r"no workbook in .* \(0 other files; 2 used to come\)"):
        land()
    assert [line[0] for line in logged(warehouse, "missing")] == ["A.xlsx", "B.xlsx"]


def test_a_renamed_workbook_is_not_missing(source: Path, land: Land, warehouse: Warehouse) -> None:
    """Whoever feeds its table stands for it; that it was missing in between is closed in the log."""
    fill(source, "AB")
    land()
    (source / "B.xlsx").rename(source.parent / "B.xlsx")
    assert missing(land()) == "B"
    (source.parent / "B.xlsx").rename(source / "B (M3).xlsx")
    assert missing(land()) == ""
    assert [line[:2] for line in logged(warehouse, "forgotten")] == [("B.xlsx", 3)]


def test_a_rejected_newcomer_that_goes_is_not_missing(source: Path, land: Land, warehouse: Warehouse) -> None:
    """It never gave us anything, and the log says that nobody waits for it. A good one that turned bad is missed."""
    fill(source, "AB")
    land()
    (source / "C.xlsx").write_bytes(b"x")
    (source / "B.xlsx").write_bytes(b"x")
    assert land().rejected == 2
    remove(source, "BC")
    assert missing(land()) == "B"
    assert [line[:2] for line in logged(warehouse, "forgotten")] == [("C.xlsx", 3)]
    land()
    assert len(logged(warehouse, "forgotten")) == 1


def test_a_source_of_its_own_has_its_own_workbooks(tmp_path: Path, source: Path, warehouse: Warehouse) -> None:
    """Another folder with other workbooks misses none of the first; the result says that nobody looked at them."""
    fill(source, "ABCDEFGH")
    loader.land(warehouse, str(source))
    fill(tmp_path / "mine", "XY")
    result = loader.land(warehouse, str(tmp_path / "mine"))
    assert result.missing == ()
    assert result.notes == (f"8 workbooks of this database came from {source} last, which this load did not look at.",)


def test_a_source_that_moved_takes_its_workbooks_along(tmp_path: Path, source: Path, warehouse: Warehouse) -> None:
    """A folder that has one of the other's workbooks is the other, moved: those it lacks are missing."""
    fill(source, "ABC")
    loader.land(warehouse, str(source))
    fill(tmp_path / "moved", "AB")
    result = loader.land(warehouse, str(tmp_path / "moved"))
    assert (missing(result), result.notes) == ("C", ())
    assert missing(loader.land(warehouse, str(tmp_path / "moved"))) == "C"


def test_a_table_that_was_dropped_is_not_waited_for(source: Path, land: Land, warehouse: Warehouse) -> None:
    """Who dropped it has said that the workbook is gone for good."""
    fill(source, "AB")
    land()
    remove(source, "B")
    with warehouse.session() as session:
        session.drop_table("xB_RAW")
    assert missing(land()) == ""


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, arguments)
    return done.exit_code, done.stdout


def test_forget(source: Path, land: Land, warehouse: Warehouse) -> None:
    """It ends the waiting and does nothing else; a workbook that comes back is waited for again."""
    fill(source, "ABC")
    land()
    remove(source, "BC")
    code, said = run("land", "--source", str(source))
    assert code == 1
    assert "0 landed (0 rows), 1 unchanged, 0 rejected, 2 missing in" in said
    assert "missing B.xlsx: It is not in the source since" in said
    code, said = run("forget", "b.xlsx", "C.xlsx")
    assert code == 0
    assert "Forgot B.xlsx, C.xlsx: no load calls it missing any more." in said
    assert "stay in xB_RAW, xC_RAW" in said
    code, said = run("land", "--source", str(source), "--json")
    assert (code, json.loads(said)["missing"]) == (0, [])
    with warehouse.session() as session:
        assert {"xB_RAW", "xC_RAW"} <= set(session.relations())
    fill(source, "B")
    assert land().unchanged == 2
    remove(source, "B")
    code, said = run("land", "--source", str(source), "--json")
    assert (code, [found["file"] for found in json.loads(said)["missing"]]) == (1, ["B.xlsx"])


def test_forget_what_never_came_is_wrong_use(source: Path, land: Land, warehouse: Warehouse) -> None:
    """A slip forgets nobody, not even the others named with it."""
    fill(source, "AB")
    land()
    code, said = run("forget", "A.xlsx", "B.xlsm", "--json")
    assert code == 2
    assert json.loads(said)["error"] == "No workbook 'B.xlsm' ever came on target 'local'."
    assert "B.xlsx" in json.loads(said)["hint"]
    assert logged(warehouse, "forgotten") == []
