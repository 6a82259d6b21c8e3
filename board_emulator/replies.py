"""``Idempotency-Key``: the reply to a mutation is kept 30 minutes and given again; a repeat while it runs gets a 409.

Not documented, so strict: the same key with another body (or token) is a conflict that no waiting cures, answered 409
``IDEMPOTENCY_CONFLICT`` without ``Retry-After``; a call that was turned away before it ran leaves no reply behind.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from board_emulator.clock import Clock

KEPT_SECONDS = 1_800.0
MOST_BYTES = 1_048_576


@dataclass(frozen=True, slots=True)
class Stored:
    """A kept reply."""

    fingerprint: str
    at: float
    status: int
    body: str


def fingerprint(token: str, query: str, variables: object) -> str:
    """What makes two requests the same: token, document and variables."""
    return hashlib.sha256(repr((token, query, variables)).encode("utf-8", "surrogatepass")).hexdigest()


class Replies:
    """Kept replies by key, and the keys whose request is still at work."""

    def __init__(self, clock: Clock) -> None:
        self.running: dict[str, int] = {}
        self.fresh: dict[str, Stored] = {}
        self.old: list[str] = []
        self._clock = clock
        self._kept: dict[str, Stored] = {}

    def hold(self, key: str) -> None:
        """A request with this key is at work from here on."""
        self.running[key] = self.running.get(key, 0) + 1

    def release(self, key: str) -> None:
        """It is done."""
        left = self.running.get(key, 0) - 1
        if left > 0:
            self.running[key] = left
        else:
            self.running.pop(key, None)

    def find(self, key: str) -> Stored | None:
        """The kept reply, while it is young."""
        found = self._kept.get(key)
        if found and self._clock.now() - found.at >= KEPT_SECONDS:
            del self._kept[key]
            return None
        return found

    def keep(self, key: str, mark: str, status: int, body: str) -> None:
        """Keep a reply, unless it is over 1 MB."""
        now = self._clock.now()
        while self._kept and now - (oldest := next(iter(self._kept.items())))[1].at >= KEPT_SECONDS:
            del self._kept[oldest[0]]
            self.old.append(f"reply:{oldest[0]}")
        if len(body.encode()) <= MOST_BYTES:
            self._kept.pop(key, None)  # to the end of the line: it is the youngest now
            self._kept[key] = self.fresh[key] = Stored(mark, self._clock.now(), status, body)

    def dump(self) -> dict[str, object]:
        """Notes of the replies kept since the last dump, for the store."""
        notes: dict[str, object] = {
            f"reply:{key}": [s.fingerprint, s.at, s.status, s.body] for key, s in self.fresh.items()
        }
        self.fresh.clear()
        return notes

    def restore(self, notes: dict[str, Any]) -> list[str]:
        """Take replies over from the store; returns the names of notes that are too old."""
        old = []
        for name, (mark, at, status, body) in notes.items():
            if self._clock.now() - at < KEPT_SECONDS:
                self._kept[name.removeprefix("reply:")] = Stored(mark, at, status, body)
            else:
                old.append(name)
        return old
