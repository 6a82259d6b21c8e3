"""One run of everything: loader, dbt, monday_sync, in order, under one lock, with one report."""

from pipeline.model import RunReport, Stage, Status
from pipeline.options import RunOptions
from pipeline.past import FinishedRun, finished_runs
from pipeline.run import run

__all__ = ["FinishedRun", "RunOptions", "RunReport", "Stage", "Status", "finished_runs", "run"]
