"""``monitoring.yml`` at the project's root: what is told to whom, and by which bars. Sensible without the file.

The defaults stand here, those of the checks in the registry. Addresses and passwords are never in the file: it names
the environment variables that hold them.
"""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import yaml
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from console import ConfigurationError, parse_yaml, yaml_fault
from monitoring.checks import REGISTRY
from monitoring.model import Check
from monitoring.rules import ruled

FILE = Path("monitoring.yml")
_HINT = "docs/monitoring.md shows every key."
_DURATION = re.compile(r"(\d{1,4})\s*([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
#: Who is told of what nobody is named for.
EVERYBODY = "operations"


def duration(value: Any) -> dt.timedelta:
    """``26h``, ``3d`` or ``90m`` as a duration."""
    if isinstance(value, dt.timedelta):
        return value
    match = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None or not int(match[1]):
        raise ValueError("write minutes, hours or days, as 90m, 26h or 3d")
    return dt.timedelta(**{_UNITS[match[2]]: int(match[1])})


def _time(value: Any) -> dt.time:
    try:
        return dt.datetime.strptime(str(value), "%H:%M").time()  # noqa: DTZ007 - a time of day
    except ValueError:
        raise ValueError('write a time of day in quotes, as "20:00"') from None


def _zone(value: str) -> str:
    try:
        zoneinfo.ZoneInfo(value)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        raise ValueError(f"there is no time zone {value!r}; write one as Europe/London") from None
    return value


def _variable(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", value):
        raise ValueError("name an environment variable; an address or a password does not stand in this file")
    return value


def _name(value: str) -> str:
    if {",", ":"} & set(value):
        raise ValueError("a name has no comma and no colon")
    return value


def _off(value: Any) -> Any:
    """YAML reads ``off`` without quotes as false."""
    return "off" if value is False else value


Duration = Annotated[dt.timedelta, BeforeValidator(duration)]
Time = Annotated[dt.time, BeforeValidator(_time)]
Variable = Annotated[str, AfterValidator(_variable)]
Text = Annotated[str, Field(min_length=1, max_length=100)]
#: As it is kept and said in a list of names.
Name = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_name)]
#: A number that a figure can be compared with, and that the tables can hold.
Bar = Annotated[float, Field(strict=False, ge=-1e9, le=1e9, allow_inf_nan=False)]
Kind = Literal["teams", "slack", "webhook", "mail"]
#: What a fault is called that pydantic words for programmers.
_SAID = {
    "extra_forbidden": "there is no such key", "missing": "this is missing",
    "tuple_type": "write a list, as [one, two]", "dict_type": "write keys and values below it",
    "model_type": "write keys and values below it", "string_type": "write a text, in quotes",
    "finite_number": "write a number",
}  # fmt: skip


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Channel(_Part):
    """Where messages go. Of the keys below ``kind``, those named for another kind are not needed.

    Args:
        address: the variable with the address of a Teams workflow, a Slack webhook or any webhook.
        host, port, security, sender, to: of mail; ``host`` and the others may stand in variables instead.
        user, password: the variables with the login of the mail server.
    """

    kind: Kind
    address: Variable | None = None
    host: Text | None = None
    port: int | None = Field(default=None, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] | None = None
    sender: Text | None = None
    to: tuple[Text, ...] = Field(default=(), strict=False)
    user: Variable = "ORDER_LIST_SMTP_USER"
    password: Variable = "ORDER_LIST_SMTP_PASSWORD"  # noqa: S105 - the name of a variable


class Owner(_Part):
    """Who looks after something: which channels reach them. Without any: all that there are."""

    channels: tuple[Text, ...] = Field(default=(), strict=False)


class Customer(_Part):
    """What is special about a customer."""

    owner: Text


class Rule(_Part):
    """What is special about a check. What is left out is as in the registry.

    Args:
        severity: the worst that the check can be: attention, or failed; ``off``: it is not made.
        unknown: how it stands when its figure is not known.
        channels: instead of those of the owner.
    """

    attention: Bar | None = None
    failed: Bar | None = None
    severity: Annotated[Literal["failed", "attention", "off"], BeforeValidator(_off)] = "failed"
    unknown: Literal["unknown", "attention", "failed"] | None = None
    owner: Text | None = None
    channels: tuple[Text, ...] = Field(default=(), strict=False)


class Quiet(_Part):
    """Hours in which only what has failed is told; ``from`` may be later than ``to``."""

    begin: Time = Field(alias="from")
    end: Time = Field(alias="to")
    zone: Annotated[str, AfterValidator(_zone)] = "UTC"

    @model_validator(mode="after")
    def _are_some(self) -> Quiet:
        if self.begin == self.end:
            raise ValueError("from and to are the same, so there are none; for the whole day write 00:00 to 23:59")
        return self

    def covers(self, now: dt.datetime) -> bool:
        """Whether a moment lies in them."""
        at = now.astimezone(zoneinfo.ZoneInfo(self.zone)).time().replace(tzinfo=None)
        if self.begin <= self.end:
            return self.begin <= at < self.end
        return at >= self.begin or at < self.end


class Heartbeat(_Part):
    """Who is pinged when a run begins and ends, and so notices one that never began."""

    address: Variable = "ORDER_LIST_HEARTBEAT_URL"
    kind: Literal["healthchecks", "uptime_kuma"] | None = None


class Settings(_Part):
    """The file.

    Args:
        channels: by name; without any, one for each of the variables in ``monitoring.channels.FROM_ENVIRONMENT`` that
            is set.
        repeat_after: what is still open is told again after so long.
        held_at_most: what quiet hours hold back is told after so long all the same.
        expire_after: a message that no channel took for so long is given up.
        reports: the address under which people see ``data/reports``.
        secrets: names of secrets, and the day on which each ends.
    """

    channels: dict[Name, Channel] = {}
    owners: dict[Name, Owner] = {}
    default_owner: Text = EVERYBODY
    customers: dict[Text, Customer] = {}
    checks: dict[Text, Rule] = {}
    quiet_hours: Quiet | None = None
    repeat_after: Duration = dt.timedelta(hours=72)
    held_at_most: Duration = dt.timedelta(hours=24)
    expire_after: Duration = dt.timedelta(days=7)
    heartbeat: Heartbeat = Heartbeat()
    reports: Text | None = None
    secrets: dict[Text, dt.date] = Field(default={}, strict=False)

    @model_validator(mode="after")
    def _names_are_known(self) -> Settings:
        known = {check.name: check for check in REGISTRY}
        for name, rule in self.checks.items():
            if name not in known:
                raise ValueError(f"checks.{name}: there is no such check; `monitor status --all` lists them")
            _check_bars(name, known[name], rule)
        named = [("default_owner", self.default_owner)]
        named += [(f"customers.{name}.owner", customer.owner) for name, customer in self.customers.items()]
        named += [(f"checks.{name}.owner", rule.owner) for name, rule in self.checks.items() if rule.owner]
        for place, owner in named:
            if owner not in self.owners and owner != EVERYBODY:
                raise ValueError(f"{place}: {owner} is not among the owners")
        parts: list[tuple[str, Owner | Rule]] = [(f"owners.{name}", owner) for name, owner in self.owners.items()]
        parts += [(f"checks.{name}", rule) for name, rule in self.checks.items()]
        there = self.channels or get_args(Kind)  # without any, one for each variable that is set, by its kind
        for place, part in parts:
            if lacking := [name for name in part.channels if name not in there]:
                raise ValueError(f"{place}.channels: {', '.join(lacking)} is not among the channels")
        return self

    def registry(self) -> tuple[Check, ...]:
        """The checks that are made, by their own bars or the file's."""
        return tuple(check for one in REGISTRY if (check := ruled(one, self.checks.get(one.name))) is not None)

    def owner_of(self, check: str, customer: str) -> str:
        """Whom a figure concerns: the customer's owner, or else the check's, or else everybody."""
        by_name = {name.casefold(): one.owner for name, one in self.customers.items()}
        rule = self.checks.get(check)
        return by_name.get(customer.casefold()) or (rule.owner if rule else None) or self.default_owner


def _check_bars(name: str, check: Check, rule: Rule) -> None:
    attention = check.bars.attention if rule.attention is None else rule.attention
    failed = check.bars.failed if rule.failed is None else rule.failed
    if attention is None or failed is None or attention == failed:
        return
    if (failed > attention) is not check.bars.higher_is_worse:
        side = "above" if check.bars.higher_is_worse else "below"
        raise ValueError(f"checks.{name}: failed ({failed:g}) must be {side} attention ({attention:g})")


def load_settings(project_dir: Path) -> Settings:
    """The settings of a project; the defaults where there is no file.

    Raises:
        ConfigurationError: it cannot be read, or something in it is wrong; names the key.
    """
    name = FILE.as_posix()
    try:
        document = parse_yaml((project_dir / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Settings()
    except yaml.YAMLError as error:
        raise ConfigurationError(f"{name} cannot be read: {yaml_fault(error)}.", hint=_HINT) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{name} cannot be read: {error}.", hint="Correct it there.") from error
    if document is not None and not isinstance(document, dict):
        raise ConfigurationError(f"{name}: this is no list of keys and values.", hint=_HINT)
    return read_settings(document or {}, name)


def read_settings(document: Mapping[str, Any], name: str = FILE.as_posix()) -> Settings:
    """Settings from what a file says.

    Raises:
        ConfigurationError: something in it is wrong; names the key.
    """
    try:
        return Settings.model_validate(document)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        said = str(first["msg"]).removeprefix("Value error, ")
        said = _SAID.get(first["type"], said)
        # never the value itself: somebody may have put a secret there
        raise ConfigurationError(f"{name}: {f'{place}: ' if place else ''}{said}.", hint=_HINT) from None
