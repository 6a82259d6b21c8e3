"""What a package shows is what it means to show: its ``__all__``, and nothing that only its own code needs."""

from __future__ import annotations

import importlib
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
OURS: list[str] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
    "root_packages"
]
PACKAGES = sorted(
    ".".join(path.parent.relative_to(ROOT).parts) for root in OURS for path in (ROOT / root).rglob("__init__.py")
)


def shown(package: ModuleType) -> set[str]:
    """The names of a package without an underscore, except its modules: import them by their own name."""
    return {
        name
        for name, value in vars(package).items()
        if not name.startswith("_")
        and not (isinstance(value, ModuleType) and value.__name__ == f"{package.__name__}.{name}")
    }


@pytest.mark.parametrize("name", PACKAGES)
def test_a_package_shows_what_it_exports(name: str) -> None:
    """No import, no helper and no `annotations` leaks from an `__init__`, and each exported name is there."""
    package = importlib.import_module(name)
    assert package.__file__ is not None
    assert Path(package.__file__).is_relative_to(ROOT)
    assert shown(package) == set(getattr(package, "__all__", ()))
    assert name not in OURS or package.__all__
