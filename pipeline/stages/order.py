"""The stages by name, in the order in which a run does them."""

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
