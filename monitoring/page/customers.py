"""The table of customers: how each stands, why, and the rows it is about. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from console import argument, counted
from monitoring.alerts import Alert
from monitoring.model import Check, State, worst
from monitoring.overview import Overview
from monitoring.page.facts import Counted, Due, Facts, Reject, Workbook
from monitoring.page.reading import SHOWN
from monitoring.texts import figure_text

#: Whose a workbook is of which there are no orders.
NOBODY = "customer not known"
_RANK = {State.OK: 0, State.UNKNOWN: 1, State.ATTENTION: 2, State.FAILED: 3}
_BAD_FILES = {"rejected": "was rejected", "missing": "did not come"}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a customer needs somebody, and the command that shows more."""

    state: State
    text: str
    command: str = ""


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one kind, those that are left out counted."""

    title: str
    rows: tuple[Reject | Due, ...]
    left_out: int
    command: str


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """A customer; a figure that is ``None`` is not known.

    Args:
        file: its workbook that came last; ``files``: how many it has.
        held: changes that its being held back holds back; ``is_held`` also where there are none.
        place: its place by trouble, 0 is the worst.
    """

    name: str
    state: State
    file: str
    files: int
    landed: str
    orders: int | None
    rejects: int | None
    held: int | None
    waiting: int | None
    failed: int | None
    is_held: bool
    owner: str
    reasons: tuple[Reason, ...] = ()
    rows: tuple[Rows, ...] = ()
    place: int = 0

    @property
    def is_quiet(self) -> bool:
        """Whether nobody needs to look at it."""
        return self.state in {State.OK, State.UNKNOWN}


def customer_rows(view: Overview, facts: Facts) -> tuple[CustomerRow, ...]:
    """All of them, the one in most trouble first."""
    books = {one.file: one for one in facts.workbooks or ()}
    owner = _owners(facts)
    of: dict[str, list[Workbook]] = {}
    for file, book in books.items():
        of.setdefault(owner.get(file, f"{file} ({NOBODY})"), []).append(book)
    rejects: dict[str, list[Counted]] = {}
    for (name, file), some in (facts.rejects or {}).items():
        rejects.setdefault(name or owner.get(file, f"{file} ({NOBODY})"), []).append(some)
    orders = Counter[str]()
    for (name, _), count in (facts.orders or {}).items():
        orders[name] += count
    alerts: dict[str, list[Alert]] = {}
    for alert in view.open_alerts:
        name = alert.customer or owner.get(alert.subject, "")
        if not name and f"{alert.subject} ({NOBODY})" in of:
            name = f"{alert.subject} ({NOBODY})"
        if name:
            alerts.setdefault(name, []).append(alert)
    names = {*orders, *of, *rejects, *alerts, *(facts.held or {}), *(name for name, _ in facts.due or {})} - {""}
    checks = {check.name: check for check in view.checks}
    made = [
        _customer(
            name, view, facts, books=of.get(name, []), orders=orders[name] if facts.orders is not None else None,
            rejects=rejects.get(name, []), alerts=alerts.get(name, []), checks=checks,
        )
        for name in names
    ]  # fmt: skip
    made.sort(key=lambda one: (
        -_RANK[one.state], -(one.failed or 0), not one.is_held, -(one.waiting or 0), -(one.rejects or 0), one.name,
    ))  # fmt: skip
    return tuple(replace(one, place=place) for place, one in enumerate(made))


def _owners(facts: Facts) -> Mapping[str, str]:
    """Whose each workbook is: the customer with most orders in it."""
    found: dict[str, tuple[int, str]] = {}
    for (name, file), count in sorted((facts.orders or {}).items()):
        if file not in found or count > found[file][0]:
            found[file] = (count, name)
    return {file: name for file, (_, name) in found.items()}


def _customer(
    name: str, view: Overview, facts: Facts, *, books: list[Workbook], orders: int | None, rejects: list[Counted],
    alerts: list[Alert], checks: Mapping[str, Check],
) -> CustomerRow:  # fmt: skip
    due = {kind: (facts.due or {}).get((name, kind)) for kind in ("failed", "held", "waiting")}
    counts = {kind: None if facts.due is None else one.count if one else 0 for kind, one in due.items()}
    held = (facts.held or {}).get(name)
    reasons = [_reason(alert, checks.get(alert.check)) for alert in alerts]
    said = {alert.check for alert in alerts}
    if held is not None and "customers_held" not in said:
        release = f"monday-sync push --release {argument(name)}"
        reasons.append(Reason(State.ATTENTION, f"Held back: {held or 'nobody says why'}", release))
    if due["failed"] and not said & {"records_refused", "records_given_up"}:
        text = f"{counted(due['failed'].count, 'record')} that the board refuses"
        reasons.append(Reason(State.ATTENTION, text, "monday-sync status"))
    if not said & {"workbooks_rejected", "workbooks_missing"}:
        reasons += [
            Reason(State.ATTENTION, f"{book.file} {_BAD_FILES[book.status]}: {book.reason}", "pipeline status")
            for book in books if book.status in _BAD_FILES
        ]  # fmt: skip
    last = max(books, key=_newest, default=None)
    state = worst(reason.state for reason in reasons)
    if state is State.OK and None in (orders, facts.rejects, facts.due, facts.held):
        state = State.UNKNOWN
    return CustomerRow(
        name=name, state=state, file=last.file if last else "", files=len(books),
        landed=f"{last.landed_at:%Y-%m-%d %H:%M}" if last and last.landed_at else "", orders=orders,
        rejects=None if facts.rejects is None else sum(one.count for one in rejects), held=counts["held"],
        waiting=counts["waiting"], failed=counts["failed"], is_held=held is not None,
        owner=view.settings.owner_of("", name), reasons=tuple(reasons), rows=tuple(_rows(name, due, rejects)),
    )  # fmt: skip


def _reason(alert: Alert, check: Check | None) -> Reason:
    what = f"{check.title if check else alert.check}: {figure_text(check, alert.figure, alert.bar)}."
    return Reason(alert.state, f"{what} {alert.reason}".strip(), check.command if check else "monitor status")


def _rows(name: str, due: Mapping[str, Counted | None], rejects: list[Counted]) -> Iterable[Rows]:
    known = NOBODY not in name
    status = f"monday-sync status --customer {argument(name)}" if known else "monday-sync status"
    titles = {"failed": ("The board refuses", status), "held": ("Held back", status),
              "waiting": ("Waiting for the next push", f"monday-sync plan --customer {argument(name)}")}  # fmt: skip
    for kind, (title, command) in titles.items():
        if some := due[kind]:
            yield Rows(title, some.first[:SHOWN], some.count - len(some.first[:SHOWN]), command)
    if total := sum(one.count for one in rejects):
        first = tuple(row for one in rejects for row in one.first)[:SHOWN]
        command = f"pipeline rejects --customer {argument(name)}" if known else "pipeline rejects"
        yield Rows("Rejected", first, total - len(first), command)


def _newest(book: Workbook) -> tuple[bool, float, str]:
    return book.landed_at is not None, book.landed_at.timestamp() if book.landed_at else 0.0, book.file
