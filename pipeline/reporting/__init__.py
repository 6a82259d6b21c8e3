"""The report of a run: JSON for programs, one self-contained page for people."""

from pipeline.reporting.page import render_page
from pipeline.reporting.store import LATEST, write_report

__all__ = ["LATEST", "render_page", "write_report"]
