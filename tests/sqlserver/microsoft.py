"""Parses what dbt compiles and sends with Microsoft's own T-SQL grammar: ``make tsql-parse``. No server is needed.

The grammar is inside mssql-scripter, as a language server that tells what is wrong with a text. It is of 2017: a second
opinion beside SQLFluff, for Linux on x86-64, and not part of ``make test`` because its .NET is out of support.
"""

from __future__ import annotations

import json
import os
import platform
import queue
import re
import subprocess
import sys
import tempfile
import threading
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any

from tests.project import ROOT
from tests.sqlserver import sending
from tests.sqlserver.conftest import compile_project, few_columns
from tests.sqlserver.lexer import batches

_CACHE = ROOT / ".cache" / "tsql"
_SECONDS = 60
_TOGETHER = 25
#: Unpacked, never installed: the grammar, and an OpenSSL of its time, which its .NET wants and no system has any more.
_WHEELS = {
    "parser": "mssql-scripter==1.0.0a23 --hash=sha256:5119d148a9750d2cfa9820835da32d5140ebc85807e7ed5403a521052782dd6e",
    "openssl": "psycopg2-binary==2.7.4 --hash=sha256:4a4f23a08fbccbe40ecdb5384d807bcb469ea71dd87e6be2e80b036b8e6d47df",
}


def service() -> tuple[Path, Path]:
    """The language server and the folder of its OpenSSL; fetched with their hashes on first use."""
    server = _unpacked("parser", "mssqlscripter/mssqltoolsservice/bin", []) / "MicrosoftSqlToolsServiceLayer"
    server.chmod(0o755)
    old = ["--python-version", "36", "--platform", "manylinux1_x86_64", "--implementation", "cp", "--abi", "cp36m"]
    libraries = _unpacked("openssl", "psycopg2/.libs", old)
    for name in ("ssl", "crypto"):
        link = libraries / f"lib{name}.so.1.0.0"
        if not link.exists():
            link.symlink_to(next(libraries.glob(f"lib{name}-*.so.1.0.2*")).name)
    return server, libraries


def _unpacked(name: str, inside: str, options: list[str]) -> Path:
    folder = _CACHE / name
    if not (folder / inside).exists():
        folder.mkdir(parents=True, exist_ok=True)
        wanted = folder / "requirements.txt"
        wanted.write_text(_WHEELS[name], encoding="utf-8")
        fetch = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", *options]
        subprocess.run([*fetch, "--require-hashes", "--dest", str(folder), "--requirement", str(wanted)], check=True)
        for wheel in folder.glob("*.whl"):
            with zipfile.ZipFile(wheel) as packed:
                packed.extractall(folder)
    return folder / inside


class Grammar:
    """The language server, asked about one statement at a time."""

    def __init__(self) -> None:
        server, libraries = service()
        environment = {
            **os.environ,
            "LD_LIBRARY_PATH": str(libraries),
            "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1",
            "COMPlus_EnableDiagnostics": "0",
        }
        self._process = subprocess.Popen(
            [str(server)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env=environment, cwd=tempfile.gettempdir(),
        )  # fmt: skip
        assert self._process.stdin
        assert self._process.stdout
        self._to: IO[bytes] = self._process.stdin
        self._from: IO[bytes] = self._process.stdout
        self._told: queue.Queue[dict[str, Any]] = queue.Queue()
        self._asked = 0
        threading.Thread(target=self._listen, daemon=True).start()
        self._send({"id": "1", "method": "initialize", "params": {"processId": os.getpid(), "capabilities": {}}})

    def close(self) -> None:
        """Stop the server."""
        self._process.kill()
        self._process.wait()

    def errors_in(self, sql: str) -> list[str]:
        """What does not parse, as ``line: message``; empty if all does."""
        self._asked += 1
        document = {"uri": f"file:///{self._asked}.sql", "languageId": "sql", "version": 1, "text": sql}
        self._send({"method": "textDocument/didOpen", "params": {"textDocument": document}})
        while True:
            told = self._told.get(timeout=_SECONDS)
            if told.get("method") == "textDocument/publishDiagnostics" and told["params"]["uri"] == document["uri"]:
                found = told["params"]["diagnostics"]
                return [f"{e['range']['start']['line'] + 1}: {e['message']}" for e in found if e["severity"] == 1]

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._to.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self._to.flush()

    def _listen(self) -> None:
        length = 0
        for line in iter(self._from.readline, b""):
            if line.strip():
                name, _, value = line.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
            else:
                self._told.put(json.loads(self._from.read(length)))


def statements(folder: Path) -> list[str]:
    """What dbt compiles and sends, with the statements inside it; those alike but for the customer's name once."""
    compile_project(folder / "compiled", "prod")
    compiled = json.loads((folder / "compiled" / "statements.json").read_text(encoding="utf-8"))
    sending.send_everything(folder / "sent", few_columns)
    sent = json.loads((folder / "sent" / "sent.json").read_text(encoding="utf-8"))
    # a driver's ? is no T-SQL
    texts = [
        *compiled.values(),
        *(re.sub(r"\?(?=[,)])", "@p", text) for run in sent.values() for sql in run for text, _ in batches(sql)),
    ]
    return list({_alike(text): text for text in texts}.values())


def _alike(text: str) -> str:
    return re.sub(r"/\* \{.*?\} \*/|\bx\w+_ORDER_LIST_RAW\b|\bstg_\w+|_[0-9a-f]{32}_\d+", "x", text)


def main(texts: Iterable[str]) -> int:
    """Parse all, say what does not; the exit status."""
    grammar = Grammar()
    if not grammar.errors_in("select a from t limit 5"):  # a parser that takes this looks at nothing
        print("The grammar takes what is no T-SQL: it is not at work.", file=sys.stderr)
        return 2
    bad = 0
    asked = list(texts)
    for start in range(0, len(asked), _TOGETHER):  # the server takes its time for each document, however short
        some = asked[start : start + _TOGETHER]
        if not grammar.errors_in("\nGO\n".join(some)):
            continue
        for text in some:
            if errors := grammar.errors_in(text):
                bad += 1
                print(f"{text[:400]}\n  {errors}\n", file=sys.stderr)
    grammar.close()
    print(f"{len(asked)} statements, {bad} of them refused by Microsoft's grammar (2017)")
    return 1 if bad or not asked else 0


if __name__ == "__main__":
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        sys.exit("Microsoft's grammar runs on Linux on x86-64 only; SQLFluff parses everything in `make test`.")
    with tempfile.TemporaryDirectory() as made:
        sys.exit(main(statements(Path(made))))
