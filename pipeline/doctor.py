"""Looks at everything that a run needs, changes nothing, and says what is missing and how to fix it."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import loader
from console import Finding, OrderListError, redact, refused
from pipeline.board import LOCAL_TARGET, board_page
from pipeline.dbt_folder import base_folder
from pipeline.fingerprint import project_files
from pipeline.history import require_tables
from pipeline.ownership import left_over
from warehouse import (
    ChangedTableError,
    ForeignRelationError,
    Relations,
    Target,
    load_target,
    open_warehouse,
)

_RELATIONS = {
    "loader": ("loader_file_log", "loader_file_headers"),
    "dbt": ("ORDER_LIST", "ORDER_LIST_LINES", "order_list_rejects", "swp_ORDER_LIST_SYNC", "sync_monday__items"),
    "monday_sync": ("monday_sync_items", "monday_sync_subitems"),
}
_PACKAGES = ("dbt-core", "dbt-duckdb", "dbt-sqlserver", "duckdb", "pyarrow", "python-calamine", "gql")


def examine(target_name: str | None, reports: Path = Path("data/reports")) -> list[Finding]:
    """All findings for a target. A check that cannot be made is a finding too; none hides another.

    Args:
        reports: where a run would write its report.
    """
    findings = list(_guarded("python", _python))
    try:
        target = load_target(target_name)
    except OrderListError as error:
        return [*findings, _missing("profile", error), *_guarded("reports", lambda: _folder("reports", reports))]
    findings.append(Finding("profile", "ok", f"target '{target.name}' is {target.kind}, schema {target.schema}"))
    findings += _guarded("dbt project", lambda: _project(target))
    findings += database_findings(target)
    if not any(finding.bad for finding in findings if finding.check.endswith("database")):
        findings += _guarded("relations", lambda: _relations(target))
        findings += _guarded("tables", lambda: _kept(target))
        findings += _guarded("left over", lambda: _left_over(target))
    findings += _guarded("board", lambda: _board(target))
    findings += _guarded("monitoring", lambda: _told(target))
    findings += _guarded("reports", lambda: _folder("reports", target.project_dir / reports))
    findings += _guarded("dbt's folder", lambda: _folder("dbt's folder", base_folder(target.project_dir, {})))
    return findings


def database_findings(target: Target) -> list[Finding]:
    """What a run will do in the database of a target, tried: connection, version, rights, room."""
    return _guarded("database", lambda: _database(target))


def _guarded(check: str, findings: Callable[[], Iterator[Finding]]) -> list[Finding]:
    try:
        return list(findings())
    except OrderListError as error:
        return [_missing(check, error)]
    except OSError as error:
        return [_missing(check, refused(error))]
    except Exception as error:  # what it is there to find may break it too: that is a finding, and the others follow
        return [Finding(check, "missing", redact(f"it could not be looked at: {type(error).__name__}: {error}"))]


def _missing(check: str, error: OrderListError) -> Finding:
    return Finding(check, "missing", error.message, error.hint)


def _python() -> Iterator[Finding]:
    yield Finding("python", "ok", f"{sys.version.split()[0]} at {sys.executable}")
    absent = []
    for package in _PACKAGES:
        try:
            version(package)
        except PackageNotFoundError:
            absent.append(package)
    if absent:
        yield Finding(
            "packages", "missing", f"not installed: {', '.join(absent)}", "Run `make run`, which installs them."
        )
    else:
        yield Finding("packages", "ok", ", ".join(f"{package} {version(package)}" for package in _PACKAGES))


def _project(target: Target) -> Iterator[Finding]:
    models = [path for path in project_files(target.project_dir) if path.suffix == ".sql"]
    if models:
        yield Finding("dbt project", "ok", f"{len(models)} SQL files in {target.project_dir}")
    else:
        yield Finding(
            "dbt project", "missing", f"no models in {target.project_dir}", "Run this in the project's folder."
        )


def _database(target: Target) -> Iterator[Finding]:
    warehouse = open_warehouse(target)
    if target.kind == "duckdb":
        from warehouse import duckdb_doctor  # noqa: PLC0415 - only the engine in use is imported
        from warehouse.duckdb import DuckDBWarehouse  # noqa: PLC0415

        if isinstance(warehouse, DuckDBWarehouse):
            yield from duckdb_doctor.examine(warehouse)
        return
    from warehouse import sqlserver  # noqa: PLC0415 - needs the ODBC library, which target local does not

    if isinstance(warehouse, sqlserver.SQLServerWarehouse):
        with warehouse.session(read_only=True):
            pass  # one that does not let us in says so in a sentence of its own
        yield from sqlserver.examine(warehouse)


def _relations(target: Target) -> Iterator[Finding]:
    warehouse = open_warehouse(target)
    names = Relations(())
    if warehouse.exists():
        with warehouse.session(read_only=True) as session:
            names = session.relations()
    raw = list(filter(loader.is_raw_table, names))
    yield Finding(
        "raw tables", "ok" if raw else "warning", f"{len(raw)} landed", None if raw else "The first run lands them."
    )
    for program, wanted in _RELATIONS.items():
        if absent := names.lacking(wanted):
            yield Finding(f"relations of {program}", "warning", f"missing: {', '.join(absent)}", "A run makes them.")
        else:
            yield Finding(f"relations of {program}", "ok", f"{len(wanted)} there")


def _kept(target: Target) -> Iterator[Finding]:
    """Whether the tables that the programs keep are as this version writes them."""
    import monday_sync  # noqa: PLC0415 - only here
    import monitoring  # noqa: PLC0415

    warehouse = open_warehouse(target)
    if not warehouse.exists():
        return
    programs = {
        "loader": loader.require_tables, "monday_sync": monday_sync.require_tables, "pipeline": require_tables,
        "monitoring": monitoring.require_tables,
    }  # fmt: skip
    for program, check in programs.items():
        try:
            with warehouse.session(read_only=True) as session:
                check(session)
        except (ForeignRelationError, ChangedTableError) as error:
            yield _missing(f"tables of {program}", error)
        else:
            yield Finding(f"tables of {program}", "ok", "can be written by this version")


def _told(target: Target) -> Iterator[Finding]:
    """Whether anybody would be told: a mistake in the file stops no run, so it is easily missed."""
    import monitoring  # noqa: PLC0415

    channels = monitoring.channels_of(monitoring.load_settings(target.project_dir))
    said = f"tells by {', '.join(channels)}: `monitor test` tries it" if channels else "nobody is told: no channel"
    yield Finding("monitoring", "ok", said)


def _left_over(target: Target) -> Iterator[Finding]:
    warehouse = open_warehouse(target)
    if warehouse.exists() and (found := left_over(warehouse)):
        yield Finding(
            "left over", "warning", f"made by an older version, read by nothing: {', '.join(found)}",
            "Keep them, or drop them once a run has ended well; a run leaves them as they are.",
        )  # fmt: skip


def _board(target: Target) -> Iterator[Finding]:
    from monday_sync.commands.credentials import read_token  # noqa: PLC0415 - only here
    from monday_sync.domain.board import load_boards  # noqa: PLC0415 - only here

    boards = load_boards(target.name, target.project_dir / "boards")
    yield Finding("board file", "ok", f"boards/{target.name}.yml: {', '.join(board.title for board in boards)}")
    if target.name == LOCAL_TARGET:
        yield Finding(
            "board", "ok", f"the local one, at {board_page(target)}; a run starts it when nothing answers there"
        )
        return
    try:
        token = read_token()
    except OrderListError as error:
        yield Finding("board", "missing", error.message, error.hint)
        return
    if token is not None:
        yield Finding("board", "ok", f"there is a token; `monday-sync check --target {target.name}` tries it")
    else:
        yield Finding("board", "missing", "no token for the board's API", "Set MONDAY_API_TOKEN.")


def _folder(check: str, folder: Path) -> Iterator[Finding]:
    """Whether files can be written there; what is not there yet is not made."""
    there = folder
    while not there.exists() and there != there.parent:
        there = there.parent
    try:
        with tempfile.TemporaryFile(dir=there) as trial:
            trial.write(b"x" * 4096)
    except OSError as error:
        told = refused(error, f"Nothing can be written to {folder}")
        yield Finding(check, "missing", told.message, told.hint)
        return
    yield Finding(check, "ok", f"{folder} takes files" if there == folder else f"{folder} can be made")
