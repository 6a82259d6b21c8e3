"""Azurite for the blob tests: installed once for everybody, started for each worker, and a proxy that breaks it."""

from __future__ import annotations

import base64
import hashlib
import http.client
import os
import re
import secrets
import shutil
import subprocess
import threading
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from azure.storage.blob import ContainerClient
from filelock import FileLock

_PINS = Path(__file__).parent / "azurite"
_CACHE = Path(__file__).parents[2] / ".cache" / "azurite"
_ACCOUNT = "testaccount"
_LISTENS = re.compile(r"successfully listens on http://127\.0\.0\.1:(\d+)")
_MINUTES_TO_INSTALL = 20


@dataclass(frozen=True, slots=True)
class Azurite:
    """A running service. Its key is made anew each time, so that a key in an output is one of ours."""

    port: int
    key: str

    def connection(self, port: int | None = None) -> str:
        """The connection string, to the service itself or to a proxy before it."""
        return (
            f"DefaultEndpointsProtocol=http;AccountName={_ACCOUNT};AccountKey={self.key};"
            f"BlobEndpoint=http://127.0.0.1:{port or self.port}/{_ACCOUNT};"
        )

    def container(self, name: str) -> ContainerClient:
        """A client of the tests' own."""
        return ContainerClient.from_connection_string(self.connection(), name)


@contextmanager
def running(folder: Path) -> Iterator[Azurite]:
    """Azurite on a port of its own, data in memory, until the block ends."""
    key = base64.b64encode(secrets.token_bytes(64)).decode("ascii")
    log = folder / "azurite.log"
    command = [
        _tool("node"), str(_installed() / "node_modules/azurite/dist/src/blob/main.js"), "--blobHost", "127.0.0.1",
        "--blobPort", "0", "--inMemoryPersistence", "--silent", "--disableTelemetry", "--skipApiVersionCheck",
    ]  # fmt: skip
    with log.open("w", encoding="utf-8") as errors, subprocess.Popen(
        command, cwd=folder, env={**os.environ, "AZURITE_ACCOUNTS": f"{_ACCOUNT}:{key}"}, stdout=subprocess.PIPE,
        stderr=errors, text=True, encoding="utf-8",
    ) as process:  # fmt: skip
        try:
            assert process.stdout is not None
            found = next((m for line in process.stdout if (m := _LISTENS.search(line))), None)
            assert found, f"Azurite did not start: {log.read_text(encoding='utf-8')}"
            yield Azurite(int(found[1]), key)
        finally:
            process.terminate()


def _installed() -> Path:
    """The folder with the pinned Azurite; whoever comes first installs it, the others wait."""
    _CACHE.mkdir(parents=True, exist_ok=True)
    lock = (_PINS / "package-lock.json").read_bytes()
    done, version = _CACHE / "installed", hashlib.sha256(lock).hexdigest()
    with FileLock(_CACHE.with_suffix(".lock")):
        if not done.is_file() or done.read_text(encoding="ascii") != version:
            for name in ("package.json", "package-lock.json"):
                shutil.copyfile(_PINS / name, _CACHE / name)
            subprocess.run(
                [_tool("npm"), "ci", "--omit-lockfile-registry-resolved", "--ignore-scripts", "--no-audit",
                 "--no-fund", "--loglevel=error"],
                cwd=_CACHE, check=True, timeout=_MINUTES_TO_INSTALL * 60,
            )  # fmt: skip
            done.write_text(version, encoding="ascii")
    return _CACHE


def _tool(name: str) -> str:
    found = shutil.which(name)
    assert found, f"{name} is not installed, and Azurite needs it: install Node.js with npm."
    return found


class Proxy(ThreadingHTTPServer):
    """Stands before Azurite and hands requests on; ``fault`` may break off an answer, or do harm before it.

    Args:
        fault: called before a download is handed on, with its number (from 1) and the address that it asks for;
            returns after how many bytes of the body the connection breaks, or ``None``. Workbooks are read beside each
            other, so a number means something for one workbook only.
    """

    daemon_threads = True

    def __init__(self, azurite: Azurite, fault: Callable[[int, str], int | None]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.azurite = azurite
        self.fault = fault
        #: The byte ranges asked for, in order.
        self.ranges: list[str] = []
        #: Pages of listings asked for.
        self.listings = 0

    @property
    def connection(self) -> str:
        return self.azurite.connection(self.server_address[1])

    @contextmanager
    def serving(self) -> Iterator[Proxy]:
        thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            with self:
                yield self
                self.shutdown()
        finally:
            self.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Proxy

    def do_GET(self) -> None:
        cut = None
        if self.command == "HEAD":
            pass
        elif "comp=list" in self.path:
            self.server.listings += 1
        else:
            self.server.ranges.append(self.headers.get("x-ms-range") or self.headers.get("Range") or "")
            cut = self.server.fault(len(self.server.ranges), urllib.parse.unquote(self.path))
        upstream = http.client.HTTPConnection("127.0.0.1", self.server.azurite.port)
        try:
            upstream.request(self.command, self.path, headers=dict(self.headers.items()))
            answer = upstream.getresponse()
            body = answer.read()
        finally:
            upstream.close()
        self.send_response_only(answer.status, answer.reason)
        for name, value in answer.getheaders():
            if name.lower() not in {"transfer-encoding", "content-length", "connection", "keep-alive"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body[:cut])
        self.close_connection = True

    do_HEAD = do_GET  # noqa: N815 - the base class wants it so

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Be quiet."""
