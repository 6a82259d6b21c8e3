"""Parses T-SQL with SQLFluff, whose tsql dialect is stricter than most."""

from __future__ import annotations

from sqlfluff.core import FluffConfig, Linter

_LINTER = Linter(config=FluffConfig(overrides={"dialect": "tsql", "templater": "raw", "large_file_skip_byte_limit": 0}))


def errors_in(sql: str) -> list[str]:
    """What does not parse, as ``line: message``; empty if all does."""
    return [f"{error.line_no}: {error.desc()}" for error in _LINTER.parse_string(sql).violations]
