"""How dbt replaces a table on SQL Server: what it sends, statement by statement, to a driver that is played."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys

import pytest

from tests.project import ROOT
from tests.sqlserver.refused import refused_in
from tests.sqlserver.tsql import errors_in

_PROJECT = """\
name: small
version: "1.0"
profile: order_list
macro-paths: [macros]
flags: {send_anonymous_usage_stats: false, dbt_sqlserver_use_dbt_transactions: true}
models:
  small:
    +materialized: table
    +as_columnstore: false
    +grants: {select: [reader]}
    +indexes: [{columns: [order_key], unique: true, type: clustered}, {columns: [order_key]}]
    +post-hook: "{{ mark_as_ours(this) }}"
"""
_YML = """\
models:
  - name: contracted
    config: {contract: {enforced: true}}
    columns: [{name: order_key, data_type: nvarchar(40)}]
"""
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)  # dbt's own, before each statement
_DYNAMIC = re.compile(r"exec ?\(N?'((?:[^']|'')*)'\)", re.IGNORECASE)
_MODEL = "select cast(N'∆' as nvarchar(40)) as [order_key]"


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What a build of three tables sends: over a table, over a view, and where nothing was."""
    folder = tmp_path_factory.mktemp("small")
    shutil.copytree(ROOT / "macros", folder / "macros")
    shutil.copy(ROOT / "profiles.example.yml", folder / "profiles.yml")
    (folder / "dbt_project.yml").write_text(_PROJECT, encoding="utf-8")
    models = folder / "models"
    models.mkdir()
    for name in ("plain", "contracted", "fresh"):
        (models / f"{name}.sql").write_text(_MODEL, encoding="utf-8")
    (models / "models.yml").write_text(_YML, encoding="utf-8")
    out = folder / "sent.json"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.sqlserver.played_dbt", str(out), "run", "--target", "prod",
         "--threads", "1", "--project-dir", str(folder), "--profiles-dir", str(folder)],
        cwd=ROOT, capture_output=True, text=True, check=False,
        env={**os.environ, "ORDER_LIST_SQLSERVER_USER": "nobody", "ORDER_LIST_SQLSERVER_PASSWORD": "unused",
             "DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "PYTHONUTF8": "1", "DBT_TARGET_PATH": str(folder / "target"),
             "DBT_LOG_PATH": str(folder / "logs")},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    return [" ".join(_COMMENT.sub("", sql).split()) for sql in json.loads(out.read_text(encoding="utf-8"))]


def place(sent: list[str], *words: str) -> int:
    """Where the one statement that holds all of ``words`` stands."""
    (found,) = [n for n, sql in enumerate(sent) if all(word.lower() in sql.lower() for word in words)]
    return found


@pytest.mark.parametrize("model", ["plain", "contracted", "fresh"])
def test_what_belongs_to_a_table_is_on_it_before_it_is_read(sent: list[str], model: str) -> None:
    """Rows, both indexes, grants and our mark are on the new table before it takes its name."""
    rename = place(sent, "sp_rename", f"[{model}__dbt_tmp]")
    table = f"{model}__dbt_tmp"
    insert = place(sent, "insert into", "with (tablock)", f'"{table}"')
    clustered, index = place(sent, "unique clustered", table), place(sent, " nonclustered", table)
    grant, mark = place(sent, "grant select", table), place(sent, "sp_addextendedproperty", f"N'{table}'")
    assert insert < min(clustered, index)
    assert max(clustered, index, grant, mark) < rename
    assert [sql for sql in sent[rename:] if "create" in sql.lower() and " index " in sql.lower() and model in sql] == []


@pytest.mark.parametrize(("model", "renames"), [("plain", 2), ("contracted", 2), ("fresh", 1)])
def test_the_renaming_transaction_holds_the_renames_alone(sent: list[str], model: str, renames: int) -> None:
    """Its locks are asked for two seconds at a time, it steps back for others, and it holds nothing else."""
    sql = sent[place(sent, "sp_rename", f"[{model}__dbt_tmp]")]
    inside = sql.split("begin transaction;")[1].split("commit transaction;")[0]
    assert [part.split()[:2] for part in inside.split(";") if part.strip()] == [["exec", "sp_rename"]] * renames
    assert "set lock_timeout 2000" in sql
    assert "error_number() not in (1205, 1222)" in sql
    assert "waitfor delay" in sql


def test_no_transaction_is_open_while_a_table_is_made(sent: list[str]) -> None:
    """A table that is made in an open transaction locks the catalog, on which other threads then wait or deadlock."""
    is_open = False
    for sql in sent:
        if sql.upper().startswith("BEGIN TRANSACTION"):
            is_open = True
        elif "COMMIT TRANSACTION" in sql.upper() and "SP_RENAME" not in sql.upper():
            is_open = False
        made = any(word in sql.lower() for word in ("create table", " into ", "create or alter view", " index "))
        assert not (made and is_open), sql


def test_a_table_is_made_empty_and_then_filled(sent: list[str]) -> None:
    """One statement that makes and fills it would lock the catalog until the last row is in."""
    assert not [sql for sql in sent if re.search(r"select (?!top 0)\S* into", sql, re.IGNORECASE)]
    assert place(sent, "select top 0 * into", '"plain__dbt_tmp"') < place(sent, "with (tablock)", '"plain__dbt_tmp"')
    assert place(sent, "create table", '"contracted__dbt_tmp"') < place(sent, "with (tablock) ([order_key])")


def test_the_old_one_goes_when_nobody_asks_for_it_any_more(sent: list[str]) -> None:
    """It is dropped after the renaming, as what it was: a table or a view."""
    assert place(sent, "sp_rename", "[plain__dbt_tmp]") < place(sent, "drop table", "plain__dbt_backup")
    assert place(sent, "sp_rename", "[contracted__dbt_tmp]") < place(sent, "drop view", "contracted__dbt_backup")


def test_what_it_sends_is_t_sql(sent: list[str]) -> None:
    """Its statements, those in literals too, parse and hold nothing that SQL Server refuses."""
    ours = [sql for sql in sent if "plain__dbt_tmp" in sql or "contracted__dbt_tmp" in sql]
    inner = [found[1].replace("''", "'") for sql in ours for found in [_DYNAMIC.search(sql)] if found]
    assert len(inner) >= 4
    bad = {sql: (errors_in(sql), refused_in(sql)) for sql in (*ours, *inner) if errors_in(sql) or refused_in(sql)}
    assert bad == {}
