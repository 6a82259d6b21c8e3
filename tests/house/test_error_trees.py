"""The trees at the top of each ``errors.py`` are true: every error is in one, at its place, with its exit status."""

from __future__ import annotations

import ast
import importlib
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

from console import OrderListError

ROOT = Path(__file__).parents[2]
_FOUND = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["packages"]["find"]
PACKAGES: list[str] = [pattern.rstrip("*") for pattern in _FOUND["include"]]
FILES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("errors.py"))
_LINE = re.compile(r"^([ │├└─]*)(\w*(?:Error|Exception))\b.*?(?:-> (\d+))?$")
_STEP = 4


@dataclass(frozen=True)
class Drawn:
    """A line of a tree, with the exit status that it or the nearest line above it names."""

    name: str
    parent: str | None
    status: int | None


def drawn(tree: str) -> list[Drawn]:
    """The lines of a tree that name an error."""
    found: list[Drawn] = []
    above: dict[int, Drawn] = {}
    for line in tree.splitlines():
        if not (match := _LINE.match(line)):
            continue
        depth = len(match[1]) // _STEP
        parent = above.get(depth - 1)
        status = int(match[3]) if match[3] else parent.status if parent else None
        above = {level: one for level, one in above.items() if level < depth}
        above[depth] = Drawn(match[2], parent.name if parent else None, status)
        found.append(above[depth])
    return found


def bases(path: Path) -> dict[str, list[str]]:
    """The classes of a file, and what each is derived from."""
    return {
        node.name: [ast.unparse(base).rpartition(".")[2] for base in node.bases]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    }


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parent.name)
def test_the_tree_draws_the_classes(path: Path) -> None:
    """Each class of the file is drawn once, below its base, with the exit status that it has."""
    module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    lines = {line.name: line for line in drawn(module.__doc__ or "")}
    classes = [getattr(module, name) for name in bases(path) if issubclass(getattr(module, name), Exception)]
    assert classes
    assert not [error.__name__ for error in classes if error.__name__ not in lines]
    for error in classes:
        line = lines[error.__name__]
        assert error is OrderListError or line.parent == error.__base__.__name__, line
        if issubclass(error, OrderListError) and error is not OrderListError:
            assert line.status == error.exit_code, line
    assert not set(lines) - {base.__name__ for error in classes for base in error.__mro__}


def test_errors_for_people_stand_in_the_trees() -> None:
    """No module beside an ``errors.py`` derives an error of its own from one that a command turns into a sentence."""
    for_people = {OrderListError.__name__}
    for path in FILES:
        for name, derived_from in bases(path).items():
            if for_people & set(derived_from):
                for_people.add(name)
    assert len(for_people) > len(FILES)
    assert not [
        f"{path.relative_to(ROOT)}: {name}"
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        if path not in FILES
        for name, derived_from in bases(path).items()
        if for_people & set(derived_from)
    ]
