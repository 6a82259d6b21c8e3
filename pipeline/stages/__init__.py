"""The stages of a run: each a function from a :class:`Context` to a :class:`~pipeline.model.Stage`.

A stage that cannot be done raises an ``OrderListError``; one that did its work with losses returns ``ATTENTION``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pipeline.model import Stage
from pipeline.stages.context import Context
from pipeline.stages.load import load
from pipeline.stages.sync import sync
from pipeline.stages.transform import transform
from pipeline.stages.validate import validate

StageFunction = Callable[[Context], Stage]

ALL: Mapping[str, StageFunction] = {"load": load, "transform": transform, "sync": sync, "validate": validate}

__all__ = ["ALL", "Context", "StageFunction"]
