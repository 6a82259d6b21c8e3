"""How a short program begins and ends: half of a run that finds nothing to do is Python's own coming and going."""

from __future__ import annotations

import functools
import gc
import os
import sys
from collections.abc import Callable
from typing import NoReturn

from console.errors import ExitCode


@functools.cache
def keep_modules() -> None:
    """Take what the imports left out of the search for cycles: it stays to the end. A twentieth of a short run."""
    if "duckdb" not in sys.modules:  # at the end it would call what is kept a leak, on stderr
        gc.freeze()


def run_and_leave(main: Callable[[], object]) -> NoReturn:
    """Run a click command line as this process, and end without taking everything apart first.

    Python frees every object one by one before it ends, and unloads DuckDB: a fifteenth of a run that finds nothing to
    do. The system does it at once. mypy ends likewise. What must be closed is closed by then, by its own ``with``.
    """
    code = ExitCode.OK
    try:
        main()
    except SystemExit as end:
        if not isinstance(end.code, int | None):
            raise
        code = ExitCode(end.code or 0)
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:  # the reader of our output went away
        code = ExitCode.SOME_FAILED
    os._exit(code)
