"""What the storage service's refusals mean, and what a person can do about them. Pure but for the clock."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from azure.core.exceptions import HttpResponseError, ServiceRequestError

from console import redact
from loader.sources.blob_access import ACCOUNT_URL, CONNECTION, Access

_RIGHTS = {"r": "read (r)", "l": "list (l)"}
_READER = "Give it the role Storage Blob Data Reader on the container."
_KNOWN = {
    "AccountIsDisabled": ("the storage account is disabled", "Ask whoever pays for it."),
    "AuthorizationFailure": (
        "the storage account does not let this machine in",
        "Let its address through the account's firewall (Networking), and check the rights.",
    ),
    "AuthorizationSourceIPMismatch": (
        "the SAS is for other addresses than this machine's", "Make one for this address, or for any.",
    ),
    "AuthorizationProtocolMismatch": ("the SAS wants https", "Write https:// in the address."),
    "AuthorizationServiceMismatch": ("the SAS is for another service than Blob", "Make one for Blob."),
    "AuthorizationResourceTypeMismatch": (
        "the SAS does not cover containers and blobs", "Make one for the types container and object (srt=co).",
    ),
    "KeyBasedAuthenticationNotPermitted": (
        "the storage account allows no keys", f"Set {ACCOUNT_URL} instead of {CONNECTION}, and log in (az login).",
    ),
    "NoAuthenticationInformation": ("the storage account wants a login", f"Set {CONNECTION}, or log in (az login)."),
    "PublicAccessNotPermitted": ("the storage account wants a login", f"Set {CONNECTION}, or log in (az login)."),
    "BlobArchived": ("it is in the archive tier", "Rehydrate it: set its tier to Hot or Cool."),
}  # fmt: skip
_PASSING = {408, 429}
_REFUSALS = range(400, 500)


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why the service refused, without the container or blob, and what to do."""

    cause: str
    hint: str


def is_final(error: Exception) -> bool:
    """Whether asking again would bring the same refusal."""
    status = getattr(error, "status_code", None)
    return status in _REFUSALS and status not in _PASSING


def explain(error: Exception, way: Access | None, right: str) -> Explanation:  # noqa: PLR0911 - one for each cause
    """What ``error`` means for somebody who came this ``way`` and needs the ``right`` (``r`` or ``l``)."""
    code = _code(error)
    login = Explanation(reason(error), f"Check {CONNECTION}, or {ACCOUNT_URL} and your login.")
    if way is None:
        return login
    if isinstance(error, ServiceRequestError):
        return Explanation(
            f"the storage account cannot be reached ({reason(error)})",
            f"Check the address in {way.variable}, the network and the proxy.",
        )
    if isinstance(error, ValueError):
        return Explanation(
            f"{way.variable} is damaged ({reason(error)})", "Copy it anew from the portal, whole and on one line."
        )
    if way.kind == "sas" and (said := _of_sas(way, code, right)):
        return said
    if code in _KNOWN:
        return Explanation(f"{_KNOWN[code][0]} ({_status(error)})", _KNOWN[code][1])
    if code in {"AuthenticationFailed", "InvalidAuthenticationInfo"} and way.kind == "key":
        return Explanation(
            f"the service does not accept the AccountKey ({_status(error)})",
            f"Copy {way.variable} anew from the portal (Access keys): the key may have been renewed. "
            "Check this machine's clock too.",
        )
    if code in {"AuthorizationPermissionMismatch", "InsufficientAccountPermissions"}:
        return Explanation(f"the login lacks the right to {_RIGHTS[right]} ({_status(error)})", _READER)
    return login


def _of_sas(way: Access, code: str, right: str) -> Explanation | None:
    new = f"Make a new SAS with the rights read and list (sp=rl), and put it into {way.variable}."
    end, begin, now = _moment(way.sas.get("se")), _moment(way.sas.get("st")), dt.datetime.now(dt.UTC)
    if end and end < now:
        return Explanation(f"the SAS expired at {end:%Y-%m-%d %H:%M} UTC", new)
    if begin and begin > now:
        return Explanation(f"the SAS is valid only from {begin:%Y-%m-%d %H:%M} UTC", f"Wait, or check the clock. {new}")
    if right not in way.sas.get("sp", right):
        return Explanation(f"the SAS lacks the right to {_RIGHTS[right]}; it has sp={way.sas['sp']}", new)
    if code in {"AuthenticationFailed", "InvalidAuthenticationInfo"}:
        return Explanation(
            "the service does not accept the SAS: it is cut off, or its key was renewed (403 AuthenticationFailed)", new
        )
    if code == "AuthorizationPermissionMismatch":
        return Explanation(f"the SAS lacks the right to {_RIGHTS[right]} (403 {code})", new)
    return None


def _moment(text: str | None) -> dt.datetime | None:
    """A time as a SAS writes it; ``None`` for what is none."""
    try:
        moment = dt.datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def _code(error: Exception) -> str:
    """The service's own word for it (the SDK has some as members of an enumeration)."""
    code = getattr(error, "error_code", None) or ""
    # Azurite says AuthorizationFailure, which elsewhere means the firewall, with these words
    if "failed to authenticate" in str(getattr(error, "reason", "")):
        return "AuthenticationFailed"
    return str(getattr(code, "value", code))


def _status(error: Exception) -> str:
    return f"{getattr(error, 'status_code', '')} {_code(error)}".strip()


def reason(error: Exception) -> str:
    """The service's own words in one line, without the request that carried the credentials."""
    if isinstance(error, HttpResponseError) and error.reason:
        return f"{error.status_code} {error.reason}".rstrip(".")
    return redact(str(error).splitlines()[0]).rstrip(".")
