"""Any webhook: the message as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from monitoring.channels.http import Poster
from monitoring.messages import Message
from monitoring.plain_text import text_of


class WebhookSender:
    """One address."""

    def __init__(self, address: str, what: str) -> None:
        self._poster = Poster(address, what, takes_pages=True)

    def send(self, message: Message, timeout: float) -> str:
        """Post the message."""
        return self._poster.post(document(message), timeout, {"x-message-id": message.message_id})

    def abandon(self) -> None:
        """Close the connection."""
        self._poster.abandon()


def document(message: Message) -> dict[str, Any]:
    """All of a message, and ``text`` for those who only show one."""
    return {**asdict(message), "text": text_of(message)}
