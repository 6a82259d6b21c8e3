"""The report of a run: JSON for programs, one self-contained page for people."""

from pipeline.reporting.before import read_before, with_before
from pipeline.reporting.page import render_page
from pipeline.reporting.store import LATEST, latest_run, put_report, write_report

__all__ = [
    "LATEST", "latest_run", "put_report", "read_before", "render_page", "with_before",
    "write_report",
]  # fmt: skip
