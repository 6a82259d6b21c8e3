"""Errors of the bench.

OrderListError
└── MeasurementError   a program under measurement failed, so there is no number   -> 1
"""

from __future__ import annotations

from console import OrderListError


class MeasurementError(OrderListError):
    """A measured command failed; a time of failing is no result."""
