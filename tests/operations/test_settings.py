"""The files of the operations: a key that stands twice is refused, whichever file it is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from console import ConfigurationError
from operations.backup import load_policy
from operations.constraints import load_constraints
from operations.retirement import load_entries

_FILES: dict[str, tuple[Callable[[Path], object], str, str]] = {
    "backup.yml": (load_policy, "places: [a, b, c]\nplaces: [d]\n", "line 2, column 1: the key places stands twice"),
    "retire.yml": (
        load_entries,
        "tables:\n  OLD: {owner: a, why: b, watch: 72h}\n  OLD: {owner: c, why: d, watch: 48h}\n",
        "line 3, column 3: the key OLD stands twice",
    ),
    "constraints.yml": (
        load_constraints,
        "tables:\n  t:\n    rule: {not_null: [a], not_null: [b]}\n",
        "line 3, column 27: the key not_null stands twice",
    ),
}


@pytest.mark.parametrize("name", _FILES)
def test_a_key_that_stands_twice_is_refused(name: str, tmp_path: Path) -> None:
    """The file, line and key are named; formerly the last one was taken without a word."""
    load, text, said = _FILES[name]
    (tmp_path / "operations").mkdir()
    (tmp_path / "operations" / name).write_text(text, "utf-8")
    with pytest.raises(ConfigurationError, match=f"operations/{name}.*{said}"):
        load(tmp_path)
