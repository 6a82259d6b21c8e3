"""Where it happens: a copy of the project, two databases and a local board, in one folder that goes away."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

from bench.errors import MeasurementError
from bench.places import ROOT
from bench.rehearsal.engines import Engine, File, engine
from bench.rehearsal.kills import Moment
from console import parse_yaml, say
from operations.cutover.rehearsal.place import SAFE_PATH, TELLING, environment
from pipeline.child import child

_PARTS = ("models", "macros", "seeds", "snapshots", "tests/dbt", "boards", "operations")
_ASKED = re.compile(r"--yes (\d+)")
_START_SECONDS, _LOOK_SECONDS = 60.0, 0.5
_ROOM = 100_000


@dataclass
class Stage:
    """The folder, and the programs as an operator runs them there.

    Args:
        rows: of the workbooks, and of each old table at most.
        ear: where alerts go: an address of this machine that takes everything.
        engine: the database that target prod is at the moment.
        production: the one that it is from the take-over on.
    """

    folder: Path
    rows: int
    board: str
    ear: str
    engine: Engine
    production: Engine
    took: dict[str, float] = field(default_factory=dict)

    @property
    def project(self) -> Path:
        """The copy of the project."""
        return self.folder / "project"

    @property
    def workbooks(self) -> Path:
        """Where the workbooks lie."""
        return self.folder / "workbooks"

    def variables(self) -> dict[str, str]:
        """What sends every program here."""
        return {
            **self.engine.variables(), "ORDER_LIST_SOURCE": str(self.workbooks),
            "ORDER_LIST_REPORTS": "data/reports", "ORDER_LIST_SCHEDULE": "data/schedule.yml",
            "DBT_PROFILES_DIR": str(self.project), "DBT_TARGET_PATH": str(self.folder / "target"),
            "DBT_LOG_PATH": str(self.folder / "logs"), "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            "MONDAY_API_URL": f"{self.board}/v2", "MONDAY_API_TOKEN": "local", "PYTHONUTF8": "1",
            **SAFE_PATH, **dict.fromkeys(TELLING, ""), "ORDER_LIST_WEBHOOK_URL": self.ear,
        }  # fmt: skip

    @contextmanager
    def inside(self) -> Iterator[None]:
        """The same for this process."""
        with environment(self.variables()):
            yield

    def move_in(self) -> None:
        """From here on target prod is the database in which all of it happens."""
        self.engine = self.production
        self.engine.prepare(self.project)

    def step(self, name: str, do: Callable[[], object]) -> Any:
        """Do a step, and say what it took."""
        say(f"{name} ...")
        began = time.monotonic()
        result = do()
        self.took[name] = round(time.monotonic() - began, 1)
        say(f"{name}: {self.took[name]:.1f} s")
        return result

    def run(
        self, module: str, *arguments: str, accept: tuple[int, ...] = (0,), moments: Sequence[Moment] = ()
    ) -> Any:  # fmt: skip
        """A program of ours; where it asks for a number, it gets the one that it names. Returns its JSON.

        Args:
            moments: at each of them it is killed, and the same command begun again.
        """
        for moment in (*moments, None):
            status, output, said = self._call(module, *arguments, moment=moment)
            if status == 2 and (asked := _ASKED.search(output + said)):  # noqa: PLR2004 - refused, nothing was done
                status, output, said = self._call(module, *arguments, "--yes", asked[1], moment=moment)
            if status >= 0:
                break
            say(f"{' '.join(arguments)}: killed, and again ...")
        if status not in accept:
            shown = f"{' '.join((module, *arguments))}: status {status}\n{output[-3000:]}\n{said[-3000:]}"
            raise MeasurementError(shown)
        start = output.find("{\n")
        if start < 0:
            raise MeasurementError(f"{' '.join((module, *arguments))} printed no result:\n{said[-3000:]}")
        found = json.JSONDecoder().raw_decode(output[start:])[0]
        if "error" in found:
            raise MeasurementError(f"{' '.join((module, *arguments))}: {found['error']}", hint=found.get("hint"))
        return found

    def _call(self, module: str, *arguments: str, moment: Moment | None = None) -> tuple[int, str, str]:
        """Its status, negative when it was killed at the ``moment``; what it printed, and what it said."""
        printed, said = self.folder / "printed.txt", self.folder / "said.txt"
        with (
            printed.open("w", encoding="utf-8") as output,
            said.open("w", encoding="utf-8") as errors,
            self.inside(),
            subprocess.Popen(  # noqa: S603 - our own programs
                [sys.executable, "-m", module, *arguments, "--json"], cwd=self.project, stdout=output, stderr=errors,
            ) as process,
        ):  # fmt: skip
            while moment is not None and process.poll() is None:
                if moment():
                    process.kill()
                    break
                time.sleep(_LOOK_SECONDS)
            status = process.wait()
        return status, printed.read_text("utf-8", "replace"), said.read_text("utf-8", "replace")


def require(truth: object, what: str) -> None:
    """End the rehearsal where something is not exact."""
    if not truth:
        raise MeasurementError(f"not exact: {what}")


@contextmanager
def new_stage(rows: int, *, target: str | None = None, macros: Path | None = None) -> Iterator[Stage]:
    """Make it, with a board of its own, and take it away at the end.

    Args:
        target: a SQL Server target of the profile, on whose server it gets a database; ``None``: a DuckDB file.
        macros: dbt macros for a server that only resembles one.
    """
    with tempfile.TemporaryDirectory(prefix="order-list-rehearsal-", ignore_cleanup_errors=True) as text:
        folder = Path(text)
        project = folder / "project"
        for part in _PARTS:
            shutil.copytree(
                ROOT / part, project / part, ignore=shutil.ignore_patterns("*.py", "*.j2", "__pycache__", "*.html")
            )
        shutil.copy(ROOT / "dbt_project.yml", project)
        before = File(folder / "before.duckdb")
        before.prepare(project)
        definition = folder / "boards.yml"
        definition.write_text(_boards(), encoding="utf-8")
        log = folder / "board.log"
        serve = [sys.executable, "-m", "board_emulator", "serve", "--port", "0", "--json",
                 "--data", str(folder / "board.sqlite"), "--boards", str(definition)]  # fmt: skip
        with log.open("w", encoding="utf-8") as output, child(serve, cwd=project, stdout=output) as process:
            deadline = time.monotonic() + _START_SECONDS
            while not (found := re.search(r'"api": "(http[^"]+)/v2"', log.read_text(encoding="utf-8"))):
                if process.poll() is not None or time.monotonic() > deadline:
                    raise MeasurementError(f"The board did not come up: {log.read_text(encoding='utf-8')}")
                time.sleep(0.05)
            with _listening() as ear, engine(target, folder, macros) as production:
                yield Stage(folder, rows, found[1], ear, before, production)


class _Ear(BaseHTTPRequestHandler):
    """Takes every message."""

    def do_POST(self) -> None:
        """Read it, and say that it arrived."""
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing is printed."""


@contextmanager
def _listening() -> Iterator[str]:
    """An address of this machine to which alerts can be delivered."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Ear)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/alerts"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _boards() -> str:
    """The emulator's own boards, with room for the lines of as many orders as the old tables have."""
    document = parse_yaml((resources.files("board_emulator") / "boards.yml").read_text("utf-8"))
    for board in document["boards"]:
        board["items_limit"] = _ROOM
    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False)
