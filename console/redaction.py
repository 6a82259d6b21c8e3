"""Keeps secrets out of everything that is printed, logged, stored or raised."""

from __future__ import annotations

import functools
import html
import json
import os
import re
import urllib.parse

_MASK = "***"
_MINIMUM_LENGTH = 4  # a shorter "secret" would mask ordinary words
_SECRET_VARIABLES = (
    "MONDAY_API_TOKEN",
    "ORDER_LIST_SQLSERVER_PASSWORD",
    "AZURE_STORAGE_CONNECTION_STRING",
    "AZURE_CLIENT_SECRET",
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
    for name in _SECRET_VARIABLES:
        register_secret(os.environ.get(name))
    for secret in sorted(_registered, key=len, reverse=True):
        text = text.replace(secret, _MASK)
    for pattern in _PATTERNS:
        text = pattern.sub(rf"\g<1>{_MASK}", text)
    return text


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
