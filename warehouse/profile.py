"""Targets: one name selects everything. Read from the dbt profile, the way dbt itself finds and renders it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jinja2
import yaml
from jinja2.nativetypes import NativeEnvironment

from console import ConfigurationError, joined, parse_yaml, register_secret, yaml_fault

PROFILE_NAME = "order_list"
_SECRET_KEYS = frozenset({"password", "pwd", "client_secret", "access_token", "token"})


@dataclass(frozen=True, slots=True)
class Target:
    """One output of the profile, rendered.

    ``settings`` are dbt's own keys for the adapter; they may hold secrets, so they stay out of ``repr``.
    ``defaults`` are the variables that the profile asks for and that are not set, each with what stands in for it.
    ``is_default``: it is the one that the profile names, whatever ``DBT_TARGET`` says.
    """

    name: str
    kind: str
    schema: str
    settings: Mapping[str, Any] = field(repr=False)
    project_dir: Path
    defaults: Mapping[str, str] = field(default_factory=dict)
    is_default: bool = True


def load_target(name: str | None = None, *, project_dir: Path | None = None) -> Target:
    """The target called ``name``, or that of ``DBT_TARGET``, or the profile's default one: as dbt chooses.

    ``profiles.yml`` is looked for where dbt looks: ``DBT_PROFILES_DIR``, the project folder, ``~/.dbt``. Only the
    chosen output is rendered, so target local needs none of the variables of SQL Server.

    Raises:
        ConfigurationError: no profile, no such target, or a variable that is not set.
    """
    root = (project_dir or Path.cwd()).resolve()
    path = _find_profiles(root)
    try:
        document = parse_yaml(path.read_text(encoding="utf-8"))
        profile = document[PROFILE_NAME]
        outputs = dict(profile["outputs"])
    except yaml.YAMLError as error:
        raise ConfigurationError(f"{path} is not YAML: {yaml_fault(error)}.", hint="Correct it at that line.") from None
    except (OSError, UnicodeDecodeError, KeyError, TypeError, ValueError) as error:
        raise ConfigurationError(
            f"{path} has no readable profile '{PROFILE_NAME}' with outputs.",
            hint="Compare it with profiles.example.yml.",
        ) from error
    named = str(profile.get("target", "local"))
    chosen = name or os.environ.get("DBT_TARGET") or _render(named, path)
    if chosen not in outputs:
        known = ", ".join(sorted(outputs))
        raise ConfigurationError(f"There is no target '{chosen}' in {path}.", hint=f"It has: {known}.")
    output = outputs[chosen]
    if not isinstance(output, Mapping):
        raise ConfigurationError(
            f"Target '{chosen}' in {path} has no settings.", hint="Compare it with profiles.example.yml."
        )
    defaults: dict[str, str] = {}
    settings = {
        key: _render(value, path, defaults) if isinstance(value, str) else value for key, value in output.items()
    }
    for key in _SECRET_KEYS & settings.keys():
        register_secret(str(settings[key]))
    return Target(
        name=chosen,
        kind=str(settings.get("type", "")),
        schema=str(settings.get("schema", "")),
        settings=settings,
        project_dir=root,
        defaults=defaults,
        is_default=chosen == _default(named, path),
    )


def _default(named: str, path: Path) -> str | None:
    """The profile's default target; ``None`` where a variable that it asks for is not set."""
    try:
        return str(_render(named, path))
    except ConfigurationError:
        return None


def _find_profiles(root: Path) -> Path:
    configured = os.environ.get("DBT_PROFILES_DIR")
    folders = [Path(configured)] if configured else [root, Path.home() / ".dbt"]
    for folder in folders:
        path = folder / "profiles.yml"
        if path.is_file():
            return path
    searched = joined([str(folder) for folder in folders])
    raise ConfigurationError(
        f"There is no profiles.yml in {searched}.",
        hint="Copy profiles.example.yml to profiles.yml (`make run` does it for you).",
    )


def _render(text: str, path: Path, defaults: dict[str, str] | None = None) -> Any:
    """Render one value with the part of dbt's profile language that connections use."""
    if "{" not in text:
        return text

    def env_var(variable: str, default: str | None = None) -> str:
        value = os.environ.get(variable, default)
        if value is None:
            raise ConfigurationError(f"{path} needs the environment variable {variable}.", hint="Set it.")
        if variable not in os.environ and defaults is not None:
            defaults[variable] = value
        return value

    environment = NativeEnvironment(undefined=jinja2.StrictUndefined)
    environment.filters |= {"as_number": _number, "as_bool": _boolean}
    # plain values must stay text: a password of digits is no number, so literals are not evaluated
    plain = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=False)  # noqa: S701 - no HTML here
    native = any(f"| {name}" in text for name in ("as_number", "as_bool"))
    try:
        return (environment if native else plain).from_string(text).render(env_var=env_var)
    except (jinja2.TemplateError, ValueError) as error:
        raise ConfigurationError(f"{path}: cannot render {text!r}: {error}.") from error


def _number(value: str) -> int:
    return int(value)


def _boolean(value: str | bool) -> bool:
    text = str(value).strip().lower()
    if text in {"true", "1", "yes", "on"}:
        return True
    if text in {"false", "0", "no", "off"}:
        return False
    raise ValueError(f"{value!r} is neither true nor false")
