"""A place to measure in: a database, a dbt target folder and a board of its own, away from the user's data."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.environments import production
from bench.measure import Measurement, python, run
from bench.places import ROOT


@dataclass(frozen=True, slots=True)
class Scratch:
    """A folder under the cache that holds one experiment's database; every program is run as an operator runs it."""

    folder: Path
    source: Path
    interpreter: Path

    @classmethod
    def fresh(cls, folder: Path, source: Path) -> Scratch:
        """An empty one; what stood in ``folder`` is removed."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return cls(folder, source, production())

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
        return self.run("loader", "land", "--target", "local", *options)

    def build(self) -> Measurement:
        """``dbt build`` with every test."""
        return self.run("dbt.cli.main", "build", "--target", "local")

    def pipeline(self, stage: str) -> Measurement:
        """One stage of ``pipeline run``."""
        reports = ("--reports", str(self.folder / "reports"))
        # 1 is: some rows want attention; the work is done
        return self.run("pipeline", "run", "--target", "local", "--only", stage, *reports, accept=(0, 1))

    def run(
        self, module: str, *arguments: str, accept: Sequence[int] = (0,), environment: Mapping[str, str] | None = None
    ) -> Measurement:
        """A module of ours (or dbt's) with these arguments, in the environment that operators have."""
        command = python(module, *arguments, interpreter=self.interpreter)
        return run(command, environment={**self.environment, **(environment or {})}, folder=ROOT, accept=accept)


def processes() -> int:
    """As many processes as the loader uses: one per core this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
