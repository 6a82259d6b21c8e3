"""What releases before versions added to the file log."""

ADDS = {"loader_file_log": ("load_seq", "source")}
