"""A container as a place, against Azurite: what was put is got, a backup restores from it, faults have its name."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from azure.storage.blob import ContainerClient

from operations.backup import BackupPolicy, check, take
from operations.errors import PlaceError
from operations.places import open_place
from tests.loader.azurite_service import Azurite, running
from warehouse import Warehouse

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def azurite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Azurite]:
    with running(tmp_path_factory.mktemp("azurite")) as service:
        yield service


@pytest.fixture
def box(azurite: Azurite, monkeypatch: pytest.MonkeyPatch) -> Iterator[ContainerClient]:
    monkeypatch.setenv("AZURE_STORAGE_CONNECTION_STRING", azurite.connection())
    with azurite.container(f"box-{uuid.uuid4().hex[:12]}") as client:
        client.create_container()
        yield client


def test_what_was_put_is_got(box: ContainerClient, tmp_path: Path) -> None:
    """Files below a prefix are listed by their names there, come back, and go; another prefix has nothing of them."""
    place = open_place(f"az://{box.container_name}/kept/here", tmp_path)
    file = tmp_path / "source"
    file.write_bytes(b"x" * 5_000_000)
    assert place.names("") == []
    place.put("a/b.parquet", file)
    place.put("a/b.parquet", file)
    assert (place.names(""), place.names("a/"), place.names("x")) == (["a/b.parquet"], ["a/b.parquet"], [])
    assert open_place(f"az://{box.container_name}/kept/there", tmp_path).names("") == []
    place.get("a/b.parquet", tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == file.read_bytes()
    assert place.device() == open_place(f"az://{box.container_name}", tmp_path).device()
    with pytest.raises(PlaceError, match=r"az://.*/kept/here: what was looked for is missing"):
        place.get("a/c", tmp_path / "back")
    place.remove("a/b.parquet")
    place.remove("a/b.parquet")
    assert place.names("") == []


def test_a_backup_restores_from_a_container(box: ContainerClient, kept: Warehouse, tmp_path: Path) -> None:
    """The only place left whole is a container: the trial restores from it, and names the folder that is not."""
    policy = BackupPolicy(places=("one", f"az://{box.container_name}/backups"))
    archive = take(kept, policy).archive
    (tmp_path / "one" / archive / "manifest.json").unlink()
    checked = check(kept, policy)
    assert checked.complete
    assert ["one" in fault for fault in checked.faults] == [True]


def test_what_is_wrong_with_a_container_is_said(
    azurite: Azurite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No way in, a wrong key, no such container: each ends in a sentence with the place, and none with the secret."""
    place = open_place("az://nowhere/x", tmp_path)
    for variable in ("AZURE_STORAGE_CONNECTION_STRING", "AZURE_STORAGE_ACCOUNT_URL"):
        monkeypatch.delenv(variable, raising=False)
    with pytest.raises(PlaceError, match=r"az://nowhere/x cannot be listed: No way to the container"):
        place.names("")
    monkeypatch.setenv("AZURE_STORAGE_CONNECTION_STRING", azurite.connection())
    with pytest.raises(PlaceError, match=r"az://nowhere/x: what was looked for is missing"):
        place.names("")
    wrong = "AccountKey=" + "A" * 86 + "=="
    text = azurite.connection()
    start = text.index("AccountKey=")
    end = text.find(";", start)
    monkeypatch.setenv("AZURE_STORAGE_CONNECTION_STRING", text[:start] + wrong + (text[end:] if end > 0 else ""))
    with pytest.raises(PlaceError, match=r"az://nowhere/x cannot be listed") as raised:
        place.names("")
    assert "A" * 20 not in str(raised.value)
