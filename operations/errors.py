"""Errors of the operations.

OrderListError
├── ConfigurationError
│   ├── PlaceUnknownError     what is written there names no place                 -> 2
│   └── ConfirmationNeededError  it would change more than was agreed to           -> 2
├── RefusedStepError          a step is not lawful yet; nothing was changed       -> 1
│   ├── NotNowError           not the moment for it; it did not even begin         -> 2
│   └── CannotRenameError     a relation of others is held to its name        -> 1
├── BrokenOffError            a step was begun and broke off; the same goes on    -> 1
├── RehearsalError            a rehearsal could not begin; nothing real touched   -> 1
├── PlaceError                a place cannot be read or written, or lacks a file  -> 1
├── DamagedError              what lies at a place is not what was put there      -> 1
└── NotRestoredError          what came back is not what was archived             -> 1
"""

from __future__ import annotations

from console import ConfigurationError, ExitCode, OrderListError


class PlaceUnknownError(ConfigurationError):
    """A text that names no place for archives."""


class ConfirmationNeededError(ConfigurationError):
    """It would change or overwrite something, and the number that was agreed to is another."""


class RefusedStepError(OrderListError):
    """A step is not lawful yet, or stands against what is there. Nothing was changed but the log."""


class NotNowError(RefusedStepError):
    """A step that a person asked for at the wrong moment. It did not begin: no table and no board was touched."""

    exit_code = ExitCode.USAGE


class BrokenOffError(OrderListError):
    """A step was begun, and broke off for what would otherwise say that nothing was done. The same command goes on."""


class RehearsalError(OrderListError):
    """The place for a rehearsal could not be made. Nothing real was touched."""


class CannotRenameError(RefusedStepError):
    """A relation cannot be given another name, for ``error``. Nothing was renamed."""

    def __init__(self, name: str, error: OrderListError, hint: str) -> None:
        super().__init__(f"{name} cannot be renamed: {error.message}", hint=hint)
        self.name, self.error = name, error


class PlaceError(OrderListError):
    """A place cannot be reached, read or written, or lacks a file; the message begins with its name."""


class DamagedError(OrderListError):
    """A file at a place is cut off or changed, or a manifest is none of ours."""


class NotRestoredError(OrderListError):
    """A table that was brought back differs from the one that was archived."""
