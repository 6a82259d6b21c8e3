"""Tables that the programs keep are known by their columns, and what is not theirs is left alone."""

from __future__ import annotations

import pytest

from console import ExitCode
from warehouse import (
    ChangedTableError,
    Column,
    ForeignRelationError,
    Kept,
    Migration,
    Schema,
    Warehouse,
    bring_up_to_date,
    require_columns,
    require_ours,
)

KEPT = Kept("Kept_Rows", (Column("row_id"), Column("made", "timestamp"), Column("note"), Column("added_later")))
SCHEMA = Schema("test", [KEPT], [Migration(1, "m0001_later", {"Kept_Rows": ("added_later",)})])


@pytest.mark.parametrize(
    ("columns", "ours"),
    [
        ("row_id text, made timestamp, note text, added_later text", True),
        ("row_id text, made timestamp, note text", True),
        ("row_id text, made timestamp, note text, of_a_later_release text, and_another text", True),
        ("row_id text, made timestamp", False),
        ("id integer", False),
    ],
    ids=["the same", "of an earlier release", "of a later release", "half of them", "another table"],
)
def test_a_kept_table_is_ours_by_most_of_its_columns(warehouse: Warehouse, columns: str, ours: bool) -> None:
    """Releases add and drop a column; somebody else's table has not most of them by chance."""
    with warehouse.session() as session:
        session.execute(f"create table kept_rows ({columns})")
        if ours:
            require_ours(session, [KEPT])
            return
        with pytest.raises(ForeignRelationError, match="Kept_Rows was not made by this project") as caught:
            require_ours(session, [KEPT])
    assert caught.value.exit_code is ExitCode.USAGE


def test_a_view_is_no_table_of_ours_and_what_is_missing_is_in_nobody_s_way(warehouse: Warehouse) -> None:
    """A view with the right columns would be written into by nobody; no table at all will be made."""
    with warehouse.session() as session:
        require_ours(session, [KEPT])
        require_columns(session, ["xA_RAW"], ["_load_id"])
        session.execute("create view kept_rows as select 1 as row_id, 1 as made, 1 as note, 1 as added_later")
        session.execute('create table "xA_RAW" (_load_id text); create view "xB_RAW" as select \'1\' as _load_id')
        with pytest.raises(ForeignRelationError, match="Kept_Rows"):
            require_ours(session, [KEPT])
        with pytest.raises(ForeignRelationError, match=r"^xB_RAW was not made"):
            require_columns(session, ["xa_raw", "xB_RAW"], ["_load_id"])


def test_marks_and_checksums_tell_what_stands_in_the_database(warehouse: Warehouse) -> None:
    """A mark is a comment that begins as dbt's does; a checksum moves with every value, not with the order of rows."""
    with warehouse.session() as session:
        session.execute("create table a (i integer, t text); insert into a values (1, 'x'), (2, null)")
        session.execute("comment on table a is 'Made by the order list, dbt invocation 1'")
        session.execute("create view b as select * from a; comment on view b is 'a person''s'")
        assert session.marks() == {"a": "Made by the order list, dbt invocation 1", "b": None}
        before, numbers = session.checksum("a"), session.checksum("a", ["i"])
        session.execute("delete from a; insert into a values (2, null), (1, 'x')")
        assert (session.checksum("a"), session.checksum("a", ["i"])) == (before, numbers)
        session.execute("update a set t = 'y' where i = 1")
        assert session.checksum("a") != before
        assert session.checksum("a", ["i"]) == numbers


def test_a_table_of_an_earlier_version_grows(warehouse: Warehouse) -> None:
    """What later versions added is added, NULL in the rows that are there; a table that is not there is not made."""
    with warehouse.session() as session:
        bring_up_to_date(session, SCHEMA)
        assert list(session.relations()) == ["order_list_versions"]
        session.drop_table("order_list_versions")
        session.execute(
            "create table kept_rows (row_id text, made timestamp, note text); insert into kept_rows(note) values ('n')"
        )
        bring_up_to_date(session, SCHEMA)
        assert session.rows("select note, added_later from kept_rows") == [("n", None)]


def test_a_table_without_what_it_always_had_is_named_with_it(warehouse: Warehouse) -> None:
    """One sentence with table and columns, status 2; no NULL is taken for what was there, and nothing is added."""
    with warehouse.session() as session:
        session.execute("create table kept_rows (row_id text, made timestamp, added_later text, later text)")
        with pytest.raises(
            ChangedTableError, match=r"^Kept_Rows lacks note: another version of this project"
        ) as caught:
            bring_up_to_date(session, SCHEMA)
        assert session.columns("kept_rows") == ["row_id", "made", "added_later", "later"]
    assert caught.value.exit_code is ExitCode.USAGE
    assert "backup" in str(caught.value.hint)
