"""Microsoft Teams, by the webhook of a workflow: an adaptive card."""

from __future__ import annotations

import json
import re
from typing import Any

from monitoring.channels.http import Poster
from monitoring.messages import Group, Line, Message

#: A workflow takes 28 KB; of longer ones the end is left out.
_MOST = 24_000
_COLOURS = {"failed": "Attention", "attention": "Warning"}
_SIGNS = re.compile(r"([\\`*_\[\]<>#~])")


class TeamsSender:
    """One workflow."""

    def __init__(self, address: str, what: str) -> None:
        self._poster = Poster(address, what)

    def send(self, message: Message, timeout: float) -> str:
        """Post the card."""
        return self._poster.post(card(message), timeout, {"x-message-id": message.message_id})

    def abandon(self) -> None:
        """Close the connection."""
        self._poster.abandon()


def card(message: Message) -> dict[str, Any]:
    """A message as a workflow takes it."""
    body: list[dict[str, Any]] = [
        {"type": "TextBlock", "size": "Large", "weight": "Bolder", "wrap": True, "text": _plain(message.title),
         "color": _COLOURS.get(message.state, "Default")},
    ]  # fmt: skip
    end: list[dict[str, Any]] = []
    if message.report:
        end.append({"type": "TextBlock", "wrap": True, "isSubtle": True, "text": _link(message.report)})
    end.append(
        {"type": "TextBlock", "wrap": True, "isSubtle": True, "size": "Small",
         "text": _plain(f"{message.at}, run {message.run_id or 'none'}, message {message.message_id}")}
    )  # fmt: skip
    for group in message.groups:
        for block in _group(group, alone=len(message.groups) == 1):
            body.append(block)
            if len(json.dumps(_whole([*body, *end]), ensure_ascii=False).encode()) > _MOST:
                body[-1] = {"type": "TextBlock", "wrap": True, "text": "More: monitor status"}
                return _whole([*body, *end])
    return _whole([*body, *end])


def _whole(body: list[dict[str, Any]]) -> dict[str, Any]:
    content = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "type": "AdaptiveCard", "version": "1.4",
        "msteams": {"width": "Full"}, "body": body,
    }  # fmt: skip
    return {
        "type": "message",
        "attachments": [
            {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": content}
        ],
    }


def _group(group: Group, *, alone: bool) -> list[dict[str, Any]]:
    blocks: list[dict[str, Any]] = []
    if not alone:
        blocks.append(
            {"type": "TextBlock", "weight": "Bolder", "wrap": True, "separator": True, "text": _plain(group.owner)}
        )
    blocks += [_line(line) for line in group.lines]
    if group.more:
        blocks.append({"type": "TextBlock", "wrap": True, "text": f"And {group.more} more: monitor status"})
    return blocks


def _line(line: Line) -> dict[str, Any]:
    colour = "Good" if line.kind == "recovered" else {"failed": "Attention"}.get(line.state, "Warning")
    items: list[dict[str, Any]] = [
        {"type": "TextBlock", "wrap": True, "weight": "Bolder", "color": colour,
         "text": _plain(f"{line.title}: {line.kind}")},
        {"type": "TextBlock", "wrap": True, "spacing": "None", "text": _plain(line.text)},
    ]  # fmt: skip
    items += [
        {"type": "TextBlock", "wrap": True, "spacing": "None", "isSubtle": True, "text": _plain(reason)}
        for reason in (*line.reasons, *(f"With it: {what}" for what in line.with_it))
    ]
    items.append(
        {"type": "TextBlock", "wrap": True, "spacing": "None", "isSubtle": True, "size": "Small",
         "text": _plain(f"Since {line.since}. To see more: {line.command}")}
    )  # fmt: skip
    return {"type": "Container", "separator": True, "items": items}


def _plain(text: str) -> str:
    """A text in which nothing counts as Markdown: a workbook may have put a link there."""
    return _SIGNS.sub(r"\\\1", text)


def _link(address: str) -> str:
    return f"[The report]({address})" if address.startswith("https://") else _plain(f"The report: {address}")
