"""Where reports lie: ``<folder>/<run id>/report.json`` and ``report.html``; ``latest.html`` leads to the last one."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

from console import masked, plain, private_folder, write_private
from pipeline.model import RunReport
from pipeline.reporting.page import render_page

LATEST = "latest.html"
_RUN_ID = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{4}")
# a plain page that moves on: links between files need rights that Windows does not give everyone
_POINTER = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Latest report</title>
<meta http-equiv="refresh" content="0; url={run_id}/report.html">
<p><a href="{run_id}/report.html">The latest report</a></p></html>
"""


def put_report(report: RunReport, folder: Path) -> Path:
    """Write both forms of the report; returns the folder they are in."""
    own = folder / report.run_id
    private_folder(own)
    report = masked(report)  # before it is written: in finished JSON or HTML, a mask could take quotes and tags with it
    write_private(own / "report.json", json.dumps(plain(report), ensure_ascii=False, indent=2) + "\n")
    write_private(own / "report.html", render_page(report))
    return own


def write_report(report: RunReport, folder: Path, *, keep: int | None = None) -> Path:
    """Write the report as the latest, and drop all but the last ``keep``; returns the path of the page."""
    own = put_report(report, folder)
    write_private(folder / LATEST, _POINTER.format(run_id=report.run_id))
    # this one is the last, whatever its name says of the clock
    others = sorted(p for p in folder.iterdir() if p.is_dir() and _RUN_ID.fullmatch(p.name) and p != own)
    for old in others[: max(0, len(others) + 1 - keep)] if keep is not None else ():
        shutil.rmtree(old, ignore_errors=True)
    return own / "report.html"


def latest_run(folder: Path) -> str | None:
    """The run whose report was written last; ``None`` if there is none."""
    try:
        found = _RUN_ID.search((folder / LATEST).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        return None
    return found[0] if found and (folder / found[0] / "report.json").is_file() else None
