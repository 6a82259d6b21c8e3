"""What releases before versions added to the history."""

ADDS = {"pipeline_runs": ("run_seq",)}
