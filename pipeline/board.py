"""The local board: started for as long as it is needed when nothing answers at its address."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from console import private_folder, say
from pipeline.child import child
from pipeline.errors import BoardNotReadyError
from warehouse import Target

LOCAL_TARGET = "local"
_DEFAULT_URL = "http://127.0.0.1:8765/v2"
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_START_SECONDS = 30.0


def board_page(target: Target) -> str | None:
    """Where a person looks at the local board; ``None`` on the other targets, whose boards are the vendor's."""
    return _page(_url()) if target.name == LOCAL_TARGET else None


def board_file(target: Target) -> Path:
    """Where the local board keeps its data: beside the database."""
    database = Path(str(target.settings.get("path", "data/order_list.duckdb")))
    return (target.project_dir / database).with_name("board.sqlite")


@contextmanager
def board_ready(target: Target) -> Iterator[None]:
    """See to it that the board answers as long as the block lasts; a board that was there before stays.

    Raises:
        BoardNotReadyError: it did not come up, or something that is no board sits on its port.
    """
    url = _url()
    host = urlsplit(url).hostname or ""
    if target.name != LOCAL_TARGET or host not in _LOOPBACK or _answers(url):
        yield
        return
    data = board_file(target)
    private_folder(data.parent)
    port = str(urlsplit(url).port or 80)
    command = [sys.executable, "-m", "board_emulator", "serve", "--port", port, "--data", str(data)]
    log = data.with_name("board.log")
    with log.open("w", encoding="utf-8") as output, child(command, cwd=target.project_dir, stdout=output) as process:
        deadline = time.monotonic() + _START_SECONDS
        while not _answers(url):
            if process.poll() is not None or time.monotonic() > deadline:
                raise _not_ready(url, log)
            time.sleep(0.05)
        say(f"board: started for this run, data in {data}")
        yield


def _not_ready(url: str, log: Path) -> BoardNotReadyError:
    """Why the board did not come up, in its own words; what it advises itself is the better hint."""
    said = " ".join(log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-5:]).removeprefix("error: ")
    port = urlsplit(url).port or 80
    what = f"The local board did not come up at {_page(url)}"
    if said and "is in use" not in said:
        return BoardNotReadyError(f"{what}: {said.rstrip('.')}.")
    return BoardNotReadyError(
        f"{what}: {said.rstrip('.') or 'no word from it'}.",
        hint=f"Is port {port} taken? Set MONDAY_API_URL to another port of this machine.",
    )


def _url() -> str:
    return os.environ.get("MONDAY_API_URL", "").strip() or _DEFAULT_URL


def _page(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/"


def _answers(url: str) -> bool:
    try:
        # trust_env off: a proxy must not answer for this machine
        with httpx.Client(trust_env=False, timeout=5) as client:
            return client.get(_page(url) + "health").is_success
    except httpx.HTTPError:
        return False
