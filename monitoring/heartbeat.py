"""Pings an address when a run begins and ends, so that a run that never began is noticed elsewhere.

Healthchecks.io takes ``/start`` and ``/fail`` behind the address and the run's id as ``rid``; Uptime Kuma takes
``status=up`` or ``down``, and knows no beginning.
"""

from __future__ import annotations

import hashlib
import os
import uuid
from urllib.parse import urlencode, urlsplit, urlunsplit

from console import OrderListError, say
from monitoring.channels.base import within
from monitoring.channels.http import Poster
from monitoring.errors import UndeliveredError
from monitoring.outbox import said
from monitoring.settings import Settings

START, SUCCESS, FAIL = "start", "success", "fail"
_TIMEOUT = 5.0
_KUMA = "/api/push/"


def ping(settings: Settings, event: str, run_id: str, words: str = "", seconds: float | None = None) -> str | None:
    """Tell the heartbeat's address; why it could not be told, or ``None``. Without an address nothing is done."""
    address = os.environ.get(settings.heartbeat.address, "").strip()
    if not address:
        return None
    try:
        kuma = (settings.heartbeat.kind or ("uptime_kuma" if _KUMA in address else "healthchecks")) == "uptime_kuma"
        if kuma and event == START:
            return None
        poster = Poster(address, "heartbeat")
        target = _kuma(address, event, words, seconds) if kuma else _healthchecks(address, event, run_id)
        body = None if kuma else words.encode()[:10_000]
        method = "GET" if kuma else "POST"
        within(lambda: poster.request(method, target, _TIMEOUT, body), poster.abandon, _TIMEOUT)
    except UndeliveredError as error:
        return f"The heartbeat was not taken: {said(error)}"
    except OrderListError as error:
        return f"The heartbeat was not sent: {error.message}"
    return None


def ping_aloud(settings: Settings, event: str, run_id: str, words: str = "", seconds: float | None = None) -> None:
    """The same, and a problem is said."""
    if problem := ping(settings, event, run_id, words, seconds):
        say(problem)


def _healthchecks(address: str, event: str, run_id: str) -> str:
    parts = urlsplit(address)
    path = parts.path.rstrip("/") + ("" if event == SUCCESS else f"/{event}")
    # it takes a UUID; the same run has the same one
    rid = uuid.UUID(hashlib.sha256(run_id.encode()).hexdigest()[:32])
    query = "&".join(filter(None, (parts.query, f"rid={rid}")))
    return urlunsplit((parts.scheme, parts.netloc, path, query, ""))


def _kuma(address: str, event: str, words: str, seconds: float | None) -> str:
    parts = urlsplit(address)
    known = {"status": "down" if event == FAIL else "up", "msg": words[:200] or "OK"}
    if seconds is not None:
        known["ping"] = str(round(seconds * 1000))
    # the address that Uptime Kuma shows has an example of the query behind it
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(known), ""))
