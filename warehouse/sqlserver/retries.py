"""stamina's retries, with a line for each on stderr: its own hook logs "stamina.retry_scheduled" and no cause.

The hook holds for the whole process; whoever retries takes ``retry_context`` from here, so that it is set by then.
"""

from __future__ import annotations

from stamina import retry_context
from stamina.instrumentation import RetryDetails, set_on_retry_hooks

from console import wait
from warehouse.sqlserver.failures import first_message

__all__ = ["retry_context"]


def _say(details: RetryDetails) -> None:
    cause = details.caused_by
    said = first_message(cause.__cause__ or cause)
    # stamina waits itself, right after this
    wait(details.wait_for, f"SQL Server: {said}. This passes by itself", sleep=lambda _: None, retry=details.retry_num)


set_on_retry_hooks([_say])
