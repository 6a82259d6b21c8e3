"""SQL Server 2019 to 2025 and Azure SQL, by ODBC: the same face as DuckDB's.

Connections are made the way dbt-sqlserver makes them.
"""

from warehouse.sqlserver.doctor import examine
from warehouse.sqlserver.lock import lock_trial
from warehouse.sqlserver.session import SQLServerSession
from warehouse.sqlserver.warehouse import SQLServerWarehouse

__all__ = ["SQLServerSession", "SQLServerWarehouse", "examine", "lock_trial"]
