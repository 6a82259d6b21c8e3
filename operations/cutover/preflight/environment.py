"""Sections on what surrounds the programs: profile and variables, what is hard-coded, versions."""

from __future__ import annotations

import os
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from console import counted, joined
from loader import SourceError, workbooks_in
from operations.cutover.preflight.constants import constants_of, found_in
from operations.cutover.preflight.model import Check, Section
from operations.cutover.preflight.scene import Scene
from warehouse import Target

_SOURCE, _DEFAULT_SOURCE = "ORDER_LIST_SOURCE", "data/workbooks"
_OLDEST = (3, 11)
_PINS = Path("requirements/run.txt")
_PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", re.M)
_NAMED = ("dbt-core", "dbt-duckdb", "dbt-sqlserver", "duckdb", "pyodbc", "gql")
_SHOWN = 10


def profile(scene: Scene, section: Section) -> Iterator[Check]:
    """The target's connection, its variables, and where the workbooks come from."""
    target = scene.target
    yield section.passed("the profile names the target", f"{target.name} is {target.kind}, schema {target.schema}")
    empty = [name for name, value in target.defaults.items() if not value]
    signs_in_by_name = target.kind == "sqlserver" and str(target.settings.get("authentication", "sql")) == "sql"
    by_default = ", ".join(f"{name} is {value or 'empty'}" for name, value in target.defaults.items())
    yield section.judged(
        "the variables of the profile are set", holds=not (signs_in_by_name and empty),
        found=f"not set, so by default: {by_default}" if by_default else "all that it asks for",
        mend=f"Set {joined(empty)}.",
    )  # fmt: skip
    source = os.environ.get(_SOURCE) or _DEFAULT_SOURCE
    name, mend = "the source has workbooks", f"Set {_SOURCE} to the folder, or az://container/prefix, that has them."
    try:
        books = workbooks_in(os.environ.get(_SOURCE), target.project_dir)
    except SourceError as error:
        yield section.failed(name, error.message, f"{mend} {error.hint or ''}".strip())
    else:
        yield section.passed(name, f"{counted(len(books), 'workbook')} in {source}")


def hard_coded(target: Target, section: Section) -> Iterator[Check]:
    """An environment's ids, hosts and names stand in boards/ and the profile alone."""
    constants = constants_of(target)
    files, found = found_in(target.project_dir, constants)
    name = "ids, hosts and names stand only in boards/ and the profile"
    if not files:
        yield section.unknown(name, f"there is no file of the project in {target.project_dir}")
    elif not constants:
        yield section.unknown(name, "neither boards/ nor the profile names any")
    elif found:
        said = ", ".join(f"{one.file}:{one.line} has {one.text}" for one in found[:_SHOWN])
        more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
        yield section.failed(name, said + more, "Let it come from boards/<target>.yml or profiles.yml.")
    else:
        yield section.passed(name, f"{counted(len(constants), 'text')} looked for in {counted(files, 'file')}")


def versions(scene: Scene, section: Section) -> Iterator[Check]:
    """Python, the packages as they are pinned, the driver and the API."""
    yield section.judged(
        "Python is one that the project runs on", holds=sys.version_info >= _OLDEST, found=sys.version.split()[0],
        mend=f"Use Python {'.'.join(map(str, _OLDEST))} or newer: `make setup PYTHON=python3.12`.",
    )  # fmt: skip
    yield _packages(scene, section)
    looks = [look for look in scene.boards if look.facts]
    warnings = list(dict.fromkeys(text for look in looks if look.facts for text in look.facts.warnings))
    name = "the board's API serves the version that is asked for"
    if looks:
        mend = "Use a release of this project that asks for a newer version."
        yield section.judged(name, holds=not warnings, found=" ".join(warnings), mend=mend)
    else:
        yield section.unknown(name, "no board answered; the section board says why")


def _packages(scene: Scene, section: Section) -> Check:
    name = "dbt, its adapters and the drivers are those that were tested"
    file = scene.target.project_dir / _PINS
    if not file.is_file():
        return section.unknown(name, f"there is no {_PINS.as_posix()} here to compare with")
    pins = defaultdict[str, set[str]](set)
    for package, pinned in _PIN.findall(file.read_text(encoding="utf-8")):
        pins[package].add(pinned)
    other, there = list[str](), dict[str, str]()
    for package in _NAMED:
        try:
            there[package] = version(package)
        except PackageNotFoundError:
            there[package] = "missing"
        if there[package] not in pins[package]:
            other.append(f"{package} is {there[package]}, pinned {' or '.join(sorted(pins[package])) or 'nowhere'}")
    if other:
        return section.failed(name, "; ".join(other), "`make setup` installs the pinned ones.")
    return section.passed(name, ", ".join(f"{one} {there[one]}" for one in _NAMED))
