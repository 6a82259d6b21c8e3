"""Errors of the pipeline, chosen by what the caller can do about them.

OrderListError
├── ConfigurationError
│   ├── BoardNotReadyError    the local board did not come up, or something else sits on its port    -> 2
│   └── NotOursError          dbt would replace what this project did not make; nothing was begun    -> 2
└── StageFailedError          a stage could not be done; the later ones were not begun               -> 1
"""

from __future__ import annotations

from console import ConfigurationError, OrderListError


class BoardNotReadyError(ConfigurationError):
    """The local board could not be started."""


class NotOursError(ConfigurationError):
    """A build would replace what is not ours; dbt says what."""


class StageFailedError(OrderListError):
    """A stage could not be done. What the earlier ones did stands."""
