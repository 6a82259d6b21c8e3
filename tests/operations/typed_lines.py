"""Lines as people type them, by the programs in the test's own process."""

from __future__ import annotations

import re
import shlex

import pytest
from click.testing import CliRunner

from operations.cutover.cli import main as cutover
from operations.cutover.rehearsal import rehearse
from operations.maintenance.cli import main as maintenance
from tests.operations.cutover_quay import Pretended
from tests.operations.test_cutover_rehearse import InTheCopy


def with_stand_ins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let `cutover` work with stand-ins for dbt, in the copy of a rehearsal too."""
    monkeypatch.setattr("operations.cutover.day.Programs", Pretended)
    defaults: dict[str, object] = rehearse.__kwdefaults__ or {}
    monkeypatch.setitem(defaults, "programs", InTheCopy)


def run(line: str, *more: str) -> tuple[int, str]:
    """Type a line; with the number that a refusal names, as a person would. Exit status, and what was printed."""
    program, *words = shlex.split(line)
    done = CliRunner().invoke(cutover if program == "cutover" else maintenance, [*words, *more])
    assert done.exception is None or isinstance(done.exception, SystemExit), (line, done.output)
    if done.exit_code == 2 and not more and (asked := re.search(r"--yes (\d+)", done.output)):
        return run(line, "--yes", asked[1])
    return done.exit_code, done.output
