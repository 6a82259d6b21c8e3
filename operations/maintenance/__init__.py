"""``maintenance``: backups, retirement of old tables, constraints, and an audit of the database."""
