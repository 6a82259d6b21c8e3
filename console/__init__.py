"""What every command line of the project shares: exit codes, errors with a hint, output, progress, redaction."""

from console.errors import (
    ConfigurationError,
    ExitCode,
    LockHeldError,
    OrderListError,
)
from console.finding import Finding, Verdict
from console.options import CONTEXT_SETTINGS, json_option, target_option
from console.output import command, plain, print_result, progress, say
from console.redaction import mask, masked, redact, register_secret
from console.tables import text_table
from console.words import counted, listed

__all__ = [
    "CONTEXT_SETTINGS",
    "ConfigurationError",
    "ExitCode",
    "Finding",
    "LockHeldError",
    "OrderListError",
    "Verdict",
    "command",
    "counted",
    "json_option",
    "listed",
    "mask",
    "masked",
    "plain",
    "print_result",
    "progress",
    "redact",
    "register_secret",
    "say",
    "target_option",
    "text_table",
]
