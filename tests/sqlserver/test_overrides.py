"""The project's overrides of the adapter's macros and the live tests' stand-ins for Babelfish go together."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from pathlib import Path

from tests.project import ROOT

BABELFISH = ROOT / "tests" / "sqlserver_live" / "babelfish" / "macros"


def _macros(folder: Path) -> Counter[str]:
    """How often each macro is defined below ``folder``."""
    return Counter(
        name
        for path in folder.rglob("*.sql")
        for name in re.findall(r"\{%-?\s*macro\s+(\w+)\s*\(", path.read_text(encoding="utf-8"))
    )


def test_no_macro_is_there_twice_on_babelfish(tmp_path: Path) -> None:
    """Copied over the project's macros, the stand-ins replace files and define nothing a second time."""
    shutil.copytree(ROOT / "macros", tmp_path / "macros")
    shutil.copytree(BABELFISH, tmp_path / "macros", dirs_exist_ok=True)
    assert [name for name, times in _macros(tmp_path / "macros").items() if times > 1] == []


def test_every_override_has_something_to_override() -> None:
    """Each dispatched macro in overrides/sqlserver is one of the adapter's or of dbt's, by name."""
    import dbt.include.global_project as core  # noqa: PLC0415 - only here
    import dbt.include.sqlserver as adapter  # noqa: PLC0415 - only here

    known = {name for package in (core, adapter) for name in _macros(Path(str(package.__file__)).parent / "macros")}
    known |= {name.replace("default__", "sqlserver__", 1) for name in known}
    overrides = _macros(ROOT / "macros" / "overrides" / "sqlserver")
    ours = {name for name in overrides if name.startswith("sqlserver__") or name == "create_schema_if_not_exists"}
    assert ours
    assert ours - known == set()
