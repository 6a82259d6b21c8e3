"""One run of everything: loader, dbt, monday_sync, in order, under one lock, with one report."""

from pipeline.model import RunReport, Stage, Status
from pipeline.options import RunOptions
from pipeline.run import run

__all__ = ["RunOptions", "RunReport", "Stage", "Status", "run"]
