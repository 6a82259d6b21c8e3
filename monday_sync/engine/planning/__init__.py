"""Makes a plan: gathers what both sides say, links rows to items, compares, prices. Changes nothing on either side."""

from monday_sync.engine.planning.assemble import make_plan

__all__ = ["make_plan"]
