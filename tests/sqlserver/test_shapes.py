"""What SQL Server makes of a statement's shape: columns bound by place, texts of any length, work done twice."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tests.sqlserver.lexer import Piece, batches, pieces


def _stars_over_relations(sql: str) -> list[str]:
    """``*`` and ``alias.*`` whose rows come straight from a table or view, by what stands after FROM or JOIN."""
    here = pieces(sql)
    relations: set[str] = set()  # aliases of tables and views
    found: list[str] = []
    for place, piece in enumerate(here):
        if piece.kind == "word" and piece.text.lower() in {"from", "join"} and here[place + 1].kind == "name":
            alias = place + 1
            while here[alias + 1 : alias + 2] and here[alias + 1].text == ".":
                alias += 2
            after = [p.text for p in here[alias + 1 : alias + 3]]
            relations.add(after[1].lower() if after[:1] == ["as"] else "")
    for place, piece in enumerate(here):
        if piece.text != "*" or here[place - 1].text.lower() not in {".", "select"}:
            continue
        if here[place - 1].text == "." and here[place - 2].text.lower() in relations:
            found.append(f"{here[place - 2].text}.*")
        elif here[place - 1].text.lower() == "select" and _reads_relation(here[place + 1 : place + 3]):
            found.append("*")
    return found


def _reads_relation(after: list[Piece]) -> bool:
    return len(after) > 1 and after[0].text.lower() == "from" and after[1].kind == "name"


def test_the_finder_of_stars_finds_them() -> None:
    """A star over a relation is found, one over a CTE is not."""
    assert _stars_over_relations('select * from "db"."dbo"."t"') == ["*"]
    assert _stars_over_relations('select t.*, 1 as x from "db"."dbo"."t" as t') == ["t.*"]
    assert _stars_over_relations("with a as (select 1 as x) select a.* from a") == []


def test_no_view_takes_whatever_columns_there_are(sent: Mapping[str, list[str]]) -> None:
    """SQL Server binds ``*`` when a view is made: after a column more, values would stand under other names."""
    views = {}
    for sql in sent["again"]:
        for text, _ in batches(sql):
            made = re.match(r'\s*create or alter view "dbo"\."(\w+)" as\s', text, re.IGNORECASE)
            if made and not made[1].endswith(("__dbt_tmp_vw", "_snapshot_staging_temp_view")):
                views[made[1]] = _stars_over_relations(text)
    assert {"FACT_ORDER_LIST", "sync_customers", "sync_monday__items", "stg_asrv"} <= set(views)
    assert {name: found for name, found in views.items() if found} == {}


def test_a_customer_without_a_table_widens_no_column(sent: Mapping[str, list[str]]) -> None:
    """A workbook that was never landed gives columns of the loader's sizes, so the union's stay sized too."""
    views = [sql for sql in sent["again"] if re.search(r"as _load_id\s+where 1 = 0", sql)]
    assert views
    for sql in views:
        assert "cast(null as nvarchar(400)) as _source_file" in sql
        assert not re.search(r"nvarchar\(max\)\) as _(?:source_file|source_sheet|load_id)", sql)


def test_joins_and_windows_carry_no_text_of_any_length(compiled: Mapping[str, str]) -> None:
    """What decides on rows sorts and joins texts of at most 400 characters: sorts of (max) ask for a gigabyte."""
    sql = compiled["model.master_schedule.int_orders__judged"]
    windows = re.findall(r"first_value\((.*?)\) over", sql)
    assert windows
    assert all("sheet." not in window or "nvarchar(400)" in window for window in windows)
    assert "cast(left(sheet.aag_order_number, 400) as nvarchar(400)) as aag_order_number_text" in sql


def test_a_clean_text_is_not_folded(compiled: Mapping[str, str]) -> None:
    """Each column is looked at before the long expression, which nullif() would work out twice."""
    sql = compiled["model.master_schedule.int_orders__unioned"]
    folded = len(re.findall(r"nullif\(trim\(", sql))
    assert folded > 0
    assert len(re.findall(r"not like concat\(N'%\['", sql)) == folded


def test_the_look_knows_every_blank_and_mark(compiled: Mapping[str, str]) -> None:
    """What folding would change is never taken for clean: the look's ranges hold every character that it replaces."""
    sql = compiled["model.master_schedule.int_orders__unioned"]
    look = re.search(r"not like concat\(N'%\['(.*?), N'\]%'\)", sql)
    assert look
    ranges = re.findall(r"nchar\((\d+)\)(?:, N'-', nchar\((\d+)\))?", look[1])
    looked_for = {code for first, last in ranges for code in range(int(first), int(last or first) + 1)}
    folded = {
        int(code)
        for code in re.findall(r"nchar\((\d+)\)", sql[look.end() :].split("nullif(", 1)[1].split(" end", 1)[0])
    }
    assert len(folded) > 90
    assert folded - {64976} - looked_for == set()
