"""Numbers stand with their nouns: nobody reads "1 file(s)"."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from console import counted, listed

ROOT = Path(__file__).parents[2]
PACKAGES = ("console", "warehouse", "loader", "monday_sync", "pipeline", "board_emulator", "samples", "bench")
TEXTS = ("models", "macros", "seeds", "snapshots", "boards", "docs")
#: A noun with an ending in brackets, and no call of a function that takes an ``s``.
UNDECIDED = re.compile(
    r"(?<![\w.])(?!(?:len|str|set|int|sum|min|max|list|tuple|sorted|float|iter|next|repr|bool)\()[a-z]{3,}\((?:s|es|ies)\)"
)
SUFFIXES = {".py", ".sql", ".yml", ".md", ".j2", ".html", ".js", ".css", ".graphql"}
FILES = sorted(
    path
    for folder in (*PACKAGES, *TEXTS)
    for path in (ROOT / folder).rglob("*")
    if path.suffix in SUFFIXES and "node_modules" not in path.parts
) + sorted(ROOT.glob("*.md"))


def test_the_rule_finds_what_it_is_for() -> None:
    """An undecided plural is found in any text, and a call is none."""
    assert UNDECIDED.search('f"{count:,} workbook(s) rejected"')
    assert UNDECIDED.search("3 box(es)")
    assert not UNDECIDED.search("sorted(names) and len(s)")
    assert len(FILES) > 300


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_text_leaves_the_plural_to_the_reader(path: Path) -> None:
    """No source of what people read has a noun with "(s)"."""
    assert not UNDECIDED.findall(path.read_text(encoding="utf-8"))


def test_numbers_take_their_noun() -> None:
    """One is singular, all others plural, with thousands; lists end before they are long."""
    assert [counted(n, "order") for n in (0, 1, 2, 1234)] == ["0 orders", "1 order", "2 orders", "1,234 orders"]
    assert counted(2, "change waits", "changes wait") == "2 changes wait"
    assert listed(["A", "B", "C", "D", "E"]) == "A, B, C and 2 more"
    assert listed(["A"]) == "A"
