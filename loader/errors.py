"""Errors of the loader.

OrderListError
├── ConfigurationError
│   └── SourceError          the source cannot be listed: nothing was done               -> 2
└── RejectedError            this workbook cannot be landed; the others can              -> 1
    ├── RetryableReadError   reading broke off or the file changed meanwhile: try once more
    └── NoRoomError          this machine has no room for its rows: no fault of the workbook
"""

from __future__ import annotations

from console import ConfigurationError, OrderListError


class SourceError(ConfigurationError):
    """The source does not exist, cannot be reached, or has no workbook."""


class RejectedError(OrderListError):
    """A workbook that cannot be landed. The message names sheet and row where it knows them; the hint what to do."""

    def __reduce__(self) -> tuple[object, ...]:
        """Survive the way from a worker process."""
        return _rebuild, (type(self), self.message, self.hint)


class RetryableReadError(RejectedError):
    """The bytes did not arrive whole, or changed while they were read."""


class NoRoomError(RejectedError):
    """The rows cannot be kept while they are on their way: the disk for temporary files refuses them."""


def _rebuild(kind: type[RejectedError], message: str, hint: str | None) -> RejectedError:
    return kind(message, hint=hint)
