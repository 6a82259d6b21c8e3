"""Reads and validates ``boards/<target>.yml``. Every error names the file, the key and the hint."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from console import ConfigurationError
from monday_sync.domain.board.document import read_documents
from monday_sync.domain.board.model import (
    Archive,
    BoardConfig,
    BoardFile,
    Column,
    ColumnMapping,
    FollowBoard,
    Hooks,
    Limits,
    Policy,
    Scope,
)
from monday_sync.domain.board.several import check_together

_LABELLED = ("dropdown", "status")
_SEARCHABLE = "text"


def load_boards(
    target_name: str, folder: Path = Path("boards"), *, today: dt.date | None = None
) -> tuple[BoardConfig, ...]:  # fmt: skip
    """The boards of a target, in the order of its file.

    Args:
        target_name: names the file ``<folder>/<target_name>.yml``: one board, or a list of boards.
        today: what relative dates of the scope count from; the day in UTC when ``None``.

    Raises:
        ConfigurationError: no such file, or something in it is wrong; names the file, the board and the key.
    """
    day = today or dt.datetime.now(dt.UTC).date()
    found = [(where, _board(target_name, where, keys, day)) for where, keys in read_documents(target_name, folder)]
    check_together(found)
    boards = [board for _, board in found]
    return tuple(replace(one, others=tuple(other for other in boards if other is not one)) for one in boards)


def load_board(target_name: str, folder: Path = Path("boards"), *, today: dt.date | None = None) -> BoardConfig:
    """The board of a target that has one.

    Raises:
        ConfigurationError: as :func:`load_boards`; or the target has several boards.
    """
    first, *others = load_boards(target_name, folder, today=today)
    if others:
        raise ConfigurationError(
            f"{(folder / target_name).as_posix()}.yml has {len(others) + 1} boards, where one is expected.",
            hint="Name the board with --board.",
        )
    return first


def _board(target_name: str, where: str, document: Mapping[str, object], today: dt.date) -> BoardConfig:
    try:
        file = BoardFile.model_validate(document, context={"today": today})
    except ValidationError as error:
        raise _told(where, error.errors()[0]) from None
    problem = next(iter(_contradictions(file)), None)
    if problem is not None:
        key, what, hint = problem
        raise ConfigurationError(f"{where}: {key} {what}.", hint=hint)
    return BoardConfig(
        target=target_name,
        api=file.api,
        board_id=file.board_id,
        subitem_board_id=file.subitem_board_id,
        items=_mappings(file.items),
        subitems=_mappings(file.subitems),
        key_columns=file.key_columns,
        scope=file.scope,
        policy=file.policy,
        mode=file.mode,
        hooks=file.hooks,
        follow_boards=file.follow_boards,
        limits=file.limits,
        archive=file.archive,
        name=file.name,
    )


def _mappings(columns: Mapping[str, Column]) -> tuple[ColumnMapping, ...]:
    return tuple(
        ColumnMapping(name, line.column, line.type, line.create_labels, line.on_conflict)
        for name, line in columns.items()
    )


def _contradictions(file: BoardFile) -> list[tuple[str, str, str]]:
    """What does not go together, as (key, problem, hint)."""
    found: list[tuple[str, str, str]] = []
    for section, columns in (("items", file.items), ("subitems", file.subitems)):
        if not columns:
            hint = "Map at least one, as `view_column: {column: <id>, type: <type>}`."
            found.append((section, "maps no column", hint))
        seen: dict[str, str] = {}
        for name, line in columns.items():
            if line.column in seen:
                what = f"{line.column!r} is also the column of {seen[line.column]}"
                found.append((f"{section}.{name}.column", what, "Map it once."))
            seen[line.column] = name
            if line.create_labels and line.type not in _LABELLED:
                found.append(
                    (f"{section}.{name}.create_labels", f"a {line.type} column has no labels", "Remove the key.")
                )
    for name in file.key_columns:
        if file.key_columns.count(name) > 1:
            found.append(("key_columns", "names something twice", "Name it once."))
        if name not in file.items:
            found.append(("key_columns", f"{name} is not among items", "Map it there, or take it out of the key."))
    first = file.items.get(file.key_columns[0])
    if first is not None and first.type != _SEARCHABLE:
        what = f"{file.key_columns[0]} is a {first.type} column"
        found.append(("key_columns", what, "Put a text column first: it is searched by."))
    begin, end = file.scope.ex_factory_from, file.scope.ex_factory_to
    if begin and end and begin > end:
        found.append(("scope.ex_factory_from", f"{begin} is after ex_factory_to, {end}", "Swap them."))
    if file.policy.moved == "follow" and not file.follow_boards:
        hint = "Add `follow_boards: [{board_id: <id>, subitem_board_id: <id>}]`, boards with the same columns."
        found.append(("policy.moved", "is follow, but no board is named to follow to", hint))
    if file.policy.attention_share > file.policy.success_share:
        found.append(("policy.attention_share", "is above success_share", "Lower it."))
    return found


def _told(where: str, error: ErrorDetails) -> ConfigurationError:
    """What pydantic found, as a sentence and its hint."""
    place = [str(part) for part in error["loc"] if part != "[key]"]
    key = ".".join(place)
    match error["type"]:
        case "told":
            problem, hint = error["ctx"]["problem"], error["ctx"]["hint"]
        case "missing":
            problem, hint = "is missing", "Add it."
        case "extra_forbidden" | "unexpected_keyword_argument":
            problem, hint = "is not a key we know", f"Known here: {', '.join(_known(place[:-1]))}."
        case _:
            problem, hint = "is not a mapping of keys to values", "Indent its keys below it."
    return ConfigurationError(f"{where}: {key} {problem}.", hint=hint)


def _known(section: list[str]) -> list[str]:
    """The keys that a section may have."""
    if not section:
        return [*BoardFile.model_fields, "extends"]
    kinds = {"scope": Scope, "archive": Archive, "limits": Limits, "policy": Policy, "hooks": Hooks,
             "follow_boards": FollowBoard}  # fmt: skip
    kind = kinds.get(section[0])
    return list(Column.model_fields) if kind is None else [f.name for f in fields(kind)]


__all__ = ["load_board", "load_boards"]
