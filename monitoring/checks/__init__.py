"""Every check there is; see :mod:`monitoring.checks.registry`."""

from monitoring.checks.registry import REGISTRY

__all__ = ["REGISTRY"]
