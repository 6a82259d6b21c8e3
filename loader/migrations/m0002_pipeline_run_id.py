"""Of which whole run a load was a part."""

ADDS = {"loader_file_log": ("pipeline_run_id",)}
