"""What people do around the daily run: two programs, ``maintenance`` and ``cutover``, over one database."""
