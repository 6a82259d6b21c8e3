"""The web page: the board as a planner sees it, read-only. Its data comes in small pieces from ``/page/...``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import BaseRoute

if TYPE_CHECKING:
    from board_emulator.server import Service


def routes(service: Service) -> list[BaseRoute]:
    """Routes of the page."""
    return []
