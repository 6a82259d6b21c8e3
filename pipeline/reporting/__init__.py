"""The report of a run: JSON for programs, one self-contained page for people."""

from pipeline.reporting.page import render_page
from pipeline.reporting.store import LATEST, latest_run, write_report

__all__ = ["LATEST", "latest_run", "render_page", "write_report"]
