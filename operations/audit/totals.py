"""Totals that must add up."""
# ruff: noqa: S608 - all names are ours

from __future__ import annotations

from collections.abc import Sequence

from operations.audit.rules import LINES, REJECTS, WORKBOOKS, Rule

_LOAD = "Land the workbook again (`loader land --full`), then build."
_BUILD = "Build anew: `dbt build`. If it comes back, report this defect."


def totals(raw_tables: Sequence[str]) -> list[Rule]:
    """Rows in are orders and rejects, lines add up, and what was cancelled is zero.

    Args:
        raw_tables: as they stand in the schema; their rows are counted.
    """
    return [
        *(_of_raw_tables(raw_tables) if raw_tables else ()),
        Rule(
            "sheet rows are orders + rejected rows, file by file",
            f"{{{WORKBOOKS}}}",
            "select w._source_file, w.sheet_rows, coalesce(o.n, 0) as orders, coalesce(r.n, 0) as rejected_rows "
            f"from {{{WORKBOOKS}}} as w left join (select _source_file, count(*) as n from {{ORDER_LIST}} "
            "group by _source_file) as o on o._source_file = w._source_file "
            f"left join (select _source_file, count(*) as n from {{{REJECTS}}} where reject_level = 'row' "
            "group by _source_file) as r on r._source_file = w._source_file "
            "where w._source_file is not null and w.sheet_rows <> coalesce(o.n, 0) + coalesce(r.n, 0)",
            ("_source_file", "sheet_rows", "orders", "rejected_rows"),
            _BUILD,
        ),
        Rule(
            "lines add up to the order's TOTAL QTY, or the rejects say that they do not",
            "{ORDER_LIST}",
            "select o.order_key, o.customer_name, o.total_qty, s.pieces from {ORDER_LIST} as o left join ("
            f"select order_key, sum(cast(ordered_qty as bigint)) as pieces from {{{LINES}}} group by order_key) as s "
            "on s.order_key = o.order_key where coalesce(o.total_qty, 0) <> coalesce(s.pieces, 0) and not exists ("
            f"select 1 from {{{REJECTS}}} as r where r._source_file = o._source_file "
            "and r._source_row = o._source_row and r.column_name = 'TOTAL QTY')",
            ("order_key", "customer_name", "total_qty", "pieces"),
            _BUILD,
        ),
        Rule(
            "cancelled orders show zero on every line, and no line is negative",
            f"{{{LINES}}}",
            f"select l.line_key, l.order_key, l.qty, l.ordered_qty from {{{LINES}}} as l "
            "where (l.order_type = 'CANCELLED' and l.qty <> 0) or l.qty < 0 or l.ordered_qty < 0",
            ("line_key", "order_key", "qty", "ordered_qty"),
            _BUILD,
        ),
    ]


def _of_raw_tables(raw_tables: Sequence[str]) -> list[Rule]:
    counts = " union all ".join(
        f"select '{name}' as raw_table, min(_load_id) as load_id, max(_load_id) as last_load_id, count(*) as landed "
        f"from {{{name}}}"
        for name in raw_tables
    )
    return [
        Rule(
            "each raw table has the rows that its load landed",
            counts,
            "select c.raw_table, c.landed as rows_there, f.n as rows_landed, c.load_id from ("
            f'{counts}) as c left join (select load_id, raw_table, max("rows") as n from {{loader_file_log}} '
            "where status = 'landed' group by load_id, raw_table) as f "
            "on f.load_id = c.load_id and lower(f.raw_table) = lower(c.raw_table) "
            "where c.landed > 0 and (f.n is null or f.n <> c.landed or c.load_id <> c.last_load_id)",
            ("raw_table", "rows_there", "rows_landed", "load_id"),
            _LOAD,
        ),
        Rule(
            "raw rows are orders + rejected rows, table by table, where a workbook is read",
            counts,
            f"select w.raw_table, c.landed, w.sheet_rows from {{{WORKBOOKS}}} as w inner join ({counts}) as c "
            "on c.raw_table = w.raw_table where w.status = 'read' and c.landed <> w.sheet_rows",
            ("raw_table", "landed", "sheet_rows"),
            "The workbook was landed after the last build: `pipeline run`.",
        ),
    ]
