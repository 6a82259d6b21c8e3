"""Ctrl-C and SIGTERM end a command in one way; what must be finished is."""

from __future__ import annotations

import os
import signal
import sys

import pytest

from console import stoppable, to_its_end

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_either_signal_is_an_interruption(number: int) -> None:
    """A service manager's stop ends the block as Ctrl-C does, and the handlers are as they were afterwards."""
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(KeyboardInterrupt), stoppable():
        os.kill(os.getpid(), number)
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_first_signal_waits_for_the_end_and_is_not_forgotten(capsys: pytest.CaptureFixture[str]) -> None:
    """What is being written is written; the interruption comes after it."""
    done = []
    with pytest.raises(KeyboardInterrupt), to_its_end("the report is being written"):
        os.kill(os.getpid(), signal.SIGTERM)
        done.append("written")
    assert done == ["written"]
    assert capsys.readouterr().err == "stopping: the report is being written; once more breaks that off.\n"


def test_a_second_signal_breaks_it_off() -> None:
    """Whoever cannot wait need not."""
    done = []
    with pytest.raises(KeyboardInterrupt), to_its_end("the report is being written"):
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)
        done.append("written")
    assert not done
