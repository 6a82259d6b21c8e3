"""How every command begins and ends: rights of its files, signals, exit status, and one JSON object when asked."""

from __future__ import annotations

import functools
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from typing import Any, NoReturn, ParamSpec, cast

import click

from console.errors import ExitCode, OrderListError, SystemRefusedError
from console.output import forget_what_was_printed, print_error, say, speak_utf8
from console.signals import stoppable
from console.system import private, refused

P = ParamSpec("P")
_INTERRUPTED = "interrupted: what was finished is kept, and the next run carries on from there."
_DEFECT = "error: this is a defect of the program, not of your data; please report the lines above."


def command(function: Callable[P, ExitCode]) -> Callable[P, NoReturn]:
    """Wrap the body of a click command: its return value becomes the exit status, errors become sentences.

    Put it below ``@click.command``. With ``as_json`` among the keyword arguments, an error too is one JSON object, and
    so is an interruption. What the body writes is for its owner (``ORDER_LIST_UMASK``); SIGTERM ends it as Ctrl-C does.
    A defect of ours is shown with its trace, without secrets, and is exit status 1.
    """

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> NoReturn:
        speak_utf8()
        forget_what_was_printed()
        as_json = bool(kwargs.get("as_json"))
        try:
            with stoppable(), private():
                code = function(*args, **kwargs)
        except OrderListError as error:
            code = _told(error, as_json=as_json)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except KeyboardInterrupt:
            code = _interrupted(as_json=as_json)
        except BrokenPipeError:
            # the reader of our output went away; keep the interpreter from complaining at exit
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            code = ExitCode.SOME_FAILED
        except OSError as error:  # the system refused something: no defect of ours, and no trace helps
            code = _told(refused(error), as_json=as_json)
        except MemoryError:
            code = _told(
                SystemRefusedError("There is too little memory.", hint="Close other programs."), as_json=as_json
            )
        except Exception as error:  # the last place that can keep a secret out of a trace
            if as_json:
                print_error(f"{type(error).__name__}: {error}", None)
            say(traceback.format_exc())
            say(_DEFECT)
            code = ExitCode.SOME_FAILED
        sys.exit(int(code))

    return run


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
    say(f"error: {error}")
    return error.exit_code


def _interrupted(*, as_json: bool) -> ExitCode:
    message, _, hint = _INTERRUPTED.partition(": ")
    if as_json:
        print_error(f"{message}.", hint)
    say(_INTERRUPTED)
    return ExitCode.INTERRUPTED
