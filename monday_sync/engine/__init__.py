"""What a run is made of: reading both sides, planning, and carrying a plan out."""
