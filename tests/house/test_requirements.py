"""The locks are complete, hashed, and free of addresses; the project's own list agrees with them."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCKS = sorted([*ROOT.glob("requirements/*.txt"), *ROOT.glob("bench/requirements*.txt")])

_PROGRAMS = frozenset({
    "board_emulator", "console", "loader", "monday_sync", "monitoring", "operations", "pipeline", "samples",
    "warehouse",
})  # fmt: skip


def pins(lock: Path) -> dict[str, str]:
    """Version by name, as the lock has it."""
    found = re.findall(r"^([A-Za-z0-9_.-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", lock.read_text(encoding="utf-8"), re.M)
    return {canonicalize_name(name): version for name, version in found}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_pin_has_a_hash_and_no_address(lock: Path) -> None:
    """pip can check every file it gets, and gets it from wherever it is set up to look."""
    text = lock.read_text(encoding="utf-8")
    entries = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.M)[1:]
    assert entries
    assert not [entry.splitlines()[0] for entry in entries if "==" not in entry or "--hash=sha256:" not in entry]
    assert not re.findall(r"(?i)https?://|--(?:extra-)?index-url|--find-links|@ file", text)


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_lock_has_its_wish_list(lock: Path) -> None:
    """Beside each .txt stands the .in it is made from, and `make lock` makes it."""
    wishes = lock.with_suffix(".in")
    assert wishes.is_file()
    assert wishes.relative_to(ROOT).with_suffix("").as_posix() in (ROOT / "Makefile").read_text(encoding="utf-8")


def test_the_tests_run_with_the_versions_that_are_shipped() -> None:
    """What run.txt pins, dev.txt pins to the same version."""
    run, dev = pins(ROOT / "requirements/run.txt"), pins(ROOT / "requirements/dev.txt")
    assert run
    assert {name: dev.get(name) for name in run} == run


def test_programs_import_nothing_that_only_tests_have(tracked: list[Path]) -> None:
    """What a program imports, anywhere in it, is pinned in run.txt; its way to a server, in sqlserver.txt."""
    there = pins(ROOT / "requirements/run.txt").keys() | pins(ROOT / "requirements/sqlserver.txt").keys()
    made_by = {
        module: {canonicalize_name(name) for name in names} for module, names in packages_distributions().items()
    }
    ours = {"order-list", *(path.name for path in ROOT.iterdir())}
    wrong = [
        f"{path.relative_to(ROOT)}: {module}"
        for path in tracked
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in _PROGRAMS
        for module in imported(path)
        if module not in sys.stdlib_module_names | ours and not made_by.get(module, {canonicalize_name(module)}) & there
    ]
    assert not wrong


def imported(path: Path) -> set[str]:
    """The top-level modules that a file imports, in functions too."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    from_ = {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom) and not node.level}
    return {name.partition(".")[0] for name in plain | from_}


def test_the_lock_is_within_what_the_project_allows() -> None:
    """Each dependency of pyproject.toml is pinned, to a version inside its range."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    run = pins(ROOT / "requirements/run.txt")
    wrong = [
        text for text in project["dependencies"]
        if not (wish := Requirement(text)).specifier.contains(run.get(canonicalize_name(wish.name), "0"))
    ]  # fmt: skip
    assert not wrong


def test_every_lock_is_audited() -> None:
    """GitHub Actions looks for known vulnerabilities in all of them, when one changes and every week."""
    workflow = (ROOT / ".github/workflows/audit.yml").read_text(encoding="utf-8")
    document = yaml.safe_load(workflow)
    patterns = re.search(r"for lock in (.+?); do", workflow)
    assert patterns
    audited = {path for pattern in patterns[1].split() for path in ROOT.glob(pattern)}
    assert audited == set(LOCKS)
    when = document[True]  # YAML 1.1 takes "on" for a truth
    assert {path for pattern in when["push"]["paths"] for path in ROOT.glob(pattern)} >= set(LOCKS)
    assert when["schedule"]
