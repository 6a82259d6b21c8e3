"""The root of the project's errors. A class is chosen by what the caller can do about it.

    OrderListError            something a person must read; carries the exit status
    ├── ConfigurationError    wrong use or configuration; nothing was done          -> 2
    ├── LockHeldError         another run is at work on the same target; try later   -> 3
    └── SystemRefusedError    the system refused a file, a folder or memory          -> 1
        └── NoWorkplaceError  there is no room for files on their way; nothing else is at fault -> 1

Programs add their own branches below OrderListError in their own ``errors.py``.
"""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """Exit status of every command (contract: "Commands")."""

    OK = 0
    SOME_FAILED = 1
    USAGE = 2
    LOCKED = 3
    INTERRUPTED = 130


class OrderListError(Exception):
    """An error meant for a person: one sentence that says what is wrong, one that says how to fix it."""

    exit_code: ExitCode = ExitCode.SOME_FAILED

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message if hint is None else f"{message} {hint}")
        self.message = message
        self.hint = hint


class ConfigurationError(OrderListError):
    """Wrong use or configuration. Raised before anything was done."""

    exit_code = ExitCode.USAGE


class LockHeldError(OrderListError):
    """Another run holds the lock of this target."""

    exit_code = ExitCode.LOCKED


class SystemRefusedError(OrderListError):
    """The system refused what a program asked of it: a right, room on a disk or memory was missing."""


class NoWorkplaceError(SystemRefusedError):
    """The folder for files on their way cannot be made or takes no more. It says nothing of what they came from."""
