"""What is found in the figures of a run: each problem with its cause, whom and which row it concerns, and what to do.

Pure. Workbooks are judged by every run, since what became of them does not get old; what a build or a push made, by
runs that build or push (``pipeline.verdict`` decides).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from console import Finding, argument, counted, listed
from pipeline.model import Figures
from pipeline.records import LostOrders

#: Below this share of good ones, workbooks or rows, a run has failed: the push's own bar, by default.
BAR = 0.8
_ONE_BY_ONE = 5
_FAILED_TEST = re.compile(r"The test (\S+) fails")


@dataclass(frozen=True, slots=True)
class Scope:
    """What a run was asked to look at: ``customers`` (all, if empty) and where the workbooks come from."""

    customers: Collection[str] = ()
    source: str = ""

    def concerns(self, customer: str) -> bool:
        """Whether the run was about a customer."""
        return not self.customers or customer in self.customers

    def path(self, file: str) -> str:
        """A workbook as a command takes it."""
        return f"{self.source.rstrip('/')}/{file}" if self.source and "://" not in self.source else file


def workbook_findings(figures: Figures) -> list[Finding]:
    """Workbooks that are rejected or missing, and whether so many are that the run has failed."""
    owner = _owners(figures)
    rejected = [
        Finding(
            "rejected workbook", "attention", file.reason, "Correct the workbook, then:", 1, owner(file.file),
            file=file.file, command="pipeline run",
        )
        for file in figures.rejected_files
    ]  # fmt: skip
    missing = [
        Finding(
            "missing workbook", "attention", file.reason, "If it was removed for good:", 1,
            owner(file.file), file=file.file, command=f"loader forget {argument(file.file)}",
        )
        for file in figures.missing_files
    ]  # fmt: skip
    bad, all_of = len(rejected) + len(missing), figures.expected_files
    if all_of and bad and (bad == all_of or (bad > 1 and bad > (1 - BAR) * all_of)):
        kinds = {"missing": missing, "rejected": rejected}
        names = {kind: [finding.file or "" for finding in some] for kind, some in kinds.items() if some}
        said = ", ".join(
            listed(files) if len(names) == 1 else f"{len(files):,} {kind} ({listed(files)})"
            for kind, files in names.items()
        )
        whole = Finding(
            "workbooks", "failed", f"{bad:,} of {counted(all_of, 'workbook')} {' or '.join(names)}: {said}.",
            "This can hardly be the right source; the last good rows stay. Look at it, then:", bad,
            tuple(sorted({name for finding in (*missing, *rejected) for name in finding.customers})),
            tuple(name for files in names.values() for name in files)[:_ONE_BY_ONE],
            command="pipeline run --only load",
        )  # fmt: skip
        single = [finding for some in (missing, rejected) if len(some) <= _ONE_BY_ONE for finding in some]
        return [whole, *single]
    return [*_together(rejected), *_together(missing)]


def order_findings(figures: Figures, scope: Scope) -> list[Finding]:
    """What a build made of the workbooks: rows that no model reads, orders that are lost, sums that are wrong."""
    owner = _owners(figures)
    found = [
        Finding(
            "lost order", "attention", f"{counted(lost.count, 'order')} lost: {lost.reason}",
            _WHAT_TO_DO[lost.reason_code], lost.count, owner(lost.file), file=lost.file, row=lost.row,
            command=_rejects(owner(lost.file)),
        )
        for lost in _by_file(figures.lost_orders)
    ]  # fmt: skip
    for customer in figures.customers:
        if customer.is_unread:
            files = customer.files
            found.append(
                Finding(
                    "workbook without a model", "attention",
                    f"No model reads the {counted(customer.unread_rows, 'row')} of {listed(files)}: nothing of them is "
                    "an order.",
                    "Set the customer up (a copy of another workbook: take it away):", len(files),
                    (customer.customer,), file=files[0] if files else None,
                    command=f"loader scaffold {argument(scope.path(files[0]))}" if files else None,
                )
            )  # fmt: skip
        if not customer.adds_up:
            rest = customer.left_over
            what = "are neither orders nor rejects" if rest > 0 else "are orders or rejects without a sheet row"
            found.append(
                Finding(
                    "sum", "failed",
                    f"Rows in are not orders + rejected rows: {abs(rest):,} {what}.",
                    "Build everything anew; if it stays so, the models are wrong:", 1, (customer.customer,),
                    file=customer.files[0] if customer.files else None, command="pipeline run --only transform --full",
                )
            )  # fmt: skip
    return found


def held_findings(figures: Figures, scope: Scope) -> list[Finding]:
    """Customers of whom nothing is pushed; one whose workbook was refused is said with that workbook."""
    refused = [file.reason for file in figures.rejected_files]
    found = []
    for held in figures.held_back:
        if not scope.concerns(held.customer) or any(held.reason and held.reason in reason for reason in refused):
            continue
        test = _FAILED_TEST.search(held.reason)
        hint, command = (
            ("Look at the rows, and correct the workbook:", f"dbt show --select {test[1]}")
            if test
            else ("Look at the workbook; if it is right:", f"monday-sync push --release {argument(held.customer)}")
        )
        file = next((c.files[0] for c in figures.customers if c.customer == held.customer and c.files), None)
        waiting = f"{counted(held.waiting, 'change')} {'waits' if held.waiting == 1 else 'wait'}"
        found.append(
            Finding("held back", "attention", f"Held back, {waiting}: {held.reason}", hint, 1, (held.customer,),
                    file=file, command=command)
        )  # fmt: skip
    return found


def failure_findings(figures: Figures, scope: Scope) -> list[Finding]:
    """What the board did not take, by cause; what somebody accepted is said, and alarms nobody."""
    rows = [row for row in figures.failed_rows if scope.concerns(row.customer)]
    found = []
    if any(row.accepted is None for row in rows):
        import monday_sync  # noqa: PLC0415 - a run without failures needs none of its libraries

        for cause in monday_sync.failure_causes(rows):
            first = next((row for row in cause.rows if row.order in figures.places), cause.rows[0])
            place = figures.places.get(first.order)
            number = place.number if place else ""
            command = "monday-sync status" if not number else f"monday-sync why {argument(number)}"
            kind = "given up" if cause.given_up else "not taken"
            found.append(
                Finding(
                    f"record {kind}", "attention",
                    f"{counted(len(cause.rows), 'record')} {kind} by the board: {cause.message}",
                    cause.hint, len(cause.rows), tuple(sorted({row.customer for row in cause.rows})),
                    tuple(row.item for row in cause.rows[:_ONE_BY_ONE]), place.file if place else None,
                    place.row if place else None, "monday-sync retry" if cause.given_up else command,
                )
            )  # fmt: skip
    elif figures.board.failed:
        said = f"{counted(figures.board.failed, 'record')} not taken by the board."
        found.append(Finding("record not taken", "attention", said, None, figures.board.failed,
                             command="monday-sync status"))  # fmt: skip
    if figures.failed_rows_left_out:
        more = f"{counted(figures.failed_rows_left_out, 'more record')} in error, not looked at one by one."
        found.append(Finding("record not taken", "attention", more, None, figures.failed_rows_left_out,
                             command="monday-sync status"))  # fmt: skip
    if accepted := sum(row.accepted is not None for row in rows):
        said = f"{counted(accepted, 'record')} accepted as {'it is' if accepted == 1 else 'they are'}."
        found.append(Finding("accepted", "ok", said, count=accepted))
    return found


_WHAT_TO_DO = {
    "unknown_customer": "If it is mistyped, correct CUSTOMER NAME in the workbook. All such rows:",
    "key_does_not_fit": "All such rows:",
}


def _rejects(customers: Collection[str]) -> str:
    names = "".join(f" --customer {argument(name)}" for name in customers)
    return f"pipeline rejects{names}"


def _by_file(lost: Iterable[LostOrders]) -> list[LostOrders]:
    """Each reason of a workbook; where it has many of one kind, one for them all."""
    found: dict[tuple[str, str], list[LostOrders]] = {}
    for one in lost:
        found.setdefault((one.file, one.reason_code), []).append(one)
    return [
        one
        for group in found.values()
        for one in (
            group
            if len(group) <= _ONE_BY_ONE
            else [
                LostOrders(
                    group[0].file, group[0].reason_code, f"{group[0].reason} And {len(group) - 1:,} others like it.",
                    sum(one.count for one in group), group[0].row,
                )
            ]
        )
    ]  # fmt: skip


def _together(findings: list[Finding]) -> list[Finding]:
    """One line for each workbook, or one for many that have the same kind of trouble."""
    if len(findings) <= _ONE_BY_ONE:
        return findings
    first = findings[0]
    customers = tuple(sorted({name for finding in findings for name in finding.customers}))
    files = [finding.file or "" for finding in findings]
    many = f"{len(findings):,} workbooks: {listed(files, _ONE_BY_ONE)}. The first: {first.found}"
    return [
        Finding(first.check, first.verdict, many, first.hint, len(findings), customers, tuple(files),
                command=first.command if first.check == "rejected workbook" else 'loader forget "<the workbook>"')
    ]  # fmt: skip


class _Owners:
    def __init__(self, owners: Mapping[str, str]) -> None:
        self._owners = owners

    def __call__(self, file: str) -> tuple[str, ...]:
        """The customer whose workbook it is, if that is known."""
        return (self._owners[file],) if file in self._owners else ()


def _owners(figures: Figures) -> _Owners:
    return _Owners({file: customer.customer for customer in figures.customers for file in customer.files if file})
