"""What differs between a DuckDB file and a SQL Server as the place of a rehearsal; everything else is the same."""

from __future__ import annotations

import json
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from bench.places import ROOT
from console import ConfigurationError, OrderListError, say
from warehouse import Target, Warehouse, load_target, open_warehouse
from warehouse.profile import PROFILE_NAME

_DUCKDB = """order_list:
  target: prod
  outputs:
    prod: &target
      type: duckdb
      path: "{{ env_var('ORDER_LIST_DUCKDB') }}"
      schema: main
      threads: 4
      retries: {connect_attempts: 6}
    local: *target
"""
_VARIABLE = "ORDER_LIST_REHEARSAL_"
_DROPS = 5


class Engine(Protocol):
    """A database that target prod of the rehearsal can be."""

    def prepare(self, project: Path) -> None:
        """Let target prod of this copy of the project be this database."""

    def variables(self) -> Mapping[str, str]:
        """Variables without which it is not found."""

    def types(self) -> Mapping[str, str]:
        """How it calls the types that the old tables have."""

    def words(self, relation: str, name: str) -> Sequence[str]:
        """Statements by which an old table gets what goes by no column: a description, and rights where it has some."""


@dataclass(frozen=True)
class File:
    """A DuckDB file."""

    path: Path

    def prepare(self, project: Path) -> None:
        """The path comes from a variable."""
        (project / "profiles.yml").write_text(_DUCKDB, encoding="utf-8")

    def variables(self) -> Mapping[str, str]:
        """Where it is."""
        return {"ORDER_LIST_DUCKDB": str(self.path)}

    def types(self) -> Mapping[str, str]:
        """Its own."""
        return {"text": "varchar", "id": "bigint", "float": "double", "number": "decimal(18, 4)"}

    def words(self, relation: str, name: str) -> Sequence[str]:  # noqa: ARG002 - the other engine asks for it
        """It has comments, and no rights."""
        return [f"comment on table {relation} is 'what changed since yesterday'"]


@dataclass(frozen=True)
class Server:
    """A database of a SQL Server that is the rehearsal's alone.

    Args:
        macros: dbt macros laid over the project's, where the server only resembles one.
    """

    target: Target
    macros: Path | None

    def prepare(self, project: Path) -> None:
        """The settings of the real target; texts come from the environment, so that no secret is written."""
        lines = [f"{PROFILE_NAME}:", "  target: prod", "  outputs:", "    prod:"]
        for key, value in self.target.settings.items():
            text = f"\"{{{{ env_var('{_VARIABLE}{key.upper()}') }}}}\"" if isinstance(value, str) else json.dumps(value)
            lines.append(f"      {key}: {text}")
        (project / "profiles.yml").write_text("\n".join(lines) + "\n", encoding="utf-8")
        if self.macros is not None:
            shutil.copytree(self.macros, project / "macros", dirs_exist_ok=True)

    def variables(self) -> Mapping[str, str]:
        """The texts of the profile."""
        texts = {key: value for key, value in self.target.settings.items() if isinstance(value, str)}
        return {f"{_VARIABLE}{key.upper()}": value for key, value in texts.items()}

    def types(self) -> Mapping[str, str]:
        """Its own; texts are short enough for an index."""
        return {"text": "nvarchar(400)", "id": "bigint", "float": "float", "number": "decimal(18, 4)"}

    def words(self, relation: str, name: str) -> Sequence[str]:
        """It has both."""
        return [
            "exec sys.sp_addextendedproperty @name = N'MS_Description', @value = N'what changed since yesterday', "
            f"@level0type = N'SCHEMA', @level0name = N'{self.target.schema}', "
            f"@level1type = N'TABLE', @level1name = N'{name}'",
            f"grant select on {relation} to public",
        ]


@contextmanager
def engine(target: str | None, folder: Path, macros: Path | None) -> Iterator[Engine]:
    """A DuckDB file in ``folder``, or a new database of a SQL Server target's server, dropped at the end of the block.

    A database, since people's statements name no schema: who made it has its schema dbo, as on the real one.

    Raises:
        ConfigurationError: no such target, or it is no SQL Server.
        OrderListError: the server does not answer, or the login may make no database.
    """
    if target is None:
        yield File(folder / "prod.duckdb")
        return
    real = load_target(target, project_dir=ROOT)
    if real.kind != "sqlserver":
        raise ConfigurationError(
            f"Target '{target}' has type '{real.kind}': a rehearsal on a server wants SQL Server.",
            hint="Name another with --target, or none for a DuckDB file.",
        )
    name = f"olb_{secrets.token_hex(4)}"
    own = _in(real, name)
    master = open_warehouse(_in(real, "master"))
    with master.session() as session:
        session.execute(f"create database {name}")
    say(f"database {name} (dropped at the end)")
    try:
        yield Server(own, macros)
    finally:
        _drop(master, name)


def _in(target: Target, database: str) -> Target:
    return replace(target, schema="dbo", settings={**target.settings, "database": database, "schema": "dbo"})


def _drop(master: Warehouse, name: str) -> None:
    """Whoever is still in it, as what was killed may be for a moment, is put out."""
    with master.session() as session:
        with suppress(OrderListError):  # Babelfish has no such statement
            session.execute(f"alter database {name} set single_user with rollback immediate")
        for left in reversed(range(_DROPS)):
            try:
                session.execute(f"drop database {name}")
            except OrderListError as error:
                if not left:
                    say(f"The database {name} could not be dropped: {error}")
                    return
                time.sleep(2)
            else:
                return
