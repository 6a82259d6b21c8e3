"""Posts JSON to an address that is itself a secret: of it nothing but the host is ever said."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Mapping
from urllib.parse import urlsplit

import httpx

from console import ConfigurationError, redact, register_secret
from monitoring.errors import RefusedMessageError, UnreachableError

_SHOWN = 200
_MOST_READ = 20_000
#: Answers that say "not now": a time-out, too early, too many requests.
_LATER = frozenset({408, 425, 429})
_LONGEST_WAIT = 30.0


def is_local(host: str) -> bool:
    """Whether an address leads to this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def checked_address(address: str, what: str) -> str:
    """An address that messages may go to.

    Raises:
        ConfigurationError: it is none, or what is sent there could be read on the way.
    """
    try:
        parts = urlsplit(address)
        host, good = parts.hostname or "", parts.scheme in {"https", "http"}
    except ValueError:
        host, good = "", False
    if not good or not host:
        raise ConfigurationError(f"{what}: this is no address of the web.", hint="It begins with https://.")
    if parts.scheme == "http" and not is_local(host):
        raise ConfigurationError(
            f"{what}: {host} would be told over http, which everybody on the way can read.", hint="Use https://."
        )
    register_secret(address)
    # most of these addresses are secret by what follows the host
    register_secret(parts.path.strip("/") if len(parts.path) > len("/services/") else None)
    register_secret(parts.query)
    return address


class Poster:
    """One address.

    Args:
        takes_pages: an answer may be a web page; of a service that has none it is the page of a login or a proxy.
    """

    def __init__(self, address: str, what: str, *, takes_pages: bool = False) -> None:
        self._takes_pages = takes_pages
        self._address = checked_address(address, what)
        self._host = urlsplit(address).hostname or ""
        self._client: httpx.Client | None = None

    def post(self, document: object, timeout: float, headers: Mapping[str, str] | None = None) -> str:
        """Post a document; returns the status and what came with it.

        Raises:
            RefusedMessageError: an answer that the same document would get again.
            UnreachableError: no answer, or one that says "later".
        """
        content = json.dumps(document, ensure_ascii=False).encode()
        sent = {
            "content-type": "application/json; charset=utf-8",
            "user-agent": "order-list-monitor",
            **(headers or {}),
        }
        return self.request("POST", self._address, timeout, content, sent)

    def request(
        self, method: str, address: str, timeout: float, content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> str:  # fmt: skip
        """The same for any request to an address."""
        # a proxy has no business between us and this machine
        self._client = httpx.Client(timeout=timeout, trust_env=not is_local(self._host), follow_redirects=False)
        try:
            with self._client as client, client.stream(method, address, content=content, headers=headers) as response:
                said = _read(response)
                status = response.status_code
                wait = _seconds(response.headers.get("retry-after"))
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, RuntimeError, OSError) as error:
            cause = redact(str(error)) or type(error).__name__
            raise UnreachableError(f"{self._host} could not be reached: {cause}.") from None
        answer = f"{status} {said}".strip()
        if response.is_success and (is_no(said) or (is_page(said) and not self._takes_pages)):
            raise RefusedMessageError(
                f"{self._host} answered {answer}.", hint="That is a no, whatever its status: look at the address."
            )
        if response.is_success:
            return answer
        if status >= httpx.codes.INTERNAL_SERVER_ERROR or status in _LATER:
            raise UnreachableError(f"{self._host} answered {answer}.", wait=wait)
        hint = "Look whether the address is still the right one." if status < httpx.codes.BAD_REQUEST else None
        raise RefusedMessageError(f"{self._host} answered {answer}.", hint=hint)

    def abandon(self) -> None:
        """Close the connection under whoever waits for it."""
        if self._client is not None:
            self._client.close()


def is_no(said: str) -> bool:
    """Whether an answer says no although its status says yes, as many services do."""
    begin = said.lstrip("\ufeff").lower()
    if begin.startswith("{"):
        try:
            found = json.loads(begin)
        except ValueError:  # one that was cut; what says no stands first in it
            return '"ok":false' in begin.replace(" ", "") or '"success":false' in begin.replace(" ", "")
        return False in (found.get("ok"), found.get("success")) or bool(found.get("error"))
    # an old connector of Teams; Healthchecks of an address that it does not know
    return begin.startswith(("webhook message delivery failed", "ok (not found)"))


def is_page(said: str) -> bool:
    """Whether an answer is a web page."""
    return said.lstrip("\ufeff").lower().startswith(("<!doctype html", "<html"))


def _read(response: httpx.Response) -> str:
    """The beginning of an answer, in one line."""
    found = b""
    for piece in response.iter_bytes():
        found += piece
        if len(found) >= _MOST_READ:
            break
    text = " ".join(found.decode("utf-8", errors="replace").split())
    return redact("".join(sign for sign in text if sign.isprintable()))[:_SHOWN]


def _seconds(text: str | None) -> float | None:
    try:
        return min(max(float(text), 0.0), _LONGEST_WAIT) if text else None
    except ValueError:
        return None
