"""Slack, by an incoming webhook: blocks."""

from __future__ import annotations

from typing import Any

from monitoring.channels.http import Poster
from monitoring.messages import Line, Message

_HEADER, _SECTION, _BLOCKS = 150, 2_900, 45
_SIGNS = {"failed": ":red_circle:", "recovered": ":large_green_circle:"}
_OTHER = ":large_yellow_circle:"


class SlackSender:
    """One webhook."""

    def __init__(self, address: str, what: str) -> None:
        self._poster = Poster(address, what)

    def send(self, message: Message, timeout: float) -> str:
        """Post the blocks."""
        return self._poster.post(blocks(message), timeout, {"x-message-id": message.message_id})

    def abandon(self) -> None:
        """Close the connection."""
        self._poster.abandon()


def blocks(message: Message) -> dict[str, Any]:
    """A message as Slack takes it; ``text`` is what a notification shows."""
    found: list[dict[str, Any]] = [
        {"type": "header", "text": {"type": "plain_text", "text": message.title[:_HEADER], "emoji": False}}
    ]
    for group in message.groups:
        if len(message.groups) > 1:
            found.append(_section(f"*{_escaped(group.owner)}*"))
        found += [_section(_line(line)) for line in group.lines]
        if group.more:
            found.append(_section(f"And {group.more} more: `monitor status`"))
    if len(found) > _BLOCKS:
        found = [*found[:_BLOCKS], _section("More: `monitor status`")]
    if message.report:
        web = message.report.startswith("https://")
        found.append(_section(f"<{_escaped(message.report)}|The report>" if web else _escaped(message.report)))
    said = _escaped(f"{message.at}, run {message.run_id or 'none'}, message {message.message_id}")
    found.append({"type": "context", "elements": [{"type": "mrkdwn", "text": said, "verbatim": True}]})
    return {"text": _escaped(message.title), "blocks": found}


def _line(line: Line) -> str:
    sign = _SIGNS.get("recovered" if line.kind == "recovered" else line.state, _OTHER)
    lines = [f"{sign} *{_escaped(line.title)}*: {_escaped(line.kind)}", _escaped(line.text)]
    lines += [f"• {_escaped(reason)}" for reason in line.reasons]
    lines += [f"With it: {_escaped(what)}" for what in line.with_it]
    lines.append(f"Since {_escaped(line.since)}. To see more: `{_code(line.command)}`")
    return "\n".join(lines)


def _section(text: str) -> dict[str, Any]:
    # verbatim: neither a channel's name nor an address in a workbook's text becomes a link, or calls anybody
    return {"type": "section", "text": {"type": "mrkdwn", "text": text[:_SECTION], "verbatim": True}}


def _escaped(text: str) -> str:
    """A text in which nothing calls a channel or leads away: a workbook may have put that there."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    # a blank of no width ends what Slack would take for bold, slanted, struck or code
    return "".join(f"{sign}\u200b" if sign in "*_~`" else sign for sign in text)


def _code(text: str) -> str:
    """A command between backticks, which can be copied."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("`", "'")
