"""Of which whole run a run was a part."""

ADDS = {"monday_sync_runs": ("pipeline_run_id",)}
