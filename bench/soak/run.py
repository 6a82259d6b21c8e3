"""Seeded runs over faults, people, lost ledgers, rollbacks, two databases and SIGKILL: in the end all is equal.

``python -m bench.soak.run --runs 300 --seed 1`` prints each failing seed; a few seeds run in ``make test``.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, TypeVar

from bench.soak.hurried_push import BROKEN, TIMEOUT, hurried, push_in_child, roll_back_in_child
from bench.soak.referee import differences
from bench.soak.sides import Side
from board_emulator.emulator import TOKENS
from board_emulator.faults import JOBS, PEOPLE, TRANSPORT, Chance
from board_emulator.model import Board, Item
from board_emulator.testing import EmulatorHandle, running_emulator
from board_emulator.values import text_of
from monday_sync.commands.push import PushRequest, push_in
from monday_sync.commands.verify import VerifyResult, verify
from monday_sync.domain.selection import PushOptions
from monday_sync.engine.context import Context
from monday_sync.engine.results import PushResult
from monday_sync.errors import ConfirmationNeededError

T = TypeVar("T")

_DELAY = 1.5 * TIMEOUT
#: Items that may be out of sight without a question.
FEW = 2
_JOB = 10.0  # a bulk import has ended by then, on the emulator's clock
_PATIENT = 60.0  # the clean run must not stumble over a busy machine
_METHODS = multiprocessing.get_all_start_methods()
_PROCESSES: Any = multiprocessing.get_context("forkserver" if "forkserver" in _METHODS else "spawn")
if "forkserver" in _METHODS:
    _PROCESSES.set_forkserver_preload(["bench.soak.hurried_push"])


@dataclass
class Report:
    """What happened in a story, and what is wrong after it."""

    problems: list[str] = field(default_factory=list)
    story: list[str] = field(default_factory=list)
    events: Counter[str] = field(default_factory=Counter)

    def tell(self, event: str, details: str = "") -> None:
        self.events[event] += 1
        self.story.append(event + details)


class Soak:
    """One seeded story."""

    def __init__(self, seed: int, folder: Path, handle: EmulatorHandle) -> None:
        self.dice = random.Random(seed)  # noqa: S311 - repeatable, not secret
        self.people = seed % 2 == 1
        self.has_mornings = seed % 4 == 0
        self.handle = handle
        self.sides = [Side(folder / "a", "N")]
        if self.dice.random() < 0.5:
            self.sides.append(Side(folder / "b", "B"))
        self.minutes = 0.0
        self.report = Report()

    def run(self, rounds: int = 3) -> Report:
        """Play the story, then run cleanly."""
        for _ in range(rounds):
            for side in self.sides:
                with side.open():
                    side.change_data(self.dice)
            self.break_things()
            if self.dice.random() < 0.3:
                self.pass_minutes(40)
            self.handle.state.sight.counts = self.dice.choice(["exact", "unknown", "behind"])
            if self.dice.random() < 0.3:
                self.hide_everything()
            if self.dice.random() < 0.3:
                self.take_another_subitem_board(self.dice.choice(self.sides))
            if self.people:
                self.edit_something("before")
            self.play([(push_in_child, side, (self.dice.choice(["never", "always"]),)) for side in self.sides])
            for side in self.sides:
                if self.dice.random() < 0.3:
                    self.roll_back(side)
                with side.open():
                    self.lose_ledger(side)
            if self.people and self.dice.random() < 0.4:
                self.copy_something()
            if self.people:
                self.edit_something("after")
        self.finish()
        return self.report

    def break_things(self) -> None:
        kinds = (*TRANSPORT, *JOBS, *PEOPLE) if self.people else (*TRANSPORT, *JOBS)
        seed = self.dice.randrange(1_000_000)
        self.handle.faults.by_chance(Chance(0.3, seed, kinds, seconds=_DELAY, mutations_only=False))

    def hide_everything(self) -> None:
        """Pushes while the token sees no item: none writes anything."""
        world = self.handle.state
        knowing = []
        for side in self.sides:
            with side.open():
                if side.linked_items() > FEW:
                    knowing.append(side)
        with world.lock:
            hidden = {item.id for item in world.all_items()}
        world.sight.hidden = hidden
        self.report.tell("the token sees no item")
        for side in knowing:
            self.writes_nothing(side, "that saw no item")
        world.sight.hidden = set()

    def take_another_subitem_board(self, side: Side) -> None:
        """A push whose board file names the subitems of another board: it stops before it writes."""
        self.report.tell("the subitem board is another board's")
        with side.other_subitem_board():
            self.refused(side, "with another board's subitems")

    def pushed(self, side: Side) -> BaseProcess:
        """A push that nobody kills."""
        process: BaseProcess = _PROCESSES.Process(
            target=push_in_child, args=(str(side.folder), self.handle.url, self.minutes, "never")
        )
        process.start()
        self.end(process, None, 0)
        self.permit()
        return process

    def refused(self, side: Side, when: str) -> None:
        """A push that has to be refused, without a write to the board."""
        if self.writes_nothing(side, when) == 0:
            self.report.problems.append(f"a push {when} was not refused")

    def writes_nothing(self, side: Side, when: str) -> int | None:
        """A push that must not write to the board; its exit code."""
        before = self.handle.emulator.tally.mutations.total()
        code = self.pushed(side).exitcode
        if written := self.handle.emulator.tally.mutations.total() - before:
            self.report.problems.append(f"a push {when} wrote {written} mutations and ended with {code}")
        return code

    def edit_something(self, moment: str) -> None:
        """A person types over a cell that the board's file maps."""
        world, config = self.handle.state, self.sides[0].config
        with world.lock:
            board = world.board(config.board_id)
            items = world.listed(board)
            if items:
                item = self.dice.choice(items)
                self.report.tell(f"a person edits {moment} the push", f": {item.name}")
                notes = next(m.column_id for m in config.items if m.view_column == "notes")
                self.handle.people.edit_item(item.id, {notes: f"typed {self.dice.random()}"})

    def pass_minutes(self, minutes: float) -> None:
        self.report.tell("minutes pass", f": {minutes}")
        self.minutes += minutes
        self.handle.clock.advance(minutes * 60)

    def roll_back(self, side: Side) -> None:
        """Take a run back, die on the way, and perhaps go on with it."""
        runs = side.runs()
        if not runs:
            return
        run = self.dice.choice(runs[:2])
        self.report.tell("rollback", f" of {run}")
        self.play([(roll_back_in_child, side, (run,))])
        if self.dice.random() < 0.5:
            self.report.tell("rollback again")
            self.play([(roll_back_in_child, side, (run,))])

    def lose_ledger(self, side: Side) -> None:
        chance = self.dice.random()
        if chance < 0.12:
            self.report.tell("the ledger is lost")
            side.replace_ledger(None)
        elif chance < 0.24 and side.kept is not None:
            self.report.tell("an older ledger is restored")
            side.replace_ledger(side.kept)
            side.restored = True
        side.kept = side.copy_ledger()

    def copy_something(self) -> None:
        """A person duplicates an item with its subitems: the copy has the same business key."""
        world, people = self.handle.state, self.handle.people
        with world.lock:
            config = self.sides[0].config
            board, lines = world.board(config.board_id), world.board(config.subitem_board_id)
            items = world.listed(board)
            if items:
                item = self.dice.choice(items)
                self.report.tell("a person copies an item", f": {item.name}")
                copy = people.create_item(board.id, item.group_id, f"{item.name} (copy)", _cells(board, item))
                for line in world.subitems(item):
                    people.create_item(lines.id, line.group_id, line.name, _cells(lines, line), parent_id=copy.id)

    def play(self, runs: list[tuple[Callable[..., None], Side, tuple[str, ...]]]) -> None:
        """Start runs together, and perhaps kill each somewhere."""
        calls = self.handle.emulator.tally.calls
        started: list[tuple[BaseProcess, int | None, float]] = []
        for target, side, more in runs:
            arguments = (str(side.folder), self.handle.url, self.minutes, *more)
            fatal = calls + self.dice.randint(1, 25 * len(runs)) if self.dice.random() < 0.75 else None
            started.append((_PROCESSES.Process(target=target, args=arguments), fatal, self.dice.uniform(0, 0.05)))
            started[-1][0].start()
        for process, fatal, moment in sorted(started, key=lambda s: s[1] or sys.maxsize):
            self.end(process, fatal, moment)
        self.permit()
        # what is under way on the board's side comes to its end before anything else happens to the ledger
        time.sleep(_DELAY)
        self.handle.clock.advance(_JOB)

    def permit(self) -> None:
        """Give back the tokens that were revoked."""
        for token in TOKENS:
            self.handle.emulator.permit(token)

    def end(self, process: BaseProcess, fatal: int | None, moment: float) -> None:
        if fatal is not None:
            while process.is_alive() and self.handle.emulator.tally.calls < fatal:
                time.sleep(0.004)
            time.sleep(moment)
            process.kill()
        process.join(120)
        if process.exitcode is None:
            process.kill()
            raise RuntimeError("a run did not end within two minutes")
        if process.exitcode == BROKEN:
            self.report.problems.append("a run met an error that nobody foresaw (see the output)")
        self.report.tell("killed" if process.exitcode < 0 else "ended by itself", f": {process.exitcode}")

    def finish(self) -> None:
        """The last, clean runs of each database in turn; after the second turn there is nothing left to do."""
        self.handle.faults.clear()
        self.handle.state.sight.counts = "exact"
        problems = self.report.problems
        for last in (False, True):
            for side in self.sides:
                with side.open(), hurried(side.folder, self.handle.url, self.minutes, _PATIENT) as context:
                    result = push(context)
                    # what a restored ledger believes of the board may be out of date, as if people had been at work
                    if self.people or side.restored:
                        repair(context)
                        result = push(context)
                    if last:
                        problems += [p.message for p in result.errors]
        for side in self.sides:
            with side.open(), hurried(side.folder, self.handle.url, self.minutes, _PATIENT) as context:
                found = verify(context)
                if not found.clean:
                    problems.append(f"verify: {found.differences} {found.missing} {found.duplicates}")
                if push(context).changed:
                    problems.append("the push after the last one changed something")
        orders = [order for side in self.sides for order in side.orders]
        problems += differences(self.handle, self.sides[0].config, self.sides[0].relations, orders)
        if self.has_mornings:
            self.seven_mornings(self.sides[0])

    def seven_mornings(self, side: Side) -> None:
        """An order with a text too long for its column: said each morning until it is corrected, all else arrives."""
        self.report.tell("seven mornings of a bad row")
        problems, good = self.report.problems, side.orders[0]
        for morning in range(9):
            is_bad = morning < 7
            side.orders[0] = good.with_values(notes="x" * 2_001 if is_bad else "short", po_number="PO 1")
            side.orders[-1] = side.orders[-1].with_values(customer_alt_po=f"PO {morning}")
            self.pass_minutes(24 * 60)
            with side.open():
                side.relations.set_orders(side.orders)
                with hurried(side.folder, self.handle.url, self.minutes, _PATIENT, attempts=3) as context:
                    result = push_in(context, PushRequest(PushOptions()))
            said = {problem.key for problem in (*result.errors, *result.given_up)}
            if (result.exit_code, said) != ((1, {good.key}) if is_bad else (0, set())):
                problems.append(f"morning {morning}: exit {result.exit_code}, said of {len(said)} orders")
            orders = [order for each in self.sides for order in each.orders]
            listed = differences(self.handle, side.config, side.relations, orders)
            problems += [f"morning {morning}: {line}" for line in listed]


def push(context: Context) -> PushResult:
    """All that is due, with the number that it may ask for."""
    return confirmed(lambda yes: push_in(context, PushRequest(PushOptions(), yes=yes)))


def repair(context: Context) -> VerifyResult:
    """Verify and repair, with the number that it may ask for."""
    return confirmed(lambda yes: verify(context, repair=True, yes=yes))


def confirmed(act: Callable[[int | None], T]) -> T:
    """What ``act`` gives, after a second try with ``--yes`` where the first one asked for it."""
    try:
        return act(None)
    except ConfirmationNeededError as refused:
        (number,) = re.findall(r"--yes (\d+)", refused.hint or "")
        return act(int(number))


def _cells(board: Board, item: Item) -> dict[str, str]:
    shown = {column.id: text_of(column, item.values.get(column.id)) for column in board.columns.values()}
    return {column: text for column, text in shown.items() if text}


def run_seed(seed: int, folder: Path, rounds: int = 3) -> Report:
    """The story of ``seed``, and what is wrong after it."""
    with running_emulator() as handle:
        report = Soak(seed, folder, handle).run(rounds)
        report.story.append(f"faults: {[kind for _, kind in handle.faults.hits]}")
        report.events.update(f"fault {kind}" for _, kind in handle.faults.hits)
        report.events["calls"] += handle.emulator.tally.calls
        report.events.update(f"bulk import {job.status}" for job in handle.emulator.jobs.jobs.values())
        return report


def _run_alone(seed: int) -> Report:
    with tempfile.TemporaryDirectory() as folder:
        return run_seed(seed, Path(folder))


def main() -> int:
    """Run many seeds; prints those that fail."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=300)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="how many stories are told at once")
    arguments = parser.parse_args()
    first = arguments.seed if arguments.seed is not None else random.SystemRandom().randrange(1_000_000)
    seeds = range(first, first + arguments.runs)
    print(f"seeds {seeds[0]} to {seeds[-1]}", flush=True)
    begun, failed, events = time.monotonic(), 0, Counter[str]()
    with ProcessPoolExecutor(arguments.jobs, mp_context=_PROCESSES) as pool:
        stories = {pool.submit(_run_alone, seed): seed for seed in seeds}
        for done, story in enumerate(as_completed(stories), start=1):
            report = story.result()
            events += report.events
            if report.problems:
                failed += 1
                print(f"seed {stories[story]}: {report.problems}\n  story: {report.story}", flush=True)
            if done % 10 == 0:
                print(f"{done} of {arguments.runs} runs, {failed} failed", flush=True)
    print("\n".join(f"{count:8,} {event}" for event, count in sorted(events.items())))
    print(f"{arguments.runs} runs, {failed} failed, {time.monotonic() - begun:.0f} s", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
