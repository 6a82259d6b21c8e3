"""The server's own backup beside ours: named where it was taken, a warning where it was refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from operations.backup import BackupPolicy, check, take
from operations.backup.policy import Native
from warehouse import StatementFailedError, Warehouse
from warehouse.duckdb_catalog import DuckDBCatalog

_POLICY = BackupPolicy(places=("one", "two", "three"), native=Native(path="/backup/"))


@pytest.mark.parametrize(
    ("path", "file"),
    [
        ("/backup/", "/backup/A.bak"),
        ("D:\\sql", "D:\\sql\\A.bak"),
        ("https://x.example/c", "https://x.example/c/A.bak"),
    ],
)
def test_the_file_is_named_as_the_server_names_files(path: str, file: str) -> None:
    """Linux, Windows and blob storage; one separator."""
    assert Native(path=path).file("A") == file


def test_it_is_taken_and_named(kept: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine is asked once, by the archive's name; manifest and result name the file, and a trial is as before."""
    asked = []

    def back_up(_: DuckDBCatalog, file: str, name: str) -> bool:
        asked.append((file, name))
        return True

    monkeypatch.setattr(DuckDBCatalog, "back_up", back_up)
    taken = take(kept, _POLICY)
    assert asked == [(f"/backup/{taken.archive}.bak", taken.archive)]
    assert taken.native == f"/backup/{taken.archive}.bak"
    manifest = json.loads((tmp_path / "two" / taken.archive / "manifest.json").read_text("utf-8"))
    assert manifest["native"] == taken.native
    assert check(kept, _POLICY).complete


def test_a_refusal_is_a_warning(kept: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Our backup stands; the reason is said, and no file is named."""

    def refuse(*_: object) -> bool:
        raise StatementFailedError("BACKUP DATABASE permission denied in database 'order_list'.")

    monkeypatch.setattr(DuckDBCatalog, "back_up", refuse)
    taken = take(kept, _POLICY)
    assert (taken.whole, taken.native) == (True, None)
    assert any("permission denied" in warning and "stands without it" in warning for warning in taken.warnings)
    assert "native" not in json.loads((tmp_path / "one" / taken.archive / "manifest.json").read_text("utf-8"))


def test_an_engine_without_one_is_not_asked_to_imitate_it(kept: Warehouse) -> None:
    """DuckDB has none: nothing is named, and nothing is warned of."""
    taken = take(kept, _POLICY)
    assert taken.native is None
    assert not [warning for warning in taken.warnings if "backup of its own" in warning]
