"""Seeded runs over faults, people, lost ledgers and SIGKILL: in the end the board equals the database.

``python -m tests.monday_sync.soak --runs 300 --seed 1`` prints each failing seed; a few seeds run in ``make test``.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import shutil
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from board_emulator.emulator import TOKENS
from board_emulator.faults import PEOPLE, TRANSPORT, Chance
from board_emulator.testing import EmulatorHandle, running_emulator
from monday_sync.boards import load_board
from monday_sync.plan import Options
from monday_sync.push import PushRequest, push_in
from monday_sync.verify import verify
from tests.monday_sync.hurried_push import TIMEOUT, hurried, push_in_child
from tests.monday_sync.referee import differences
from tests.monday_sync.relations import Order, Relations
from warehouse import load_target, open_warehouse

BOARDS = Path(__file__).parents[2] / "boards"
_PROFILE = "order_list:\n  target: local\n  outputs:\n    local: {type: duckdb, path: board.duckdb, schema: main}\n"
_DELAY = 1.5 * TIMEOUT
_PATIENT = 60.0  # the clean run must not stumble over a busy machine
_LEDGER = ("items", "subitems", "attempts", "runs", "groups")
_METHODS = multiprocessing.get_all_start_methods()
_PROCESSES = multiprocessing.get_context("forkserver" if "forkserver" in _METHODS else "spawn")
if "forkserver" in _METHODS:
    _PROCESSES.set_forkserver_preload(["tests.monday_sync.hurried_push"])


class Soak:
    """One seeded story."""

    def __init__(self, seed: int, folder: Path, handle: EmulatorHandle) -> None:
        self.dice = random.Random(seed)  # noqa: S311 - repeatable, not secret
        self.people = seed % 2 == 1
        self.folder, self.handle = folder, handle
        (folder / "profiles.yml").write_text(_PROFILE, encoding="utf-8")
        shutil.copytree(BOARDS, folder / "boards")
        self.config = load_board("local", folder / "boards")
        self.warehouse = open_warehouse(load_target("local", project_dir=folder))
        numbers = [m.view_column for m in self.config.items if m.type == "numbers"]
        self.relations = Relations(self.warehouse, [m.view_column for m in self.config.items], numbers)
        self.relations.create()
        self.orders: list[Order] = []
        self.minutes = 0.0
        self.story: list[str] = []

    def run(self, rounds: int = 3) -> list[str]:
        """Play the story, then run cleanly; returns what is wrong in the end."""
        kept = None
        for _ in range(rounds):
            self.change_data()
            self.break_things()
            if self.dice.random() < 0.3:
                self.pass_minutes(40)
            self.push_and_perhaps_kill()
            chance = self.dice.random()
            if chance < 0.12:
                self.story.append("the ledger is lost")
                self.replace_ledger(None)
            elif chance < 0.24 and kept is not None:
                self.story.append("an older ledger is restored")
                self.replace_ledger(kept)
            kept = self.copy_ledger()
        return self.finish()

    def change_data(self) -> None:
        """New orders, edits and cancellations."""
        for _ in range(self.dice.randint(2, 5)):
            customer = self.dice.choice(["GREYSON", "RHONE"])
            sizes = {s: self.dice.randint(1, 99) for s in self.dice.sample(["S", "M", "L", "30/32"], 2)}
            number = f"N{len(self.orders)}"
            self.orders.append(Order(customer, number, season=self.dice.choice(["SPRING", "FALL"]), sizes=sizes))
        for index in self.dice.sample(range(len(self.orders)), min(3, len(self.orders))):
            order = self.orders[index].with_values(notes=f"note {self.dice.random()}")
            self.orders[index] = replace(order, order_type=self.dice.choice(["RECEIVED", "CANCELLED"]))
        self.relations.set_orders(self.orders)

    def break_things(self) -> None:
        kinds = (*TRANSPORT, *PEOPLE) if self.people else TRANSPORT
        seed = self.dice.randrange(1_000_000)
        self.handle.faults.by_chance(Chance(0.3, seed, kinds, seconds=_DELAY, mutations_only=False))

    def pass_minutes(self, minutes: float) -> None:
        self.story.append(f"{minutes} minutes pass")
        self.minutes += minutes
        self.handle.clock.advance(minutes * 60)

    def push_and_perhaps_kill(self) -> None:
        process = _PROCESSES.Process(
            target=push_in_child, args=(str(self.folder), self.handle.url, self.minutes), daemon=True
        )
        calls = self.handle.emulator.tally.calls
        fatal, moment = calls + self.dice.randint(1, 25), self.dice.uniform(0, 0.05)
        process.start()
        if self.dice.random() < 0.75:
            while process.is_alive() and self.handle.emulator.tally.calls < fatal:
                time.sleep(0.002)
            time.sleep(moment)
            ended = "killed" if process.is_alive() else f"ended by itself: {process.exitcode}"
            process.kill()
            self.story.append(f"{ended} after {self.handle.emulator.tally.calls - calls} calls")
        process.join(120)
        if process.exitcode is None:
            process.kill()
            raise RuntimeError("a push did not end within two minutes")
        process.close()
        for token in TOKENS:
            self.handle.emulator.permit(token)
        # what is under way on the board's side comes to its end before anything else happens to the ledger
        time.sleep(_DELAY)

    def copy_ledger(self) -> dict[str, object]:
        with self.warehouse.session() as session:
            there = session.relations()
            return {n: session.arrow(f"select * from monday_sync_{n}") for n in _LEDGER if f"monday_sync_{n}" in there}

    def replace_ledger(self, kept: dict[str, object] | None) -> None:
        with self.warehouse.session() as session:
            for name in _LEDGER:
                session.execute(f"delete from monday_sync_{name}")
        with self.warehouse.session() as session:
            for name, data in (kept or {}).items():
                session.insert(f"monday_sync_{name}", data)  # type: ignore[arg-type]

    def finish(self) -> list[str]:
        """The last, clean run."""
        self.handle.faults.clear()
        with hurried(self.folder, self.handle.url, self.minutes, _PATIENT) as context:
            result = push_in(context, PushRequest(Options()))
            problems = [p.sentence for p in result.errors]
            if self.people:
                verify(context, repair=True)
                again = push_in(context, PushRequest(Options()))
                problems = [p.sentence for p in again.errors]
            found = verify(context)
            if not found.clean:
                problems.append(f"verify: {found.differences} {found.missing} {found.doubled}")
            if push_in(context, PushRequest(Options())).changed:
                problems.append("the push after the last one changed something")
        return problems + differences(self.handle, self.config, self.relations, self.orders)


def run_seed(seed: int, folder: Path, rounds: int = 3) -> tuple[list[str], list[str]]:
    """What is wrong after the story of ``seed``, and the story."""
    with running_emulator() as handle:
        soak = Soak(seed, folder, handle)
        problems = soak.run(rounds)
        return problems, [*soak.story, f"faults: {[kind for _, kind in handle.faults.hits]}"]


def main() -> int:
    """Run many seeds; prints those that fail."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=300)
    parser.add_argument("--seed", type=int, default=None)
    arguments = parser.parse_args()
    first = arguments.seed if arguments.seed is not None else random.SystemRandom().randrange(1_000_000)
    print(f"seeds {first} to {first + arguments.runs - 1}", flush=True)
    failed = 0
    for seed in range(first, first + arguments.runs):
        with tempfile.TemporaryDirectory() as folder:
            problems, story = run_seed(seed, Path(folder))
        if problems:
            failed += 1
            print(f"seed {seed}: {problems}\n  story: {story}", flush=True)
    print(f"{arguments.runs} runs, {failed} failed", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
