"""A place of its own for trying things on a target: nothing of the target's own schema or file is touched."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from console import workplace
from warehouse import Target, Warehouse, open_warehouse
from warehouse.profile import PROFILE_NAME

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
        StatementFailedError: the login may make no schema, and none is named for it.
    """
    with (
        workplace("trial") as folder,
        open_warehouse(target).scratch() as warehouse,
    ):
        yield Scratch(warehouse, folder)
