"""A place to measure in: a database, a dbt target folder and a board of its own, away from the user's data."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.measure import Measurement, python, run

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Scratch:
    """A folder under the cache that holds one experiment's database; every program is run as an operator runs it."""

    folder: Path
    source: Path

    @classmethod
    def fresh(cls, folder: Path, source: Path) -> Scratch:
        """An empty one; what stood in ``folder`` is removed."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return cls(folder, source)

    @property
    def target_path(self) -> Path:
        """dbt's target folder."""
        return self.folder / "target"

    @property
    def environment(self) -> dict[str, str]:
        """The variables that send every program here."""
        return {
            "ORDER_LIST_DUCKDB": str(self.folder / "order_list.duckdb"),
            "ORDER_LIST_SOURCE": str(self.source),
            "DBT_TARGET_PATH": str(self.target_path),
            "DBT_LOG_PATH": str(self.folder / "logs"),
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        }

    def land(self, *options: str) -> Measurement:
        """``loader land`` on target local."""
        return self._run(python("loader", "land", "--target", "local", *options))

    def build(self) -> Measurement:
        """``dbt build`` with every test."""
        return self._run(python("dbt.cli.main", "build", "--target", "local"))

    def parse(self) -> Measurement:
        """``dbt parse``: dbt's own work before it runs anything."""
        return self._run(python("dbt.cli.main", "parse", "--target", "local", "--no-partial-parse"))

    def pipeline(self, stage: str) -> Measurement:
        """One stage of ``pipeline run``."""
        reports = ("--reports", str(self.folder / "reports"))
        # 1 is: some rows want attention; the work is done
        return self._run(python("pipeline", "run", "--target", "local", "--only", stage, *reports), accept=(0, 1))

    def _run(self, command: Sequence[str | Path], *, accept: Sequence[int] = (0,)) -> Measurement:
        return run(command, environment=self.environment, folder=ROOT, accept=accept)


def processes() -> int:
    """As many processes as the loader uses: one per core this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
