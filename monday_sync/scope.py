"""Which orders belong on a board: the scope of its file. Pure."""

from __future__ import annotations

import datetime as dt

from monday_sync.boards import Scope


def in_scope(scope: Scope, customer: str | None, order_type: str | None, ex_factory: dt.date | None) -> bool:
    """Whether an order belongs on the board. A window of dates leaves out orders without a date."""
    if scope.customers is not None and customer not in scope.customers:
        return False
    if scope.order_types is not None and order_type not in scope.order_types:
        return False
    if scope.ex_factory_from is None and scope.ex_factory_to is None:
        return True
    if ex_factory is None:
        return False
    day = ex_factory.date() if isinstance(ex_factory, dt.datetime) else ex_factory
    return (scope.ex_factory_from is None or day >= scope.ex_factory_from) and (
        scope.ex_factory_to is None or day <= scope.ex_factory_to
    )
