"""Where a rehearsal happens: a scratch database, a copy of the project, and a local board shaped like the real one."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from console import ConfigurationError, parse_yaml
from operations.backup import BackupPolicy, shelves
from operations.backup.scope import tables
from operations.cutover.context import Context
from operations.cutover.rules import FILE as RULES
from operations.errors import RehearsalError
from operations.log import LOGS
from operations.tables import dump, finish, load
from pipeline.child import child
from pipeline.fingerprint import project_files
from pipeline.scratch import scratch
from warehouse import Target, Warehouse, open_warehouse

_START_SECONDS = 60.0
_POLICY = Path("operations/backup.yml")
#: A rehearsal keeps its archives beside itself, whatever the real places are.
_PLACES = ("data/backups/first", "data/backups/second", "data/backups/third")
#: The copy has folders that are called as our packages are: programs that begin there must not take them for these.
SAFE_PATH = {"PYTHONSAFEPATH": "1", "PYTHONPATH": str(Path(__file__).parents[3])}
#: Variables with which a run tells people: of a rehearsal nobody hears.
TELLING = (
    "ORDER_LIST_TEAMS_URL", "ORDER_LIST_SLACK_URL", "ORDER_LIST_WEBHOOK_URL", "ORDER_LIST_SMTP_HOST",
    "ORDER_LIST_HEARTBEAT_URL",
)  # fmt: skip
_TOKEN = "local"  # noqa: S105 - the emulator's well-known token, no secret


@dataclass(frozen=True, slots=True)
class Place:
    """A target of its own, with the name, the boards and the rules of the real one."""

    warehouse: Warehouse
    folder: Path

    def context(self, real: Context) -> Context:
        """What the steps work with here: archives of its own, the real clock."""
        policy = BackupPolicy(places=_PLACES, verified_within_days=real.policy.verified_within_days)
        return Context(self.warehouse, policy, shelves(policy, self.folder), real.now)


@contextmanager
def scratch_place(target: Target) -> Iterator[Place]:
    """Make a scratch database and a copy of the project, and let every program work there as long as the block lasts.

    Raises:
        StatementFailedError: the login may make no schema, and none is named for it.
    """
    with scratch(target) as made:
        folder = made.folder / "project"
        _copy_project(target.project_dir, folder)
        own = replace(made.warehouse.target, project_dir=folder)
        with environment({
            **made.environment,
            **SAFE_PATH,
            **dict.fromkeys(TELLING, ""),
            "ORDER_LIST_SCHEDULE": "data/schedule.yml",
            "ORDER_LIST_REPORTS": "data/reports",
        }):  # fmt: skip
            yield Place(open_warehouse(own), folder)


def _copy_project(project: Path, folder: Path) -> None:
    """What dbt reads, the boards without the commands that they run, the rules, and places of its own for backups."""
    try:
        files = project_files(project)
    except ConfigurationError:  # without a dbt project nothing is built, and the pipeline says so
        files = []
    rules = project / RULES
    for path in [*files, *([rules] if rules.is_file() else [])]:
        copy = folder / path.relative_to(project)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    (folder / "boards").mkdir(parents=True, exist_ok=True)
    for path in sorted((project / "boards").glob("*.yml")):
        document = _without_hooks(parse_yaml(path.read_text(encoding="utf-8")))
        text = yaml.safe_dump(document, allow_unicode=True, sort_keys=False)
        (folder / "boards" / path.name).write_text(text, encoding="utf-8")
    (folder / _POLICY).parent.mkdir(exist_ok=True)
    (folder / _POLICY).write_text(yaml.safe_dump({"places": list(_PLACES)}), encoding="utf-8")


def _without_hooks(document: Any) -> Any:
    if isinstance(document, list):
        return [_without_hooks(one) for one in document]
    return {key: value for key, value in document.items() if key != "hooks"} if isinstance(document, dict) else document


def copy_tables(real: Warehouse, place: Place) -> tuple[int, int]:
    """Copy all tables as they are at one moment, but for the logs of the operations; returns tables and rows."""
    count = rows = 0
    folder = place.folder / "copy"
    folder.mkdir()
    with real.session(read_only=True) as session, session.transaction(), place.warehouse.session() as other:
        for name in tables(session, everything=True):
            if name.lower() in LOGS:
                continue
            file = dump(session, name, folder)
            load(other, file, folder / file.file, name)
            finish(other, file, name, alone=True)
            (folder / file.file).unlink()
            count, rows = count + 1, rows + file.measure.rows
    return count, rows


@contextmanager
def board_like(snapshot: Mapping[str, object], folder: Path) -> Iterator[int]:
    """Serve a local board that is a copy of the real one, and let every program see it in its place.

    Gives the number of items and subitems on it.

    Raises:
        RehearsalError: it could not be made.
    """
    copy, definition, data = folder / "board.json", folder / "boards.yml", folder / "board.sqlite"
    copy.write_text(json.dumps(snapshot, ensure_ascii=False), encoding="utf-8")
    here = folder / "project"
    module = [sys.executable, "-m", "board_emulator"]
    log = folder / "fill.log"
    fill = [*module, "fill", str(copy), "--boards", str(definition), "--data", str(data), "--json"]
    with log.open("w", encoding="utf-8") as output, child(fill, cwd=here, stdout=output) as process:
        status = process.wait()
    if status != 0:
        raise RehearsalError(f"No copy of the board could be made: {_last(log)}", hint="Nothing real was touched.")
    count = int(_json(log)["items"])
    log = folder / "board.log"
    serve = [*module, "serve", "--port", "0", "--boards", str(definition), "--data", str(data), "--json"]
    with log.open("w", encoding="utf-8") as output, child(serve, cwd=here, stdout=output) as process:
        deadline = time.monotonic() + _START_SECONDS
        while "api" not in _json(log):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RehearsalError(f"The copy of the board did not come up: {_last(log)}")
            time.sleep(0.05)
        with environment({"MONDAY_API_URL": str(_json(log)["api"]), "MONDAY_API_TOKEN": _TOKEN}):
            yield count


@contextmanager
def environment(values: Mapping[str, str]) -> Iterator[None]:
    """Let these variables stand for us and our child processes as long as the block lasts."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _json(log: Path) -> dict[str, Any]:
    """The JSON object in what a program printed, between lines for people; empty while there is none."""
    text = log.read_text(encoding="utf-8", errors="replace")
    try:
        found, _ = json.JSONDecoder().raw_decode(text[text.index("{\n") :])
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _last(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1].removeprefix("error: ") if lines else "it said nothing"
