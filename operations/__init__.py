"""What people do around the daily run: two programs, ``maintenance`` and ``cutover``, over one database."""

from operations.log import Entry, Log

__all__ = ["Entry", "Log"]
