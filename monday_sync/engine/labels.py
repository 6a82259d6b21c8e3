"""Activates labels that a plan needs and the board has deactivated, before anything is sent that shows them."""

from __future__ import annotations

from collections.abc import Iterable

from monday_sync.api import BoardApi
from monday_sync.domain.board import BoardConfig
from monday_sync.domain.diff import mappings_of
from monday_sync.domain.labels import Labels
from monday_sync.domain.plan import Step
from monday_sync.domain.remote import BoardFacts
from monday_sync.domain.rows import Level
from monday_sync.errors import InDoubtError, RequestFailedError


def activate_labels(api: BoardApi, board: BoardConfig, facts: BoardFacts, steps: Iterable[Step]) -> list[str]:
    """Activate them; what could not be is said, and the board refuses the values then."""
    needed: dict[tuple[str, str], dict[str, None]] = {}
    labels = {level: Labels(facts.columns(level)) for level in (Level.ITEM, Level.SUBITEM)}
    mappings = {level: {m.view_column: m for m in mappings_of(board, level)} for level in labels}
    for step in steps:
        for change in step.sent:
            mapping = mappings[step.level].get(change.column)
            if mapping is None or change.new is None or change.column not in step.new_labels or step.home:
                continue
            if labels[step.level].is_off(mapping, change.new):
                board_id = board.board_id if step.level is Level.ITEM else board.subitem_board_id
                needed.setdefault((board_id, mapping.column_id), {})[change.new] = None
    notes = []
    for (board_id, column_id), found in needed.items():
        try:
            api.add_labels(board_id, column_id, found)
            notes.append(f"Labels that were deactivated in column {column_id} are active again: {', '.join(found)}.")
        except (RequestFailedError, InDoubtError) as error:
            notes.append(f"Labels of column {column_id} could not be activated ({', '.join(found)}): {error.message}")
    return notes
