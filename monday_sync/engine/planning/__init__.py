"""Makes a plan: gathers what both sides say, links rows to items, compares, prices."""
