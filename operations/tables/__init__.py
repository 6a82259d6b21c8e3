"""A table as files that outlive its database: written, checked, and brought back as it was."""

from operations.tables.dump import dump
from operations.tables.files import read
from operations.tables.manifest import Format, Manifest, TableFile
from operations.tables.measure import Measure
from operations.tables.restore import finish, load, measured
from operations.tables.shelf import Shelf, Stored, fetch_from_any, manifest_from_any

__all__ = [
    "Format", "Manifest", "Measure", "Shelf", "Stored", "TableFile", "dump", "fetch_from_any", "finish", "load",
    "manifest_from_any", "measured", "read",
]  # fmt: skip
