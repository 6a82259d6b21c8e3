"""What the rest of monday_sync asks of a board's API, whoever answers it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from monday_sync.api.jobs import Behaviour, BulkJobResult, Upload
from monday_sync.api.operations import MutationRequest, Outcome
from monday_sync.domain.board import BoardConfig
from monday_sync.domain.estimate import ApiUse, Estimate
from monday_sync.domain.plan import Mode
from monday_sync.domain.remote import BoardInfo, BoardItem, ColumnInfo, Day, Start, Whereabouts


class BulkJobs(Protocol):
    """Bulk imports; errors as for :class:`BoardApi`."""

    def start(
        self, key: str, board_id: str, group_id: str, mode: Mode, *, match_column_id: str | None = None,
        behaviour: Behaviour = ...,
    ) -> Upload:  # fmt: skip
        """Start a job under an idempotency key. Without its file it does nothing."""

    def upload(self, upload: Upload, content: bytes) -> None:
        """Send a job its file."""

    def wait(self, job_id: str, *, every: float = ..., file_within: float = ...) -> BulkJobResult:
        """Wait for a job's end, or until it can get no file any more."""


class BoardApi(Protocol):
    """Queries and mutations of the boards that one token may see.

    Every method that asks raises ``TokenRevokedError``, ``DailyLimitError`` or ``StoppedError`` when the run has to
    end, ``InDoubtError`` when no readable answer came, ``RequestFailedError`` when the API refused.
    """

    @property
    def calls(self) -> int:
        """Requests sent so far."""

    @property
    def rejected(self) -> int:
        """How many of them the API rejected for a limit."""

    @property
    def points(self) -> int:
        """Complexity points spent so far."""

    @property
    def use(self) -> ApiUse:
        """How the API answered so far."""

    @property
    def day(self) -> Day:
        """Calls of the account today, as far as the API said."""

    @property
    def jobs(self) -> BulkJobs:
        """Bulk imports."""

    def close(self) -> None:
        """Close connections. The next request opens them again."""

    def allow_calls(self, calls: float | None) -> None:
        """Spend at most so many calls from now on; ``None`` lifts it."""

    def batch_size(self, kind: str) -> int:
        """How many operations of a kind (create, change, move, archive, create_group) the next request should hold."""

    def estimate(
        self, counts: Mapping[str, int], *, items_to_read: int = 0, daily_calls: int | None = None
    ) -> Estimate:
        """What it will take to send so many operations by kind and to read so many items."""

    def start(self, board_ids: Sequence[str]) -> Start:
        """Whose token it is, and these boards."""

    def board(self, board_id: str) -> BoardInfo:
        """A board with its groups, columns and labels."""

    def items(
        self, board: BoardConfig, *, ids: Iterable[str] | None = None, group: str | None = None
    ) -> Iterator[BoardItem]:
        """Items with their subitems: those with the given ids (any state), of a group, or all active ones."""

    def where(self, board: BoardConfig, ids: Iterable[str]) -> Mapping[str, Whereabouts]:
        """Where items and subitems are, whatever their state and board, by id; those that nobody knows are left out."""

    def find(self, board: BoardConfig, column_id: str, texts: Iterable[str]) -> Iterator[BoardItem]:
        """Active items whose text column shows one of the texts, upper and lower case being the same."""

    def add_labels(self, board_id: str, column_id: str, labels: Iterable[str]) -> ColumnInfo:
        """See that a dropdown column has these labels, or that these of a status column are active."""

    def mutate(self, request: MutationRequest) -> tuple[Outcome, ...]:
        """Send operations in one request, and say what became of each."""
