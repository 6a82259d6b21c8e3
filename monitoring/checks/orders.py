"""Of workbooks, rows and customers."""

from __future__ import annotations

from monitoring.model import Bars, Check

_LAST_OF_FILES = (
    "select l.{{file}}, coalesce(max(o.customer_name), ''), 1, max(l.reason) from {{loader_file_log}} l "
    "join (select n.{{file}}, max(n.load_seq) as load_seq from {{loader_file_log}} n where n.status <> 'ignored' "
    "group by n.{{file}}) m on m.{{file}} = l.{{file}} and m.load_seq = l.load_seq "
    "left join (select c._source_file, min(c.customer_name) as customer_name from {{ORDER_LIST}} c "
    "group by c._source_file) o on o._source_file = l.{{file}} where l.status = '{0}' "
    # one of another source is nothing that who looks after this one could put right
    "and (l.source is null or l.source = (select max(s.source) from {{loader_file_log}} s "
    "where s.load_seq = (select max(t.load_seq) from {{loader_file_log}} t where t.source is not null))) "
    "group by l.{{file}}"
)
_FILES = ("loader_file_log", "ORDER_LIST")

ORDERS: tuple[Check, ...] = (
    Check(
        "workbooks_rejected", "Workbooks rejected", "workbooks", Bars(attention=0), subject="workbook",
        zero_if_empty=True, command="pipeline status", sql=_LAST_OF_FILES.format("rejected"), relations=_FILES,
    ),
    Check(
        "workbooks_missing", "Workbooks that usually come and did not", "workbooks", Bars(attention=0),
        subject="workbook", zero_if_empty=True, command="pipeline status", sql=_LAST_OF_FILES.format("missing"),
        relations=_FILES,
    ),
    Check(
        "rows_add_up", "Rows that are neither orders nor rejects", "rows", Bars(failed=0), subject="workbook",
        zero_if_empty=True, command="pipeline run --only transform --full",
        sql="select c._source_file, c.customer_name, abs(l.{rows} - c.orders - coalesce(j.rejects, 0)), '' "
        "from (select o._source_file, max(o.customer_name) as customer_name, max(o._load_id) as load_id, "
        "count(*) as orders from {ORDER_LIST} o group by o._source_file) c "
        # rows that were landed since the last build are not counted yet
        "join {loader_file_log} l on l.{file} = c._source_file and l.load_id = c.load_id and l.status = 'landed' "
        "left join (select r._source_file, count(*) as rejects from {order_list_rejects} r "
        "where r.reject_level = 'row' group by r._source_file) j on j._source_file = c._source_file "
        "where l.{rows} - c.orders - coalesce(j.rejects, 0) <> 0",
        relations=("ORDER_LIST", "order_list_rejects", "loader_file_log"),
    ),
    Check(
        "rejects", "Rows and values rejected", "rejects", Bars(attention=2, usual="median", slack=10),
        subject="customer", zero_if_empty=True, grows=True, command="pipeline rejects",
        sql="select coalesce(nullif(r.customer_name, ''), r._source_file), coalesce(r.customer_name, ''), count(*), "
        "min(r.reason) from {order_list_rejects} r "
        "group by coalesce(nullif(r.customer_name, ''), r._source_file), coalesce(r.customer_name, '')",
        relations=("order_list_rejects",),
    ),
    Check(
        "unknown_headers", "Headers that nobody knows", "headers", Bars(attention=1, usual="least"), subject="workbook",
        zero_if_empty=True, command="pipeline status",
        sql="select h._source_file, coalesce(max(o.customer_name), ''), count(distinct h.position), "
        "concat('for example ', min(h.header)) from {order_list_headers} h left join (select c._source_file, "
        "min(c.customer_name) as customer_name from {ORDER_LIST} c group by c._source_file) o "
        "on o._source_file = h._source_file where h.role = 'unknown' and h._source_file is not null "
        "group by h._source_file",
        relations=("order_list_headers", "ORDER_LIST"),
    ),
    Check(
        "drift", "Columns that are empty now", "columns", Bars(attention=0), subject="customer", zero_if_empty=True,
        command="pipeline status",
        sql="select d.customer_name, d.customer_name, count(*), min(d.reason) from {order_list_drift} d "
        "group by d.customer_name",
        relations=("order_list_drift",),
    ),
    Check(
        "customers_held", "Customers held back", "customers", Bars(attention=0), subject="customer", zero_if_empty=True,
        command="monday-sync status",
        sql="select c.customer_name, c.customer_name, 1, c.held_back_reason from {sync_customers} c "
        "where c.is_held_back = 1",
        relations=("sync_customers",),
    ),
    Check(
        "customer_orders", "Orders of a customer", "orders",
        Bars(0.8, 0.5, higher_is_worse=False, usual="median", slack=5), subject="customer", zero_if_absent=False,
        command="pipeline status",
        sql="select n.customer_name, n.customer_name, sum(n.orders), '' from ("
        "select o.customer_name, 1 as orders from {ORDER_LIST} o union all "
        "select c.customer_name, 0 from {monday_sync_customers} c) n group by n.customer_name",
        relations=("ORDER_LIST", "monday_sync_customers"),
    ),
)  # fmt: skip
