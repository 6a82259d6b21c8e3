"""Bulk import: many new items with their subitems in one file a group, instead of one mutation each.

:class:`BulkImports` is all of it that others see. ``file``, ``choice`` and ``readback`` are pure: what stands in a
file, when a file is cheaper, and what the board shows of it afterwards. ``importer``, ``job`` and ``recovery`` talk: a
push imports, and the next run finishes what it left.
"""

from monday_sync.bulk.imports import BulkImports

__all__ = ["BulkImports"]
