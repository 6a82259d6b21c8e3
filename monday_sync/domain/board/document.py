"""The YAML file of a target's boards: for each board one tree of keys, with what it extends."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from console import ConfigurationError, parse_yaml, yaml_fault

_TARGET = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
#: Sections of which a file that extends another changes single keys; everything else it replaces.
_MERGED = ("items", "subitems", "scope", "policy", "limits", "archive", "hooks")


def read_documents(target: str, folder: Path) -> list[tuple[str, dict[str, Any]]]:
    """The boards of a target's file: where each stands, and its keys with those of what it extends.

    A key without a value is none.

    Raises:
        ConfigurationError: no such file, not YAML, or files that extend each other in a circle.
    """
    path = folder / f"{target}.yml"
    where, content = path.as_posix(), _read(target, path)
    if not isinstance(content, list):
        return [(where, _without_nulls(_merged(content, where, folder, (target,))))]
    if not content:
        raise ConfigurationError(f"{where} is an empty list, so target '{target}' has no board.", hint="Add a board.")
    found: list[tuple[str, dict[str, Any]]] = []
    for number, entry in enumerate(content, 1):
        place = f"{where}, board {number}"
        if not isinstance(entry, dict):
            raise ConfigurationError(f"{place} is not a mapping of keys to values.", hint="See docs/boards.md.")
        found.append((place, _without_nulls(_merged(entry, place, folder, (target,)))))
    return found


def _merged(values: dict[str, Any], where: str, folder: Path, below: tuple[str, ...]) -> dict[str, Any]:
    """The keys of a board with those of the file that it extends, and so on."""
    if "extends" not in values:
        return values
    base_name = values["extends"]
    if not isinstance(base_name, str):
        raise ConfigurationError(f"{where}: extends is {base_name!r}, which is no text.",
                                 hint="Write the name of a target.")  # fmt: skip
    if base_name in below:
        circle = " -> ".join((*below, base_name))
        raise ConfigurationError(f"{where}: extends goes in a circle: {circle}.", hint="Break it.")
    path = folder / f"{base_name}.yml"
    content = _read(base_name, path)
    if isinstance(content, list):
        raise ConfigurationError(
            f"{where} extends '{base_name}', but {path.as_posix()} is a list of boards.",
            hint="Extend a file of one board; within a file, share keys by a YAML anchor (docs/boards.md).",
        )
    merged = _merged(content, path.as_posix(), folder, (*below, base_name))
    for key, value in values.items():
        base = merged.get(key)
        if key in _MERGED and isinstance(value, dict) and isinstance(base, dict):
            # a key without a value takes that key out again
            merged[key] = {k: v for k, v in {**base, **value}.items() if v is not None}
        elif key != "extends":
            merged[key] = value
    return merged


def _read(target: str, path: Path) -> dict[str, Any] | list[Any]:
    if not _TARGET.fullmatch(target):
        raise ConfigurationError(f"'{target}' is no name of a target.", hint="Use letters, digits, _ and -.")
    name = path.as_posix()
    try:
        content = parse_yaml(path.read_text("utf-8"))
    except FileNotFoundError:
        there = ", ".join(sorted(p.stem for p in path.parent.glob("*.yml"))) or "none"
        raise ConfigurationError(
            f"There is no {name}, so target '{target}' has no board.", hint=f"Write it; boards there are: {there}."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{name} cannot be read: {error}.", hint="Save it as a UTF-8 text file.") from error
    except yaml.YAMLError as error:
        raise ConfigurationError(
            f"{name} is not YAML: {yaml_fault(error)}.", hint="Correct it at that line."
        ) from error
    if not isinstance(content, dict | list):
        raise ConfigurationError(f"{name} is not a mapping of keys to values.", hint="See boards/dev.yml.")
    return content


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(entry) for key, entry in value.items() if entry is not None}
    return value
