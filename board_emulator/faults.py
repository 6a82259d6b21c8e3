"""What can go wrong, planned: which request a fault hits, and what it is. Seeded, so that a run can be repeated.

Kinds on the way (the request's effect is named in brackets):

    reset_before   connection reset [nothing happened]     lost, reset_after   connection closed or reset [took effect]
    delay          answer held back [took effect at once]  delay_before        held back [takes effect after the delay,
    http_500/502/503        [nothing happened]                                 even if the client has given up]
    http_500/502/503_after  [took effect]                  truncated, html, wrong_types, drip   [took effect]
    locked         423 with Retry-After [nothing]          conflict            409 with Retry-After [nothing]

Kinds that people cause, just before the request runs: label_created, group_deleted, group_renamed, item_moved,
item_archived, item_deleted, item_edited; token_revoked happens between two mutations of the request. Bulk jobs:
job_rejected, job_failed_half_way.
"""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass, field
from typing import Any

TRANSPORT = (
    "reset_before", "reset_after", "lost", "delay", "delay_before", "http_500", "http_502", "http_503",
    "http_500_after", "http_502_after", "http_503_after", "truncated", "html", "wrong_types", "drip",
    "locked", "conflict",
)  # fmt: skip
PEOPLE = (
    "label_created", "group_deleted", "group_renamed", "item_moved", "item_archived", "item_deleted", "item_edited",
    "token_revoked",
)  # fmt: skip
JOBS = ("job_rejected", "job_failed_half_way")
KINDS = TRANSPORT + PEOPLE + JOBS


@dataclass(slots=True)
class Fault:
    """A fault in waiting.

    Args:
        kind: one of ``KINDS``.
        match: hits only requests whose text contains this (a mutation's name, a key, a value); "" hits any.
        skip: lets so many matching requests pass first.
        times: hits so many.
        seconds: how long a delay or drip takes, on the machine's clock.
        mutations_only: hits only requests with a mutation.
    """

    kind: str
    match: str = ""
    skip: int = 0
    times: int = 1
    seconds: float = 65.0
    mutations_only: bool = True

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown fault {self.kind!r}; there are: {', '.join(KINDS)}")


@dataclass(slots=True)
class Chance:
    """Faults by chance: each matching request is hit with ``rate`` by one of ``kinds``, as ``seed`` says; at most
    ``most`` times in all."""

    rate: float
    seed: int
    kinds: tuple[str, ...] = TRANSPORT
    seconds: float = 65.0
    most: int = 1_000_000
    mutations_only: bool = True
    dice: random.Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        unknown = set(self.kinds) - set(KINDS)
        if unknown:
            raise ValueError(f"unknown faults {', '.join(sorted(unknown))}; there are: {', '.join(KINDS)}")
        self.dice = random.Random(self.seed)  # noqa: S311 - repeatable, not secret


class FaultPlan:
    """The faults to come. Every hit is kept in ``hits`` as (number of the request, kind)."""

    def __init__(self, *faults: Fault, chance: Chance | None = None) -> None:
        self._lock = threading.Lock()
        self._waiting = list(faults)
        self._chance = chance
        self._requests = 0
        self.hits: list[tuple[int, str]] = []

    def add(self, *faults: Fault) -> None:
        """More faults, after those that wait already."""
        with self._lock:
            self._waiting += faults

    def by_chance(self, chance: Chance | None) -> None:
        """Faults by chance from here on; None ends them."""
        with self._lock:
            self._chance = chance

    def clear(self) -> None:
        """No more faults; what was hit stays on record."""
        with self._lock:
            self._waiting, self._chance = [], None

    @property
    def waiting(self) -> int:
        """How many planned faults have not been used up."""
        return len(self._waiting)

    def take(self, text: str) -> list[Fault]:
        """The faults that hit the request with this ``text``."""
        with self._lock:
            self._requests += 1
            mutates = "mutation" in text
            found = []
            for fault in list(self._waiting):
                if (fault.mutations_only and not mutates) or fault.match not in text:
                    continue
                if fault.skip > 0:
                    fault.skip -= 1
                    continue
                fault.times -= 1
                if fault.times <= 0:
                    self._waiting.remove(fault)
                found.append(fault)
                break  # one planned fault a request, so that a plan reads as a sequence
            chance = self._chance
            if not found and chance and (mutates or not chance.mutations_only) and chance.most > 0:
                hit, kind = chance.dice.random(), chance.dice.choice(chance.kinds)
                if hit < chance.rate:
                    chance.most -= 1
                    found.append(Fault(kind, seconds=chance.seconds))
            self.hits += [(self._requests, fault.kind) for fault in found]
            return found

    def describe(self) -> dict[str, Any]:
        """For people and the admin API."""
        chance = self._chance
        return {
            "waiting": [{"kind": f.kind, "match": f.match, "skip": f.skip, "times": f.times, "seconds": f.seconds}
                        for f in self._waiting],
            "chance": chance and {"rate": chance.rate, "seed": chance.seed, "kinds": list(chance.kinds)},
            "hits": [list(hit) for hit in self.hits],
        }  # fmt: skip
