"""Bulk import: many new items with their subitems in one file a group, instead of one mutation each.

``file`` and ``choice`` and ``readback`` are pure: what stands in a file, when a file is cheaper, and what the board
shows of it afterwards. ``importer`` and ``recovery`` talk: a push imports, and the next run finishes what it left.
"""

from monday_sync.bulk.file import CLEAR, MOST_ROWS, BulkRow, missing_labels, parts, unfit, write_csv

__all__ = ["CLEAR", "MOST_ROWS", "BulkRow", "missing_labels", "parts", "unfit", "write_csv"]
