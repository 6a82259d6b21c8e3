"""What a resolver knows of the request it works for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from graphql import GraphQLResolveInfo

from board_emulator.clock import iso
from board_emulator.errors import invalid_argument, unauthorized
from board_emulator.model import Board, Token

if TYPE_CHECKING:
    from collections.abc import Callable

    from board_emulator.cursors import Cursors
    from board_emulator.jobs import Jobs
    from board_emulator.limits import Meter
    from board_emulator.world import World

ITEMS_A_PAGE = 500
_BOARDS_A_PAGE = 100


@dataclass(slots=True)
class Context:
    """One request: who asks, what it costs, and what it works on."""

    world: World
    cursors: Cursors
    jobs: Jobs
    meter: Meter
    token: Token
    account_id: str
    base_url: str
    points: int
    revoked: Callable[[], bool]
    mutations: int = 0
    before_mutation: Callable[[int], None] | None = None
    kind: str = "read"
    version: str = "2026-10"

    def now(self) -> str:
        """The time on the emulator's clock."""
        return iso(self.world.clock.now())

    def begin_mutation(self) -> None:
        """Called by each mutation field before it does anything: faults happen here, and a revoked token ends here."""
        if self.before_mutation:
            self.before_mutation(self.mutations)
        self.mutations += 1
        if self.revoked():
            raise unauthorized("the token was revoked")

    def require_edit(self, board: Board) -> Board:
        """The token may change contents of the board."""
        if not self.token.may_edit(board):
            raise unauthorized(f"change contents of board {board.id}")
        return board

    def require_structure(self, board: Board) -> Board:
        """The token may change groups, columns and labels of the board."""
        if not self.token.may_change_structure(board):
            raise unauthorized(f"change the structure of board {board.id}")
        return board


def page_size(limit: int, most: int = ITEMS_A_PAGE) -> int:
    """``limit`` when the API takes it."""
    if not 1 <= limit <= most:
        raise invalid_argument(f"limit must be between 1 and {most}, got {limit}")
    return limit


Info: TypeAlias = GraphQLResolveInfo[Context]
