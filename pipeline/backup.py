"""The backup before a push that touches much of the board: taken by `maintenance`, which knows the policy."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from typing import Any

from console import redact, say
from pipeline.child import child
from pipeline.errors import StageFailedError
from warehouse import Target

#: Where the policy stands. Without it nobody asked for backups.
_POLICY = "operations/backup.yml"


def back_up_before(target: Target, share: float) -> None:
    """Take a backup if the policy asks for one before a push that touches so much of the board.

    Called while the run holds the lock, between planning and the first request.

    Args:
        share: of the items on the board, the part that the push changes or archives.

    Raises:
        StageFailedError: there had to be one, and no place took it. Nothing was sent.
    """
    if share <= 0 or not (target.project_dir / _POLICY).is_file():
        return
    command = [
        sys.executable, "-m", "operations.maintenance", "backup", "--json", "--target", target.name,
        "--before-push", f"{share:.6f}",
    ]  # fmt: skip
    with child(command, cwd=target.project_dir, stdout=subprocess.PIPE) as process:
        # not communicate(): it would close what the guard takes for our life
        output = process.stdout.read() if process.stdout else ""
        status = process.wait()
    said = _result(output)
    if "archive" in said:
        say(f"backup {said['archive']} taken before the push, which touches {share:.0%} of the board.")
    if status and "archive" not in said:
        reason = said.get("error") or redact(output.strip().splitlines()[-1] if output.strip() else f"status {status}")
        raise StageFailedError(
            f"The backup before the push failed: {reason} Nothing was sent.",
            hint="Correct the places in operations/backup.yml, or raise before_push_share there.",
        )
    for place in said.get("stored") or ():
        if place.get("fault"):
            say(f"warning: the backup before the push: {place['fault']}", level=logging.WARNING)


def _result(output: str) -> dict[str, Any]:
    """The one JSON object in what it printed, between lines for people; empty if there is none."""
    start = output.find("{\n")
    try:
        found, _ = json.JSONDecoder().raw_decode(output[start:]) if start >= 0 else ({}, 0)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
