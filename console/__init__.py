"""What every command line of the project shares: exit codes, errors with a hint, output, progress, redaction."""

from console.bars import Advance, progress
from console.command import OneCommand, Program, command
from console.errors import (
    ConfigurationError,
    ExitCode,
    LockHeldError,
    NoWorkplaceError,
    OrderListError,
    SystemRefusedError,
)
from console.finding import Finding, Verdict
from console.journal import RUN_ID, about, current_run, note
from console.options import CONTEXT_SETTINGS, json_option, target_option
from console.output import plain, print_result, say
from console.redaction import mask, masked, redact, register_secret
from console.signals import stoppable, to_its_end
from console.strict_yaml import parse_yaml, yaml_fault
from console.system import NO_ROOM, as_told, needed, private, private_folder, refused, write_private
from console.tables import text_table
from console.waits import every, wait
from console.words import argument, counted, joined, listed, shortened
from console.workplace import workplace

__all__ = [
    "CONTEXT_SETTINGS",
    "NO_ROOM",
    "RUN_ID",
    "Advance",
    "ConfigurationError",
    "ExitCode",
    "Finding",
    "LockHeldError",
    "NoWorkplaceError",
    "OneCommand",
    "OrderListError",
    "Program",
    "SystemRefusedError",
    "Verdict",
    "about",
    "argument",
    "as_told",
    "command",
    "counted",
    "current_run",
    "every",
    "joined",
    "json_option",
    "listed",
    "mask",
    "masked",
    "needed",
    "note",
    "parse_yaml",
    "plain",
    "print_result",
    "private",
    "private_folder",
    "progress",
    "redact",
    "refused",
    "register_secret",
    "say",
    "shortened",
    "stoppable",
    "target_option",
    "text_table",
    "to_its_end",
    "wait",
    "workplace",
    "write_private",
    "yaml_fault",
]
