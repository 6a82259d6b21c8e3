"""What breaks a step off: an error for a person, and a line in the step's log, whatever it was."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from console import ConfigurationError, ExitCode, LockHeldError, OrderListError, as_told, redact
from operations.errors import BrokenOffError, ConfirmationNeededError, NotNowError

#: A person's turn, whenever it comes: nothing happened that a log would tell.
_THEIR_TURN = (LockHeldError, ConfirmationNeededError, NotNowError)


@dataclass(slots=True)
class Step:
    """A step under way.

    Args:
        begun: whether it has changed something, so that no error may say by its exit status that nothing was done.
    """

    begun: bool = False


@contextmanager
def breaking_off(
    note: Callable[[str], object], *, begun: bool = False, but: type[OrderListError] | tuple[()] = ()
) -> Iterator[Step]:  # fmt: skip
    """Let ``note`` write down why the block broke off, as well as the log can be written then.

    Wrong use and configuration are for the person alone, unless the step was ``begun``.

    Args:
        but: errors that the caller writes down in its own way.

    Raises:
        BrokenOffError: in the place of an error with exit status 2 once the step was begun.
        OrderListError: what the system refused (a right, room on a disk, memory) is one as well.
    """
    step = Step(begun)
    try:
        yield step
    except _THEIR_TURN:
        raise
    except but:
        raise
    except Exception as error:
        told = as_told(error)
        if isinstance(told, ConfigurationError) and not step.begun:
            raise
        _let_go(error)
        with suppress(OrderListError, OSError):  # the first error is what the person has to hear
            note(told.message if told else redact(f"{type(error).__name__}: {error}"))
        if told is None:  # a defect of ours: who reads the trace is told by the command
            raise
        if step.begun and told.exit_code is ExitCode.USAGE:
            raise BrokenOffError(told.message, hint=told.hint) from error
        if told is error:
            raise
        raise told from error


def _let_go(error: BaseException) -> None:
    """Free what its frames hold: a reader of rows keeps a closed DuckDB file, and to open that again waits for ever."""
    seen: BaseException | None = error
    while seen is not None:
        traceback.clear_frames(seen.__traceback__)
        seen = seen.__cause__ or seen.__context__
