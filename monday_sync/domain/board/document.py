"""A YAML file of a board as a tree of keys, with readers whose errors name file and key."""

from __future__ import annotations

import re
from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, cast

import yaml

from console import ConfigurationError

T = TypeVar("T", bound=str)

_TARGET = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
_DIGITS = re.compile(r"[1-9][0-9]{0,18}")
#: Sections of which a file that extends another changes single keys; everything else it replaces.
_MERGED = ("items", "subitems", "scope", "policy")


@dataclass(frozen=True, slots=True)
class Document:
    """A mapping in a board's file.

    Args:
        where: the file, as messages name it.
        path: keys that lead to this mapping.
        values: its keys.
    """

    where: str
    path: tuple[str, ...]
    values: Mapping[str, Any]

    def error(self, key: str, problem: str, mend: str) -> ConfigurationError:
        """The error of a key."""
        return ConfigurationError(f"{self.where}: {'.'.join((*self.path, key))} {problem}.", mend=mend)

    def only(self, known: Collection[str]) -> None:
        """Refuse keys that mean nothing: most likely typing errors."""
        for key in self.values:
            if key not in known:
                raise self.error(key, "is not a key we know", f"Known here: {', '.join(known)}.")

    def required(self, key: str) -> Any:
        """The value of a key that must be there."""
        value = self.values.get(key)
        if value is None:
            raise self.error(key, "is missing", "Add it.")
        return value

    def section(self, key: str) -> Document:
        """The mapping below a key."""
        value = self.required(key)
        if not isinstance(value, Mapping):
            raise self.error(key, "is not a mapping of keys to values", "Indent its keys below it.")
        for name in value:
            if not isinstance(name, str):
                raise self.error(key, f"has the key {name!r}, which is no text", "Put it in quotes.")
        return Document(self.where, (*self.path, key), value)

    def text(self, key: str) -> str:
        """A text that is not blank."""
        value = self.required(key)
        if not isinstance(value, str) or not value.strip():
            raise self.error(
                key, f"is {value!r}, which is no text", "Write a text, in quotes if it looks like a number."
            )
        return value.strip()

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of different texts, at least one."""
        value = self.required(key)
        if not isinstance(value, list) or not value or not all(isinstance(v, str) and v.strip() for v in value):
            raise self.error(key, "is not a list of texts", "Write [A, B], each in quotes if it looks like a number.")
        if len(set(value)) < len(value):
            raise self.error(key, "names something twice", "Name it once.")
        return tuple(v.strip() for v in value)

    def choice(self, key: str, allowed: tuple[T, ...], default: T | None = None) -> T:
        """One of a few words."""
        if default is not None and self.values.get(key) is None:
            return default
        value = self.required(key)
        if value not in allowed:
            raise self.error(key, f"is {value!r}", f"Write one of {', '.join(allowed)}.")
        return cast("T", value)

    def flag(self, key: str, *, default: bool) -> bool:
        """Yes or no."""
        value = self.values.get(key)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise self.error(key, f"is {value!r}", "Write yes or no.")
        return value

    def digits(self, key: str) -> str:
        """An id of the board: a whole number, with or without quotes."""
        value = self.required(key)
        if isinstance(value, bool) or not _DIGITS.fullmatch(str(value)):
            raise self.error(key, f"is {value!r}, which is no board id", "Copy the digits from the board's address.")
        return str(value)

    def count(self, key: str) -> int:
        """A whole number of at least 1."""
        value = self.required(key)
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise self.error(key, f"is {value!r}", "Write a whole number of at least 1.")
        return int(value)

    def share(self, key: str) -> float:
        """A number between 0 and 1."""
        value = self.required(key)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
            raise self.error(key, f"is {value!r}", "Write a number between 0 and 1, such as 0.8.")
        return float(value)


def read_document(target: str, folder: Path) -> Document:
    """The file of a target, with what it extends.

    Raises:
        ConfigurationError: no such file, not YAML, or files that extend each other in a circle.
    """
    return Document((folder / f"{target}.yml").as_posix(), (), _merged(target, folder, ()))


def _merged(target: str, folder: Path, below: tuple[str, ...]) -> dict[str, Any]:
    path = folder / f"{target}.yml"
    if target in below:
        circle = " -> ".join((*below, target))
        raise ConfigurationError(f"{path.as_posix()}: extends goes in a circle: {circle}.", mend="Break it.")
    values = _read(target, path)
    if "extends" not in values:
        return values
    base_name = Document(path.as_posix(), (), values).text("extends")
    merged = _merged(base_name, folder, (*below, target))
    for key, value in values.items():
        base = merged.get(key)
        if key in _MERGED and isinstance(value, dict) and isinstance(base, dict):
            # a key without a value takes that key out again
            merged[key] = {k: v for k, v in {**base, **value}.items() if v is not None}
        elif key != "extends":
            merged[key] = value
    return merged


def _read(target: str, path: Path) -> dict[str, Any]:
    if not _TARGET.fullmatch(target):
        raise ConfigurationError(f"'{target}' is no name of a target.", mend="Use letters, digits, _ and -.")
    name = path.as_posix()
    try:
        content = yaml.load(path.read_text("utf-8"), _UniqueKeys)  # noqa: S506 - a safe loader, see below
    except FileNotFoundError:
        there = ", ".join(sorted(p.stem for p in path.parent.glob("*.yml"))) or "none"
        raise ConfigurationError(
            f"There is no {name}, so target '{target}' has no board.", mend=f"Write it; boards there are: {there}."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{name} cannot be read: {error}.", mend="Save it as a UTF-8 text file.") from error
    except yaml.YAMLError as error:
        raise ConfigurationError(f"{name} is not YAML: {_flat(error)}.", mend="Mend it at that line.") from error
    if not isinstance(content, dict):
        raise ConfigurationError(f"{name} is not a mapping of keys to values.", mend="See boards/dev.yml.")
    return content


def _flat(error: yaml.YAMLError) -> str:
    return " ".join(str(error).split())


class _UniqueKeys(yaml.SafeLoader):
    """YAML, but a key that stands twice is an error: PyYAML would silently take the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """As the parent, after looking for keys that stand twice."""
        seen: set[object] = set()
        for key_node, _ in node.value:
            key = key_node.value
            if key in seen:
                raise yaml.MarkedYAMLError(problem=f"the key {key} stands twice", problem_mark=key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep)
