"""Keeps a target from another target's board, and the emulator's targets on this machine."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from urllib.parse import urlsplit

from console import ConfigurationError
from monday_sync.domain.board.load import load_boards
from monday_sync.domain.board.model import BoardConfig


def guard(board: BoardConfig, url: str, folder: Path = Path("boards")) -> None:
    """Refuse a board that must not be reached this way.

    Args:
        url: where its API is to be called.
        folder: where all targets' board files lie.

    Raises:
        ConfigurationError: the board is another target's as well, a board of the emulator would be looked for on
            another machine, or the token would travel unencrypted.
    """
    file = (folder / f"{board.target}.yml").as_posix()
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ConfigurationError("MONDAY_API_URL is not an http or https address.", hint="Correct it.")
    local = is_loopback(parts.hostname)
    if board.api == "emulator" and not local:
        raise ConfigurationError(
            f"{file} says api: emulator, but the API's address is on another machine ({parts.hostname}).",
            hint="Unset MONDAY_API_URL, or point it at 127.0.0.1.",
        )
    if parts.scheme == "http" and not local:
        raise ConfigurationError(
            f"The API's address on {parts.hostname} is not https, so the token could be read on the way.",
            hint="Use https in MONDAY_API_URL.",
        )
    if board.board_id == board.subitem_board_id:
        raise ConfigurationError(
            f"{file}: board_id and subitem_board_id are the same.",
            hint="Correct one of them. Multi-level boards, which hold their own subitems, are not supported.",
        )
    for other in _others(board, folder):
        shared = _ids(board) & _ids(other)
        if other.api == board.api and shared:
            raise ConfigurationError(
                f"{file}: board {min(shared)} is the board of target '{other.target}' as well.",
                hint=f"Correct the ids here or in {(folder / other.target).as_posix()}.yml: one board, one target.",
            )


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine for certain."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _ids(board: BoardConfig) -> set[str]:
    """All boards that a target writes to."""
    followed = {board_id for one in board.follow_boards for board_id in (one.board_id, one.subitem_board_id)}
    return {board.board_id, board.subitem_board_id, *followed}


def _others(board: BoardConfig, folder: Path) -> list[BoardConfig]:
    names = sorted(path.stem for path in folder.glob("*.yml") if path.stem != board.target)
    return [other for name in names for other in load_boards(name, folder)]
