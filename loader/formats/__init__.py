"""File formats of workbooks: bytes to sheets of values."""
