"""What is claimed of SQL Server, measured on a live one: ``make bench-sqlserver`` (``python -m bench.sqlserver``)."""
