"""Seeded runs of the sync engine with faults and kills, each against a fresh board; tests run a few seeds."""
