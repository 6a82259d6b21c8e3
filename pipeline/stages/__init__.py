"""The stages of a run: each a function from a :class:`Context` to a :class:`~pipeline.model.Stage`.

A stage that cannot be done raises an ``OrderListError``; one that did its work with losses returns ``ATTENTION``.
"""

from pipeline.stages.context import Context
from pipeline.stages.order import ALL, StageFunction

__all__ = ["ALL", "Context", "StageFunction"]
