"""Sections on the data: what did not make it and why, who is unknown, and cancelled orders."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from console import ConfigurationError, listed
from operations.cutover.preflight.model import Check, Section
from operations.cutover.preflight.scene import Scene

#: By the operators' own bar: with at least 95 % of its records a run is a success.
_MOST_REJECTED = 0.05
#: Rows that name no order: a blank line, a total.
_NO_ORDERS = frozenset({"blank", "no_order_number"})
_UNKNOWN_CUSTOMER = "unknown_customer"
_ORDERS, _LINES = "ORDER_LIST", "ORDER_LIST_LINES"


def quality(scene: Scene, section: Section) -> Iterator[Check]:
    """Files, rows and values that did not make it; customers and headers that nobody knows."""
    figures = scene.figures
    rows, orders = figures.total("rows"), figures.total("orders")
    yield section.judged(
        "every row of the workbooks is an order or a reject", holds=not figures.does_not_add_up,
        found=_first(figures.does_not_add_up) or f"{rows:,} rows, {orders:,} orders",
        mend=scene.command("pipeline run --only transform"),
    )  # fmt: skip
    lost = sum(r.count for r in figures.rejects if r.level == "row" and r.reason_code not in _NO_ORDERS)
    share = lost / (lost + orders) if lost + orders else 1.0
    by_reason = ", ".join(f"{r.reason_code} {r.count:,} ({r.level}s)" for r in figures.rejects) or "none"
    yield section.judged(
        f"at most {_MOST_REJECTED:.0%} of the rows that name an order are rejected", holds=share <= _MOST_REJECTED,
        found=f"{share:.1%}; rejects by reason: {by_reason}",
        mend=f"{scene.command('pipeline rejects')} lists them with file, row and text: correct them in the workbooks.",
    )  # fmt: skip
    files = [f"{one.file}: {one.reason}" for one in figures.rejected_files]
    files += [f"{one.file}: {one.reason}" for one in figures.missing_files]
    known = figures.expected_files
    yield section.judged(
        "every workbook is there and was read", holds=not files,
        found=_first(files) or ("" if known is None else f"{known:,} workbooks"),
        mend="Do what each says, then " + scene.command("pipeline run --only load") + ".",
    )  # fmt: skip
    yield from _names(scene, section)


def _names(scene: Scene, section: Section) -> Iterator[Check]:
    figures, customers = scene.figures, len(scene.figures.customers)
    unknown = [r.example or r.reason_code for r in figures.rejects if r.reason_code == _UNKNOWN_CUSTOMER]
    count = sum(r.count for r in figures.rejects if r.reason_code == _UNKNOWN_CUSTOMER)
    said = [f"{count:,} rows, such as {example}" for example in unknown] + list(figures.unread)
    yield section.judged(
        "every customer is known", holds=not said, found=_first(said) or f"{customers:,} customers",
        mend="A spelling is a line in seeds/customer_names.csv; a new customer's models: docs/customers.md.",
    )  # fmt: skip
    headers = [f"{one.file}: {one.header}" for one in figures.unknown_headers]
    yield section.judged(
        "every header is known", holds=not headers, found=_first(headers) or "none is unknown",
        mend="Map it, or say that it is ignored: docs/customers.md.",
    )  # fmt: skip
    held = [one.message for one in figures.held_back]
    yield section.judged(
        "no customer is held back", holds=not held, found=_first(held) or f"{customers:,} customers",
        mend="Correct what each says; or release the customer by the command that stands there.",
    )  # fmt: skip


def cancelled(scene: Scene, section: Section) -> Iterator[Check]:
    """Cancelled orders keep their lines, and the board shows them at zero."""
    name, of = "lines of cancelled orders are at zero", scene.warehouse.relation
    if not scene.warehouse.exists():
        raise ConfigurationError("There is no database yet.", hint=scene.build)
    with scene.warehouse.looking() as session:
        if lacking := session.relations().lacking((_ORDERS, _LINES)):
            raise ConfigurationError(f"The database has no {', '.join(lacking)}.", hint=scene.build)
        orders = int(session.rows(f"select count(*) from {of(_ORDERS)} where order_type = 'CANCELLED'")[0][0])  # noqa: S608
        lines, off = session.rows(
            "select count(*), sum(case when l.qty = 0 then 0 else 1 end) "  # noqa: S608 - quoted names
            f"from {of(_LINES)} l inner join {of(_ORDERS)} o on o.order_key = l.order_key "
            "where o.order_type = 'CANCELLED'"
        )[0]
    found = f"{orders:,} cancelled orders with {int(lines):,} lines"
    if not orders:
        yield section.unknown(name, "no order in the data is cancelled")
    elif off:
        yield section.failed(name, f"{found}; {int(off):,} are not at zero", scene.build)
    else:
        yield section.passed(name, found)


def _first(texts: Sequence[str]) -> str:
    return listed(texts) if texts else ""
