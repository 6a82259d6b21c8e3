"""The load stage: the loader's public function, in process."""

from __future__ import annotations

from console import Finding
from pipeline.model import Stage, Status
from pipeline.stages.context import Context


def load(context: Context) -> Stage:
    """Land new and changed workbooks. A rejected or missing one makes the stage ATTENTION; the others are landed."""
    import loader  # noqa: PLC0415 - a run of another stage needs none of its libraries

    options = context.options
    result = loader.land(
        context.warehouse,
        options.source,
        select=options.select,
        limit_files=options.limit_files,
        full=options.full,
        now=context.now,
    )
    files = {
        "landed": result.landed,
        "unchanged": result.unchanged,
        "rejected": result.rejected,
        "missing": len(result.missing),
    }
    said = ", ".join(f"{count:,} {name}" for name, count in files.items() if count) or "no workbooks"
    return Stage(
        "load",
        Status.ATTENTION if result.rejected or result.missing else Status.OK,
        message=f"{said[0].upper()}{said[1:]}.",
        rows=result.rows,
        figures=files | {"ignored": len(result.ignored)},
        problems=(
            *(f"{file.file}: {warning}" for file in result.files for warning in file.warnings),
            *result.notes,
        ),
        findings=tuple(Finding("load", "ok", note) for note in result.notes),
    )
