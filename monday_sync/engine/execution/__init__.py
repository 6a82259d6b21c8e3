"""Carries a plan out, exactly once: requests in batches, outcomes in the ledger."""
