"""Parses T-SQL with SQLFluff, whose tsql dialect is stricter than most."""

from __future__ import annotations

import re

from sqlfluff.core import FluffConfig, Linter

_LINTER = Linter(config=FluffConfig(overrides={"dialect": "tsql", "templater": "raw", "large_file_skip_byte_limit": 0}))


def errors_in(sql: str) -> list[str]:
    """What does not parse, as ``line: message``; empty if all does."""
    return [f"{error.line_no}: {error.desc()}" for error in _LINTER.parse_string(sql).violations]


#: What may differ in text that parses alike: comments, texts, quoted names, whole numbers. A comment may hold a quote.
_LITERAL = re.compile(r"--[^\n]*|/\*.*?\*/|N?'(?:[^']|'')*'|\"[^\"]*\"|\b\d+\b", re.DOTALL)
#: Lines of the longest block that is looked for: a customer's part of a union.
_BLOCK = 60


def without_repetitions(sql: str) -> str:
    """The statement without what it says more than twice in a row: lists of rows, a union's parts of one shape.

    Whether a list parses shows in its first rows and its last; parsing the hundreds between takes minutes.
    """
    lines = sql.split("\n")
    shapes = _LITERAL.sub(_shape, sql).split("\n")
    for size in range(1, _BLOCK + 1):
        start = 0
        while start < len(lines):
            block, end = shapes[start : start + size], start + size
            while shapes[end : end + size] == block:
                end += size
            if len(block) == size and end - start > 2 * size:
                del lines[start + 2 * size : end], shapes[start + 2 * size : end]
            start += 1
    return "\n".join(lines)


def _shape(literal: re.Match[str]) -> str:
    """What stands for a literal: its kind, and its line breaks, so that lines stay lines."""
    text = literal[0]
    kind = text[:2] if text.startswith(("--", "/*", "N'")) else "0" if text[0].isdigit() else text[0]
    return kind + "\n" * text.count("\n")
