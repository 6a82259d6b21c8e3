"""What every test has: an environment without the developer's own settings."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

# the tests time nothing, so a slow machine fails none
settings.register_profile("order_list", deadline=None)
settings.load_profile("order_list")

_OURS = ("ORDER_LIST_", "MONDAY_", "AZURE_", "DBT_")


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable of the project reaches a test from outside."""
    for name in list(os.environ):
        if name.startswith(_OURS):
            monkeypatch.delenv(name)
    monkeypatch.setenv("DBT_SEND_ANONYMOUS_USAGE_STATS", "false")
