"""Lands order list workbooks as raw tables: one table a workbook, every cell as text, nothing lost."""

from loader.errors import RejectedError, SourceError
from loader.land import land, workbooks_in
from loader.limits import Limits
from loader.names import META_COLUMNS, is_raw_table
from loader.results import FileResult, LandResult, MissingWorkbook, Status
from loader.tables import KEPT, require_tables

__all__ = [
    "KEPT", "META_COLUMNS", "FileResult", "LandResult", "Limits", "MissingWorkbook", "RejectedError", "SourceError",
    "Status", "is_raw_table", "land", "require_tables", "workbooks_in",
]  # fmt: skip
