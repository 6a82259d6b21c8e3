"""A place of its own for trying things on a target: nothing of the target's own schema or file is touched."""

from __future__ import annotations

import json
import secrets
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from console import OrderListError, say
from pipeline.errors import StageFailedError
from warehouse import Target, Warehouse, open_warehouse
from warehouse.profile import PROFILE_NAME

PREFIX = "order_list_doctor_"
_VARIABLE = "ORDER_LIST_DOCTOR_"


@dataclass(frozen=True, slots=True)
class Scratch:
    """A schema (on DuckDB a file) that nobody else uses, and a folder for files."""

    warehouse: Warehouse
    folder: Path

    @property
    def environment(self) -> Mapping[str, str]:
        """What dbt needs to build here: a profile whose texts come from the environment, so no secret is written."""
        target = self.warehouse.target
        texts = {key: str(value) for key, value in target.settings.items() if isinstance(value, str)}
        lines = [f"{PROFILE_NAME}:", f"  target: {target.name}", "  outputs:", f"    {target.name}:"]
        for key, value in target.settings.items():
            written = f"\"{{{{ env_var('{_VARIABLE}{key.upper()}') }}}}\"" if key in texts else json.dumps(value)
            lines.append(f"      {key}: {written}")
        (self.folder / "profiles.yml").write_text("\n".join(lines) + "\n", encoding="utf-8")
        return {
            "DBT_PROFILES_DIR": str(self.folder),
            "DBT_TARGET_PATH": str(self.folder / "target"),
            "DBT_LOG_PATH": str(self.folder / "logs"),
            **{f"{_VARIABLE}{key.upper()}": value for key, value in texts.items()},
        }


@contextmanager
def scratch(target: Target) -> Iterator[Scratch]:
    """Make such a place, and take it away at the end with all that is in it.

    Raises:
        StageFailedError: the login may make no schema.
    """
    name = PREFIX + secrets.token_hex(4)
    with tempfile.TemporaryDirectory(prefix=PREFIX, ignore_cleanup_errors=True) as folder:
        place = Path(folder)
        if target.kind == "duckdb":
            settings = {**target.settings, "path": str(place / "scratch.duckdb")}
            yield Scratch(open_warehouse(replace(target, settings=settings)), place)
            return
        own = replace(target, schema=name, settings={**target.settings, "schema": name})
        warehouse = open_warehouse(own)
        try:
            with open_warehouse(target).session() as session:
                session.execute(f"create schema {warehouse.quote(name)}")
        except OrderListError as error:
            raise StageFailedError(
                f"No schema could be made for the trials: {error.message}",
                hint="GRANT CREATE SCHEMA TO [the user of this login], for the trials only.",
            ) from error
        try:
            yield Scratch(warehouse, place)
        finally:
            _remove(warehouse, name)


def _remove(warehouse: Warehouse, schema: str) -> None:
    """Drop the schema with all that dbt and we made in it."""
    try:
        with warehouse.session() as session:
            for kind in ("VIEW", "BASE TABLE"):
                found = session.rows(
                    "select TABLE_NAME from INFORMATION_SCHEMA.TABLES where TABLE_SCHEMA = ? and TABLE_TYPE = ?",
                    [schema, kind],
                )
                for (name,) in found:
                    word = "view" if kind == "VIEW" else "table"
                    with suppress(OrderListError):
                        session.execute(f"drop {word} if exists {warehouse.relation(str(name))}")
            session.execute(f"drop schema if exists {warehouse.quote(schema)}")
    except OrderListError as error:
        say(f"The schema {schema} of the trials could not be dropped: {error}")
