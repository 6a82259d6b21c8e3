"""The one place that turns a target into a database."""

from __future__ import annotations

from console import ConfigurationError
from warehouse.base import Warehouse
from warehouse.profile import Target


def open_warehouse(target: Target) -> Warehouse:
    """The database of ``target``. Connects to nothing yet.

    Raises:
        ConfigurationError: the profile names an adapter that the project does not know, or its driver manager is not
            installed.
    """
    if target.kind == "duckdb":
        from warehouse.duckdb import DuckDBWarehouse  # noqa: PLC0415 - only the engine in use is imported

        return DuckDBWarehouse(target)
    if target.kind == "sqlserver":
        try:
            from warehouse.sqlserver import SQLServerWarehouse  # noqa: PLC0415
        except ImportError as error:
            raise ConfigurationError(
                f"SQL Server cannot be reached from this machine: {error}.",
                hint="Install unixODBC (`apt-get install unixodbc`, `brew install unixodbc`), "
                "then run `make sqlserver-driver`.",
            ) from error
        return SQLServerWarehouse(target)
    raise ConfigurationError(
        f"Target '{target.name}' has type '{target.kind}'.", hint="Known types: duckdb, sqlserver."
    )
