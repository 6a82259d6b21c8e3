"""A process that dies between two statements, for tests of what goes on afterwards."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from warehouse.duckdb import DuckDBSession


class KilledError(BaseException):
    """The process died here."""


def killed(act: Callable[[], object], number: int, *, counting: Callable[[], bool] = lambda: True) -> bool:
    """Act, and die before the statement of that number among those that count; whether there were so many."""
    count = 0
    real = DuckDBSession.execute

    def execute(self: DuckDBSession, sql: str, parameters: Sequence[object] = ()) -> None:
        nonlocal count
        count += counting()
        if count == number and counting():
            raise KilledError
        real(self, sql, parameters)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DuckDBSession, "execute", execute)
        try:
            act()
        except KilledError:
            return True
    return False
