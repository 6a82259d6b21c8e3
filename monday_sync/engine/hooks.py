"""Commands of the board's file that run before and after a push, for people who must tell others.

No shell, a time limit, and an environment of its own: what a hook is told stands in variables ``ORDER_LIST_...``, and
of ours it gets only what a program needs to run, so neither the token nor a password.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from console import redact, say
from monday_sync.domain.board import BoardConfig
from monday_sync.domain.plan import Action, Plan
from monday_sync.engine.results import PushResult
from monday_sync.errors import RefusedError

_PASSED = ("PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT",
           "COMSPEC", "PATHEXT", "USERPROFILE")  # fmt: skip
_SHOWN = 300
_GRACE = 5.0


@dataclass(frozen=True, slots=True)
class Hooks:
    """The commands of one push."""

    board: BoardConfig
    made: Plan
    folder: Path

    def before(self) -> None:
        """Run the command before the push, if the board's file has one.

        Raises:
            RefusedError: it failed. Nothing was done.
        """
        problem = self._run(self.board.hooks.before_push, {})
        if problem:
            raise RefusedError(
                f"The command before the push {problem} Nothing was sent.",
                hint=f"See to what it wants (hooks.before_push in boards/{self.board.target}.yml), then push again.",
            )

    def after(self, result: PushResult) -> PushResult:
        """Run the command after the push, if there is one; when it fails the run needs attention."""
        problem = self._run(
            self.board.hooks.after_push,
            {
                "ORDER_LIST_RUN": result.run_id, "ORDER_LIST_OUTCOME": result.outcome,
                "ORDER_LIST_VERDICT": result.verdict, "ORDER_LIST_EXIT_STATUS": str(int(result.exit_code)),
                "ORDER_LIST_FAILED": str(len(result.errors)), "ORDER_LIST_GIVEN_UP": str(len(result.given_up)),
                "ORDER_LIST_LEFT": str(len(result.left)),
            },
        )  # fmt: skip
        return result.with_hook_problem(f"The command after the push {problem}") if problem else result

    def after_failure(self) -> None:
        """The same when the push broke off with an error, which is what people hear of."""
        failed = {"ORDER_LIST_OUTCOME": "failed", "ORDER_LIST_VERDICT": "failed", "ORDER_LIST_EXIT_STATUS": "1"}
        problem = self._run(self.board.hooks.after_push, failed)
        if problem:
            say(f"The command after the push {problem}")

    def _run(self, command: Sequence[str] | None, facts: Mapping[str, str]) -> str | None:
        if not command:
            return None
        told = facts_of_plan(self.board, self.made) | dict(facts)
        return _run(command, told, self.board.hooks.seconds, self.folder)


@contextmanager
def hooks_around(board: BoardConfig, made: Plan, folder: Path, *, before: bool = True) -> Iterator[Hooks]:
    """Run the command before a push, and, if the push breaks off, the one after it. What ends well says so itself."""
    hooks = Hooks(board, made, folder)
    if before:
        hooks.before()
    try:
        yield hooks
    except Exception:
        hooks.after_failure()
        raise


def facts_of_plan(board: BoardConfig, made: Plan) -> dict[str, str]:
    """What a hook is told of the plan, by variable."""
    counts = {action: sum(1 for step in made.steps if step.action is action) for action in Action}
    return {
        "ORDER_LIST_TARGET": board.target,
        "ORDER_LIST_BOARD": board.board_id,
        "ORDER_LIST_PLAN": made.plan_id or "",
        "ORDER_LIST_TO_CREATE": str(counts[Action.CREATE]),
        "ORDER_LIST_TO_UPDATE": str(counts[Action.UPDATE]),
        "ORDER_LIST_TO_ARCHIVE": str(counts[Action.ARCHIVE]),
    }


def _run(command: Sequence[str], facts: Mapping[str, str], seconds: int, folder: Path) -> str | None:
    """Run a command to its end; returns how it failed, as the end of a sentence."""
    environment = {name: os.environ[name] for name in _PASSED if name in os.environ} | dict(facts)
    with tempfile.TemporaryFile() as output:
        try:
            child = subprocess.Popen(  # noqa: S603 - the command of the board's file, as a list: no shell reads it
                list(command), stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, cwd=folder,
                env=environment, start_new_session=True,
            )  # fmt: skip
        except OSError as error:
            return f"could not be started ({command[0]}: {error.strerror})."
        try:
            status = child.wait(seconds)
        except subprocess.TimeoutExpired:
            _end(child)
            return f"took longer than {seconds} s and was ended."
        except BaseException:
            _end(child)
            raise
        return None if status == 0 else f"ended with status {status}{_last_words(output.fileno())}."


def _end(child: subprocess.Popen[bytes]) -> None:
    """End a child with all that it started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(child.pid, signal.SIGKILL)
        else:
            child.kill()
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(_GRACE)


def _last_words(descriptor: int) -> str:
    """The last line that it wrote."""
    size = os.lseek(descriptor, 0, os.SEEK_END)
    os.lseek(descriptor, max(0, size - 4 * _SHOWN), os.SEEK_SET)
    lines = os.read(descriptor, 4 * _SHOWN).decode("utf-8", "replace").strip().splitlines()
    return f": {redact(lines[-1])[:_SHOWN]}" if lines else ""
