"""What every command line of the project shares: exit codes, errors with a hint, output, progress, redaction."""
# ruff: noqa: E402 - the imports are what the first statement is for

import gc as _gc

# Every program imports this first. Importing builds objects by the ten thousand, and no cycles that end. To look for
# some after each 700 objects, as Python does, is a twentieth of a run that finds nothing to do.
_gc.set_threshold(50_000, 20, 20)

from console.errors import (
    ConfigurationError,
    ExitCode,
    LockHeldError,
    OrderListError,
)
from console.options import CONTEXT_SETTINGS, json_option, target_option
from console.output import command, plain, print_result, progress, say
from console.process import run_and_leave
from console.redaction import redact, register_secret
from console.tables import text_table

__all__ = [
    "CONTEXT_SETTINGS",
    "ConfigurationError",
    "ExitCode",
    "LockHeldError",
    "OrderListError",
    "command",
    "json_option",
    "plain",
    "print_result",
    "progress",
    "redact",
    "register_secret",
    "run_and_leave",
    "say",
    "target_option",
    "text_table",
]
