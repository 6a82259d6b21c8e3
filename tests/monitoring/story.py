"""What happens in the fortnight, and what people want to hear of it: episodes in an order that the seed draws.

Each episode says beside what happens which lines should be told then, and what should be open afterwards.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from board_emulator.emulator import TOKENS
from board_emulator.faults import Chance, Fault
from tests.monitoring.fortnight import CUSTOMERS, Fortnight, Scene, Told, fortnight
from tests.pipeline.edits import edit, retitle
from tests.project import copy_project

#: Whose owner is Ann; the others are everybody's.
ANNS = "RHONE"


@dataclass
class Story:
    """A fortnight to be played: from Monday, 2 March, to Sunday, 15 March.

    Args:
        missing, renamed, refused: the customers whom these meet.
        order: the episodes.
    """

    seed: int
    missing: str = field(init=False)
    renamed: str = field(init=False)
    refused: str = field(init=False)
    wakes: str = field(init=False)
    order: Sequence[Sequence[Callable[[Fortnight, int], None]]] = field(init=False)

    def __post_init__(self) -> None:
        draw = random.Random(self.seed)  # noqa: S311 - a play
        self.missing, self.renamed, self.refused = (draw.choice(CUSTOMERS) for _ in range(3))
        self.wakes = f"06:{draw.randrange(30, 60)}"
        episodes = [
            (self.file_missing, self.retried, self.file_back),
            (self.quiet, self.no_run, self.quiet),
            (self.api_down,),
            (self.backup_fails, self.token_revoked),
            (self.column_renamed, self.label_refused, self.label_made),
        ]
        draw.shuffle(episodes)
        self.order = [(self.quiet, self.quiet), *episodes]

    def play(self, f: Fortnight, days: int = 14) -> list[Scene]:
        """Play so many days."""
        for day, plays in enumerate([one for episode in self.order for one in episode][:days], 1):
            plays(f, day)
            if plays == self.no_run:
                f.looked_at(day, "no run came", [Told("run_overdue", "opened")], {"run_overdue"})
            elif plays == self.label_refused:  # the run came, and failed, which was told
                f.looked_at(day, stands={"last_run", "records_refused", "run_overdue"})
            else:
                f.looked_at(day)
        return f.scenes

    # -- the episodes ------------------------------------------------------------------------------------------------

    def quiet(self, f: Fortnight, day: int) -> None:
        was_off = "run_overdue" in f.stands
        wanted = [Told("run_overdue", "recovered")] if was_off else []
        f.morning(day, "the first run" if day == 1 else "nothing special", wanted, set() if was_off else None)

    def file_missing(self, f: Fortnight, day: int) -> None:
        f.workbook(self.missing).rename(f.folder / "kept.xlsx")
        wanted = Told("workbooks_missing", "opened", file_of(self.missing), owner_of(self.missing))
        f.morning(day, "a customer's file is missing", [wanted], {"workbooks_missing"})

    def retried(self, f: Fortnight, day: int) -> None:
        f.board.faults.add(Fault("http_502", mutations_only=False), Fault("http_502", mutations_only=False, skip=1))
        f.morning(day, "the file is still missing; two calls are sent again")

    def file_back(self, f: Fortnight, day: int) -> None:
        (f.folder / "kept.xlsx").rename(f.folder / "workbooks" / file_of(self.missing))
        wanted = Told("workbooks_missing", "recovered", file_of(self.missing), owner_of(self.missing))
        f.morning(day, "the file is back", [wanted], ())

    def no_run(self, _: Fortnight, __: int) -> None:
        """The machine is off."""

    def api_down(self, f: Fortnight, day: int) -> None:
        f.clock.board.step = 12.0
        f.morning(day, "the API is slow", [Told("api_p95", "opened")], {"api_p95"})
        f.clock.board.step = 0.0
        f.board.faults.by_chance(Chance(1.0, 1, ("http_503",), mutations_only=False))
        f.at(day, "07:45", "the API is down", f.run, [Told("last_run", "opened")], {"api_p95", "last_run"})
        f.at(day, "08:15", "the API is still down", f.run)
        f.board.faults.clear()
        over = [Told("last_run", "recovered"), Told("api_p95", "recovered")]
        f.at(day, "08:50", "the API is back", f.run, over, ())

    def backup_fails(self, f: Fortnight, day: int) -> None:
        wanted = Told("backups_failing", "opened", "backup check")
        f.morning(day, "the night's backup could not be restored", [wanted], {"backups_failing"}, damaged=True)

    def token_revoked(self, f: Fortnight, day: int) -> None:
        f.board.emulator.revoke("local")
        wanted = [Told("last_run", "opened"), Told("backups_failing", "recovered", "backup check")]
        f.morning(day, "the backup is well again; the token was revoked", wanted, {"last_run"})
        f.board.emulator.permit(TOKENS[0])
        f.at(day, "08:30", "there is a token again", f.run, [Told("last_run", "recovered")], ())

    def column_renamed(self, f: Fortnight, day: int) -> None:
        retitle(f.workbook(self.renamed), "EX FACTORY DATE", "XF DATE (NEW)")
        wanted = Told("drift", "opened", self.renamed, owner_of(self.renamed))
        f.morning(day, "a planner renamed a column", [wanted], {"customers_held", "drift", "unknown_headers"})

    def label_refused(self, f: Fortnight, day: int) -> None:
        retitle(f.workbook(self.renamed), "XF DATE (NEW)", "EX FACTORY DATE")
        edit(f.workbook(self.refused), "UNIT OF MEASURE", "BUNDLE")
        wanted = [Told("last_run", "opened"), Told("drift", "recovered", self.renamed, owner_of(self.renamed))]
        f.morning(day, "the column is back; a label is refused", [*wanted, *self._of_the_label("opened")],
                  {"last_run", "records_refused"})  # fmt: skip

    def label_made(self, f: Fortnight, day: int) -> None:
        f.board.people.create_label("9609317401", "color_mkr5yf27", "BUNDLE")
        wanted = [Told("last_run", "recovered"), *self._of_the_label("recovered")]
        f.morning(day, "somebody added the label to the board", wanted, ())

    def _of_the_label(self, kind: str) -> list[Told]:
        """Who looks after the run hears of it with the run that failed; who looks after the customer by itself."""
        owner = owner_of(self.refused)
        return [] if owner == "operations" else [Told("records_refused", kind, self.refused, owner)]


def owner_of(customer: str) -> str:
    """Who looks after a customer."""
    return "ann" if customer == ANNS else "operations"


def file_of(customer: str) -> str:
    """The name of its workbook."""
    return f"{customer} ORDER LIST (M3).xlsx"


@contextmanager
def played(
    folder: Path, seed: int, *, days: int = 14, copy: Callable[..., Path] = copy_project
) -> Iterator[list[Scene]]:
    """The story of a seed, played."""
    story = Story(seed)
    with fortnight(folder, seed, wakes=story.wakes, copy=copy) as world:
        yield story.play(world, days)


def told_as_text(scenes: Sequence[Scene]) -> str:
    """The scenes for people."""
    lines = []
    for scene in scenes:
        if not (scene.what or scene.told or not scene.is_right):
            continue
        lines.append(f"day {scene.day:2} {scene.at}  {scene.what}   {scene.messages} {scene.pings}")
        for document in scene.documents:
            lines.append(f"      {document['title']}")
            for group in document["groups"]:
                for line in group["lines"]:
                    lines.append(f"        [{group['owner']}] {line['check']} {line['kind']}: {line['text']}")
                    lines += [f"            {said}" for said in (*line["reasons"], *line["with_it"])]
        lines.append(f"      open: {', '.join(scene.open) or 'nothing'}")
        if not scene.is_right:
            lines.append(f"      WANTED: {scene.wanted or 'nothing'}, open: {sorted(scene.stands)}")
    return "\n".join(lines)


def keep(scenes: Sequence[Scene], folder: Path) -> None:
    """Write the messages, the HTML part of each mail, and the pages to a folder."""
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
        if scene.what and scene.page:
            (folder / f"{name}-page.html").write_text(scene.page, "utf-8")


def main() -> int:
    """Play it by hand."""
    arguments = argparse.ArgumentParser(description=main.__doc__)
    arguments.add_argument("--seed", type=int, default=7)
    arguments.add_argument("--days", type=int, default=14)
    arguments.add_argument("--show", action="store_true", help="print mornings and messages as a story")
    arguments.add_argument("--keep", type=Path, metavar="FOLDER", help="write messages and pages there, to look at")
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder, played(Path(folder), chosen.seed, days=chosen.days) as scenes:
        wrong = [scene for scene in scenes if not scene.is_right]
        print(told_as_text(scenes if chosen.show else wrong))
        used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        print(f"{len(scenes)} scenes, {len(wrong)} not as they should be; "
              f"{sum(one.ru_utime + one.ru_stime for one in used):.0f} CPU seconds")  # fmt: skip
        if chosen.keep:
            keep(scenes, chosen.keep)
    return 1 if wrong else 0
