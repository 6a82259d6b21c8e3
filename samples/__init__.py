"""Sample workbooks of the 46 customers: real headers, invented orders, honest dirt; seeded and never committed."""

from samples.books import FULL_ROWS, Book, full_books, raw_table
from samples.changes import Change
from samples.expectation import Expectation
from samples.generate import Manifest, generate

__all__ = ["FULL_ROWS", "Book", "Change", "Expectation", "Manifest", "full_books", "generate", "raw_table"]
