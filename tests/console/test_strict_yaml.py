"""A YAML document is read in one way, in which no key can stand twice."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from console import parse_yaml, yaml_fault
from tests.project import ROOT


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: 1\nb: 2\na: 3", 3),
        ("x:\n  a: 1\n  a: 1", 3),
        ("- {a: 1}\n- {a: 1, a: 2}", 2),
        ("yes: 1\ntrue: 2", 2),
        ("a: &a {x: 1}\nb:\n  <<: *a\n  <<: *a", 4),
    ],
)
def test_a_key_that_stands_twice_is_refused(text: str, line: int) -> None:
    """At any depth, in any spelling of it, and the line is named."""
    with pytest.raises(yaml.YAMLError, match=rf"(?s)stands twice.*line {line}"):
        parse_yaml(text)


def test_everything_else_is_read_as_before() -> None:
    """Merged keys give way to those of the mapping itself, numbers are no texts, and an anchor can be used often."""
    text = "base: &b {x: 1}\nown: &o {<<: *b, x: 2, y: 3}\nlast: {<<: *o, y: 4}\n1: a\n'1': b\n<<: *o"
    assert parse_yaml(text) == yaml.safe_load(text)
    assert parse_yaml("") is None


def test_a_fault_is_told_without_the_text() -> None:
    """Line, column and reason are said; what stands in the line is not: it may be a password."""
    for text in ("a: 1\npassword: 'secret word", "password: secret word\npassword: b", "a: b: secret"):
        with pytest.raises(yaml.YAMLError) as raised:
            parse_yaml(text)
        said = yaml_fault(raised.value)
        assert said.startswith("line ")
        assert "secret" not in said


def test_no_object_is_made() -> None:
    """The loader is a safe one."""
    with pytest.raises(yaml.YAMLError):
        parse_yaml("!!python/object/apply:os.getcwd []")


def test_nobody_reads_yaml_otherwise() -> None:
    """No program has a loader of its own: a key that stands twice would pass there."""
    packages = ("console", "warehouse", "loader", "monday_sync", "pipeline", "operations", "board_emulator", "samples")
    files = [path for name in (*packages, "bench") for path in (ROOT / name).rglob("*.py")]
    assert len(files) > 100
    own = re.compile(r"yaml\.(?:safe_|full_|unsafe_)?load|\w*Loader\b.*yaml|yaml\.\w*Loader")
    found = {path.relative_to(ROOT) for path in files if own.search(path.read_text(encoding="utf-8"))}
    assert found == {Path("console/strict_yaml.py")}


@pytest.mark.parametrize("text", ["a: {day: 2027-13-45}", "a:\n  2027-02-30: x", "a: 2027-01-01T99:00:00Z"])
def test_a_date_that_does_not_exist_is_a_fault_of_the_document(text: str) -> None:
    """Told with its line, as any other; it is no error of ours."""
    with pytest.raises(yaml.YAMLError) as caught:
        parse_yaml(text)
    assert re.match(r"line \d, column \d+: there is no such date or number$", yaml_fault(caught.value))
