"""What dbt sends to SQL Server, at its first build and the next, holds nothing that the server refuses or loses.

The adapter wraps what dbt compiles: only what is sent shows its literals, its catalog queries and its names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from tests.sqlserver import gates, sending
from tests.sqlserver.lexer import batches


def _found(sent: Mapping[str, list[str]], gate: Callable[[str], object]) -> dict[str, object]:
    return {f"{run} {place}": found for run in sent for place, sql in enumerate(sent[run]) if (found := gate(sql))}


def test_every_kind_of_statement_is_there(sent: Mapping[str, list[str]]) -> None:
    """The runs send views, tables, tests, renames, snapshots, docs and freshness: nobody judges an empty list."""
    everything = "\n".join(text for run in sent.values() for sql in run for text, _ in batches(sql))
    for words in (
        r"create or alter view", r"create table", r"insert into [^\n]* with \(tablock\)", r"select \* into",
        r"create view\s+\[dbo\]\.\[testview", r"dbt_internal_unit_test_actual", r"sp_rename", r"dbt_change_type",
        r"as table_database", r"as snapshotted_at", r"sp_(?:add|update)extendedproperty",
        r"create\s+(?:clustered|nonclustered)\s+index", r"drop (?:view|table) if exists",
    ):  # fmt: skip
        assert re.search(words, everything, re.IGNORECASE), words


def test_hard_names_and_texts_are_sent(sent: Mapping[str, list[str]]) -> None:
    """The headers and the table that no code page knows are among what is sent, so the gate has seen them."""
    everything = "\n".join(sent["again"])
    for name in (*sending.HARD_HEADERS, sending.HARD_TABLE):
        assert name.replace("'", "''") in everything


def test_no_code_page_can_lose_a_text(sent: Mapping[str, list[str]]) -> None:
    """What is not ASCII stands inside N'...' alone, and so does all dynamic SQL, at any depth."""
    assert _found(sent, gates.code_page_losses) == {}


def test_nothing_asks_for_more_rights(sent: Mapping[str, list[str]]) -> None:
    """dbt reads only what every login may read of its own schema."""
    assert _found(sent, gates.rights_wanted) == {}


def test_the_catalog_is_spelt_as_a_case_sensitive_database_spells_it(sent: Mapping[str, list[str]]) -> None:
    """INFORMATION_SCHEMA in capitals, sys in small letters."""
    assert _found(sent, gates.misspelt_catalog) == {}


def test_no_relation_hangs_on_the_default_schema(sent: Mapping[str, list[str]]) -> None:
    """Every relation stands with its schema, so any login reads and makes the same ones."""
    assert _found(sent, gates.unqualified) == {}


def test_snapshots_and_freshness_are_in_utc(sent: Mapping[str, list[str]]) -> None:
    """The server's local time is nowhere: versions of an order and the age of a source are told in UTC."""
    local = re.compile(r"\b(?:sysdatetime|getdate|current_timestamp)\b", re.IGNORECASE)
    assert _found(sent, local.findall) == {}
    assert "sysutcdatetime" in "\n".join(sent["freshness"])
    assert "sysutcdatetime" in "\n".join(sent["first"])
