"""Before a run does anything: what dbt would replace is ours, or the run is refused.

dbt decides (macros/ownership) and refuses by itself too. It is asked only when something under one of our names stands
without its mark, so a run pays one short query for it.
"""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

from console import ConfigurationError
from pipeline.dbt import run_dbt
from pipeline.errors import NotOursError, StageFailedError
from pipeline.fingerprint import made_files
from warehouse import Relations, Warehouse
from warehouse.ownership import MARK

#: The one relation of dbt's that is called otherwise than its file, whatever the case.
_STAGING = "ORDER_LIST_STAGING"
#: What older versions made under names that are no longer used; the first of them left no mark.
FORMER = Relations((
    "order_lines", "order_list_rows", "order_list_typed", "order_list_verdicts", "order_size_cells",
    "order_total_differences",
))  # fmt: skip
_NAMES = re.compile(r"\w+(?:, \w+)*")
_REFUSAL = re.compile(r"(?:\w+, )*\w+ in schema '[^']*' (?:was|were) not made by this project.*?\]\}'")


def refuse_foreign_relations(warehouse: Warehouse) -> None:
    """Make sure that a build would replace nothing that is not ours; marks what the first release made without a mark.

    Raises:
        NotOursError: it would; nothing was changed.
    """
    _ask_dbt(warehouse)


def foreign_relations(warehouse: Warehouse) -> list[str]:
    """What stands under names of dbt's and was not made by this project, sorted; nothing is marked or changed.

    Raises:
        NotOursError: dbt could not tell.
    """
    try:
        _ask_dbt(warehouse, "--args", "{only_look: true}")
    except NotOursError as error:
        names, found, _ = error.message.partition(" in schema '")
        if not found or not _NAMES.fullmatch(names):
            raise
        return sorted(names.split(", "))
    return []


def _ask_dbt(warehouse: Warehouse, *arguments: str) -> None:
    """Let dbt look at relations that have no mark, if there are any under our names."""
    if not warehouse.exists():
        return
    with warehouse.session(read_only=True) as session:
        marks = session.marks()
    unmarked = Relations(name for name, mark in marks.items() if mark is None)
    if not any(name in unmarked for name in made_names(warehouse.target.project_dir)):
        return
    target, command = warehouse.target, ["run-operation", "check_ownership", *arguments]
    try:
        # its refusal is the answer: whoever asked says it in one sentence
        result = run_dbt(command, target=target.name, project_dir=target.project_dir, loud=False)
    except StageFailedError as error:
        raise _refusal(str(error)) from error
    if result.exit_code != 0:
        raise _refusal(result.said or f"dbt ended with status {result.exit_code}.")


def left_over(warehouse: Warehouse) -> list[str]:
    """Relations that an older version made, by mark or name, and that no file of the project makes any more."""
    names = made_names(warehouse.target.project_dir)
    if not names:
        return []
    made = Relations(names)
    with warehouse.session(read_only=True) as session:
        marks = session.marks()
    return sorted(
        name
        for name, mark in marks.items()
        if name not in made
        and not name.endswith(("__dbt_tmp", "__dbt_backup"))
        and ((mark or "").startswith(MARK) or name in FORMER)
    )


def _refusal(words: str) -> NotOursError:
    """dbt's own message, without where in the macros it was said."""
    found = _REFUSAL.search(" ".join(words.split()))
    return NotOursError(found[0] if found else words)


def made_names(project: Path) -> set[str]:
    """The relations that dbt makes here, by its files; without a project the transform will say that there is none."""
    with suppress(ConfigurationError):
        return {_STAGING, *made_files(project)}
    return set()
