"""Broken mornings: what each finds in the database, what its push gave back, and what a stranger should read of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from monday_sync import Counts, OffBoard, Problem, PushResult
from pipeline.dbt import DbtResult, Node
from pipeline.errors import StageFailedError
from pipeline.model import Stage, Status
from pipeline.stages.transform import stage_of_failure
from tests.pipeline.mornings.calm import fail, pushed
from warehouse import Session

_GREYSON = "GREYSON ORDER LIST (M3).xlsx"
_BOX = "unit_of_measure: the board column has no label 'BOX' and none may be created there; it has PCS, SET"
_DBT = """dbt build ended with status 2 before it ran anything (all it said: target/local/dbt.log):
Encountered an error:
Compilation Error
  Model 'model.master_schedule.stg_greyson' (models/staging/customers/stg_greyson.sql) depends on a node named
  'stg_nobody' which was not found"""


def _built() -> Stage:
    return Stage("transform", Status.OK, message="Built.")


@dataclass(frozen=True)
class Morning:
    """One broken morning.

    Args:
        status: how the run ends.
        cause, customer, command: what a line of its To do says together.
        breaks: what is done to the calm morning's relations.
        push: what the push gave back.
        transform: the stage, where it is not a build without trouble.
    """

    name: str
    status: Status
    cause: str
    customer: str
    command: str
    breaks: Callable[[Session], None] = lambda _: None
    push: PushResult = field(default_factory=pushed)
    transform: Callable[[], Stage] = _built


def _sql(*statements: str) -> Callable[[Session], None]:
    def run(session: Session) -> None:
        for statement in statements:
            session.execute(statement)

    return run


def _failing(*orders: str, message: str, outcome: str = "ERROR", attempts: int = 1) -> Callable[[Session], None]:
    def run(session: Session) -> None:
        for order in orders:
            fail(session, order, message, outcome=outcome, attempts=attempts)

    return run


def _no_dbt() -> Stage:
    raise StageFailedError(_DBT)


def _failed_test() -> Stage:
    said = "Got 3 results, configured to fail if != 0"
    node = Node("test.master_schedule.no_price_is_negative.1a2b", "fail", 0.1, said)
    return stage_of_failure(DbtResult(1, (node,), 2.0))


_LOST = (
    "insert into order_list_rejects select _source_file, 'MASTER', _source_row, null, 'row', null, null, "
    "'unknown_customer', 'Unknown customer name \"GREYSONN\"; if it is right, add it to seeds/customer_names.csv.' "
    "from \"ORDER_LIST\" where order_key in ('GREYSON3', 'GREYSON4')",
    "delete from \"ORDER_LIST_LINES\" where order_key in ('GREYSON3', 'GREYSON4')",
    "delete from \"ORDER_LIST\" where order_key in ('GREYSON3', 'GREYSON4')",
)
_ZERO = tuple(Problem("item", f"AJE{n}", "AJE", f"POLO A-10{n}", "Unauthorized") for n in range(5))

MORNINGS = (
    Morning(
        "a workbook that is none", Status.ATTENTION, "is no workbook", "GREYSON", "pipeline run",
        _sql(f"update loader_file_log set status = 'rejected', reason = '{_GREYSON} is no workbook. Save it again.' "
             f"where file = '{_GREYSON}'"),
    ),
    Morning(
        "a workbook is missing", Status.ATTENTION, "not in the source", "RHONE",
        'loader forget "RHONE ORDER LIST (M3).xlsx"',
        _sql("update loader_file_log set status = 'missing', reason = 'It is not in the source since 2026-11-20.' "
             "where file like 'RHONE%'"),
    ),
    Morning(
        "all workbooks but one are gone", Status.FAILED, "45 of 46 workbooks missing", "",
        "pipeline run --only load",
        _sql("update loader_file_log set status = 'missing', reason = 'It is not in the source.' "
             "where file not like 'AJE%'"),
    ),
    Morning(
        "a customer's name is mistyped", Status.ATTENTION, 'Unknown customer name "GREYSONN"', "GREYSON",
        'pipeline rejects --customer GREYSON', _sql(*_LOST),
    ),
    Morning(
        "a workbook that no model reads", Status.ATTENTION, "No model reads the 20 rows", "NEW BRAND",
        'loader scaffold "in/NEW BRAND.xlsx"',
        _sql("create table \"xNEW_BRAND_ORDER_LIST_RAW\" as select 'NEW BRAND.xlsx' as _source_file from range(20)"),
    ),
    Morning(
        "a customer lost most of its orders", Status.ATTENTION, "Only 8 of the 40 orders last pushed are left", "RHONE",
        'monday-sync push --release RHONE',
        _sql("update sync_customers set is_held_back = 1, held_back_reason = "
             "'Only 8 of the 40 orders last pushed are left.' where customer_name = 'RHONE'"),
        pushed(items=Counts(held_back=32), verdict="attention"),
    ),
    Morning(
        "a label is not on the board", Status.ATTENTION, "Add label 'BOX' to column unit_of_measure", "AJE",
        'monday-sync why A-101', _failing("AJE1", "AJE2", message=_BOX),
        pushed(items=Counts(updated=98, failed=2), success_share=0.98, due=100,
               errors=(Problem("item", "AJE1", "AJE", "POLO A-101", _BOX),) * 2),
    ),
    Morning(
        "the board took nothing", Status.FAILED, "Nothing of what was due reached the board (5 rows)", "",
        "monday-sync status", _failing(*(f"AJE{n}" for n in range(5)), message="UserUnauthorizedException: no right"),
        pushed(items=Counts(failed=5), errors=_ZERO, success_share=0.0, due=5, verdict="failed"),
    ),
    Morning(
        "items were taken off the board", Status.ATTENTION, "94 orders not due: their items are missing",
        "",
        "monday-sync verify --repair",
        push=pushed(off_board=(OffBoard("their items are missing by the board's own count, which may lag behind", 94),),
                    verdict="attention", notes=("The board counts 94 items less than the ledger links.",)),
    ),
    Morning(
        "a model does not parse", Status.FAILED, "Compilation Error", "GREYSON", "pipeline run", transform=_no_dbt,
    ),
    Morning(
        "a test fails", Status.FAILED, "Got 3 results", "", "dbt show --select no_price_is_negative",
        transform=_failed_test,
    ),
    Morning(
        "orders were given up", Status.ATTENTION, "1 record given up by the board: The name is too long", "RHONE",
        "monday-sync retry", _failing("RHONE2", message="The name is too long", outcome="DEAD", attempts=5),
        pushed(given_up=(Problem("item", "RHONE2", "RHONE", "POLO R-102", "The name is too long"),),
               success_share=None, due=None, verdict="attention"),
    ),
)  # fmt: skip
