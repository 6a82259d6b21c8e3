from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

import loader
from loader import Limits, reading
from loader.reading import Job, Reading
from loader.sources import Source
from warehouse import Session, Warehouse, load_target, open_warehouse

PROFILE = """\
order_list:
  target: local
  outputs:
    local:
      type: duckdb
      path: order_list.duckdb
      schema: main
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project folder of its own, with a profile, and none of the caller's variables."""
    for variable in ("DBT_PROFILES_DIR", "ORDER_LIST_DUCKDB", "ORDER_LIST_SOURCE", "AZURE_STORAGE_CONNECTION_STRING",
                     "AZURE_STORAGE_ACCOUNT_URL"):  # fmt: skip
        monkeypatch.delenv(variable, raising=False)
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "profiles.yml").write_text(PROFILE, encoding="utf-8")
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "workbooks"
    folder.mkdir()
    return folder


@pytest.fixture
def warehouse(project: Path) -> Warehouse:
    return open_warehouse(load_target("local", project_dir=project))


@pytest.fixture
def session(warehouse: Warehouse) -> Iterator[Callable[[], Session]]:
    """Opens a session when called, and closes it after the test."""
    with warehouse.session() as opened:
        yield lambda: opened


@pytest.fixture
def read_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Workbooks are read in this process: for tests of what comes before and after, where children cost seconds."""

    @contextmanager
    def reading_all(source: Source, jobs: Sequence[Job], limits: Limits, _: int) -> Iterator[Iterator[Reading]]:
        with TemporaryDirectory(dir=tmp_path) as folder:
            yield (reading.read_one(source, job, limits, Path(folder) / str(n)) for n, job in enumerate(jobs))

    monkeypatch.setattr(reading, "reading_all", reading_all)


@pytest.fixture
def land(warehouse: Warehouse, source: Path) -> Callable[..., loader.LandResult]:
    def run(**options: object) -> loader.LandResult:
        return loader.land(warehouse, str(source), **options)  # type: ignore[arg-type]

    return run
