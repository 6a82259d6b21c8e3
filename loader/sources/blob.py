"""A container in Azure Blob storage."""

from __future__ import annotations

import functools
import os
import posixpath
from dataclasses import dataclass
from typing import Any

from azure.core import MatchConditions
from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    HttpResponseError,
    ResourceModifiedError,
    ResourceNotFoundError,
)
from azure.storage.blob import ContainerClient, ExponentialRetry

from console import register_secret
from loader.errors import RetryableReadError, SourceError
from loader.sources.base import Entry

_CHUNK = 4 * 1024**2
_TRIES = 5
_PAGE = 1_000


@dataclass(frozen=True, slots=True)
class Container:
    """The blobs below a prefix, as a folder would be: blobs in folders below it are not entered."""

    name: str
    prefix: str = ""
    page_size: int = _PAGE
    chunk: int = _CHUNK

    def entries(self) -> list[Entry]:
        """All blobs, sorted by path; as many pages as it takes."""
        folder = self.prefix if not self.prefix or self.prefix.endswith("/") else self.prefix + "/"
        try:
            with self._client() as client:
                pages = client.walk_blobs(name_starts_with=folder, delimiter="/", results_per_page=self.page_size)
                return sorted((_entry(blob) for blob in pages if getattr(blob, "etag", None)), key=lambda e: e.path)
        except ResourceNotFoundError as error:
            raise SourceError(f"There is no container '{self.name}'.", mend="Check az://container/prefix.") from error
        except (AzureError, ValueError) as error:
            raise SourceError(
                f"The container '{self.name}' cannot be listed: {_reason(error)}.",
                mend="Check AZURE_STORAGE_CONNECTION_STRING, or AZURE_STORAGE_ACCOUNT_URL and your login.",
            ) from error

    def read(self, entry: Entry) -> bytes:
        """The blob's bytes, in ranges that belong to one version; a range that breaks off is asked for again."""
        data = bytearray()
        try:
            with self._client() as client:
                blob = client.get_blob_client(entry.path)
                try:
                    while len(data) < entry.size:
                        data += self._range(blob, entry, len(data))
                except ResourceModifiedError as error:
                    # a deleted blob does not match its etag either, says Azurite; Azure itself says it is not found
                    if blob.exists():
                        raise RetryableReadError(
                            "The blob is being written: it changed while it was read.",
                            mend="Run again once it is saved.",
                        ) from error
                    raise _vanished() from error
        except ResourceNotFoundError as error:
            raise _vanished() from error
        except AzureError as error:
            raise RetryableReadError(
                f"The blob cannot be read: {_reason(error)}.", mend="Check the login and the network, and run again."
            ) from error
        return bytes(data)

    def _range(self, blob: Any, entry: Entry, start: int) -> bytes:
        length = min(self.chunk, entry.size - start)
        for attempt in range(_TRIES):
            try:
                stream = blob.download_blob(
                    offset=start, length=length, etag=entry.etag, match_condition=MatchConditions.IfNotModified
                )
                piece: bytes = stream.readall()
            except (ResourceModifiedError, ResourceNotFoundError, ClientAuthenticationError):
                raise
            except AzureError as error:
                if attempt == _TRIES - 1:
                    raise RetryableReadError(
                        f"The download broke off {_TRIES} times at byte {start:,} of {entry.size:,}: {_reason(error)}.",
                        mend="Check the network, and run again.",
                    ) from error
            else:
                if len(piece) == length:
                    return piece
        raise RetryableReadError(f"The download is short at byte {start:,} of {entry.size:,}.", mend="Run again.")

    def _client(self) -> ContainerClient:
        # the SDK's own first pause of 15 s would make each passing fault a coffee break
        patience = ExponentialRetry(initial_backoff=1, increment_base=2, retry_total=3)
        connection = os.environ.get("AZURE_STORAGE_CONNECTION_STRING")
        if connection:
            register_secret(connection)
            return ContainerClient.from_connection_string(connection, self.name, retry_policy=patience)
        account = os.environ.get("AZURE_STORAGE_ACCOUNT_URL")
        if not account:
            raise SourceError(
                f"No way to the container '{self.name}'.",
                mend="Set AZURE_STORAGE_CONNECTION_STRING, or AZURE_STORAGE_ACCOUNT_URL and log in (az login).",
            )
        return ContainerClient(account, self.name, credential=_credential(), retry_policy=patience)


@functools.cache
def _credential() -> Any:
    """The operator's login, one for the whole process: it keeps its token between workbooks."""
    from azure.identity import DefaultAzureCredential  # noqa: PLC0415 - slow to import, and not always needed

    return DefaultAzureCredential()


def _entry(blob: Any) -> Entry:
    return Entry(blob.name, posixpath.basename(blob.name), str(blob.etag).strip('"'), int(blob.size))


def _vanished() -> RetryableReadError:
    return RetryableReadError(
        "The blob vanished between listing and reading.", mend="Run again once it is back in its place."
    )


def _reason(error: Exception) -> str:
    """The service's own words in one line, without the request that carried the credentials."""
    if isinstance(error, HttpResponseError) and error.reason:
        return f"{error.status_code} {error.reason}"
    return str(error).splitlines()[0].rstrip(".")
