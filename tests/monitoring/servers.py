"""A web server and a mail server of the test's own, on this machine: they take what is sent, or behave badly."""

from __future__ import annotations

import contextlib
import http.server
import json
import socketserver
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Taken:
    """What a server was sent."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def document(self) -> Any:
        return json.loads(self.body)


@dataclass
class WebServer:
    """Answers each request with the next of ``answers`` (status, body), and then with 200."""

    url: str = ""
    taken: list[Taken] = field(default_factory=list)
    answers: list[tuple[int, str]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    drip: float = 0.0
    """Seconds between two bytes of the answer."""


@contextmanager
def web_server() -> Iterator[WebServer]:
    state = WebServer()

    class Handler(http.server.BaseHTTPRequestHandler):
        def _answer(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            body = self.rfile.read(length)
            headers = {name.lower(): value for name, value in self.headers.items()}
            state.taken.append(Taken(self.command, self.path, headers, body))
            status, said = state.answers.pop(0) if state.answers else (200, "ok")
            with contextlib.suppress(ConnectionError):
                self.send_response(status)
                for name, value in state.headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(said)))
                self.end_headers()
                for byte in said.encode():
                    self.wfile.write(bytes([byte]))
                    self.wfile.flush()
                    time.sleep(state.drip)

        do_POST = do_GET = _answer  # noqa: N815 - the library's names

        def log_message(self, *_: object) -> None:
            pass

    with _serving(http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as port:
        state.url = f"http://127.0.0.1:{port}"
        yield state


@dataclass
class MailServer:
    """Speaks SMTP. ``answers`` replaces what a command (in capitals) is answered with."""

    port: int = 0
    mails: list[tuple[str, list[str], str]] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    encrypted: list[bool] = field(default_factory=list)
    silent: bool = False
    unknown: set[str] = field(default_factory=set)
    """Addresses that it does not know."""


@contextmanager
def mail_server(  # noqa: C901 - a conversation in one place
    certificate: tuple[Path, Path] | None = None, *, at_once: bool = False
) -> Iterator[MailServer]:
    """With a certificate it offers STARTTLS, or speaks TLS from the beginning (``at_once``)."""
    state = MailServer()
    context = None
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            with contextlib.suppress(OSError, ValueError):
                self._talk()

        def _talk(self) -> None:  # noqa: PLR0912 - one branch a command
            secure = False
            if context is not None and at_once:
                self._secure(context)
                secure = True
            if state.silent:
                self.connection.settimeout(60)
                self.rfile.read(1)  # until the other side has had enough
                return
            self._say("220 mail.test ready")
            sender, to = "", list[str]()
            while line := self.rfile.readline().decode().strip():
                word = line.split()[0].upper()
                if word in state.answers:
                    self._say(state.answers[word])
                    continue
                match word:
                    case "EHLO":
                        offers = ["250-mail.test", "250-AUTH PLAIN LOGIN", "250-SMTPUTF8"]
                        if context is not None and not secure:
                            offers.append("250-STARTTLS")
                        self._say("\r\n".join([*offers, "250 SIZE 1000000"]))
                    case "STARTTLS":
                        self._say("220 go ahead")
                        assert context is not None
                        self._secure(context)
                        secure = True
                    case "AUTH":
                        state.logins.append(line)
                        self._say("235 welcome")
                    case "MAIL":
                        sender, to = line, []
                        self._say("250 ok")
                    case "RCPT":
                        one = line.split(":", 1)[1].strip("<> ").split(">")[0]
                        if one in state.unknown:
                            self._say("550 no such user")
                            continue
                        to.append(one)
                        self._say("250 ok")
                    case "DATA":
                        self._say("354 end with a dot")
                        text = bytearray()
                        while (part := self.rfile.readline()) not in {b".\r\n", b""}:
                            text += part.removeprefix(b".")
                        state.mails.append((sender, to, text.decode()))
                        state.encrypted.append(secure)
                        self._say("250 queued")
                    case "QUIT":
                        self._say("221 bye")
                        return
                    case _:
                        self._say("250 ok")

        def _secure(self, context: ssl.SSLContext) -> None:
            self.connection = context.wrap_socket(self.connection, server_side=True)
            self.rfile = self.connection.makefile("rb")
            self.wfile = self.connection.makefile("wb", buffering=0)

        def _say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

        def finish(self) -> None:
            with contextlib.suppress(OSError, ValueError):
                super().finish()
            with contextlib.suppress(OSError):
                self.connection.close()

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    with _serving(server) as port:
        state.port = port
        yield state


@contextmanager
def _serving(server: socketserver.TCPServer) -> Iterator[int]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
