"""A target that is ready to be cut over: real workbooks landed and built, an emulated board, a proven backup."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from filelock import FileLock

from board_emulator.testing import EmulatorHandle, running_emulator
from monitoring import KEPT as MONITORING
from operations.backup import check, load_policy, take
from operations.cutover.context import Context, open_context
from operations.cutover.preflight import Check, Verdict
from operations.cutover.preflight.examine import look_at
from operations.cutover.preflight.scene import Scene
from samples import generate
from tests.project import ROOT, copy_project
from warehouse import Warehouse, load_target, open_warehouse

CUSTOMERS = ("GREYSON", "RHONE")
DATABASE = "order_list.duckdb"
_PROFILE = "order_list: {target: prod, outputs: {prod: {type: duckdb, schema: main, path: order_list.duckdb}}}"


def _variables(folder: Path) -> dict[str, str]:
    return {
        "DBT_PROFILES_DIR": str(folder), "ORDER_LIST_SOURCE": str(folder / "workbooks"),
        "ORDER_LIST_REPORTS": str(folder / "reports"), "DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "PYTHONUTF8": "1",
    }  # fmt: skip


def prepare(folder: Path) -> None:
    """Make it: a copy of the project with target prod on a DuckDB file, loaded and built."""
    copy_project(folder, "boards", "requirements")
    (folder / "profiles.yml").write_text(_PROFILE, "utf-8")
    (folder / "operations").mkdir()
    for name in ("backup.yml", "constraints.yml", "retire.yml"):
        shutil.copy(ROOT / "operations" / name, folder / "operations" / name)
    generate(folder / "workbooks", rows=60, customers=CUSTOMERS)
    for stage in ("load", "transform"):
        done = subprocess.run(
            [sys.executable, "-m", "pipeline", "run", "--only", stage, "--target", "prod"],
            cwd=folder, env=os.environ | _variables(folder), capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode in {0, 1}, done.stdout + done.stderr
    parsed = folder / "target/runs/prod/partial_parse.msgpack"
    kept = parsed.read_bytes()  # with it dbt parses only what a test changes
    for made in ("target", "logs", "data", "reports"):
        shutil.rmtree(folder / made, ignore_errors=True)
    parsed.parent.mkdir(parents=True)
    parsed.write_bytes(kept)


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder, made once for all workers. Read it only."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "order_list_ready"
    with FileLock(f"{folder}.lock"):
        if not (folder / "done").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            prepare(folder)
            (folder / "done").touch()
    return folder


@dataclass
class Ready:
    """A copy of it, to break, with a board."""

    folder: Path
    board: EmulatorHandle

    @property
    def warehouse(self) -> Warehouse:
        return open_warehouse(load_target("prod"))

    @property
    def context(self) -> Context:
        return open_context("prod")

    def change(self, *statements: str) -> None:
        with self.warehouse.session() as session:
            for sql in statements:
                session.execute(sql)

    def edit(self, file: str, old: str, new: str) -> None:
        path = self.folder / file
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")

    def lines(self, section: str) -> list[Check]:
        """One section, looked at anew."""
        return look_at(section, Scene(self.context))

    def line(self, section: str, name: str) -> Check:
        """The line of a section whose name holds ``name``."""
        (found,) = [line for line in self.lines(section) if name in line.name]
        return found

    def failure(self, section: str) -> Check:
        """The only line of a section that failed; the first, where several causes fail it."""
        found = [line for line in self.lines(section) if line.verdict is Verdict.FAILED]
        assert len({line.name for line in found}) == 1, found
        return found[0]

    def deliver_an_alert(self) -> None:
        """As `monitor test` leaves it when a channel took the message."""
        (outbox,) = [table for table in MONITORING if table.name == "pipeline_outbox"]
        self.change("drop table if exists pipeline_outbox")
        with self.warehouse.session() as session:
            session.create_table(outbox.name, outbox.columns, key=outbox.key)
        self.change(
            "insert into pipeline_outbox (message_id, channel, state, queued_at, sent_at) "
            "values ('1', 'mail', 'sent', now()::timestamp, now()::timestamp)"
        )

    def prove_a_backup(self) -> str:
        policy = load_policy(self.folder)
        take(self.warehouse, policy)
        return check(self.warehouse, policy).archive


@pytest.fixture(scope="session")
def live_board() -> Iterator[EmulatorHandle]:
    """A board as if it were the live one. Nothing here may change it."""
    with running_emulator(limits="pro") as board:
        yield board


@pytest.fixture
def ready(
    prepared: Path, live_board: EmulatorHandle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Ready:  # fmt: skip
    """A copy with a board."""
    shutil.copytree(prepared, tmp_path, dirs_exist_ok=True)
    for name, value in _variables(tmp_path).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MONDAY_API_URL", live_board.url)
    monkeypatch.setenv("MONDAY_API_TOKEN", live_board.token)
    return Ready(tmp_path, live_board)
