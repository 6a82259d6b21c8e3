"""Before a run does anything: what dbt would replace is ours, or the run is refused.

dbt decides (macros/ownership) and refuses by itself too. It is asked only when something under one of our names stands
without its mark, so a run pays one short query for it.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from console import ConfigurationError
from pipeline.dbt import manifest_path, run_dbt
from pipeline.errors import StageFailedError
from warehouse import Relations, Warehouse

#: What the contract says dbt makes. The rest is known once dbt has parsed the project; till then dbt alone guards it.
CONTRACT = (
    "ORDER_LIST_STAGING", "ORDER_LIST", "order_list_rejects", "ORDER_LIST_LINES", "FACT_ORDER_LIST",
    "swp_ORDER_LIST_SYNC", "sync_monday__items", "sync_monday__subitems",
)  # fmt: skip
_MADE = frozenset({"model", "seed", "snapshot"})
_REFUSAL = re.compile(r"(?:\w+, )*\w+ in schema '[^']*' (?:was|were) not made by this project.*?\]\}'")


def refuse_foreign_relations(warehouse: Warehouse) -> None:
    """Make sure that a build would replace nothing that is not ours; marks what the first release made without a mark.

    Raises:
        ConfigurationError: it would; nothing was changed.
    """
    if not warehouse.exists():
        return
    with warehouse.session(read_only=True) as session:
        marks = session.marks()
    unmarked = Relations(name for name, mark in marks.items() if mark is None)
    if not any(name in unmarked for name in {*CONTRACT, *_names(warehouse.target.project_dir)}):
        return
    target = warehouse.target
    try:
        result = run_dbt(["run-operation", "check_ownership"], target=target.name, project_dir=target.project_dir)
    except StageFailedError as error:
        raise _refusal(str(error)) from error
    if result.exit_code != 0:
        raise _refusal(result.said or f"dbt ended with status {result.exit_code}.")


def _refusal(words: str) -> ConfigurationError:
    """dbt's own sentence, without where in the macros it was said."""
    found = _REFUSAL.search(" ".join(words.split()))
    return ConfigurationError(found[0] if found else words)


def _names(project: Path) -> set[str]:
    """The relations that dbt makes, by its last reading of the project; none when there was none."""
    try:
        nodes = json.loads(manifest_path(project).read_text(encoding="utf-8"))["nodes"].values()
    except (OSError, ValueError, KeyError):
        return set()
    return {str(node["alias"]) for node in nodes if node["resource_type"] in _MADE}
