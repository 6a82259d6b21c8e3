"""Keeps secrets out of everything that is printed, logged, stored or raised.

Text from outside (what a driver, a service or another program says) goes through :func:`redact` where it comes in.
What we make ourselves of names, cells and figures goes through :func:`masked` before it becomes JSON or a page: it
loses the secrets that are known, and nothing that merely looks like one. A column may be called ``PWD=DISTRO``.
"""

from __future__ import annotations

import dataclasses
import enum
import functools
import html
import json
import os
import re
import urllib.parse
from collections.abc import Mapping, Sequence
from typing import TypeVar, cast

T = TypeVar("T")
_MASK = "***"
_MINIMUM_LENGTH = 4  # a shorter "secret" would mask ordinary words
_SECRET_VARIABLES = (
    "MONDAY_API_TOKEN",
    "ORDER_LIST_SQLSERVER_PASSWORD",
    "AZURE_STORAGE_CONNECTION_STRING",
    "AZURE_CLIENT_SECRET",
    "ORDER_LIST_SMTP_PASSWORD",
    # addresses that let whoever knows them write there
    "ORDER_LIST_TEAMS_URL",
    "ORDER_LIST_SLACK_URL",
    "ORDER_LIST_WEBHOOK_URL",
    "ORDER_LIST_HEARTBEAT_URL",
)
_NO_SECRETS = frozenset({"local"})  # the local board's well-known token is also the name of a target
_PATTERNS = (
    re.compile(r"(?i)((?:account|sharedaccess)key\s*=\s*)[^;\s\"']+"),
    re.compile(r"(?i)((?:pwd|password|client_?secret)\s*=\s*)(?:\{(?:[^}]|\}\})*\}|[^;\s\"']+)"),
    re.compile(r'(?i)("(?:pwd|password|client_?secret|token)"\s*:\s*")(?:[^"\\]|\\.)+(?=")'),
    re.compile(r"(?i)((?:[?&]|SharedAccessSignature=[^\s\"';]*?)sig=)[^&\s\"';]+"),
    re.compile(r"(?i)(authorization[\"']?\s*[:=]\s*[\"']?(?:(?:bearer|basic)\s+)?)[^\s\"',;]+"),
    re.compile(r"(?i)(://[^/\s:@]+:)[^/\s@]+(?=@)"),
)
_registered: set[str] = set()


def register_secret(value: str | None) -> None:
    """Mask ``value`` wherever :func:`redact` meets it from now on, in whichever form it is quoted."""
    if value and len(value) >= _MINIMUM_LENGTH and value not in _NO_SECRETS:
        _registered.update(_forms(value))


def redact(text: str) -> str:
    """``text`` with every known secret, and everything that looks like one, replaced by ``***``."""
    text = mask(text)
    for pattern in _PATTERNS:
        text = pattern.sub(rf"\g<1>{_MASK}", text)
    return text


def mask(text: str) -> str:
    """``text`` with every known secret replaced by ``***``."""
    return _without(text, _known())


def masked(value: T) -> T:
    """``value`` with :func:`mask` on every text in it: in dataclasses, mappings (values and keys) and sequences."""
    known = _known()
    return cast(T, _masked(value, known)) if known else value


def _known() -> list[str]:
    """The secrets that are known now, the longest first."""
    for name in _SECRET_VARIABLES:
        register_secret(os.environ.get(name))
    return sorted(_registered, key=len, reverse=True)


def _without(text: str, secrets: Sequence[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, _MASK)
    return text


def _masked(value: object, secrets: Sequence[str]) -> object:
    if isinstance(value, enum.Enum):
        return value
    if isinstance(value, str):
        return _without(value, secrets)
    if isinstance(value, Mapping):
        return {_masked(key, secrets): _masked(item, secrets) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return type(value)(_masked(item, secrets) for item in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: _masked(getattr(value, field.name), secrets) for field in dataclasses.fields(value)}
        return dataclasses.replace(value, **fields)
    return value


@functools.lru_cache(maxsize=64)
def _forms(secret: str) -> frozenset[str]:
    """The secret as it stands, and as JSON, addresses, HTML, ODBC and Python's repr write it."""
    forms = {
        secret,
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        urllib.parse.quote(secret, safe=""),
        urllib.parse.quote_plus(secret),
        html.escape(secret),
        secret.replace("}", "}}"),
        repr(secret)[1:-1],
    }
    return frozenset(forms)
