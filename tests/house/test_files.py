"""What must not be in the tree is not in it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
_BINARY = {".png", ".ico", ".xlsx", ".xls", ".xlsb", ".xlsm", ".duckdb", ".sqlite"}
# hosts of package registries: pins carry hashes, never addresses
_REGISTRIES = re.compile(r"(?i)\b(?:files\.python" + r"hosted|py" + r"pi\.org|registry\.npm" + r"js|deb\.deb" + r"ian)")
_KEYS = re.compile(r"eyJ[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,}|-----BEGIN [A-Z ]*PRIVATE KEY")


def texts(tracked: list[Path]) -> list[tuple[str, str]]:
    return [
        (path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
        for path in tracked
        if path.suffix not in _BINARY
    ]


def test_every_file_is_utf8_with_unix_line_ends(tracked: list[Path]) -> None:
    """The same bytes on every system."""
    found = texts(tracked)
    assert len(found) > 50
    assert not [name for name, text in found if "\r\n" in text]


def test_no_registry_no_key(tracked: list[Path]) -> None:
    """No host of a package registry and nothing that looks like a key or a token."""
    assert not [name for name, text in texts(tracked) if _REGISTRIES.search(text) or _KEYS.search(text)]


def test_no_workbook_and_no_database_is_committed(tracked: list[Path]) -> None:
    """Samples are generated; data stay out."""
    names = [path.relative_to(ROOT).as_posix() for path in tracked]
    assert not [name for name in names if re.search(r"\.(xlsx|xlsm|xls|xlsb|duckdb|sqlite|parquet)$", name)]


def test_profiles_hold_no_secret() -> None:
    """Every setting of the example that could be secret comes from the environment."""
    document = yaml.safe_load((ROOT / "profiles.example.yml").read_text(encoding="utf-8"))
    outputs = document["order_list"]["outputs"]
    for output in outputs.values():
        for key in output.keys() & {"password", "client_secret", "token", "user"}:
            assert "env_var(" in output[key]


def test_the_operators_tasks_call_targets_that_exist() -> None:
    """The six tasks of the editor are make targets with options that the pipeline has."""
    text = (ROOT / ".vscode/tasks.json").read_text(encoding="utf-8")
    tasks = json.loads(re.sub(r"^\s*//.*$", "", text, flags=re.M))["tasks"]
    commands = [task["command"] for task in tasks]
    assert [re.search(r"--(\S+ \w+)", c)[1] if "--" in c else c.split()[1] for c in commands] == [  # type: ignore[index]
        "run", "limit-files 5", "only load", "only transform", "only validate", "test",
    ]  # fmt: skip


@pytest.mark.parametrize("name", [".pre-commit-config.yaml", ".github/workflows/test.yml"])
def test_configuration_is_readable_yaml(name: str) -> None:
    """The files that other programs read parse."""
    assert isinstance(yaml.safe_load((ROOT / name).read_text(encoding="utf-8")), dict)


def test_ci_can_be_run(tracked: list[Path]) -> None:
    """.ci/run is there, executable, and asks nobody anything."""
    script = ROOT / ".ci/run"
    assert script in tracked
    assert script.stat().st_mode & 0o111
    assert "make test" in script.read_text(encoding="utf-8")
