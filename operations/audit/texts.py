"""What an audit and a benchmark print for people."""

from __future__ import annotations

from collections.abc import Iterator

from console import text_table
from operations.audit.benchmark import Benchmark
from operations.audit.model import Audit, Check, Section, Verdict

_SHOWN_ROWS = 15
_LONGEST = 60
_SHOWN_EXAMPLES = 3


def audited(audit: Audit) -> str:
    """An audit: what is wrong and noted, with the figures; all of it is on the page and in the JSON."""
    lines = [f"{audit.target}, {audit.engine}", audit.verdict]
    for section in audit.sections:
        lines += ["", f"{section.name}: {_summary(section)}", *_section(section)]
    unseen = [text for section in audit.sections for text in section.not_looked_at]
    if unseen:
        lines += ["", "Could not be looked at:", *(f"  {text}" for text in unseen)]
    lines += ["", f"{audit.held} Nothing was changed ({audit.statements} statements, {audit.seconds:.1f} s)."]
    return "\n".join(lines)


def _summary(section: Section) -> str:
    counts = [(verdict, len(section.with_verdict(verdict))) for verdict in Verdict]
    return ", ".join(f"{count} {verdict.value}" for verdict, count in counts if count) or "nothing to look at"


def _section(section: Section) -> Iterator[str]:
    for verdict in (Verdict.FAILED, Verdict.NOTE):
        for check in section.with_verdict(verdict):
            yield from _check(check)
    nothing = section.with_verdict(Verdict.NOTHING)
    if nothing:
        yield f"  nothing to look at: {'; '.join(check.name for check in nothing)}"
    for grid in section.grids:
        if grid.rows:
            rows = [[_cut(value) for value in row] for row in grid.rows[:_SHOWN_ROWS]]
            yield f"  {grid.title}"
            yield from (f"    {line}" for line in text_table(grid.headers, rows).splitlines())
            if len(grid.rows) > _SHOWN_ROWS:
                yield f"    and {len(grid.rows) - _SHOWN_ROWS} more: --html or --json has all of them"


def _check(check: Check) -> Iterator[str]:
    of = "" if check.looked_at is None else f" of {check.looked_at:,}"
    found = f" for {check.found:,}{of}" if check.found else ""
    yield f"  {check.verdict.value:<6} not so{found}: {check.name}"
    if check.message:
        yield f"         {check.message}"
    shown = check.examples[:_SHOWN_EXAMPLES]
    for row in shown:
        values = zip(check.columns, row, strict=True)
        yield "         " + ", ".join(f"{name} {_cut(value)}" for name, value in values if value is not None)
    if check.hint:
        yield f"         -> {check.hint}"
    if check.query and check.verdict is Verdict.FAILED:
        yield f"         {check.query}"


def _cut(value: object) -> object:
    if isinstance(value, float):
        return f"{value:>9,.3f}"
    text = str(value)
    return f"{text[: _LONGEST - 3]}..." if isinstance(value, str) and len(text) > _LONGEST else value


def benchmarked(result: Benchmark) -> str:
    """A benchmark."""
    rows = [(t.query, f"{t.before:.3f}", f"{t.after:.3f}", f"{t.times:.1f}") for t in result.timings]
    copied = ", ".join(f"{name} ({count:,} rows)" for name, count in result.copied)
    return "\n".join([
        f"An index on {result.table} ({', '.join(result.columns)}), tried in a copy of {copied}.",
        f"It was made in {result.index_seconds:.2f} s. Medians in milliseconds:",
        text_table(("query", "before", "after", "times as fast"), rows),
    ])  # fmt: skip
