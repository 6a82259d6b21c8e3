"""The board's API: the one place that talks to it.

:class:`BoardApi` sends queries and mutations, keeps to the limits, and turns every answer into values or into an error
that says what the caller can do. It knows nothing of the ledger; exactly-once is the caller's business, by the keys.

Notes for callers:

* A status label that is a number ("34") would be read as an index. :func:`monday_sync.domain.values.encode` takes
  ``ColumnInfo.label_ids`` and sends the index of such a label; without it, or when the label is new, it refuses.
* ``BoardApi.batch_size(kind)`` takes the kinds create, change, move, archive, create_group (or the API's field names).
* Outcomes with ``retryable`` met a limit that did not pass in time, or a token that may not do it: nothing happened,
  and the row is not at fault.
"""

from monday_sync.api.client import HttpBoardApi
from monday_sync.api.operations import (
    ArchiveGroup,
    ArchiveItem,
    ChangeColumns,
    CreateGroup,
    CreateItem,
    CreateSubitem,
    MoveToBoard,
    MoveToGroup,
    MutationRequest,
    Operation,
    Outcome,
)
from monday_sync.api.port import BoardApi
from monday_sync.api.transport import API_VERSION

__all__ = [
    "API_VERSION",
    "ArchiveGroup",
    "ArchiveItem",
    "BoardApi",
    "ChangeColumns",
    "CreateGroup",
    "CreateItem",
    "CreateSubitem",
    "HttpBoardApi",
    "MoveToBoard",
    "MoveToGroup",
    "MutationRequest",
    "Operation",
    "Outcome",
]
