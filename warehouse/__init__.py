"""The database of a target: who we connect to, how we talk to it, and the lock that keeps two runs apart.

The one place that reads dbt profiles and opens connections. Loader, monday_sync and pipeline build on it.
"""

from warehouse.base import Column, Relations, Session, Warehouse
from warehouse.catalog import Catalog, ConstraintState, Structure, TableColumn, Use, Uses, word_of
from warehouse.errors import (
    ChangedTableError,
    ConnectionFailedError,
    ConnectionLostError,
    DatabaseFailedError,
    DoesNotFitError,
    ForeignRelationError,
    LockLostError,
    NewerSchemaError,
    StatementFailedError,
    WarehouseBusyError,
)
from warehouse.inventory import ColumnFacts, ConstraintFacts, CostlyStatement, IndexFacts, Inventory, RelationFacts
from warehouse.open import open_warehouse
from warehouse.ownership import (
    MARK,
    Kept,
    require_columns,
    require_ours,
)
from warehouse.profile import Target, load_target
from warehouse.recording import Recorder, Tally, recording
from warehouse.versions import (
    VERSIONS_KEPT,
    Migration,
    Schema,
    bring_up_to_date,
    migrations_in,
    require_whole,
    version_of,
)

__all__ = [
    "MARK",
    "VERSIONS_KEPT",
    "Catalog",
    "ChangedTableError",
    "Column",
    "ColumnFacts",
    "ConnectionFailedError",
    "ConnectionLostError",
    "ConstraintFacts",
    "ConstraintState",
    "CostlyStatement",
    "DatabaseFailedError",
    "DoesNotFitError",
    "ForeignRelationError",
    "IndexFacts",
    "Inventory",
    "Kept",
    "LockLostError",
    "Migration",
    "NewerSchemaError",
    "Recorder",
    "RelationFacts",
    "Relations",
    "Schema",
    "Session",
    "StatementFailedError",
    "Structure",
    "TableColumn",
    "Tally",
    "Target",
    "Use",
    "Uses",
    "Warehouse",
    "WarehouseBusyError",
    "bring_up_to_date",
    "load_target",
    "migrations_in",
    "open_warehouse",
    "recording",
    "require_columns",
    "require_ours",
    "require_whole",
    "version_of",
    "word_of",
]
