"""The board's address and token, from the environment: cleaned and checked before anything is sent."""

from __future__ import annotations

import os
from urllib.parse import urljoin, urlsplit

import httpx

from console import register_secret
from monday_sync.domain.board import BoardConfig
from monday_sync.domain.board.guard import is_loopback
from monday_sync.errors import RefusedError

TOKEN, URL = "MONDAY_API_TOKEN", "MONDAY_API_URL"
_LIVE_URL = "https://api.monday.com/v2"
_EMULATOR_URL = "http://127.0.0.1:8765/v2"
_EMULATOR_TOKEN = "local"  # noqa: S105 - the emulator's well-known token, no secret


def endpoint(board: BoardConfig) -> tuple[str, str]:
    """Address and token of the board's API.

    The emulator's boards have tokens of their own, which begin with ``local``: a real one that happens to be in the
    environment is not for whatever listens on the port.

    Raises:
        RefusedError: no token, or one that cannot be sent, or that would go to an unknown program on this machine.
    """
    if board.api == "emulator":
        own = os.environ.get(TOKEN, "").strip().startswith(_EMULATOR_TOKEN)
        return os.environ.get(URL, "").strip() or _EMULATOR_URL, (read_token() if own else None) or _EMULATOR_TOKEN
    url = os.environ.get(URL, "").strip() or _LIVE_URL
    token = read_token()
    if not token:
        raise RefusedError(
            f"There is no token for the board of target '{board.target}'.",
            hint=f"Set the environment variable {TOKEN}.",
        )
    if is_loopback(urlsplit(url).hostname or "") and not token.startswith(_EMULATOR_TOKEN) and not _is_emulator(url):
        raise RefusedError(
            f"What answers at {url} is not the board emulator: it gets no token.",
            hint=f"Unset {URL} to reach the live service, or start the emulator there (`make board`).",
        )
    return url, token


def _is_emulator(url: str) -> bool:
    """Whether the program behind an address of this machine says that it is our emulator; it is told nothing."""
    try:
        with httpx.Client(trust_env=False, timeout=5) as client:
            found = client.get(urljoin(url, "/health")).json()
    except (httpx.HTTPError, ValueError):
        return False
    return isinstance(found, dict) and found.get("what") == "board-emulator"


def read_token() -> str | None:
    """The token without the blanks and line breaks that files and clipboards add around it; ``None``: there is none.

    A token travels in an HTTP header, which takes neither blanks and line breaks nor letters outside ASCII: the client
    would fail in the middle of a run, and say so in its own words.

    Raises:
        RefusedError: it cannot be a token. The message names the variable, never what is in it.
    """
    raw = os.environ.get(TOKEN, "")
    token = raw.strip().strip("\ufeff\u200b").strip()
    if not token:
        return None
    if token != _EMULATOR_TOKEN:
        register_secret(token)
    problem, hint = "", "Copy the token again, the token alone, in one line."
    if token.lower().startswith(("bearer ", "authorization:")):
        problem = "begins with a word that is not part of the token"
    elif any(c.isspace() for c in token):
        problem = "has a blank or a line break inside"
    elif not all(c.isprintable() for c in token):
        problem = "has a character inside that cannot be seen"
    elif not token.isascii():
        problem, hint = "has a letter that no token has (outside ASCII)", "Copy it again; do not retype it."
    elif token[0] in "\"'" or token[-1] in "\"'":
        problem = "is in quotes"
    if problem:
        raise RefusedError(f"The environment variable {TOKEN} holds no usable token: it {problem}.", hint=hint)
    return token
