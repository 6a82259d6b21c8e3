"""Plain tables for people, drawn by rich: no colours, no frames, as wide as what stands in them."""

from __future__ import annotations

import io
from collections.abc import Sequence

#: Never reached: nothing is folded or cut.
_WIDTH = 100_000


def text_table(headers: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A table with a rule below its headers. Numbers stand right, whole ones with thousands; ``None`` is blank."""
    from rich import box  # noqa: PLC0415 - takes long to import, and most commands draw none
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    rule = box.Box("    \n    \n -  \n    \n    \n    \n    \n    \n", ascii=True)
    drawn = Table(box=rule, pad_edge=False, show_edge=False)
    for number, header in enumerate(headers):
        numeric = bool(rows) and all(isinstance(row[number], int | float | None) for row in rows)
        drawn.add_column(Text(header), justify="right" if numeric else "left", no_wrap=True)
    for row in rows:
        drawn.add_row(*(Text(_cell(value)) for value in row))
    out = io.StringIO()
    Console(file=out, width=_WIDTH, color_system=None, highlight=False).print(drawn)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case float():
            return f"{value:,.1f}"
        case int() if not isinstance(value, bool):
            return f"{value:,}"
        case _:
            return str(value)
