"""Reads and validates ``boards/<target>.yml``. Every error names the file, the key and the mend."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args

from console import ConfigurationError
from monday_sync.domain.board.document import Document, read_document
from monday_sync.domain.board.model import Api, BoardConfig, Bulk, ColumnMapping, ColumnType, Conflict, Policy, Scope

_KEYS = ("api", "board_id", "subitem_board_id", "key_columns", "scope", "policy", "items", "subitems")
_COLUMN_KEYS = ("column", "type", "create_labels", "on_conflict")
_LABELLED = ("dropdown", "status")
_VIEW_COLUMN = re.compile(r"[a-z][a-z0-9_]{0,127}")
_COLUMN_ID = re.compile(r"[a-zA-Z0-9_]{1,100}")
_RELATIVE = re.compile(r"([+-])(\d{1,5})d")
_SEARCHABLE = "text"


def load_board(target_name: str, folder: Path = Path("boards"), *, today: dt.date | None = None) -> BoardConfig:
    """The board of a target.

    Args:
        target_name: names the file ``<folder>/<target_name>.yml``.
        today: what relative dates of the scope count from; the day in UTC when ``None``.

    Raises:
        ConfigurationError: no such file, or something in it is wrong; names the file and the key.
    """
    document = read_document(target_name, folder)
    document.only(_KEYS)
    items = _columns(document, "items")
    subitems = _columns(document, "subitems")
    return BoardConfig(
        target=target_name,
        api=document.choice("api", get_args(Api)),
        board_id=document.digits("board_id"),
        subitem_board_id=document.digits("subitem_board_id"),
        items=items,
        subitems=subitems,
        key_columns=_key_columns(document, items),
        scope=_scope(document, today or dt.datetime.now(dt.UTC).date()),
        policy=_policy(document),
    )


def _columns(document: Document, key: str) -> tuple[ColumnMapping, ...]:
    section = document.section(key)
    mappings = []
    seen: dict[str, str] = {}
    for view_column, entry in section.values.items():
        if not _VIEW_COLUMN.fullmatch(view_column):
            raise section.error(view_column, "is no column name of a view", "Use lower-case letters, digits and _.")
        if not isinstance(entry, Mapping):
            raise section.error(view_column, "is not of the form {column: <id>, type: <type>}", "Write it so.")
        line = section.section(view_column)
        line.only(_COLUMN_KEYS)
        column_id = line.text("column")
        if not _COLUMN_ID.fullmatch(column_id):
            raise line.error("column", f"'{column_id}' is no column id", "Copy the id from the board's column.")
        if column_id in seen:
            raise line.error("column", f"'{column_id}' is also the column of {seen[column_id]}", "Map it once.")
        seen[column_id] = view_column
        kind: ColumnType = line.choice("type", get_args(ColumnType))
        create_labels = line.flag("create_labels", default=False)
        if create_labels and kind not in _LABELLED:
            raise line.error("create_labels", f"a {kind} column has no labels", "Remove the key.")
        conflict: Conflict = line.choice("on_conflict", get_args(Conflict), default="ours")
        mappings.append(ColumnMapping(view_column, column_id, kind, create_labels, conflict))
    if not mappings:
        raise document.error(key, "maps no column", "Map at least one, as `view_column: {column: <id>, type: <type>}`.")
    return tuple(mappings)


def _key_columns(document: Document, items: tuple[ColumnMapping, ...]) -> tuple[str, ...]:
    names = document.texts("key_columns")
    types = {m.view_column: m.type for m in items}
    for name in names:
        if name not in types:
            raise document.error(
                "key_columns", f"{name} is not among items", "Map it there, or take it out of the key."
            )
    if types[names[0]] != _SEARCHABLE:
        raise document.error(
            "key_columns", f"{names[0]} is a {types[names[0]]} column", "Put a text column first: it is searched by."
        )
    return names


def _scope(document: Document, today: dt.date) -> Scope:
    if "scope" not in document.values:
        return Scope()
    section = document.section("scope")
    section.only([f.name for f in fields(Scope)])
    begin, end = (_day(section, key, today) for key in ("ex_factory_from", "ex_factory_to"))
    if begin and end and begin > end:
        raise section.error("ex_factory_from", f"{begin} is after ex_factory_to, {end}", "Swap them.")
    return Scope(
        customers=section.texts("customers") if "customers" in section.values else None,
        order_types=section.texts("order_types") if "order_types" in section.values else None,
        ex_factory_from=begin,
        ex_factory_to=end,
    )


def _day(section: Document, key: str, today: dt.date) -> dt.date | None:
    value = section.values.get(key)
    if value is None or (isinstance(value, dt.date) and not isinstance(value, dt.datetime)):
        return value
    match = _RELATIVE.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise section.error(
            key, f"'{value}' is no date", "Write 2026-06-15, or days from today such as -180d or +365d."
        )
    days = int(match[2]) * (-1 if match[1] == "-" else 1)
    return today + dt.timedelta(days=days)


def _policy(document: Document) -> Policy:
    if "policy" not in document.values:
        return Policy()
    section = document.section("policy")
    section.only([f.name for f in fields(Policy)])
    read: dict[str, Any] = {}
    if section.values.get("bulk") is not None:
        read["bulk"] = section.choice("bulk", get_args(Bulk))
    for name in ("max_attempts", "daily_calls", "bulk_minimum"):
        if section.values.get(name) is not None:
            read[name] = section.count(name)
    for name in ("daily_share", "touch_share", "success_share", "attention_share"):
        if section.values.get(name) is not None:
            read[name] = section.share(name)
    policy = Policy(**read)
    if policy.attention_share > policy.success_share:
        raise section.error("attention_share", "is above success_share", "Lower it.")
    return policy


__all__ = ["ConfigurationError", "load_board"]
