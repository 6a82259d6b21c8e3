"""A message as plain text and as simple HTML: mail, and whoever takes only text."""

from __future__ import annotations

from html import escape

from monitoring.messages import Line, Message

_COLOURS = {"failed": "#b3261e", "recovered": "#1b6e3c"}
_OTHER = "#8a5a00"


def text_of(message: Message) -> str:
    """In lines."""
    lines = [message.title, ""]
    for group in message.groups:
        lines += [f"{group.owner}:"] if len(message.groups) > 1 else []
        for line in group.lines:
            lines += [f"* {line.title}: {line.kind}", f"  {line.text}"]
            lines += [f"  - {reason}" for reason in line.reasons]
            lines += [f"  with it: {what}" for what in line.with_it]
            lines += [f"  since {line.since}; to see more: {line.command}", ""]
        if group.more:
            lines += [f"And {group.more} more: monitor status", ""]
    if message.report:
        lines.append(f"The report: {message.report}")
    lines.append(f"{message.at}, run {message.run_id or 'none'}, message {message.message_id}")
    return "\n".join(lines)


def html_of(message: Message) -> str:
    """The same for mail programs that show HTML; nothing is loaded from elsewhere."""
    parts = [f'<h2 style="font-size:18px">{escape(message.title)}</h2>']
    for group in message.groups:
        if len(message.groups) > 1:
            parts.append(f'<h3 style="font-size:15px">{escape(group.owner)}</h3>')
        parts += [_line(line) for line in group.lines]
        if group.more:
            parts.append(f"<p>And {group.more} more: <code>monitor status</code></p>")
    if message.report:
        web = message.report.startswith("https://")
        shown = f'<a href="{escape(message.report)}">The report</a>' if web else escape(message.report)
        parts.append(f"<p>{shown}</p>")
    said = escape(f"{message.at}, run {message.run_id or 'none'}, message {message.message_id}")
    parts.append(f'<p style="color:#666;font-size:12px">{said}</p>')
    body = "\n".join(parts)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"></head>'
        f'<body style="font-family:sans-serif;font-size:14px;max-width:720px">\n{body}\n</body></html>\n'
    )


def _line(line: Line) -> str:
    colour = _COLOURS.get("recovered" if line.kind == "recovered" else line.state, _OTHER)
    said = (*line.reasons, *(f"With it: {what}" for what in line.with_it))
    reasons = "".join(f"<li>{escape(reason)}</li>" for reason in said)
    look_at = f"Since {escape(line.since)}. To see more: <code>{escape(line.command)}</code>"
    return (
        f'<div style="border-left:4px solid {colour};padding-left:10px;margin:12px 0">'
        f'<b style="color:{colour}">{escape(line.title)}: {escape(line.kind)}</b><br>{escape(line.text)}'
        f"{f'<ul>{reasons}</ul>' if reasons else '<br>'}"
        f'<span style="color:#666">{look_at}</span></div>'
    )
