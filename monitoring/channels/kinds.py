"""The channels that there are: those of the file, or else one for each variable that is set."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

from console import ConfigurationError
from monitoring.channels.base import Sender, from_environment
from monitoring.channels.mail import MailSender, Server, default_port
from monitoring.channels.slack import SlackSender
from monitoring.channels.teams import TeamsSender
from monitoring.channels.webhook import WebhookSender
from monitoring.settings import Channel, Settings

#: By kind, the variable with its address.
FROM_ENVIRONMENT: Mapping[str, str] = {
    "teams": "ORDER_LIST_TEAMS_URL",
    "slack": "ORDER_LIST_SLACK_URL",
    "webhook": "ORDER_LIST_WEBHOOK_URL",
    "mail": "ORDER_LIST_SMTP_HOST",
}
_POSTING: Mapping[str, Callable[[str, str], Sender]] = {
    "teams": TeamsSender, "slack": SlackSender, "webhook": WebhookSender,
}  # fmt: skip


def channels_of(settings: Settings) -> Mapping[str, Channel]:
    """All channels by name."""
    if settings.channels:
        return settings.channels
    return {
        kind: Channel.model_validate({"kind": kind})
        for kind, variable in FROM_ENVIRONMENT.items()
        if os.environ.get(variable, "").strip()
    }


def is_gone(name: str, settings: Settings) -> bool:
    """Whether a channel was taken out of the file. One by a variable that is not set here may be set elsewhere."""
    if name in channels_of(settings):
        return False
    return bool(settings.channels) or name not in FROM_ENVIRONMENT


def open_channel(name: str, channel: Channel) -> Sender:
    """A channel, ready to send.

    Raises:
        ConfigurationError: an address is missing or wrong; says which, and never what it is.
    """
    what = f"channel {name}"
    if channel.kind == "mail":
        return MailSender(_server(channel, what), what)
    return _POSTING[channel.kind](from_environment(channel.address or FROM_ENVIRONMENT[channel.kind], what), what)


def _server(channel: Channel, what: str) -> Server:
    security = channel.security or os.environ.get("ORDER_LIST_SMTP_SECURITY", "").strip() or "starttls"
    port = channel.port or _port(os.environ.get("ORDER_LIST_SMTP_PORT", "").strip(), security, what)
    to = channel.to or tuple(filter(None, (one.strip() for one in os.environ.get("ORDER_LIST_MAIL_TO", "").split(","))))
    user = os.environ.get(channel.user, "").strip()
    return Server(
        channel.host or os.environ.get(FROM_ENVIRONMENT["mail"], "").strip(), port, security,
        channel.sender or os.environ.get("ORDER_LIST_MAIL_FROM", "").strip(), to, user,
        from_environment(channel.password, what) if user else "",
    )  # fmt: skip


def _port(text: str, security: str, what: str) -> int:
    if not text:
        return default_port(security)
    if not text.isdecimal() or not 0 < int(text) < 65536:  # noqa: PLR2004 - ports
        raise ConfigurationError(f"{what}: ORDER_LIST_SMTP_PORT is {text!r}.", hint="Set it to a number, as 587.")
    return int(text)
