"""Measures what the project claims: ``make bench``. Every ratio comes from one run on one machine."""
