"""The world of a fortnight: real loader, dbt, sync and board emulator in one folder, on a clock of its own.

Teams, Slack, a webhook and mail are servers of this machine. What happens in it is in ``story.py``. By hand:
``python -m tests.monitoring.fortnight --seed 7 --show``; whatever the seed, exit status 0 says that just what a person
would want to hear was told.
"""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pytest

import monday_sync.commands  # noqa: F401 - whose parts are put on our clock
from board_emulator.clock import MovableClock
from board_emulator.testing import EmulatorHandle, running_emulator
from console import OrderListError
from monday_sync.api import HttpBoardApi
from monday_sync.commands import opening
from monitoring import PAGE, overdue
from monitoring.overview import Overview, overview
from operations.backup import BackupPolicy, check, take
from operations.log import Entry, Log
from pipeline.dbt import DbtResult, run_dbt
from pipeline.model import RunReport, Stage, Status
from pipeline.options import RunOptions
from pipeline.run import run
from pipeline.stages import ALL, Context
from samples import generate
from tests.monitoring.servers import MailServer, WebServer, mail_server, web_server
from tests.project import DATABASE, copy_project, place_of
from warehouse import Warehouse, load_target, open_warehouse

FIRST = dt.datetime(2026, 3, 2, 7, 0, tzinfo=dt.UTC)
#: What is stamped by a clock that is not ours (dbt's, the backups') is later than this.
AFTER = dt.datetime(2026, 4, 1)  # noqa: DTZ001 - as the database has it
CUSTOMERS = ("GREYSON", "RHONE", "CUTS CLOTHING")
SETTINGS = """
owners:
  ann: {channels: [webhook, mail]}
customers:
  RHONE: {owner: ann}
channels:
  teams: {kind: teams, address: ORDER_LIST_TEAMS_URL}
  slack: {kind: slack, address: ORDER_LIST_SLACK_URL}
  webhook: {kind: webhook, address: ORDER_LIST_WEBHOOK_URL}
  mail: {kind: mail, security: none}
reports: https://files.example.com/reports
checks: {disk: {severity: "off"}}
"""


@dataclass
class Clock:
    """The time of everything: the board, the run, the ledger and the monitoring."""

    board: MovableClock

    def now(self) -> dt.datetime:
        return dt.datetime.fromtimestamp(self.board.now(), dt.UTC)

    def naive(self) -> dt.datetime:
        return self.now().replace(tzinfo=None)

    def until(self, moment: dt.datetime) -> None:
        self.board.advance(max(0.0, (moment - self.now()).total_seconds()))


@dataclass(frozen=True)
class Told:
    """A line of a message."""

    check: str
    kind: str
    of: str = ""
    owner: str = "operations"


@dataclass
class Scene:
    """What happened at a time, and what came of it.

    Args:
        wanted: what a person would want to be told then; stands: what should be open afterwards.
        told: the lines that the webhook got; messages: how many each channel got; open: by the database afterwards.
        page: as `pipeline run` left it.
    """

    day: int
    at: str
    what: str
    wanted: tuple[Told, ...] = ()
    stands: frozenset[str] = frozenset()
    told: list[Told] = field(default_factory=list)
    messages: dict[str, int] = field(default_factory=dict)
    pings: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    documents: list[dict[str, Any]] = field(default_factory=list)
    cards: dict[str, list[Any]] = field(default_factory=dict)
    mails: list[EmailMessage] = field(default_factory=list)
    status: Overview | None = None
    page: str = ""

    @property
    def is_right(self) -> bool:
        """Whether just that was told, and just that is open."""
        return sorted(map(repr, self.told)) == sorted(map(repr, self.wanted)) and self.is_open_as_it_should

    @property
    def is_open_as_it_should(self) -> bool:
        """Whether just that is open: how low the share is that follows from a customer held back, the seed says."""
        more = {"sync_share"} if "customers_held" in self.stands else set[str]()
        return set(self.open) - more == self.stands - more


@dataclass
class Fortnight:
    """The world of the story.

    Args:
        wakes: when the run of a morning begins.
    """

    folder: Path
    board: EmulatorHandle
    clock: Clock
    web: Mapping[str, WebServer]
    post: MailServer
    warehouse: Warehouse
    kept: Kept
    wakes: str = "07:00"
    stands: frozenset[str] = frozenset()
    scenes: list[Scene] = field(default_factory=list)

    def workbook(self, customer: str) -> Path:
        return next(path for path in (self.folder / "workbooks").iterdir() if path.name.startswith(customer))

    # -- what the programs do ----------------------------------------------------------------------------------------

    def run(self) -> RunReport:
        options = RunOptions(source=str(self.folder / "workbooks"), reports=self.folder / "reports")
        stages = {**ALL, "transform": self._restamped(ALL["transform"])}
        return run(self.warehouse, options, stages=stages, now=self.clock.now)

    def _restamped(self, stage: Callable[[Context], Stage]) -> Callable[[Context], Stage]:
        def staged(context: Context) -> Stage:
            done = stage(context)
            self.kept.open(self.warehouse)
            if done.status is not Status.SKIPPED:
                self.restamp()
            return done

        return staged

    def restamp(self) -> None:
        """Let what other clocks stamped be of now."""
        with self.warehouse.session() as session:
            moments = session.rows(
                "select table_name, column_name from duckdb_columns() where data_type like 'TIMESTAMP%' and table_name "
                "in (select table_name from duckdb_tables())"
            )
            for table, column in moments:
                session.execute(
                    f'update "{table}" set "{column}" = ? where "{column}" > ?', [self.clock.naive(), AFTER]
                )

    def back_up(self, *, damaged: bool = False) -> None:
        if not damaged:  # what a good one leaves to the monitoring; taking and trying one have their own tests
            for action in ("backup", "backup check"):
                Log(self.warehouse).write(Entry(action, "archive", "done", at=self.clock.now()))
            return
        policy = BackupPolicy(places=("backups",), keep={"daily": 3, "weekly": 1, "monthly": 1})  # type: ignore[arg-type]
        archive = take(self.warehouse, policy).archive
        for file in (self.folder / "backups" / archive).glob("monday_sync_items*"):
            file.write_bytes(file.read_bytes()[:100])
        with suppress(OrderListError):  # that it failed is what the log has
            check(self.warehouse, policy, archive)
        self.restamp()

    # -- the story ---------------------------------------------------------------------------------------------------

    def at(
        self, day: int, time: str, what: str, does: Callable[[], object], wanted: Sequence[Told] = (),
        stands: Iterable[str] | None = None,
    ) -> None:  # fmt: skip
        """Something happens, and the receivers are emptied.

        Args:
            wanted: what should be told; stands: what should be open then, if that changes.
        """
        hour, minute = map(int, time.split(":"))
        self.clock.until(FIRST.replace(hour=hour, minute=minute) + dt.timedelta(days=day - 1))
        does()
        self.stands = self.stands if stands is None else frozenset(stands)
        scene = Scene(day, time, what, tuple(wanted), self.stands)
        for name, server in self.web.items():
            if name == "beat":
                scene.pings = [one.path.split("?")[0] for one in server.taken]
            else:
                scene.messages[name] = len(server.taken)
                scene.cards[name] = [one.document for one in server.taken]
        scene.documents = scene.cards["webhook"]
        scene.messages["mail"] = len(self.post.mails)
        scene.told = [
            Told(line["check"], line["kind"], ", ".join(line["subjects"]), group["owner"])
            for document in scene.documents
            for group in document["groups"]
            for line in group["lines"]
        ]
        scene.mails = [email.message_from_string(text, policy=email.policy.default) for _, _, text in self.post.mails]
        scene.status = overview(self.warehouse, now=self.clock.now())
        scene.open = sorted(alert.check for alert in scene.status.open_alerts)
        page = self.folder / "reports" / PAGE
        scene.page = page.read_text("utf-8") if page.exists() else ""
        self.scenes.append(scene)
        for server in self.web.values():
            server.taken.clear()
        self.post.mails.clear()

    def morning(
        self, day: int, what: str, wanted: Sequence[Told] = (), stands: Iterable[str] | None = None, *,
        damaged: bool = False,
    ) -> None:  # fmt: skip
        """The backup of the night and its trial, and the run."""
        if day > 1:
            self.at(day, "02:30", "", lambda: self.back_up(damaged=damaged))
        self.at(day, self.wakes, what, self.run, wanted, stands)

    def looked_at(
        self, day: int, what: str = "", wanted: Sequence[Told] = (), stands: Iterable[str] | None = None
    ) -> None:
        """The cron of the second machine."""
        within = dt.timedelta(hours=26)
        self.at(day, "09:05", what, lambda: overdue(self.warehouse, within, now=self.clock.now), wanted, stands)


class Kept:
    """Keeps the database's file open between dbt's builds: to open it costs more than most of what is asked of it."""

    def __init__(self) -> None:
        self._connection: duckdb.DuckDBPyConnection | None = None

    def open(self, warehouse: Warehouse) -> None:
        if self._connection is None:
            self._connection = duckdb.connect(str(warehouse.target.project_dir / DATABASE))

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def build(self, arguments: Sequence[str], **more: Any) -> DbtResult:
        """dbt builds what there is; its tests of the data have their own tests, and cost half of the time."""
        self.close()
        return run_dbt([*arguments, "test"], **more)


@contextmanager
def fortnight(
    folder: Path, seed: int, *, wakes: str = "07:00", copy: Callable[..., Path] = copy_project
) -> Iterator[Fortnight]:  # fmt: skip
    """A world with three customers, before its first morning."""
    clock = Clock(MovableClock(FIRST.timestamp() - 3600))
    project = copy(folder / "project", "boards")
    (project / "monitoring.yml").write_text(SETTINGS, "utf-8")
    generate(project / "workbooks", rows=40, seed=seed, customers=CUSTOMERS)
    with (
        running_emulator(clock=clock.board, limits="pro") as board, mail_server() as post,
        web_server() as teams, web_server() as slack, web_server() as hook, web_server() as beat,
    ):  # fmt: skip
        changed = place_of(project) | {
            "MONDAY_API_URL": board.url, "MONDAY_API_TOKEN": "local", "ORDER_LIST_TEAMS_URL": f"{teams.url}/teams",
            "ORDER_LIST_SLACK_URL": f"{slack.url}/slack", "ORDER_LIST_WEBHOOK_URL": f"{hook.url}/hook",
            "ORDER_LIST_HEARTBEAT_URL": f"{beat.url}/beat", "ORDER_LIST_SMTP_HOST": "127.0.0.1",
            "ORDER_LIST_SMTP_PORT": str(post.port), "ORDER_LIST_MAIL_FROM": "orders@example.com",
            "ORDER_LIST_MAIL_TO": "ops@example.com",
        }  # fmt: skip
        kept = Kept()
        with patched(changed, clock, kept):
            warehouse = open_warehouse(load_target("local", project_dir=project))
            web = {"teams": teams, "slack": slack, "webhook": hook, "beat": beat}
            try:
                yield Fortnight(project, board, clock, web, post, warehouse, kept, wakes)
            finally:
                kept.close()


@contextmanager
def patched(environment: Mapping[str, str], clock: Clock, kept: Kept) -> Iterator[None]:
    """The environment, dbt without its tests, and whoever opens boards on our clock."""
    ours = partial(opening.open_boards, clock=clock.naive, sleep=clock.board.advance)
    api = partial(HttpBoardApi, clock=clock.board.now)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        patch.setattr(sys.modules["pipeline.stages.transform"], "run_dbt", kept.build)
        real = opening.open_boards
        for module in [one for name, one in sys.modules.items() if name.startswith("monday_sync")]:
            if getattr(module, "open_boards", None) is real:
                patch.setattr(module, "open_boards", ours)
        patch.setattr(opening, "HttpBoardApi", api)
        yield


if __name__ == "__main__":
    from tests.monitoring.story import main

    sys.exit(main())
