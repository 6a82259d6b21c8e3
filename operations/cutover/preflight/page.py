"""A preflight as one self-contained page, in the manner of the run's report."""

from __future__ import annotations

from console import masked
from console.pages import page_environment
from operations.cutover.preflight.model import Preflight, Verdict

#: Classes of the report's style sheet.
_LOOKS = {Verdict.PASSED: "ok", Verdict.FAILED: "failed", Verdict.UNKNOWN: "skipped"}


def render_page(found: Preflight) -> str:
    """The page, without secrets."""
    environment = page_environment(__package__)
    environment.filters["look"] = _LOOKS.__getitem__
    shown = masked(found)  # before it is HTML: in that, a mask could take tags with it
    return environment.get_template("preflight.html.j2").render(
        preflight=shown, counts=[(verdict, len(shown.having(verdict))) for verdict in Verdict]
    )
