"""Mail, by SMTP with TLS."""

from __future__ import annotations

import os
import smtplib
import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, localtime

from console import ConfigurationError, redact, register_secret
from monitoring.channels.http import is_local
from monitoring.errors import PartlyTakenError, RefusedMessageError, UnreachableError
from monitoring.messages import Message
from monitoring.plain_text import html_of, text_of

_PORTS = {"starttls": 587, "tls": 465, "none": 25}
_PERMANENT = 500


@dataclass(frozen=True, slots=True)
class Server:
    """How mail leaves the house.

    Args:
        security: ``starttls``, ``tls`` or ``none``.
        user, password: the login; empty: none is needed.
    """

    host: str
    port: int
    security: str
    sender: str
    to: tuple[str, ...]
    user: str = ""
    password: str = ""


def checked_server(server: Server, what: str) -> Server:
    """A server that messages may go by.

    Raises:
        ConfigurationError: something is missing, or a password would travel unprotected.
    """
    for name, value in (("the host", server.host), ("the sender", server.sender), ("whom to send to", server.to)):
        if not value:
            raise ConfigurationError(f"{what}: {name} is missing.", hint="docs/monitoring.md shows a channel of mail.")
    if server.security not in _PORTS:
        raise ConfigurationError(f"{what}: security is {server.security!r}.", hint=f"Known: {', '.join(_PORTS)}.")
    if server.security == "none" and not is_local(server.host):
        raise ConfigurationError(
            f"{what}: {server.host} would be told without TLS, which everybody on the way can read.",
            hint="Set security to starttls or tls.",
        )
    for address in (server.sender, *server.to):
        _address(address, what)
    register_secret(server.password)
    return server


def default_port(security: str) -> int:
    """The port of a kind of security."""
    return _PORTS.get(security, _PORTS["starttls"])


class MailSender:
    """One server and those to send to."""

    def __init__(self, server: Server, what: str, context: ssl.SSLContext | None = None) -> None:
        self._server = checked_server(server, what)
        self._context = context
        self._client: smtplib.SMTP | None = None

    def send(self, message: Message, timeout: float) -> str:
        """Send one mail to all.

        Raises:
            PartlyTakenError: it was taken for some only.
        """
        server = self._server
        try:
            with self._connect(timeout) as client:
                self._client = client
                if server.security == "starttls":
                    client.starttls(context=self._tls())
                if server.user:
                    client.login(server.user, server.password)
                refused = client.send_message(mail(message, server))
        except smtplib.SMTPResponseException as error:
            raise self._failed(error.smtp_code, error.smtp_error) from None
        except smtplib.SMTPRecipientsRefused as error:
            code, said = next(iter(error.recipients.values()))
            raise self._failed(code, said) from None
        except (smtplib.SMTPException, OSError, ValueError) as error:
            cause = redact(str(error)) or type(error).__name__
            raise UnreachableError(f"{server.host} could not be reached: {cause}.") from None
        if refused:
            code, said = next(iter(refused.values()))
            raise PartlyTakenError(
                redact(f"taken, but not for {', '.join(sorted(refused))}: {code} {_line(said)}."),
                hint="Correct these addresses, or take them out.",
            )
        return f"taken for {len(server.to)}"

    def abandon(self) -> None:
        """Close the connection under whoever waits for it."""
        client = self._client
        if client is not None and client.sock is not None:
            with suppress(OSError):
                client.sock.shutdown(socket.SHUT_RDWR)
            client.sock.close()

    def _connect(self, timeout: float) -> smtplib.SMTP:
        server = self._server
        name = "order-list.invalid"  # our own machine's name is nobody's business
        if server.security == "tls":
            return smtplib.SMTP_SSL(
                server.host, server.port, local_hostname=name, timeout=timeout, context=self._tls()
            )  # fmt: skip
        return smtplib.SMTP(server.host, server.port, local_hostname=name, timeout=timeout)

    def _tls(self) -> ssl.SSLContext:
        return self._context or ssl.create_default_context(cafile=os.environ.get("SSL_CERT_FILE"))

    def _failed(self, code: int, said: bytes | str) -> RefusedMessageError | UnreachableError:
        told = redact(f"{self._server.host} answered {code} {_line(said)}.")
        return RefusedMessageError(told) if code >= _PERMANENT else UnreachableError(told)


def _line(said: bytes | str) -> str:
    """An answer of a server in one line."""
    text = said.decode("utf-8", errors="replace") if isinstance(said, bytes) else str(said)
    return " ".join(text.split())[:200]


def mail(message: Message, server: Server) -> EmailMessage:
    """A message as mail: plain text, and HTML beside it."""
    made = EmailMessage()
    made["Subject"] = " ".join(message.title.split())
    made["From"] = _address(server.sender, "mail")
    made["To"] = [_address(one, "mail") for one in server.to]
    made["Date"] = format_datetime(localtime())
    made["Message-ID"] = f"<{message.message_id}@order-list.invalid>"
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(text_of(message))
    made.add_alternative(html_of(message), subtype="html")
    return made


def _address(text: str, what: str) -> Address:
    try:
        return Address(addr_spec=text.strip())
    except (ValueError, IndexError):
        raise ConfigurationError(
            f"{what}: {text!r} is no mail address.", hint="Write one as ops@example.com."
        ) from None
