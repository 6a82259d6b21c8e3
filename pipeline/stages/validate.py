"""The validate stage: asks the data whether it is whole, and changes nothing."""

from __future__ import annotations

from collections.abc import Mapping

from console import Finding, counted
from pipeline.dbt import run_dbt
from pipeline.errors import StageFailedError
from pipeline.figures import failed_tests, read_figures
from pipeline.model import Stage, Status
from pipeline.stages.context import Context
from warehouse import Session, Warehouse

# The operators' cutover checks. As operators write them they name no schema, which works where the login's is the same;
# here they are asked of the target's, and in the one spelling that a case-sensitive database knows.
CUTOVER_COLUMNS = """
SELECT COLUMN_NAME FROM INFORMATION_SCHEMA.COLUMNS
WHERE lower(TABLE_SCHEMA) = lower(?) AND TABLE_NAME IN ('FACT_ORDER_LIST', 'ORDER_LIST_LINES')
  AND COLUMN_NAME IN ('sync_state', 'action_type', 'monday_item_id', 'monday_subitem_id')
"""
_NEEDED = ("ORDER_LIST", "ORDER_LIST_LINES", "order_list_rejects", "FACT_ORDER_LIST", "swp_ORDER_LIST_SYNC")
_COLUMNS = frozenset({"sync_state", "action_type", "monday_item_id", "monday_subitem_id"})
_SHOWN = 50


def cutover_counts(relation: str) -> str:
    """The operators' counts of ``relation`` (quoted, with schema)."""
    return f"""
SELECT COUNT(*) AS total_records,
       COUNT(CASE WHEN sync_state = 'NEW' THEN 1 END) AS new_records,
       COUNT(CASE WHEN action_type = 'UPDATE' THEN 1 END) AS update_records,
       COUNT(CASE WHEN order_type = 'CANCELLED' THEN 1 END) AS cancelled_records
FROM {relation}
"""  # noqa: S608 - a name of ours


def validate(context: Context) -> Stage:
    """Reconcile files, orders and rejects; run the cutover checks and dbt's data tests.

    Raises:
        StageFailedError: there is nothing to validate yet.
    """
    with context.warehouse.session(read_only=True) as session:
        if missing := session.relations().lacking(_NEEDED):
            raise StageFailedError(
                f"There is nothing to validate: {', '.join(missing)} is missing on target '{context.target.name}'.",
                hint="Run `pipeline run` first.",
            )
        counts, problems = _cutover(session, context.warehouse)
    figures = read_figures(context.warehouse)
    if not figures.total("rows"):
        problems.append("There is nothing to validate: no workbook has any rows here.")
    problems += [f"{name}: rows in are not orders + rejected rows." for name in figures.does_not_add_up]
    problems += figures.unread
    tests = run_dbt(["test", "--select", "test_type:data"], target=context.target.name, project_dir=context.project_dir)
    if not tests.nodes:
        problems.append("There is nothing to validate: dbt found no data test to run.")
    problems += tests.failures
    with context.warehouse.session(read_only=True) as session:
        problems += failed_tests(session, context.warehouse)
    if tests.exit_code != 0 and not tests.failures:
        problems.append(f"dbt test ended with status {tests.exit_code}.")
    return Stage(
        "validate",
        Status.FAILED if problems else Status.OK,
        message=f"{counted(len(problems), 'check')} failed. First: {problems[0]}"
        if problems
        else f"{tests.ran} tests, the cutover checks and the reconciliation of all files pass.",
        rows=figures.total("rows"),
        figures={**counts, "tests": tests.ran},
        problems=(*problems[:_SHOWN], *tests.warnings[:_SHOWN]),
        findings=tuple(
            Finding("validate", "failed", problem, command="pipeline run --only validate")
            for problem in problems[:_SHOWN]
        ),
    )


def _cutover(session: Session, warehouse: Warehouse) -> tuple[Mapping[str, float], list[str]]:
    total, new, updates, cancelled = (
        int(value) for value in session.rows(cutover_counts(warehouse.relation("swp_ORDER_LIST_SYNC")))[0]
    )
    columns = {str(row[0]) for row in session.rows(CUTOVER_COLUMNS, [warehouse.target.schema or "main"])}
    problems = [f"Neither FACT_ORDER_LIST nor ORDER_LIST_LINES has {name}." for name in sorted(_COLUMNS - columns)]
    counts = {"total records": total, "new records": new, "update records": updates, "cancelled records": cancelled}
    return counts, problems
