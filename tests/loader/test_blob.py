"""Workbooks in Azure Blob storage, against Azurite."""

from __future__ import annotations

import datetime as dt
import json
import sys
import urllib.parse
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import azure.identity
import pytest
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError
from azure.storage.blob import AccountSasPermissions, ContainerClient, ResourceTypes, generate_account_sas
from click.testing import CliRunner

import loader
from loader import LandResult, SourceError, Status
from loader import reading as reading_module
from loader.cli import main
from loader.errors import RetryableReadError
from loader.sources import Entry, blob_access, blob_faults, open_source
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
) -> Iterator[Callable[[Callable[[int, str], int | None]], Proxy]]:
    """Call it with a fault: from then on the loader reaches Azurite by way of the proxy."""
    open_proxies = []

    def start(fault: Callable[[int, str], int | None]) -> Proxy:
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
    proxy = proxied(lambda *_: None)
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


def test_worker_processes_read_blobs(box: ContainerClient, land: Callable[[], LandResult]) -> None:
    """The source goes to the worker processes, and finds its way from there."""
    for name in (NAME, OTHER):
        box.upload_blob(f"in/{name}", DATA)
    assert land().landed == 2


def test_a_download_that_breaks_is_resumed(
    box: ContainerClient, proxied: Callable[..., Proxy], in_small_ranges: Container, land: Callable[[], LandResult],
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """The second of three ranges breaks half-way: it alone is asked for again, and said so; the workbook is whole."""
    box.upload_blob(f"in/{NAME}", DATA)
    proxy = proxied(lambda download, _: 100 if download == 2 else None)
    result = land()
    assert (result.landed, result.rows) == (1, 2)
    said = capsys.readouterr().err
    assert f"waiting 1 s for {NAME} at byte {in_small_ranges.chunk:,}: the download broke off (retry 1)\n" in said
    assert said.count("(retry ") == 1
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
    box.upload_blob(f"in/{NAME}", DATA)
    box.upload_blob(f"in/{OTHER}", DATA)
    proxied(lambda _, address: 100 if NAME in address else None)
    result = land()
    assert {f.file: f.status for f in result.files} == {NAME: Status.REJECTED, OTHER: Status.LANDED}
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

    def once(download: int, _: str) -> None:
        if download == 2:
            change(2)

    proxied(once)
    assert land().landed == 1
    with warehouse.session() as session:
        rows = session.rows(f"select * from {warehouse.relation(TABLE)}")
    assert {row[0] for row in rows} == {"N2"}
    proxied(lambda download, _: change(download) if download % 2 == 0 else None)
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
        (lambda text: text, "There is no container 'nowhere'. Check az://container/prefix. There are 'box-"),
        (
            lambda text: text.replace("AccountKey=", "AccountKey=AAAA"),
            "cannot be listed: the service does not accept the AccountKey (403 AuthenticationFailed). Copy",
        ),
        (lambda text: text.replace("127.0.0.1:", "127.0.0.1:1/"), "cannot be listed"),
        (lambda text: text.replace("==;", ";"), "cannot be listed: AZURE_STORAGE_CONNECTION_STRING is damaged"),
        (lambda text: text.replace("AccountName", "Accountname!"), "cannot be listed"),
        (lambda _: "", "Set AZURE_STORAGE_CONNECTION_STRING, or AZURE_STORAGE_ACCOUNT_URL"),
    ],
    ids=["missing", "wrong key", "unreachable", "damaged key", "malformed", "no credentials"],
)  # fmt: skip
def test_a_container_that_cannot_be_listed(
    change: Callable[[str], str], message: str, box: ContainerClient, azurite: Azurite, project: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Wrong use, exit status 2, with the hint; nothing is done, and the key is in no message, not even in a trace."""
    monkeypatch.setenv("AZURE_STORAGE_CONNECTION_STRING", change(azurite.connection()))
    done = CliRunner().invoke(main, ["land", "--source", "az://nowhere/in", "--json"])
    assert done.exit_code == 2, done.output
    assert message in done.stderr
    assert set(json.loads(done.stdout)) == {"error", "hint"}
    assert azurite.key.rstrip("=") not in done.output


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("az://UPPER/in", "No container can be called 'UPPER'"),
        ("az://bad_name!", "No container can be called 'bad_name!'"),
        ("az://ab", "No container can be called 'ab'"),
        ("az://two--hyphens", "No container can be called 'two--hyphens'"),
    ],
)
def test_a_name_that_no_container_can_have(source: str, message: str, project: Path) -> None:
    """It is said before anybody is asked."""
    done = CliRunner().invoke(main, ["land", "--source", source])
    assert (done.exit_code, message in done.stderr) == (2, True)


@pytest.mark.parametrize(
    ("prefix", "there"),
    [
        ("in%20box", "'in box/'"),
        ("IN", "'in/'"),
        ("in/deep/none", "'in/deep/A.xlsx'"),
        ("inn", "'in/'"),
        ("top", "'TOP.xlsx'"),
    ],
)
def test_a_prefix_without_workbooks_says_what_there_is(
    box: ContainerClient, warehouse: Warehouse, prefix: str, there: str
) -> None:
    """The likest name comes first of its kind: percent signs, other case, a slip, a level too deep."""
    for name in ("in/B.xlsx", "in box/A.xlsx", "in/deep/A.xlsx", "out/C.xlsx", "TOP.xlsx"):
        box.upload_blob(name, b"x")
    with pytest.raises(SourceError) as caught:
        loader.land(warehouse, f"az://{box.container_name}/{prefix}")
    assert caught.value.message == f"There is no workbook in az://{box.container_name}/{prefix} (0 other files)."
    listing = str(caught.value.hint).split("there are ")[1]
    kind = [name for name in listing.rstrip(".").split(", ") if name.endswith("/'") == there.endswith("/'")]
    assert kind[0] == there


def test_an_empty_container_is_said_to_be_empty(box: ContainerClient, warehouse: Warehouse) -> None:
    """Whatever the prefix was."""
    with pytest.raises(SourceError, match=r"The container 'box-.*' is empty"):
        loader.land(warehouse, f"az://{box.container_name}/a/b")


def test_folders_named_like_workbooks_and_companions(box: ContainerClient, land: Callable[[], LandResult]) -> None:
    """A folder is rejected as in a folder of files, be it marked or made of its blobs; companions are ignored."""
    box.upload_blob(f"in/{NAME}", DATA)
    box.upload_blob("in/MARKED.xlsx", b"", metadata={"hdi_isfolder": "true"})
    box.upload_blob("in/MADE.xlsx/x.xlsx", DATA)
    box.upload_blob("in/plain/x.xlsx", DATA)
    box.upload_blob("in/plain", b"", metadata={"hdi_isfolder": "true"})
    box.upload_blob(f"in/._{NAME}", b"\0")
    result = land()
    assert {file.file: file.status for file in result.files} == {
        NAME: Status.LANDED, "MARKED.xlsx": Status.REJECTED, "MADE.xlsx": Status.REJECTED,
    }  # fmt: skip
    assert {file.reason for file in result.files if file.reason} == {
        "It is a folder, not a blob. Take it out of the source, or put the workbook in its place."
    }
    assert result.ignored == (f"._{NAME}",)


HOUR = dt.timedelta(hours=1)


def signature(azurite: Azurite, *, rights: str = "rl", types: str = "sco", ends: dt.timedelta = HOUR) -> str:
    return generate_account_sas(
        "testaccount", azurite.key, ResourceTypes.from_string(types),  # type: ignore[no-untyped-call]
        AccountSasPermissions.from_string(rights),  # type: ignore[no-untyped-call]
        dt.datetime.now(dt.UTC) + ends,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("options", "message", "hint"),
    [
        ({"ends": -HOUR}, "cannot be listed: the SAS expired at 2", "Make a new SAS"),
        ({"rights": "r"}, "cannot be listed: the SAS lacks the right to list (l); it has sp=r.", "Make a new SAS"),
        ({"rights": "l"}, "The blob cannot be read: the SAS lacks the right to read (r); it has sp=l.", "sp=rl"),
        ({"types": "o"}, "cannot be listed: the SAS does not cover containers and blobs", "srt=co"),
    ],
    ids=["expired", "no list", "no read", "other types"],
)
def test_a_sas_that_is_not_enough(
    box: ContainerClient, azurite: Azurite, monkeypatch: pytest.MonkeyPatch, proxied: Callable[..., Proxy],
    options: dict[str, object], message: str, hint: str,
) -> None:  # fmt: skip
    """What is lacking is said, by its name, at once; the network has no part in it, and no secret is in the output."""
    box.upload_blob(f"in/{NAME}", DATA)
    proxy = proxied(lambda *_: None)
    sas = signature(azurite, **options)  # type: ignore[arg-type]
    address = f"http://127.0.0.1:{proxy.server_address[1]}/testaccount"
    secret = urllib.parse.parse_qs(sas)["sig"][0]
    source = f"az://{box.container_name}/in"
    for url in (False, True):
        monkeypatch.delenv("AZURE_STORAGE_CONNECTION_STRING", raising=False)
        if url:
            monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_URL", f"{address}?{sas}")
        else:
            monkeypatch.setenv("AZURE_STORAGE_CONNECTION_STRING", f"BlobEndpoint={address};SharedAccessSignature={sas}")
        done = CliRunner().invoke(main, ["land", "--source", source, "--json"])
        assert done.exit_code in (1, 2)
        assert message in done.stderr
        assert hint in done.stderr
        assert "network" not in done.output
        for form in (secret, urllib.parse.quote(secret, safe=""), azurite.key):
            assert form not in done.output + done.stderr
    assert len(proxy.ranges) <= 2, "a refusal is not asked for again and again"


def test_a_sas_in_the_account_url_lands(
    box: ContainerClient, azurite: Azurite, land: Callable[[], LandResult], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The address of the account may carry a SAS; no login is asked for."""
    box.upload_blob(f"in/{NAME}", DATA)
    monkeypatch.delenv("AZURE_STORAGE_CONNECTION_STRING")
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_URL", f"http://127.0.0.1:{azurite.port}/testaccount?{signature(azurite)}")
    assert land().landed == 1


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("testaccount", "AZURE_STORAGE_ACCOUNT_URL is no address of a storage account"),
        ("http://account.blob.core.windows.net", "a login needs https"),
    ],
)
def test_an_account_url_that_is_none(url: str, message: str, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is said before anybody logs in."""
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_URL", url)
    with pytest.raises(SourceError, match=message):
        Container("box").entries()


class RefusedError(HttpResponseError):
    """What the service answers, by its status and its own word."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__("refused")
        self.status_code, self.error_code, self.reason = status, code, "In the service's words."


@pytest.mark.parametrize(
    ("kind", "status", "code", "cause"),
    [
        ("login", 403, "AuthorizationPermissionMismatch", "the login lacks the right to list (l)"),
        ("login", 403, "AuthorizationFailure", "does not let this machine in (403 AuthorizationFailure)"),
        ("key", 403, "KeyBasedAuthenticationNotPermitted", "allows no keys"),
        ("key", 403, "AccountIsDisabled", "the storage account is disabled"),
        ("sas", 403, "AuthorizationSourceIPMismatch", "for other addresses than this machine's"),
        ("sas", 403, "AuthenticationFailed", "it is cut off, or its key was renewed"),
        ("login", 409, "BlobArchived", "archive tier"),
        ("key", 500, "Odd", "500 In the service's words"),
    ],
)
def test_each_refusal_has_its_words(kind: str, status: int, code: str, cause: str) -> None:
    """What Azurite cannot refuse is told from the service's documented codes."""
    way = blob_access.Access(blob_access.CONNECTION, kind, "", {"sp": "rl"} if kind == "sas" else {})
    said = blob_faults.explain(RefusedError(status, code), way, "l")
    assert cause in said.cause
    assert said.hint
    assert blob_faults.is_final(RefusedError(status, code)) == (status < 500)


def test_a_sas_that_is_not_valid_yet() -> None:
    """A clock that is behind is a likely cause, and is named."""
    begins = f"{dt.datetime.now(dt.UTC) + HOUR:%Y-%m-%dT%H:%M:%SZ}"
    way = blob_access.Access(blob_access.ACCOUNT_URL, "sas", "", {"st": begins, "sig": "x"})
    said = blob_faults.explain(RefusedError(403, "AuthenticationFailed"), way, "l")
    assert "valid only from" in said.cause
    assert "clock" in said.hint


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
        with source._client() as client:  # type: ignore[attr-defined]  # a blob container has one
            assert client.url == "https://account.blob.core.windows.net/box"
    finally:
        blob_access.credential.cache_clear()
