"""A local stand-in for the monday.com GraphQL API: stricter than the real one where in doubt, never kinder.

Start it with ``board-emulator serve``; tests use :func:`board_emulator.testing.running_emulator`.
"""

from board_emulator.clock import MovableClock
from board_emulator.emulator import Emulator, Reply, Request
from board_emulator.limits import PLANS, Limits
from board_emulator.model import Token

__all__ = ["PLANS", "Emulator", "Limits", "MovableClock", "Reply", "Request", "Token"]
