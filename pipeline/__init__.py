"""One run of everything: loader, dbt, monday_sync, in order, under one lock, with one report."""

from pipeline.board import board_ready
from pipeline.model import RunReport, Stage, Status
from pipeline.options import RunOptions
from pipeline.past import FinishedRun, finished_runs
from pipeline.run import run
from pipeline.schedule import read_schedule, schedule_file, schedule_line, scheduled_target, write_schedule

__all__ = [
    "FinishedRun",
    "RunOptions",
    "RunReport",
    "Stage",
    "Status",
    "board_ready",
    "finished_runs",
    "read_schedule",
    "run",
    "schedule_file",
    "schedule_line",
    "scheduled_target",
    "write_schedule",
]
