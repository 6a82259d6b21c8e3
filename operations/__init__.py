"""What people do around the daily run: two programs, ``maintenance`` and ``cutover``, over the same database and board."""
