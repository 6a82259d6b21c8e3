"""What is known of rows, as text for people: their history and life, and whether they are linked or accepted. Pure."""

from __future__ import annotations

from console import text_table
from monday_sync.commands.accept import AcceptResult
from monday_sync.commands.adopt import AdoptResult, then_a_push
from monday_sync.commands.history import Entry, HistoryResult
from monday_sync.commands.status import StateCounts, StatusResult
from monday_sync.commands.why import RowLife, WhyResult
from monday_sync.domain.causes import cause_lines
from monday_sync.engine.sheets import SheetRow
from monday_sync.render import problem_lines, time_text
from monday_sync.steps_text import quoted


def history_text(result: HistoryResult) -> str:
    """What the board was told about an order."""
    if not result.entries and result.run_id:
        return f"Run {result.run_id} sent nothing to the board."
    if not result.entries:
        return f"The board was never told anything about order {result.order_number}."
    return "\n".join(line for entry in result.entries for line in entry_lines(entry))


def entry_lines(entry: Entry) -> list[str]:
    """One operation, and what it changed: what the board showed before, and what it was told."""
    answer = f", item {entry.item_id}" if entry.item_id else ""
    took = f", {entry.milliseconds} ms" if entry.milliseconds is not None else ""
    request = f", request {entry.request_id}" if entry.request_id else ""
    what = f"{entry.level} {entry.name}: {entry.kind} {entry.outcome}{answer}{took}{request}"
    lines = [f"{time_text(entry.at)}  {what}  (run {entry.run_id})"]
    known = " (as last confirmed)" if entry.as_confirmed else ""
    for column, (old, new) in sorted(entry.changes.items()):
        sent = entry.overwritten.get(column)
        person = f"  [a person's value: we had sent {quoted(sent)}]" if column in entry.overwritten else ""
        lines.append(f"    {column}: {quoted(old)}{known} -> {quoted(new)}{person}")
    if entry.message:
        lines.append(f"    {entry.message}")
    return lines


def accept_text(result: AcceptResult) -> str:
    """Which rows are accepted now, or not any more."""
    lines = [f"{row.customer_name}: {row.level.value} {row.item_name}: {row.error_message}" for row in result.rows]
    rows = "1 row is" if len(result.rows) == 1 else f"{len(result.rows)} rows are"
    if result.revoked:
        return "\n".join([*lines, f"{rows} not accepted any more: the run fails until all is right."])
    return "\n".join([*lines, f"{rows} accepted for now: no run fails for that until what should be shown changes."])


def why_text(result: WhyResult) -> str:
    """The life of the orders with a number."""
    lines = [f"Order {result.order_number}: {', '.join(result.customers) or 'no customer'}"]
    for order in result.orders:
        lines += ["", f"{order.customer}: {order.rows[0].name} (key {order.order_key})"]
        if not order.in_source:
            lines.append("  no workbook has it any more")
        lines += [line for row in order.sheet_rows for line in _sheet_lines(row)]
        lines += [line for row in order.rows for line in _life_lines(row)]
        if order.history:
            lines.append("  what the board was told:")
            lines += [f"    {line}" for entry in order.history for line in entry_lines(entry)]
    rejected = [row for row in result.rejected_rows if all(row not in order.sheet_rows for order in result.orders)]
    if rejected:
        lines += ["", "Rows with this number that became no order:"]
        lines += [line for row in rejected for line in _sheet_lines(row)]
    lines += [f"note: {note}" for note in result.notes]
    return "\n".join(lines)


def _sheet_lines(row: SheetRow) -> list[str]:
    sheet = f", sheet {row.sheet}" if row.sheet else ""
    what = "from" if row.is_order else "rejected:"
    lines = [f"  {what} {row.file}{sheet}, row {row.row}"]
    for reject in row.rejects:
        value = f"{reject.column} {quoted(reject.text)}: " if reject.column else ""
        lines.append(f"    {value}{reject.reason}")
    return lines


def _life_lines(row: RowLife) -> list[str]:
    indent = "    " if row.level == "subitem" else "  "
    state = row.state or "not in the source"
    lines = [f"{indent}{row.level} {row.name}: {state}"]
    lines += [f"{indent}  {said}" for said in row.stands]
    lines += [f"{indent}  {told}" for told in row.acceptances if told not in row.stands]
    if row.monday_id is None:
        lines.append(f"{indent}  not on the board")
    else:
        group = f", group {row.group}" if row.group else ""
        on_board = f", {row.on_board}" if row.on_board else ""
        url = f" {row.url}" if row.url else ""
        lines.append(f"{indent}  board {row.board_id}, item {row.monday_id}{group}{on_board}{url}")
    return lines


def adopt_text(result: AdoptResult) -> str:
    """What was linked."""
    lines = [f"{result.items} items and {result.subitems} subitems on the board are linked now (run {result.run_id})."]
    lines += [f"duplicate: {d.name} is on the board as {', '.join((d.kept, *d.others))}" for d in result.duplicates]
    lines.append(f"{result.not_on_board} orders are not on the board; a push {then_a_push(result.has_others)}.")
    return "\n".join(lines)


def status_text(result: StatusResult) -> str:
    """How database and board stand."""
    lines = [f"Board{'s' if result.boards else ''} {result.board_id}, target {result.target}", ""]
    for board in result.boards:
        name = f"{board.name} ({board.board_id})" if board.name else board.board_id
        lines.append(f"board {name}: {board.items} items and {board.subitems} subitems are linked")
    subitems = {c.customer: c for c in result.subitems}
    rows: list[tuple[object, ...]] = []
    for count in result.items:
        lines_of = subitems.get(count.customer, StateCounts(count.customer))
        rows.append((count.customer, *_states(count), *_states(lines_of)))
    if rows:
        rows.append(("all", *(sum(int(str(r[i])) for r in rows) for i in range(1, 9))))
    headers = ("customer", "NEW", "PENDING", "SYNCED", "ERROR", "lines NEW", "PENDING", "SYNCED", "ERROR")
    lines += [text_table(headers, rows), ""]
    if result.dead:
        lines.append(f"{result.dead} rows were given up after too many attempts: `monday-sync retry` requeues them.")
    if result.archived_by_policy:
        lines.append(f"{result.archived_by_policy} shipped orders are off the board by the archive policy.")
    if result.in_doubt:
        lines.append(f"{result.in_doubt} operations have no answer yet; the next push settles them.")
    lines += cause_lines(result.causes)
    lines += problem_lines("accepted as it is", result.accepted)
    runs = [
        (r.run_id, r.kind, r.outcome, time_text(r.started_at), r.seconds, r.changed,
         None if r.success_share is None else f"{r.success_share:.1%}", r.message)
        for r in result.runs
    ]  # fmt: skip
    run_headers = ("run", "kind", "outcome", "started (UTC)", "seconds", "changed", "success", "")
    lines += ["", "Last runs", text_table(run_headers, runs) if runs else "none yet"]
    return "\n".join(lines)


def _states(c: StateCounts) -> tuple[int, int, int, int]:
    return (c.new, c.pending, c.synced, c.error)
