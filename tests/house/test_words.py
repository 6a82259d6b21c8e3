"""The words of docs/glossary.md: none of the private ones that stood for them comes back."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = (
    "console",
    "warehouse",
    "loader",
    "monday_sync",
    "monitoring",
    "pipeline",
    "board_emulator",
    "samples",
    "bench",
)
#: In names of code, as whole words.
IN_NAMES = frozenset(
    {"mend", "mends", "mended", "sentence", "doubled", "doubles", "twin", "twins", "stray", "strays", "tower", "flight",
     "wish"}
)  # fmt: skip
#: In messages and docstrings.
IN_TEXTS = re.compile(r"\b(mend(s|ed|ing)?|twins?|strays?|doubled (item|subitem)s?|for to [a-z]+)\b", re.IGNORECASE)
#: What earlier releases wrote, or what a dirty workbook has: a stray blank is English.
KEPT = {"monday_sync/domain/rows.py", "samples/dirt.py", "samples/expectation.py"}

FILES = [
    path
    for package in PACKAGES
    for path in sorted((ROOT / package).rglob("*.py"))
    if path.relative_to(ROOT).as_posix() not in KEPT
]


def _names(tree: ast.AST) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.arg(arg=name) | ast.Attribute(attr=name):
                found.add(name)
            case ast.Name(id=name, ctx=ast.Store()):
                found.add(name)
    return found


def _words(name: str) -> set[str]:
    return set(re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).lower().split("_"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_one_word_for_one_thing(path: Path) -> None:
    """No name and no text of a module has a word that the glossary replaced."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert not {name for name in _names(tree) if _words(name) & IN_NAMES}
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    assert not [found.group() for text in texts for found in IN_TEXTS.finditer(text)]


def test_the_glossary_lists_what_is_kept_out() -> None:
    """Each replaced word stands in the column of words not to use."""
    rows = (ROOT / "docs/glossary.md").read_text(encoding="utf-8").splitlines()
    kept_out = {word.strip() for row in rows if row.count("|") == 4 for word in row.split("|")[3].split(",")}
    assert {"mend", "sentence", "double", "twin", "stray", "wanted", "payload", "told"} <= kept_out
