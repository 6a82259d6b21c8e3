"""How much of the workbooks is measured. Pure."""

from __future__ import annotations

from collections.abc import Mapping

TIMES = 5  # how many times the rows the second run has


def typical(tables: Mapping[str, int], rows: int) -> list[str]:
    """Whole tables with about ``rows`` rows together: those whose height is nearest to the average of all.

    A statement is prepared once a table, which costs as much as many rows: a sample of other heights, or of a few rows
    of each table, would have another speed than all of them.

    Args:
        tables: rows of each table.
        rows: about how many are wanted; at least one table is chosen, and all when there are not more.
    """
    filled = {table: height for table, height in tables.items() if height}
    if sum(filled.values()) <= rows:
        return list(filled)
    average = sum(filled.values()) / len(filled)
    nearest = sorted(filled, key=lambda table: (abs(filled[table] - average), table))
    return nearest[: max(round(rows / average), 1)]


def share_in_words(some: int, every: int, tables: int) -> str:
    """How large a sample was."""
    if some >= every:
        return f"all {every:,} rows"
    return f"{some:,} of the {every:,} rows ({100 * some / every:.0f} %): {tables} workbooks of average height"
