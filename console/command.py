"""How every command begins and ends: rights of its files, signals, exit status, and one JSON object when asked."""

from __future__ import annotations

import functools
import logging
import os
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from typing import Any, NoReturn, ParamSpec, cast

import click

from console.errors import ExitCode, OrderListError
from console.journal import note
from console.logfile import JsonLines, written
from console.output import forget_what_was_printed, print_error, say, showing, speak_utf8
from console.signals import stoppable
from console.system import as_told, private
from console.waits import never_silent

P = ParamSpec("P")
_INTERRUPTED = "interrupted: what was finished is kept, and the next run carries on from there."
_DEFECT = "This is a defect of the program, not of your data"
_verbose = click.option(
    "-v", "--verbose", is_flag=True, help="Show on stderr what the log has: requests, waits, steps."
)
_quiet = click.option("-q", "--quiet", is_flag=True, help="Show only errors on stderr, and the result.")


def command(function: Callable[P, ExitCode]) -> Callable[P, NoReturn]:
    """Wrap the body of a click command: its return value becomes the exit status, errors become sentences.

    Put it below ``@click.command``. With ``as_json`` among the keyword arguments, an error too is one JSON object, and
    so is an interruption. What the body writes is for its owner (``ORDER_LIST_UMASK``); SIGTERM ends it as Ctrl-C does.
    Every command takes ``-v`` and ``-q``, and what it says is kept in the log. A defect of ours is exit status 1; its
    trace is in the log, and not on the screen.
    """

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> NoReturn:
        speak_utf8()
        forget_what_was_printed()
        level = logging.ERROR if kwargs.pop("quiet", False) else logging.INFO
        level = logging.DEBUG if kwargs.pop("verbose", False) else level
        program, name = _named(function)
        with showing(level), written(program, name) as log, never_silent(name):
            began = time.monotonic()
            note(f"began: {_line_of_command()}", level=logging.INFO)
            code = _status(functools.partial(function, *args, **kwargs), log, as_json=bool(kwargs.get("as_json")))
            took = round((time.monotonic() - began) * 1000)
            note(f"ended with exit status {int(code)}", level=logging.INFO, milliseconds=took, exit_status=int(code))
            if log.problem:
                say(f"warning: {log.problem}", level=logging.WARNING)
        sys.exit(int(code))

    return cast("Callable[P, NoReturn]", _quiet(_verbose(run)))


def _status(body: Callable[[], ExitCode], log: JsonLines, *, as_json: bool) -> ExitCode:
    """The exit status of a command's body; what went wrong has been said."""
    try:
        with stoppable(), private():
            code = body()
    except (click.ClickException, click.exceptions.Exit, click.Abort):
        raise
    except KeyboardInterrupt:
        code = _interrupted(as_json=as_json)
    except BrokenPipeError:
        # the reader of our output went away; keep the interpreter from complaining at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = ExitCode.SOME_FAILED
    except Exception as error:  # the last place that can keep a secret out of a trace
        told = as_told(error)
        if told is None:
            code = _defect(error, log, as_json=as_json)
        else:  # the system refused something: no defect of ours, and no trace helps the person
            note("the trace of the error", trace=error)
            code = _told(told, as_json=as_json)
    return code


def _defect(error: Exception, log: JsonLines, *, as_json: bool) -> ExitCode:
    """A defect of ours: a sentence for the person, the trace for the log; on the screen only if the log takes none."""
    found = f"{type(error).__name__}: {error}"
    note(found, level=logging.ERROR, trace=error)
    kept = None if log.problem else log.path
    where = f"its trace is in {kept}; please report it." if kept else "please report the lines above."
    if as_json:
        print_error(found, f"{_DEFECT}; {where}")
    if kept is None:
        say("".join(traceback.format_exception(error)), level=logging.ERROR)
    say(f"error: {found}. {_DEFECT}; {where}", level=logging.ERROR)
    return ExitCode.SOME_FAILED


def _named(function: Callable[..., object]) -> tuple[str, str]:
    """The program and the command, for the log."""
    context = click.get_current_context(silent=True)
    command = (context.info_name or "") if context else ""
    return function.__module__.partition(".")[0], command or function.__name__.strip("_")


def _line_of_command() -> str:
    """The command as it was typed."""
    program, *arguments = sys.argv or [""]
    return " ".join([os.path.basename(program), *arguments])  # noqa: PTH119 - a name, of a path that may be anything


class Program(click.Group):
    """A program of several commands, whose wrong use too is one JSON object when ``--json`` was asked for."""

    def main(self, *args: Any, standalone_mode: bool = True, **extra: Any) -> Any:
        """Parse the command line, run the command, exit."""
        parsed = functools.partial(cast(Callable[..., Any], super().main), *args, standalone_mode=False, **extra)
        return _ended(parsed, args[0] if args else extra.get("args")) if standalone_mode else parsed()


class OneCommand(click.Command):
    """A program that is one command; see :class:`Program`."""

    def main(self, *args: Any, standalone_mode: bool = True, **extra: Any) -> Any:
        """Parse the command line, run the command, exit."""
        parsed = functools.partial(cast(Callable[..., Any], super().main), *args, standalone_mode=False, **extra)
        return _ended(parsed, args[0] if args else extra.get("args")) if standalone_mode else parsed()


def _ended(main: Callable[[], object], args: Sequence[str] | None) -> NoReturn:
    as_json = "--json" in (sys.argv[1:] if args is None else args)
    forget_what_was_printed()
    try:
        with stoppable():
            status = main()
    except click.ClickException as error:
        if as_json:
            print_error(error.format_message(), _help_hint(error))
        error.show()
        status = error.exit_code
    except click.Abort:  # Ctrl-C before the command itself began
        status = _interrupted(as_json=as_json)
    sys.exit(status if isinstance(status, int) else 0)


def _help_hint(error: click.ClickException) -> str | None:
    context = getattr(error, "ctx", None)
    return f"`{context.command_path} --help` shows what there is." if context else None


def _told(error: OrderListError, *, as_json: bool) -> ExitCode:
    if as_json:
        print_error(error.message, error.hint)
    say(f"error: {error}", level=logging.ERROR)
    return error.exit_code


def _interrupted(*, as_json: bool) -> ExitCode:
    message, _, hint = _INTERRUPTED.partition(": ")
    if as_json:
        print_error(f"{message}.", hint)
    say(_INTERRUPTED, level=logging.ERROR)
    return ExitCode.INTERRUPTED
