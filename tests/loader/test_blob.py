"""Workbooks in Azure Blob storage, against Azurite."""

from __future__ import annotations

import json
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import azure.identity
import pytest
from azure.core.exceptions import ClientAuthenticationError
from azure.storage.blob import ContainerClient
from click.testing import CliRunner

import loader
from loader import LandResult, SourceError, Status
from loader import reading as reading_module
from loader.cli import main
from loader.errors import RetryableReadError
from loader.sources import Entry, blob_access, open_source
from loader.sources.blob import Container
from loader.tables import FILE_LOG
from tests.loader.azurite_service import Azurite, Proxy, running
from tests.loader.books import NAME, TABLE, book, order
from warehouse import Warehouse

OTHER = "B'HOOD ÖRDER #1 100% LIST (M3).xlsx"
DATA = book([order("A1"), order("A2")])


@pytest.fixture(scope="session")
def azurite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Azurite]:
    with running(tmp_path_factory.mktemp("azurite")) as service:
        yield service


@pytest.fixture(autouse=True)
def without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK does not rest between its own tries."""
    monkeypatch.setattr("azure.storage.blob._download.time", SimpleNamespace(sleep=lambda _: None))
    for transport in ("RequestsTransport", "HttpTransport"):
        monkeypatch.setattr(f"azure.core.pipeline.transport.{transport}.sleep", lambda *_: None)


@pytest.fixture
def box(azurite: Azurite, project: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ContainerClient]:
    """An empty container of the test's own, and the way to it in the environment (which ``project`` clears)."""
    monkeypatch.setenv("AZURE_STORAGE_CONNECTION_STRING", azurite.connection())
    monkeypatch.setattr(reading_module, "_PAUSE_BEFORE_SECOND_TRY", 0)
    with azurite.container(f"box-{uuid.uuid4().hex[:12]}") as client:
        client.create_container()
        yield client


@pytest.fixture
def proxied(
    box: ContainerClient, azurite: Azurite, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[Callable[[int], int | None]], Proxy]]:
    """Call it with a fault: from then on the loader reaches Azurite by way of the proxy."""
    open_proxies = []

    def start(fault: Callable[[int], int | None]) -> Proxy:
        context = Proxy(azurite, fault).serving()
        proxy = context.__enter__()
        open_proxies.append(context)
        monkeypatch.setenv("AZURE_STORAGE_CONNECTION_STRING", proxy.connection)
        return proxy

    yield start
    for context in open_proxies:
        context.__exit__(None, None, None)


@pytest.fixture
def land(box: ContainerClient, warehouse: Warehouse) -> Callable[[], LandResult]:
    return lambda: loader.land(warehouse, f"az://{box.container_name}/in")


@pytest.fixture
def in_small_ranges(box: ContainerClient, monkeypatch: pytest.MonkeyPatch) -> Container:
    """The loader downloads in ranges so small that a workbook takes several."""
    small = Container(box.container_name, "in", chunk=len(DATA) // 3 + 1)
    monkeypatch.setattr(sys.modules["loader.land"], "open_source", lambda *_: small)
    return small


def test_a_listing_of_many_pages(box: ContainerClient, proxied: Callable[..., Proxy]) -> None:
    """All blobs below the prefix come, page after page; folders below it and neighbours of its name do not."""
    names = [f"in/{n:02} ORDER LIST.xlsx" for n in range(7)]
    for name in [*names, f"in/{OTHER}", "in/old/A.xlsx", "in/old/deep/B.xlsx", "inner/C.xlsx", "top.xlsx"]:
        box.upload_blob(name, name.encode())
    proxy = proxied(lambda _: None)
    entries = Container(box.container_name, "in", page_size=3).entries()
    assert proxy.listings == 3
    assert [e.path for e in entries] == [*names, f"in/{OTHER}"]
    assert entries[-1].file == OTHER
    assert [e.size for e in entries] == [len(e.path.encode()) for e in entries]
    assert [e.file for e in Container(box.container_name).entries()] == ["top.xlsx"]
    assert Container(box.container_name, "in/").entries() == entries
    assert Container(box.container_name, "nothing").entries() == []


def test_workbooks_land_from_a_container(
    box: ContainerClient, land: Callable[[], LandResult], warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """az://container/prefix is a source as a folder is: names with any sign, and unchanged etags are not read again."""
    for name in (NAME, OTHER):
        box.upload_blob(f"in/{name}", DATA)
    result = land()
    assert {f.file: (f.status, f.rows) for f in result.files} == dict.fromkeys((NAME, OTHER), (Status.LANDED, 2))
    with warehouse.session() as session:
        rows = session.rows(f"select _source_file, _source_row from {warehouse.relation(TABLE)} order by 2")
    assert rows == [(NAME, 2), (NAME, 3)]
    with monkeypatch.context() as patch:
        patch.setattr(Container, "read", lambda *_: pytest.fail("an unchanged blob was downloaded"))
        assert land().unchanged == 2
    box.upload_blob(f"in/{NAME}", DATA, overwrite=True)
    again = land()
    assert again.unchanged == 2, "new etag, same bytes"
    box.upload_blob(f"in/{NAME}", book([order("B1")]), overwrite=True)
    assert (land().landed, land().unchanged) == (1, 2)


def test_worker_processes_read_blobs(
    box: ContainerClient, land: Callable[[], LandResult], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The source goes to the worker processes, and finds its way from there."""
    for name in (NAME, OTHER):
        box.upload_blob(f"in/{name}", DATA)
    monkeypatch.setattr(reading_module, "_SMALL", 0)
    assert land().landed == 2


def test_a_download_that_breaks_is_resumed(
    box: ContainerClient, proxied: Callable[..., Proxy], in_small_ranges: Container, land: Callable[[], LandResult]
) -> None:
    """The second of three ranges breaks half-way: it alone is asked for again, and the workbook is whole."""
    box.upload_blob(f"in/{NAME}", DATA)
    proxy = proxied(lambda download: 100 if download == 2 else None)
    result = land()
    assert (result.landed, result.rows) == (1, 2)
    third = in_small_ranges.chunk
    assert [r.removeprefix("bytes=").split("-")[0] for r in proxy.ranges] == [
        "0",
        f"{third}",
        f"{third}",
        f"{2 * third}",
    ]


def test_a_download_that_always_breaks_is_rejected(
    box: ContainerClient, proxied: Callable[..., Proxy], in_small_ranges: Container, land: Callable[[], LandResult],
    azurite: Azurite, capfd: pytest.CaptureFixture[str], warehouse: Warehouse,
) -> None:  # fmt: skip
    """The workbook is rejected with how far it came, the others land, and no output holds the key."""
    small = book([order("B1")])[: in_small_ranges.chunk]
    box.upload_blob(f"in/{NAME}", DATA)
    box.upload_blob(f"in/{OTHER}", DATA)
    assert len(small) == in_small_ranges.chunk
    # the first workbook by name takes three downloads; whatever comes after them breaks
    proxied(lambda download: 100 if download > 3 else None)
    result = land()
    assert (result.landed, result.rejected) == (1, 1)
    reason = next(f.reason for f in result.files if f.reason)
    assert "broke off 5 times at byte 0 of" in reason
    assert "Check the network" in reason
    with warehouse.session() as session:
        logged = str(session.rows(f"select * from {warehouse.relation(FILE_LOG)}"))
    captured = capfd.readouterr()
    assert not [text for text in (repr(result), logged, captured.out, captured.err) if azurite.key in text]


def test_a_blob_that_changes_while_it_is_read(
    box: ContainerClient, proxied: Callable[..., Proxy], in_small_ranges: Container, land: Callable[[], LandResult],
    warehouse: Warehouse,
) -> None:  # fmt: skip
    """Changed once: the new version is read, never a mixture. Changed at each look: rejected as being written."""
    box.upload_blob(f"in/{NAME}", DATA)

    def change(number: int) -> None:
        box.upload_blob(f"in/{NAME}", book([order(f"N{number}")] * 2), overwrite=True)

    def once(download: int) -> None:
        if download == 2:
            change(2)

    proxied(once)
    assert land().landed == 1
    with warehouse.session() as session:
        rows = session.rows(f"select * from {warehouse.relation(TABLE)}")
    assert {row[0] for row in rows} == {"N2"}
    proxied(lambda download: change(download) if download % 2 == 0 else None)
    change(0)
    assert "being written" in str(land().files[0].reason)


def test_a_blob_that_vanishes(box: ContainerClient) -> None:
    """Deleted between listing and reading: this one cannot be read, and the message says why."""
    box.upload_blob("A.xlsx", DATA)
    container = Container(box.container_name)
    entry = container.entries()[0]
    box.delete_blob("A.xlsx")
    with pytest.raises(RetryableReadError, match="vanished between listing and reading"):
        container.read(entry)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text, "There is no container 'nowhere'"),
        (lambda text: text.replace("AccountKey=", "AccountKey=AAAA"), "403"),
        (lambda text: text.replace("127.0.0.1:", "127.0.0.1:1/"), "cannot be listed"),
        (lambda text: text.replace("==;", ";"), "cannot be listed"),
        (lambda text: text.replace("AccountName", "Accountname!"), "cannot be listed"),
        (lambda _: "", "Set AZURE_STORAGE_CONNECTION_STRING, or AZURE_STORAGE_ACCOUNT_URL"),
    ],
    ids=["missing", "wrong key", "unreachable", "damaged key", "malformed", "no credentials"],
)  # fmt: skip
def test_a_container_that_cannot_be_listed(
    change: Callable[[str], str], message: str, box: ContainerClient, azurite: Azurite, project: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Wrong use, exit status 2, with the mend; nothing is done, and the key is in no message, not even in a trace."""
    monkeypatch.setenv("AZURE_STORAGE_CONNECTION_STRING", change(azurite.connection()))
    done = CliRunner().invoke(main, ["land", "--source", "az://nowhere/in", "--json"])
    assert done.exit_code == 2, done.output
    assert message in done.stderr
    assert set(json.loads(done.stdout)) == {"error", "mend"}
    assert azurite.key.rstrip("=") not in done.output


class Login:
    """A credential that cannot log in."""

    asked = 0

    def get_token(self, *_: str, **__: object) -> object:
        self.asked += 1
        raise ClientAuthenticationError("Please run 'az login'.")


def test_an_account_url_is_used_with_a_login(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a connection string the login of azure-identity speaks for us, and one serves the whole process."""
    logins: list[Login] = []

    def log_in() -> Login:
        logins.append(Login())
        return logins[-1]

    blob_access.credential.cache_clear()
    monkeypatch.setattr(azure.identity, "DefaultAzureCredential", log_in)
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_URL", "https://account.blob.core.windows.net")
    source = open_source("az://box/in", Path())
    assert source == Container("box", "in")
    try:
        for _ in range(2):
            with pytest.raises(SourceError, match=r"cannot be listed: Please run 'az login'\. .*your login"):
                source.entries()
        with pytest.raises(RetryableReadError, match="az login"):
            source.read(Entry("in/A.xlsx", "A.xlsx", "etag", 10))
        assert len(logins) == 1
        assert logins[0].asked >= 2
        with source._client() as client:
            assert client.url == "https://account.blob.core.windows.net/box"
    finally:
        blob_access.credential.cache_clear()
