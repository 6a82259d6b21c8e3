"""The board's address and token, from the environment: cleaned and checked before anything is sent."""

from __future__ import annotations

import os

from console import register_secret
from monday_sync.domain.board import BoardConfig
from monday_sync.errors import RefusedError

TOKEN, URL = "MONDAY_API_TOKEN", "MONDAY_API_URL"
_LIVE_URL = "https://api.monday.com/v2"
_EMULATOR_URL = "http://127.0.0.1:8765/v2"
_EMULATOR_TOKEN = "local"  # noqa: S105 - the emulator's well-known token, no secret


def endpoint(board: BoardConfig) -> tuple[str, str]:
    """Address and token of the board's API.

    Raises:
        RefusedError: no token, or one that cannot be sent.
    """
    emulated = board.api == "emulator"
    url = os.environ.get(URL, "").strip() or (_EMULATOR_URL if emulated else _LIVE_URL)
    token = read_token() or (_EMULATOR_TOKEN if emulated else None)
    if not token:
        raise RefusedError(
            f"There is no token for the board of target '{board.target}'.",
            hint=f"Set the environment variable {TOKEN}.",
        )
    return url, token


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
