"""An environment's ids, hosts and names, looked for where they must not stand. Pure but for reading files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from console import parse_yaml
from warehouse import Target

#: Folders and files of the project that run in production. Tests, samples and bench make environments of their own;
#: board_emulator/boards.yml is one: the board of target local.
PLACES = (
    "board_emulator", "console", "loader", "macros", "models", "monday_sync", "monitoring", "operations", "pipeline",
    "seeds", "snapshots", "warehouse", "dbt_project.yml", "Makefile", "compose.yaml", ".github", ".ci", "docs",
    "README.md", "monitoring.yml",
)  # fmt: skip
_EXEMPT = frozenset({"board_emulator/boards.yml"})
_SUFFIXES = frozenset({
    ".py", ".sql", ".yml", ".yaml", ".csv", ".j2", ".graphql", ".js", ".html", ".css", ".md", ".toml", ".sh", "",
})  # fmt: skip
_KEYS = frozenset({"board_id", "subitem_board_id", "column"})
#: Of the profile, what tells one environment from another.
_SETTINGS = ("server", "host", "database", "user", "UID", "client_id", "tenant_id")
#: Too common to be an environment's: the defaults of profiles.example.yml, and what every server has.
_COMMON = frozenset(
    {"localhost", "127.0.0.1", "::1", "order_list", "master", "main", "dbo", "sa", "local", "dev", "prod"}
)
_SHORTEST = 4


@dataclass(frozen=True, slots=True)
class Found:
    """A constant where it must not stand; ``file`` from the project's folder."""

    file: str
    line: int
    text: str


def constants_of(target: Target) -> frozenset[str]:
    """The ids of all boards' files, and the hosts and names of the target's connection."""
    found = set[str]()
    for path in sorted((target.project_dir / "boards").glob("*.yml")):
        found.update(_ids(parse_yaml(path.read_text(encoding="utf-8"))))
    for key in _SETTINGS:
        value = target.settings.get(key)
        if isinstance(value, str) and value.lower() not in _COMMON:
            found.add(value)
    return frozenset(text for text in found if len(text) >= _SHORTEST)


def found_in(project_dir: Path, constants: Iterable[str]) -> tuple[int, list[Found]]:
    """How many files were read, and where a constant stands in them."""
    words = sorted(map(re.escape, constants), key=len, reverse=True)
    pattern = re.compile(rf"(?<![\w.-])(?:{'|'.join(words)})(?![\w-])", re.I) if words else None
    files, found = 0, list[Found]()
    for path in _files(project_dir):
        name = path.relative_to(project_dir).as_posix()
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            continue
        files += 1
        if pattern is None or name in _EXEMPT:
            continue
        for match in pattern.finditer(text):
            found.append(Found(name, text.count("\n", 0, match.start()) + 1, match[0]))
    return files, found


def _files(project_dir: Path) -> Iterator[Path]:
    for place in PLACES:
        path = project_dir / place
        if path.is_file():
            yield path
        for file in sorted(path.rglob("*")) if path.is_dir() else ():
            if file.is_file() and file.suffix in _SUFFIXES and "__pycache__" not in file.parts:
                yield file


def _ids(document: Any) -> Iterator[str]:
    """Every id of a board's file, at whatever depth."""
    if isinstance(document, Mapping):
        for key, value in document.items():
            if key in _KEYS and isinstance(value, str | int):
                yield str(value)
            yield from _ids(value)
    elif isinstance(document, list):
        for entry in document:
            yield from _ids(entry)
