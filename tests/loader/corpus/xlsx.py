"""The corpus of .xlsx: what lands, and what is refused."""

from __future__ import annotations

from tests.loader.corpus import xlsx_cells, xlsx_files, xlsx_moments, xlsx_sheets

_PARTS = (xlsx_cells.CORPUS, xlsx_moments.CORPUS, xlsx_files.CORPUS, xlsx_sheets.CORPUS)

LISTS = [case for corpus in _PARTS for case in corpus.lists]
REFUSALS = [case for corpus in _PARTS for case in corpus.refusals]
