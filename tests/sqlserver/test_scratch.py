"""Schemas for trials: new ones that are dropped, or named ones that are emptied; nothing else is touched."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pyodbc
import pytest

from console import LockHeldError
from tests.sqlserver.driver import Server, warehouse
from tests.sqlserver.tsql import errors_in
from warehouse import StatementFailedError
from warehouse.sqlserver import scratch_statements
from warehouse.sqlserver.scratch import VARIABLE

_DROP = re.compile(r"drop (?:view|table) if exists \[(.+)\]\.\[(.+)\]")


@dataclass
class Played:
    """A server with schemas, and who holds which lock."""

    server: Server
    relations: list[tuple[str, str]] = field(default_factory=list)
    held: set[str] = field(default_factory=set)
    locks: list[str] = field(default_factory=list)

    def answer(self, sql: str) -> pyodbc.Error | None:
        """Let what is dropped be gone."""
        if found := _DROP.match(sql):
            self.relations[:] = [one for one in self.relations if one[0] != found[2]]
        return None


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> Played:
    """A server behind every SQL Server target, on which nothing is yet."""
    monkeypatch.delenv(VARIABLE, raising=False)
    one = Played(Server())
    one.server.answers = {"TABLE_TYPE": one.relations}
    one.server.fails = one.answer

    @contextmanager
    def lock(_name: str, resource: str, _connect: object) -> Iterator[None]:
        if resource in one.held:
            raise LockHeldError("Another run is at work.")
        one.locks.append(resource)
        yield

    monkeypatch.setattr("warehouse.sqlserver.warehouse.connect", lambda _: one.server.connect())
    monkeypatch.setattr("warehouse.sqlserver.scratch.run_lock", lock)
    return one


def test_a_new_one_is_held_and_dropped_with_all_that_is_in_it(played: Played) -> None:
    """Views go first, the schema last, and its lock is its own; dbt's settings name it as well."""
    with warehouse().scratch() as other:
        name = other.target.schema
        assert (other.schema, other.target.settings["schema"]) == (name, name)
        played.relations += [("orders", "BASE TABLE"), ("seen", "VIEW")]
    assert re.fullmatch(r"dbo_scratch_[0-9a-f]{8}", name)
    assert played.locks == [f"order-list:scratch:{name}"]
    assert played.server.statements("^exec|^drop") == [
        f"exec (N'create schema [{name}]')",
        f"drop view if exists [{name}].[seen]",
        f"drop table if exists [{name}].[orders]",
        f"drop schema if exists [{name}]",
    ]


def test_what_a_killed_trial_left_goes_with_the_next_one(played: Played) -> None:
    """Its lock is free; a trial that is at work holds its own, and keeps its schema."""
    played.server.answers["from sys.schemas"] = [("dbo_scratch_left",), ("dbo_scratch_busy",)]
    played.held.add("order-list:scratch:dbo_scratch_busy")
    with warehouse().scratch():
        assert played.server.statements("^drop schema") == ["drop schema if exists [dbo_scratch_left]"]


def test_a_login_that_may_make_none_hears_both_ways_on(played: Played) -> None:
    """The grant, or empty schemas that somebody else makes, by the variable's name."""

    def refuse(sql: str) -> pyodbc.Error | None:
        said = "[42000] [Microsoft][ODBC Driver 18 for SQL Server][SQL Server]CREATE SCHEMA permission denied. (262)"
        return pyodbc.ProgrammingError("42000", said) if "create schema" in sql else None

    played.server.fails = refuse
    with pytest.raises(StatementFailedError, match="No schema could be made for a trial: The login") as raised:
        warehouse().scratch().__enter__()
    assert "GRANT CREATE SCHEMA" in str(raised.value.hint)
    assert VARIABLE in str(raised.value.hint)


def test_a_named_one_is_used_and_left_empty(played: Played, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first that is free: marked as one for trials while it is empty, neither made nor dropped."""
    monkeypatch.setenv(VARIABLE, " busy, Trials")
    played.held.add("order-list:scratch:busy")
    played.server.answers["from sys.schemas where"] = [("Trials",)]
    with warehouse().scratch() as other:
        assert other.schema == "Trials"
        played.relations += [("orders", "BASE TABLE")]
    assert played.server.statements("^exec|^drop") == [
        scratch_statements.MARK, "drop table if exists [Trials].[orders]"
    ]  # fmt: skip


def test_what_a_killed_trial_left_in_a_named_one_is_taken_away(
    played: Played, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    """The mark says that all in it is from trials."""
    monkeypatch.setenv(VARIABLE, "trials")
    played.server.answers |= {"from sys.schemas where": [("trials",)], "p.class = 3": [("order_list_scratch",)]}
    played.relations += [("left", "BASE TABLE")]
    with warehouse().scratch():
        assert played.server.statements("^drop") == ["drop table if exists [trials].[left]"]


def test_a_named_one_with_tables_of_others_is_not_touched(played: Played, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor is the target's own, nor one that is not there; each is said with its reason."""
    monkeypatch.setenv(VARIABLE, "DBO,sales")
    played.server.answers["from sys.schemas where"] = [("sales",)]
    played.relations += [("invoices", "BASE TABLE")]
    with pytest.raises(StatementFailedError) as raised:
        warehouse().scratch().__enter__()
    assert raised.value.message == (
        f"{VARIABLE} names no schema for a trial: DBO is the target's own; "
        "sales has tables that no trial made (invoices)."
    )
    assert not played.server.statements("^drop|^exec")
    played.server.answers["from sys.schemas where"] = []
    monkeypatch.setenv(VARIABLE, "trial")
    with pytest.raises(StatementFailedError, match="there is no schema trial"):
        warehouse().scratch().__enter__()


@pytest.mark.parametrize(
    "sql",
    [
        scratch_statements.SCHEMA, scratch_statements.SCHEMAS_LIKE, scratch_statements.RELATIONS,
        scratch_statements.MARKED, scratch_statements.MARK, scratch_statements.make_schema("it's"),
        scratch_statements.drop_relation("it's", "a", "VIEW"), scratch_statements.drop_schema("it's"),
    ],
)  # fmt: skip
def test_its_statements_are_t_sql(sql: str) -> None:
    """Each parses, with names of any kind."""
    assert errors_in(sql.replace("?", "@p")) == []


def test_a_name_is_looked_for_as_it_is_spelt() -> None:
    """The signs of LIKE in a schema's name stand for themselves."""
    assert scratch_statements.beginning("a_b[c]%!") == "a!_b![c]!%!!%"
