"""Which invocations of dbt belong to a stage."""

ADDS = {"pipeline_stages": ("invocations",)}
