"""One run of everything: loader, dbt, monday_sync, in order, under one lock, with one report."""

from pipeline.board import board_ready
from pipeline.doctor import database_findings
from pipeline.errors import NotOursError
from pipeline.figures import read_figures
from pipeline.model import Figures, RunReport, Stage, Status
from pipeline.options import RunOptions
from pipeline.ownership import refuse_foreign_relations
from pipeline.past import FinishedRun, finished_runs
from pipeline.run import run
from pipeline.schedule import read_schedule, schedule_file, schedule_line, scheduled_target, write_schedule

__all__ = [
    "Figures",
    "FinishedRun",
    "NotOursError",
    "RunOptions",
    "RunReport",
    "Stage",
    "Status",
    "board_ready",
    "database_findings",
    "finished_runs",
    "read_figures",
    "read_schedule",
    "refuse_foreign_relations",
    "run",
    "schedule_file",
    "schedule_line",
    "scheduled_target",
    "write_schedule",
]
