"""Keeps secrets out of everything that is printed, logged, stored or raised."""

from __future__ import annotations

import os
import re

_MASK = "***"
_MINIMUM_LENGTH = 4  # a shorter "secret" would mask ordinary words
_SECRET_VARIABLES = ("MONDAY_API_TOKEN", "ORDER_LIST_SQLSERVER_PASSWORD", "AZURE_STORAGE_CONNECTION_STRING",
                     "AZURE_CLIENT_SECRET")  # fmt: skip
_PATTERNS = (
    re.compile(r"(?i)((?:account|shared\s*access)key\s*=\s*)[^;\s\"']+"),
    re.compile(r"(?i)((?:pwd|password)\s*=\s*)(?:\{[^}]*\}|[^;\s\"']+)"),
    re.compile(r"(?i)([?&](?:sig|se|sp|skoid)=)[^&\s\"']+"),
    re.compile(r"(?i)(authorization[\"']?\s*[:=]\s*[\"']?(?:bearer\s+)?)[^\s\"',;]+"),
    re.compile(r"(?i)(://[^/\s:@]+:)[^/\s@]+(?=@)"),
)
_registered: set[str] = set()


def register_secret(value: str | None) -> None:
    """Mask ``value`` wherever :func:`redact` meets it from now on."""
    if value and len(value) >= _MINIMUM_LENGTH:
        _registered.add(value)


def redact(text: str) -> str:
    """``text`` with every known secret, and everything that looks like one, replaced by ``***``."""
    secrets = _registered | {v for n in _SECRET_VARIABLES if len(v := os.environ.get(n, "")) >= _MINIMUM_LENGTH}
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, _MASK)
    for pattern in _PATTERNS:
        text = pattern.sub(rf"\g<1>{_MASK}", text)
    return text
