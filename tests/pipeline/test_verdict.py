"""The verdict: one word for the whole, by the share that came through; what is not known is not well."""

from __future__ import annotations

from dataclasses import replace

import pytest

from console import Finding
from monday_sync import FailedRow
from pipeline.findings import Scope
from pipeline.model import BoardFigures, CustomerFigures, Figures, Stage, Status
from pipeline.records import HeldBack, LostOrders, MissingFile, Place, RejectedFile
from pipeline.verdict import judge

STAGES = (Stage("load", Status.OK), Stage("transform", Status.OK), Stage("sync", Status.OK))
WHOLE = Figures(
    customers=(CustomerFigures("AJE", ("AJE.xlsx",), "landed", rows=3, orders=2, rejected_rows=1),),
    expected_files=46, is_built=True,
)  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "status", "says"),
    [
        ({}, Status.OK, "All well: nothing changed on the board."),
        ({"board": BoardFigures(items_created=2, subitems_created=3)}, Status.OK, "All well: 5 changes on the board."),
        ({"board": BoardFigures(items_failed=2)}, Status.ATTENTION, "2 records not taken by the board"),
        ({"held_back": (HeldBack("RHONE", "lost 60 %", 4),)}, Status.ATTENTION, "1 customer held back"),
        (
            {"lost_orders": (LostOrders("A.xlsx", "unknown_customer", "Unknown", 5, 7),)},
            Status.ATTENTION,
            "5 orders lost",
        ),
        (
            {"customers": (CustomerFigures("AJE", rows=3, orders=2),)},
            Status.FAILED,
            "Failed: 1 customer whose rows do not add up",
        ),
        (
            {"customers": (CustomerFigures("NEW", ("NEW.xlsx",), rows=3, unread_rows=3),)},
            Status.ATTENTION,
            "1 workbook that no model reads",
        ),
        ({"customers": ()}, Status.ATTENTION, "There was nothing to look at"),
    ],
)
def test_the_verdict_is_drawn_from_rows(changed: dict[str, object], status: Status, says: str) -> None:
    """What failed, was lost, rejected or held back is in the sentence, which begins with the word."""
    judged = judge(STAGES, replace(WHOLE, **changed))  # type: ignore[arg-type]
    assert judged.status is status
    assert says in judged.verdict


@pytest.mark.parametrize(
    ("missing", "rejected", "expected", "status"),
    [(1, 0, 46, Status.ATTENTION), (0, 9, 46, Status.ATTENTION), (5, 5, 46, Status.FAILED), (45, 0, 46, Status.FAILED),
     (1, 0, 2, Status.ATTENTION), (1, 0, 1, Status.FAILED), (0, 2, 3, Status.FAILED), (1, 1, None, Status.ATTENTION)],
)  # fmt: skip
def test_the_share_of_workbooks_weighs(missing: int, rejected: int, expected: int | None, status: Status) -> None:
    """More than one workbook and more than a fifth, or all: failed. Where the number is not known it is no share."""
    figures = replace(
        WHOLE,
        missing_files=tuple(MissingFile(f"M{n}.xlsx", "Gone.") for n in range(missing)),
        rejected_files=tuple(RejectedFile(f"R{n}.xlsx", "Bad.") for n in range(rejected)),
        expected_files=expected,
    )
    for stages in (STAGES, STAGES[:1], STAGES[2:]):
        judged = judge(stages, figures)
        assert judged.status is status
        assert judged.findings[0].customers == ()
    assert (f"{missing + rejected} of {expected} workbooks" in judged.verdict) == (
        status is Status.FAILED and expected != 1
    )


def test_a_stage_that_failed_is_named_with_what_else_is_wrong() -> None:
    """Its own words first, then the workbook that was rejected before it."""
    failed = Stage("transform", Status.FAILED, message="A test failed.")
    figures = replace(WHOLE, rejected_files=(RejectedFile("R.xlsx", "Bad."),), held_back=(HeldBack("RHONE", "old", 1),))
    judged = judge((STAGES[0], failed), figures)
    assert judged.verdict == "Failed in transform: A test failed. Besides: 1 workbook rejected."
    assert [finding.check for finding in judged.findings] == ["transform", "rejected workbook"]


def test_a_push_that_failed_says_what_it_did_not_reach() -> None:
    """The share and the changes that it made all the same."""
    share = Finding("sync share", "failed", "Only 40 % of what was due reached the board (10 rows).", count=10)
    sync = Stage("sync", Status.FAILED, message="4 changes made.", findings=(share,))
    judged = judge((*STAGES[:2], sync), replace(WHOLE, board=BoardFigures(items_updated=4)))
    assert judged.verdict == (
        "Failed: Only 40 % of what was due reached the board (10 rows); 4 changes on the board."
    )  # fmt: skip


def test_rows_in_error_are_told_by_cause_with_their_place() -> None:
    """Two rows with one cause are one line: customer, file, row, what to run; an accepted one alarms nobody."""
    error = "fabric: the board column has no label 'WOOL' and none may be created there; it has none"
    rows = (
        FailedRow("AJE", "item", "POLO", error, 1, given_up=False, order="a"),
        FailedRow("AJE", "item", "TEE", error, 1, given_up=False, order="b"),
        FailedRow("RHONE", "item", "CAP", "Refused.", 5, given_up=True, order="c", accepted="accepted by maria"),
    )
    figures = replace(WHOLE, failed_rows=rows, places={"a": Place("A-1", "AJE.xlsx", 4)})
    judged = judge(STAGES, figures)
    (finding,) = [finding for finding in judged.findings if finding.verdict == "attention"]
    assert (finding.count, finding.customers, finding.file, finding.row) == (2, ("AJE",), "AJE.xlsx", 4)
    assert finding.command == "monday-sync why A-1"
    assert (finding.hint or "").startswith("Add label 'WOOL' to column fabric on the board")
    assert judge(STAGES, figures, Scope(("RHONE",))).status is Status.OK


def test_what_nobody_asked_for_is_not_judged() -> None:
    """A load judges no orders, a build no records on the board."""
    figures = replace(
        WHOLE,
        lost_orders=(LostOrders("A.xlsx", "unknown_customer", "Unknown", 5, 7),),
        failed_rows=(FailedRow("AJE", "item", "POLO", "Refused.", 1, given_up=False),),
    )
    assert judge(STAGES[:1], figures).verdict == "All well: load done."
    assert [finding.check for finding in judge(STAGES[:2], figures).findings] == ["lost order"]
    assert [finding.check for finding in judge(STAGES[2:], figures).findings] == ["record not taken"]


def test_many_names_of_one_workbook_are_one_line() -> None:
    """Six mistyped names are one problem with their number; a workbook that was refused is not held back besides."""
    lost = tuple(LostOrders("A.xlsx", "unknown_customer", f'Unknown "{n}".', 2, n) for n in range(6))
    refused = RejectedFile("R.xlsx", "No header is known as TOTAL QTY. The last good orders stand.")
    figures = replace(WHOLE, lost_orders=lost, rejected_files=(refused,),
                      held_back=(HeldBack("RHONE", "No header is known as TOTAL QTY.", 0),))  # fmt: skip
    judged = judge(STAGES, figures)
    assert [(finding.check, finding.count) for finding in judged.findings] == [
        ("rejected workbook", 1),
        ("lost order", 12),
    ]
