"""A fortnight played on a clock: what happens each morning, and what people are told of it.

Real loader, dbt, sync and board emulator in one folder; Teams, Slack, a webhook and mail are servers of this machine.
By hand: ``python -m tests.monitoring.fortnight --seed 7 --show``.
"""

from __future__ import annotations

import argparse
import datetime as dt
import email
import email.policy
import json
import resource
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import monday_sync.commands  # noqa: F401 - whose parts are put on our clock
from board_emulator.clock import MovableClock
from board_emulator.emulator import TOKENS
from board_emulator.faults import Chance, Fault
from board_emulator.testing import EmulatorHandle, running_emulator
from console import OrderListError
from monday_sync.api import HttpBoardApi
from monday_sync.commands import opening
from monitoring import overdue
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
from tests.pipeline.edits import edit, retitle
from tests.project import copy_project, place_of
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
        told: the lines that the webhook got; messages: how many each channel got; open: by the database afterwards.
    """

    day: int
    at: str
    what: str
    told: list[Told] = field(default_factory=list)
    messages: dict[str, int] = field(default_factory=dict)
    pings: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    documents: list[dict[str, Any]] = field(default_factory=list)
    cards: dict[str, list[Any]] = field(default_factory=dict)
    mails: list[EmailMessage] = field(default_factory=list)
    status: Overview | None = None


@dataclass
class Fortnight:
    """The world of the story."""

    folder: Path
    board: EmulatorHandle
    clock: Clock
    web: Mapping[str, WebServer]
    post: MailServer
    warehouse: Warehouse
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

    def back_up(self, *, trial: bool = False, damaged: bool = False) -> None:
        if not trial:  # what a night's backup leaves to the monitoring; taking one has its own tests
            Log(self.warehouse).write(Entry("backup", "archive", "done", at=self.clock.now()))
            return
        policy = BackupPolicy(places=("backups",), keep={"daily": 3, "weekly": 1, "monthly": 1})  # type: ignore[arg-type]
        archive = take(self.warehouse, policy).archive
        if damaged:
            for file in (self.folder / "backups" / archive).glob("monday_sync_items*"):
                file.write_bytes(file.read_bytes()[:100])
        try:
            if trial:
                check(self.warehouse, policy, archive)
        except OrderListError:  # that it failed is what the log has
            assert damaged
        self.restamp()

    # -- the story ---------------------------------------------------------------------------------------------------

    def at(self, day: int, time: str, what: str, does: Callable[[], object]) -> None:
        """Something happens, and the receivers are emptied."""
        hour, minute = map(int, time.split(":"))
        self.clock.until(FIRST.replace(hour=hour, minute=minute) + dt.timedelta(days=day - 1))
        does()
        scene = Scene(day, time, what)
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
        self.scenes.append(scene)
        for server in self.web.values():
            server.taken.clear()
        self.post.mails.clear()

    def morning(self, day: int, what: str, *, trial: bool = False, damaged: bool = False) -> None:
        """The backup of the night, the run at seven, the second machine's cron at five past nine."""
        if day > 1:
            self.at(day, "02:30", "", lambda: self.back_up(trial=trial, damaged=damaged))
        self.at(day, "07:00", what, self.run)

    def looked_at(self, day: int, what: str = "") -> None:
        within = dt.timedelta(hours=26)
        self.at(day, "09:05", what, lambda: overdue(self.warehouse, within, now=self.clock.now))

    def play(self, days: int = 14) -> list[Scene]:
        for day, plays in enumerate(STORY[:days], 1):
            plays(self, day)
            self.looked_at(day, "no run came" if plays is no_run else "")
        return self.scenes


def quiet(f: Fortnight, day: int) -> None:
    f.morning(day, "the first run" if day == 1 else "nothing special", trial=day == 2)


def file_missing(f: Fortnight, day: int) -> None:
    f.workbook("RHONE").rename(f.folder / "kept.xlsx")
    f.morning(day, "a customer's file is missing")


def retried(f: Fortnight, day: int) -> None:
    f.board.faults.add(Fault("http_502", mutations_only=False), Fault("http_502", mutations_only=False, skip=1))
    f.morning(day, "the file is still missing; two calls are sent again")


def file_back(f: Fortnight, day: int) -> None:
    (f.folder / "kept.xlsx").rename(f.folder / "workbooks" / "RHONE ORDER LIST (M3).xlsx")
    f.morning(day, "the file is back")


def no_run(_: Fortnight, __: int) -> None:
    """The machine is off."""


def api_down(f: Fortnight, day: int) -> None:
    f.clock.board.step = 12.0
    f.morning(day, "the API is slow")
    f.clock.board.step = 0.0
    f.board.faults.by_chance(Chance(1.0, 1, ("http_503",), mutations_only=False))
    f.at(day, "07:45", "the API is down", f.run)
    f.at(day, "08:15", "the API is still down", f.run)
    f.board.faults.clear()
    f.at(day, "08:50", "the API is back", f.run)


def backup_fails(f: Fortnight, day: int) -> None:
    f.morning(day, "the night's backup could not be restored", trial=True, damaged=True)


def token_revoked(f: Fortnight, day: int) -> None:
    f.board.emulator.revoke("local")
    f.morning(day, "the backup is well again; the token was revoked", trial=True)
    f.board.emulator.permit(TOKENS[0])
    f.at(day, "08:30", "there is a token again", f.run)


def renamed(f: Fortnight, day: int) -> None:
    retitle(f.workbook("RHONE"), "EX FACTORY DATE", "XF DATE (NEW)")
    f.morning(day, "a planner renamed a column")


def refused(f: Fortnight, day: int) -> None:
    retitle(f.workbook("RHONE"), "XF DATE (NEW)", "EX FACTORY DATE")
    edit(f.workbook("GREYSON"), "UNIT OF MEASURE", "BUNDLE")
    f.morning(day, "the column is back; a label is refused")


def label_made(f: Fortnight, day: int) -> None:
    f.board.people.create_label("9609317401", "color_mkr5yf27", "BUNDLE")
    f.morning(day, "somebody added the label to the board")


#: Monday, 2 March, to Sunday, 15 March.
STORY: Sequence[Callable[[Fortnight, int], None]] = (
    quiet, quiet, file_missing, retried, file_back, no_run, quiet,
    api_down, backup_fails, token_revoked, renamed, refused, label_made, quiet,
)  # fmt: skip


def _without_tests(arguments: Sequence[str], **more: Any) -> DbtResult:
    """dbt builds what there is; its tests of the data have their own tests, and cost half of the time."""
    return run_dbt([*arguments, "test"], **more)


@contextmanager
def fortnight(folder: Path, seed: int, *, copy: Callable[..., Path] = copy_project) -> Iterator[Fortnight]:
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
        with patched(changed, clock):
            warehouse = open_warehouse(load_target("local", project_dir=project))
            web = {"teams": teams, "slack": slack, "webhook": hook, "beat": beat}
            yield Fortnight(project, board, clock, web, post, warehouse)


@contextmanager
def patched(environment: Mapping[str, str], clock: Clock) -> Iterator[None]:
    """The environment, dbt without its tests, and whoever opens boards on our clock."""
    ours = partial(opening.open_boards, clock=clock.naive, sleep=clock.board.advance)
    api = partial(HttpBoardApi, clock=clock.board.now)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        patch.setattr(sys.modules["pipeline.stages.transform"], "run_dbt", _without_tests)
        real = opening.open_boards
        for module in [one for name, one in sys.modules.items() if name.startswith("monday_sync")]:
            if getattr(module, "open_boards", None) is real:
                patch.setattr(module, "open_boards", ours)
        patch.setattr(opening, "HttpBoardApi", api)
        yield


def story(scenes: Sequence[Scene]) -> str:
    """The scenes for people."""
    lines = []
    for scene in scenes:
        if not (scene.what or scene.told):
            continue
        lines.append(f"day {scene.day:2} {scene.at}  {scene.what}   {scene.messages} {scene.pings}")
        for document in scene.documents:
            lines.append(f"      {document['title']}")
            for group in document["groups"]:
                for line in group["lines"]:
                    lines.append(f"        [{group['owner']}] {line['check']} {line['kind']}: {line['text']}")
                    lines += [f"            {said}" for said in (*line["reasons"], *line["with_it"])]
        lines.append(f"      open: {', '.join(scene.open) or 'nothing'}")
    return "\n".join(lines)


def keep(scenes: Sequence[Scene], folder: Path) -> None:
    """Write the messages, and the HTML part of each mail, to a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for scene in scenes:
        name = f"{scene.day:02}-{scene.at.replace(':', '')}"
        for channel, documents in scene.cards.items():
            for document in documents:
                (folder / f"{name}-{channel}.json").write_text(json.dumps(document, indent=1), "utf-8")
        for mail in scene.mails:
            for kind, ending in (("html", "html"), ("plain", "txt")):
                body = mail.get_body((kind,))
                (folder / f"{name}-mail.{ending}").write_text(body.get_content() if body else "", "utf-8")


def main() -> None:
    """Play it by hand."""
    arguments = argparse.ArgumentParser(description=main.__doc__)
    arguments.add_argument("--seed", type=int, default=7)
    arguments.add_argument("--days", type=int, default=14)
    arguments.add_argument("--show", action="store_true", help="print mornings and messages as a story")
    arguments.add_argument("--keep", type=Path, metavar="FOLDER", help="write the messages there, to look at")
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder, fortnight(Path(folder), chosen.seed) as played:
        scenes = played.play(chosen.days)
        print(story(scenes) if chosen.show else f"{len(scenes)} scenes")
        used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        print(f"{sum(one.ru_utime + one.ru_stime for one in used):.0f} CPU seconds")
        if chosen.keep:
            keep(scenes, chosen.keep)


if __name__ == "__main__":
    main()
