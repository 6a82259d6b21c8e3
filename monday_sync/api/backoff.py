"""How often and after which pauses something is tried again; ``retrying``, ``client`` and ``jobs`` do so.

The pauses belong to the pacer's clock, so that tests and the soak move it; that is why this is no ``stamina``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Backoff:
    """Pauses that double.

    Args:
        first, longest: seconds.
        tries: how often something is tried in all; ``None`` for as long as the caller likes.
    """

    first: float
    longest: float
    tries: int | None = None

    @property
    def retries(self) -> int | None:
        """How often something is tried again."""
        return None if self.tries is None else self.tries - 1

    def pauses(self) -> Iterator[float | None]:
        """The pause after each try; ``None`` after the last."""
        pause, tried = self.first, 0
        while True:
            tried += 1
            if tried == self.tries:
                yield None
                return
            yield pause
            pause = min(pause * 2, self.longest)
