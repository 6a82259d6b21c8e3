"""What dbt makes of the project's files, made once for all tests: a test's own copy begins with it.

dbt parses only the files that differ from what it parsed before, which saves two thirds of a short command. It takes
the old parse for good only where the connection is the same, so each copy has its database under the same relative
path, and where the target is named in the same way: ``local``, as the pipeline does.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from filelock import FileLock

from tests.forked import run_dbt_forked
from tests.project import copy_project, place_of

TARGET = "local"
_PARSED = "partial_parse.msgpack"


class _Shared:
    """Where the workers of one run of pytest keep what they share; the session's first fixture says it."""

    folder: Path | None = None


def share_in(folder: Path) -> None:
    """Let the workers share what dbt parsed in this folder."""
    _Shared.folder = folder / "parsed"


def parsed_project(folder: Path, *more: str) -> Path:
    """Copy the dbt project, and ``more`` parts of the repository, to ``folder``, with what dbt makes of it."""
    assert _Shared.folder, "tests/conftest.py says where"
    parsed = _Shared.folder / "target" / _PARSED
    with FileLock(f"{_Shared.folder}.lock"):
        if not parsed.exists():
            shutil.rmtree(_Shared.folder, ignore_errors=True)
            dbt("parse", project=copy_project(_Shared.folder))
    copy_project(folder, *more)
    for target in (folder / "target", folder / "target/runs" / TARGET):  # dbt by hand, and below the pipeline
        target.mkdir(parents=True)
        shutil.copyfile(parsed, target / _PARSED)
    return folder


def dbt(*arguments: str, project: Path, check: bool = True, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run dbt in a copy of the project; with ``check``, fail the test with dbt's own words when it fails."""
    environment = os.environ | place_of(project) | {"DBT_TARGET": TARGET} | variables
    done = run_dbt_forked(["--no-use-colors", *arguments], cwd=project, environment=environment)
    if check:
        assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    return done
