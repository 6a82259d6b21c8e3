"""What the database holds and how it stands: looked at only, never changed."""

from operations.audit.audit import SECTIONS, audit
from operations.audit.benchmark import Benchmark, Timing, benchmark
from operations.audit.model import Audit, Check, Grid, Section, Verdict
from operations.audit.page import render_page
from operations.audit.texts import audited, benchmarked

__all__ = [
    "SECTIONS", "Audit", "Benchmark", "Check", "Grid", "Section", "Timing", "Verdict", "audit", "audited", "benchmark",
    "benchmarked", "render_page",
]  # fmt: skip
