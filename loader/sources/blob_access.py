"""The way into Azure Blob storage, as the environment gives it: connection string, SAS, or a login."""

from __future__ import annotations

import base64
import functools
import os
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from azure.storage.blob import BlobServiceClient, ContainerClient, ExponentialRetry

from console import redact, register_secret, wait
from loader.errors import SourceError

CONNECTION = "AZURE_STORAGE_CONNECTION_STRING"
_RETRIES = 3
ACCOUNT_URL = "AZURE_STORAGE_ACCOUNT_URL"


@dataclass(frozen=True, slots=True)
class Access:
    """How we get in: by the ``key`` of the account, a ``sas`` or a ``login``, and which variable says so."""

    variable: str
    kind: str
    text: str = field(repr=False)
    sas: Mapping[str, str] = field(default_factory=dict, repr=False)

    def container(self, name: str) -> ContainerClient:
        """A client of the container.

        Raises:
            ValueError: the variable's value is malformed.
        """
        if self.variable == CONNECTION:
            base64.b64decode(_parts(self.text).get("accountkey", ""), validate=True)
            return ContainerClient.from_connection_string(self.text, name, retry_policy=_patience())
        return ContainerClient(self.text, name, credential=self._login(), retry_policy=_patience())

    def service(self) -> BlobServiceClient:
        """A client of the whole account."""
        if self.variable == CONNECTION:
            return BlobServiceClient.from_connection_string(self.text, retry_policy=_patience())
        return BlobServiceClient(self.text, credential=self._login(), retry_policy=_patience())

    def _login(self) -> Any:
        return credential() if self.kind == "login" else None


def access(container: str) -> Access:
    """The way that the environment names.

    Raises:
        SourceError: it names none, or the account's address is none.
    """
    connection = os.environ.get(CONNECTION)
    if connection:
        register_secret(connection)
        parts = _parts(connection)
        register_secret(parts.get("accountkey"))
        sas = _sas(parts.get("sharedaccesssignature", ""))
        return Access(CONNECTION, "sas" if sas else "key", connection, sas)
    account = os.environ.get(ACCOUNT_URL, "").strip()
    if not account:
        raise SourceError(
            f"No way to the container '{container}'.",
            hint=f"Set {CONNECTION}, or {ACCOUNT_URL} and log in (az login).",
        )
    url = urllib.parse.urlsplit(account)
    sas = _sas(url.query)
    if url.scheme not in {"http", "https"} or not url.hostname:
        raise SourceError(
            f"{ACCOUNT_URL} is no address of a storage account.",
            hint="Write the whole of it: https://<account>.blob.core.windows.net.",
        )
    if url.scheme == "http" and not sas:
        raise SourceError(f"{ACCOUNT_URL} begins with http://; a login needs https://.", hint="Write https://.")
    return Access(ACCOUNT_URL, "sas" if sas else "login", account, sas)


@functools.cache
def credential() -> Any:
    """The operator's login, one for the whole process: it keeps its token between workbooks."""
    from azure.identity import DefaultAzureCredential  # noqa: PLC0415 - slow to import, and not always needed

    return DefaultAzureCredential()


def _parts(connection: str) -> Mapping[str, str]:
    return {key.strip().casefold(): value for key, _, value in (part.partition("=") for part in connection.split(";"))}


def _sas(query: str) -> Mapping[str, str]:
    """The fields of a SAS; empty if ``query`` is none."""
    fields = dict(urllib.parse.parse_qsl(query.lstrip("?")))
    if "sig" not in fields:
        return {}
    register_secret(fields["sig"])
    register_secret(query.lstrip("?"))
    return fields


class _Patience(ExponentialRetry):
    """The SDK's retries, each of them said: it says nothing itself."""

    def sleep(self, settings: Any, transport: Any) -> None:
        """Wait before the request is sent again."""
        history = settings.get("history") or ()
        said = getattr(history[-1], "error", None) or getattr(history[-1], "http_response", None) if history else None
        status = getattr(getattr(said, "http_response", said), "status_code", None)
        why = f"HTTP {status}" if status else redact(str(said or "no answer")).splitlines()[0]
        wait(self.get_backoff_time(settings), f"Azure Blob storage: {why}", sleep=transport.sleep,
             retry=settings["count"], of=_RETRIES)  # fmt: skip


def _patience() -> ExponentialRetry:
    # the SDK's own first pause of 15 s would make each passing fault a coffee break
    return _Patience(initial_backoff=1, increment_base=2, retry_total=_RETRIES)
