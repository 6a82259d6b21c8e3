"""Lines as people type them, by the programs in the test's own process."""

from __future__ import annotations

import re
import shlex

from click.testing import CliRunner

from operations.cutover.cli import main as cutover
from operations.maintenance.cli import main as maintenance


def run(line: str, *more: str) -> tuple[int, str]:
    """Type a line; with the number that a refusal names, as a person would. Exit status, and what was printed."""
    program, *words = shlex.split(line)
    done = CliRunner().invoke(cutover if program == "cutover" else maintenance, [*words, *more])
    assert done.exception is None or isinstance(done.exception, SystemExit), (line, done.output)
    if done.exit_code == 2 and not more and (asked := re.search(r"--yes (\d+)", done.output)):
        return run(line, "--yes", asked[1])
    return done.exit_code, done.output
