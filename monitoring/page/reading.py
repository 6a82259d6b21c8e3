"""Reads the facts of the page: one short session, one statement for each kind, whatever the number of customers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from console import OrderListError, redact
from monitoring.kept_rows import utc
from monitoring.page.facts import Counted, Due, Facts, Plan, Reject, Run, Stage, Workbook
from warehouse import Relations, Session, Warehouse

#: So many rows of each kind are shown of a customer.
SHOWN = 10
_PLANS = 3
#: Statements by what they ask: relations, and SQL that both engines know. ``{NAME}`` stands for a relation.
STATEMENTS: dict[str, tuple[tuple[str, ...], str]] = {
    "runs": (
        ("pipeline_runs",),
        "select r.run_id, r.started_at, r.seconds, r.status, r.sentence, r.orders, r.changes from {pipeline_runs} r "
        "where r.run_seq > (select max(m.run_seq) from {pipeline_runs} m) - ? order by r.run_seq desc",
    ),
    "stages": (
        ("pipeline_runs", "pipeline_stages"),
        "select s.run_id, s.stage, s.status, s.seconds, s.stage_rows from {pipeline_stages} s "
        "join {pipeline_runs} r on r.run_id = s.run_id "
        "where r.run_seq > (select max(m.run_seq) from {pipeline_runs} m) - ? order by r.run_seq, s.position",
    ),
    "workbooks": (
        ("loader_file_log",),
        "select l.{file}, l.status, l.reason, m.landed_at, l.source, l.load_seq from {loader_file_log} l "
        "join (select n.{file}, max(n.load_seq) as load_seq, "
        "max(case when n.status = 'landed' then n.logged_at end) as landed_at from {loader_file_log} n "
        "where n.status <> 'ignored' group by n.{file}) m on m.{file} = l.{file} and m.load_seq = l.load_seq "
        "where l.status not in ('ignored', 'forgotten') order by l.{file}",
    ),
    "orders": (
        ("ORDER_LIST",),
        "select o.customer_name, o._source_file, count(*) from {ORDER_LIST} o group by o.customer_name, o._source_file",
    ),
    "rejects": (
        ("order_list_rejects",),
        "select n.customer_name, n._source_file, n.total, n._source_row, n.column_name, n.value_text, n.reason from ("
        "select r.customer_name, r._source_file, r._source_row, r.column_name, r.value_text, r.reason, "
        "count(*) over (partition by r.customer_name, r._source_file) as total, "
        "row_number() over (partition by r.customer_name, r._source_file "
        "order by r._source_row, r.column_name, r.reason) as place from {order_list_rejects} r) n "
        "where n.place <= ? order by n.customer_name, n._source_file, n.place",
    ),
    "due": (
        ("sync_monday__items", "sync_monday__subitems", "monday_sync_accepted", "ORDER_LIST"),
        "select n.customer_name, n.kind, n.total, n.row_level, n.item_name, n.message, o._source_file, o._source_row "
        "from (select d.customer_name, d.kind, d.row_level, d.item_name, d.message, d.order_key, "
        "count(*) over (partition by d.customer_name, d.kind) as total, "
        "row_number() over (partition by d.customer_name, d.kind order by d.message, d.item_name, d.row_key) as place "
        "from (select x.customer_name, x.row_level, x.item_name, x.order_key, x.row_key, "
        "case when x.is_held_back = 1 then 'held' when x.sync_state = 'ERROR' then 'failed' else 'waiting' end "
        "as kind, "
        "case when x.sync_state = 'ERROR' then x.sync_error_message else '' end as message from ("
        "select i.customer_name, 'item' as row_level, i.item_name, i.order_key, i.order_key as row_key, "
        "i.is_held_back, i.sync_state, i.sync_error_message, i.action_type from {sync_monday__items} i union all "
        "select i.customer_name, 'subitem', i.item_name, i.order_key, i.line_key, "
        "i.is_held_back, i.sync_state, i.sync_error_message, i.action_type from {sync_monday__subitems} i) x "
        # what a person accepted as it is alarms nobody; what only the board still has is not waited for
        "where (x.sync_state = 'ERROR' or x.action_type <> 'DELETE') and not exists ("
        "select 1 from {monday_sync_accepted} a where a.row_key = x.row_key and a.ended_at is null)) d) n "
        "left join {ORDER_LIST} o on o.order_key = n.order_key where n.place <= ? "
        "order by n.customer_name, n.kind, n.place",
    ),
    "held": (
        ("sync_customers",),
        "select c.customer_name, c.held_back_reason from {sync_customers} c where c.is_held_back = 1",
    ),
    "plans": (
        ("monday_sync_plans",),
        "select n.plan_id, n.board_id, n.created_at, n.run_id from (select p.plan_id, p.board_id, p.created_at, "
        "p.run_id, row_number() over (order by p.created_at desc, p.plan_id) as place from {monday_sync_plans} p) n "
        "where n.place <= ? order by n.place",
    ),
}
Row = tuple[Any, ...]


def statement(name: str, warehouse: Warehouse) -> str:
    """One of them as the database takes it."""
    relations, sql = STATEMENTS[name]
    return sql.format(**{one: warehouse.relation(one) for one in relations}, file=warehouse.quote("file"))


@dataclass(slots=True)
class _Asking:
    session: Session
    warehouse: Warehouse
    there: Relations
    unasked: list[str] = field(default_factory=list)

    def rows(self, name: str, *parameters: object) -> list[Row] | None:
        """``None``: a relation is not there, is of an earlier version, or may not be read."""
        if self.there.lacking(STATEMENTS[name][0]):
            return None
        try:
            return self.session.rows(statement(name, self.warehouse), parameters)
        except OrderListError as error:
            self.unasked.append(redact(f"{name}: {error.message}"))
            return None


def read_facts(warehouse: Warehouse, *, runs: int = 30) -> Facts:
    """What is known now; nothing is written. A database that is not there knows nothing.

    Raises:
        ConfigurationError: the database cannot be reached.
    """
    if not warehouse.exists():
        return Facts()
    with warehouse.session(read_only=True) as session:
        ask = _Asking(session, warehouse, session.relations())
        return Facts(
            runs=_runs(ask.rows("runs", runs), ask.rows("stages", runs)),
            workbooks=_workbooks(ask.rows("workbooks")),
            orders=_by_pair(ask.rows("orders")),
            rejects=_rejects(ask.rows("rejects", SHOWN)),
            due=_due(ask.rows("due", SHOWN)),
            held=_held(ask.rows("held")),
            plans=_plans(ask.rows("plans", _PLANS)),
            unasked=tuple(ask.unasked),
        )


def _runs(runs: Sequence[Row] | None, stages: Iterable[Row] | None) -> tuple[Run, ...] | None:
    if runs is None:
        return None
    by_run: dict[str, list[Stage]] = {}
    for run_id, stage, status, seconds, rows in stages or ():
        by_run.setdefault(str(run_id), []).append(Stage(_text(stage), _text(status), _number(seconds), _whole(rows)))
    return tuple(
        Run(_text(run_id), utc(began), _number(seconds), _text(status), _text(said), _whole(orders), _whole(changes),
            tuple(by_run.get(str(run_id), ())))
        for run_id, began, seconds, status, said, orders, changes in runs
    )  # fmt: skip


def _workbooks(rows: Sequence[Row] | None) -> tuple[Workbook, ...] | None:
    if rows is None:
        return None
    # one of another source is nothing that who looks after this one could put right
    source = max(((row[5], row[4]) for row in rows if row[4]), default=(0, None))[1]
    return tuple(
        Workbook(_text(file), _text(status), redact(_text(reason)), utc(landed_at))
        for file, status, reason, landed_at, of, _ in rows
        if of in (source, None)
    )


def _by_pair(rows: Iterable[Row] | None) -> dict[tuple[str, str], int] | None:
    return None if rows is None else {(_text(one), _text(other)): int(count) for one, other, count in rows}


def _rejects(rows: Iterable[Row] | None) -> dict[tuple[str, str], Counted] | None:
    if rows is None:
        return None
    found: dict[tuple[str, str], tuple[int, list[Reject]]] = {}
    for customer, file, total, row, column, text, reason in rows:
        some = found.setdefault((_text(customer), _text(file)), (int(total), []))[1]
        some.append(Reject(_text(file), _whole(row), _text(column), _text(text), _text(reason)))
    return {key: Counted(count, tuple(first)) for key, (count, first) in found.items()}


def _due(rows: Iterable[Row] | None) -> dict[tuple[str, str], Counted] | None:
    if rows is None:
        return None
    found: dict[tuple[str, str], tuple[int, list[Due]]] = {}
    for customer, kind, total, level, item, message, file, row in rows:
        some = found.setdefault((_text(customer), _text(kind)), (int(total), []))[1]
        some.append(Due(_text(kind), _text(level), _text(item), redact(_text(message)), _text(file), _whole(row)))
    return {key: Counted(count, tuple(first)) for key, (count, first) in found.items()}


def _held(rows: Iterable[Row] | None) -> dict[str, str] | None:
    return None if rows is None else {_text(name): _text(reason) for name, reason in rows}


def _plans(rows: Iterable[Row] | None) -> tuple[Plan, ...] | None:
    if rows is None:
        return None
    return tuple(Plan(_text(plan), _text(board), utc(made_at), _text(run_id)) for plan, board, made_at, run_id in rows)


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _whole(value: Any) -> int | None:
    return None if value is None else int(value)
