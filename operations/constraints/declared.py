"""``operations/constraints.yml``, and what each rule means as SQL. Pure but for reading the file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from console import ConfigurationError
from operations.settings import read_settings

FILE = Path("operations/constraints.yml")
Quote = Callable[[str], str]
_Name = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
_Names = Annotated[tuple[_Name, ...], Field(min_length=1)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Requires(_Part):
    when: dict[_Name, str] = Field(min_length=1, max_length=1)
    filled: _Names


class _Rule(_Part):
    not_null: _Names | None = None
    values: dict[_Name, tuple[str, ...]] | None = Field(default=None)
    not_negative: _Names | None = None
    unique: _Names | None = None
    length: dict[_Name, Annotated[int, Field(ge=1, le=255)]] | None = None
    requires: _Requires | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> _Rule:
        if len(self.model_fields_set) != 1:
            raise ValueError("a constraint has exactly one rule")
        return self


class _File(_Part):
    tables: dict[str, dict[_Name, _Rule]] = {}


@dataclass(frozen=True, slots=True)
class Constraint:
    """One rule of one table.

    Args:
        unique: columns whose values, where all are there, are a row's own; for any other rule ``None``.
    """

    table: str
    name: str
    rule: _Rule

    @property
    def unique(self) -> Sequence[str] | None:
        """See the class."""
        return self.rule.unique

    @property
    def subject(self) -> str:
        """What it is called in the log, and on the command line."""
        return f"{self.table}.{self.name}"

    @property
    def columns(self) -> Sequence[str]:
        """The columns that it is about."""
        rule = self.rule
        named = [*(rule.not_null or ()), *(rule.not_negative or ()), *(rule.unique or ()), *(rule.values or ())]
        named += [*(rule.length or ())]
        return [*named, *rule.requires.when, *rule.requires.filled] if rule.requires else named

    def broken(self, quote: Quote) -> str:
        """A condition that holds for rows that break the rule; not for a unique one."""
        return " or ".join(self._broken(quote))

    def kept(self, quote: Quote) -> str:
        """A condition for a CHECK: it does not fail for NULL, where the rule does not."""
        return " and ".join(f"not ({part})" for part in self._broken(quote))

    def _broken(self, quote: Quote) -> list[str]:
        rule = self.rule
        if rule.not_null:
            return [f"{quote(name)} is null" for name in rule.not_null]
        if rule.not_negative:
            return [f"{quote(name)} < 0" for name in rule.not_negative]
        if rule.values:
            return [
                f"{quote(name)} not in ({', '.join(map(_literal, allowed))})" for name, allowed in rule.values.items()
            ]
        if rule.length:  # a sign for each character: every engine knows that, and they call lengths differently
            return [f"{quote(name)} not like '{'_' * size}'" for name, size in rule.length.items()]
        assert rule.requires is not None  # noqa: S101 - the last of the kinds
        ((column, value),) = rule.requires.when.items()
        missing = " or ".join(f"{quote(name)} is null" for name in rule.requires.filled)
        return [f"({quote(column)} = {_literal(value)} and ({missing}))"]


def load_constraints(project_dir: Path) -> list[Constraint]:
    """The declared constraints; none where there is no file.

    Raises:
        ConfigurationError: something in the file is wrong; names table, constraint and key.
    """
    file = read_settings(project_dir, FILE, _File, hint="The file's head shows every rule.", empty={})
    tables, name = (file.tables if file else {}), FILE.as_posix()
    found = [Constraint(table, key, rule) for table, rules in tables.items() for key, rule in rules.items()]
    names = [one.name.lower() for one in found]
    if twice := sorted({one.name for one in found if names.count(one.name.lower()) > 1}):
        raise ConfigurationError(f"{name}: {', '.join(twice)} stands there twice.", hint="Give each its own name.")
    return found


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
