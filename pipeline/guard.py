"""Runs a command that must not outlive its starter: ``python guard.py <command> ...``.

The starter holds our standard input open. When that closes, because the starter says so or because it died (killed
included), the command is asked to end, and made to after a grace. Works the same on Linux, macOS and Windows, where
no signal tells a child that its parent is gone. Uses the standard library only: it must start fast.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading

GRACE_SECONDS = 10


def main(arguments: list[str]) -> int:
    """Run the command; its exit status is ours."""
    # a Ctrl-C is for the starter, which then closes our input
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    child = subprocess.Popen(arguments, stdin=subprocess.DEVNULL)  # noqa: S603 - the starter's own command
    threading.Thread(target=_end_with_starter, args=(child,), daemon=True).start()
    status = child.wait()
    return status if status >= 0 else 128 - status


def _end_with_starter(child: "subprocess.Popen[bytes]") -> None:
    # os.read, not sys.stdin: a daemon thread inside a buffered read breaks the interpreter's exit
    with contextlib.suppress(OSError):
        while os.read(0, 1024):
            pass
    child.terminate()
    try:
        child.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
