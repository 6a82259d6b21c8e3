"""The transform stage: ``dbt build``, unless nothing it depends on has changed since it last succeeded."""

from __future__ import annotations

from console import ConfigurationError, Finding, counted
from pipeline.dbt import DbtResult, Node, run_dbt
from pipeline.failing import customers_in, short
from pipeline.fingerprint import fingerprint
from pipeline.model import Stage, Status
from pipeline.stages.context import Context
from warehouse import ChangedTableError, ForeignRelationError, NewerSchemaError

_SHOWN = 50


def transform(context: Context) -> Stage:
    """Build all models and test the data.

    A model that errors or a test that fails with severity error makes the stage FAILED: nothing is pushed then.
    """
    _tell_the_mapping(context)
    before = fingerprint(context.warehouse)
    if before is not None and not context.options.full and before == context.history.last_fingerprint():
        return Stage(
            "transform",
            Status.SKIPPED,
            message="Not needed: neither workbooks nor models changed since the last build (--full builds anyway).",
        )
    context.history.begin_build(context.run_id)
    # unit tests try the models' code, which `make test` does; the data tell them nothing
    result = run_dbt(
        ["build", "--exclude-resource-type", "unit_test"], target=context.target.name, project_dir=context.project_dir
    )
    if result.failures or result.exit_code != 0:
        return stage_of_failure(result)
    if (made_of := fingerprint(context.warehouse)) is not None:
        context.history.end_build(context.run_id, made_of)
    return Stage(
        "transform",
        Status.OK,
        message=f"Built and tested {result.ran:,} nodes"
        + (f"; {counted(len(result.warnings), 'warning')}." if result.warnings else ", all well."),
        rows=_rows(context),
        figures=_figures(result),
        problems=result.warnings[:_SHOWN],
        invocations=result.invocations,
    )


def _tell_the_mapping(context: Context) -> None:
    """Let dbt know which types the board's columns have, by which it lists what the board cannot show."""
    import monday_sync  # noqa: PLC0415 - costs more than reading the figures of another stage

    try:
        monday_sync.record_mapping(context.target)
    except (
        ChangedTableError,
        ForeignRelationError,
        NewerSchemaError,
    ):  # dbt joins these tables, and would say so in words of its own
        raise
    except ConfigurationError:
        pass  # the sync says what is wrong with the board's file


def stage_of_failure(result: DbtResult) -> Stage:
    """A build of which nodes failed."""
    count = len(result.failures)
    what = (
        f"{counted(count, 'node')} of dbt failed"
        if count
        else f"dbt ended with status {result.exit_code} though no node failed"
    )
    first = f" First: {short(result.failures[0])}" if count else ""
    return Stage(
        "transform",
        Status.FAILED,
        message=f"{what}; the board is left as it was.{first}",
        figures=_figures(result),
        problems=(*result.failures[:_SHOWN], *result.warnings[:_SHOWN]),
        findings=tuple(_finding(node) for node in result.failed[:_SHOWN]),
        log=result.said if not count else "",
        invocations=result.invocations,
    )


def _finding(node: Node) -> Finding:
    if node.kind in {"tests", "unit tests"}:
        return Finding("transform", "failed", short(node.told), "Look at the rows that it finds, and correct them:",
                       1, command=f"dbt show --select {node.name}")  # fmt: skip
    return Finding(
        "transform", "failed", short(node.told), "Correct what it names, then:", 1, customers_in(node.told),
        command="pipeline run",
    )  # fmt: skip


def _figures(result: DbtResult) -> dict[str, float]:
    """Nodes by kind, and where dbt's seconds went: wall time of its work, and seconds on its threads by kind."""
    figures: dict[str, float] = dict(sorted(result.counts.items()))
    figures["seconds executing"] = round(result.seconds, 2)
    return figures | {f"thread seconds in {kind}": value for kind, value in result.seconds_by_kind.items()}


def _rows(context: Context) -> int:
    """Sheet rows that went through: orders and rejected rows."""
    relation = context.warehouse.relation
    with context.warehouse.session(read_only=True) as session:
        orders = session.rows(f"select count(*) from {relation('ORDER_LIST')}")  # noqa: S608 - quoted name
        rejects = session.rows(
            f"select count(*) from {relation('order_list_rejects')} where reject_level = 'row'"  # noqa: S608
        )
    return int(orders[0][0]) + int(rejects[0][0])
