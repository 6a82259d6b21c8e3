"""Lets a workbook that was taken away for good no longer be missing."""

from __future__ import annotations

import datetime as dt
import difflib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from console import ConfigurationError
from loader import memory, tables
from loader.results import FileResult, Status
from warehouse import Warehouse


@dataclass(frozen=True, slots=True)
class Forgotten:
    """The workbooks that were forgotten, and the raw tables that stay of them."""

    target: str
    files: tuple[str, ...]
    raw_tables: tuple[str, ...]

    def describe(self) -> str:
        """What was done and what was not, for a person."""
        lines = [f"Forgot {', '.join(self.files)}: no load calls it missing any more."]
        if self.raw_tables:
            lines.append(
                f"The rows landed from it stay in {', '.join(self.raw_tables)}, and its orders with them. If it comes "
                "back, it lands as before."
            )
        return "\n".join(lines)


def forget(warehouse: Warehouse, files: Sequence[str]) -> Forgotten:
    """Note in the log that nobody waits for ``files`` any more. Rows and tables stay as they are.

    Raises:
        ConfigurationError: one of them never came.
        LockHeldError: another run is at work on this target.
    """
    with warehouse.lock(), warehouse.session() as session:
        remembered = memory.recall(session, warehouse, tables.prepare(session))
        known = {name.casefold(): seen for name, seen in remembered.files.items()}
        for file in files:
            if file.casefold() not in known:
                near = difflib.get_close_matches(file.casefold(), known, n=3, cutoff=0.5)
                names = ", ".join(known[name].file for name in near)
                raise ConfigurationError(
                    f"No workbook '{file}' ever came on target '{warehouse.target.name}'.",
                    hint=f"Near it are: {names}." if near else "Give the file's name as the log has it.",
                )
        found = list({file.casefold(): known[file.casefold()] for file in files}.values())
        run_id = uuid.uuid4().hex
        now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
        tables.log(
            session,
            [FileResult(seen.file, seen.raw_table, Status.FORGOTTEN, "Somebody said so.") for seen in found],
            tables.Load(run_id, run_id, now, remembered.sequence),
        )
    kept = [content.raw_table for seen in found if (content := remembered.content(seen.raw_table or ""))]
    return Forgotten(warehouse.target.name, tuple(seen.file for seen in found), tuple(kept))
