"""A container in Azure Blob storage."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from itertools import islice
from typing import Any

from azure.core import MatchConditions
from azure.core.exceptions import AzureError, ClientAuthenticationError, ResourceModifiedError, ResourceNotFoundError
from azure.storage.blob import ContainerClient

from console import wait
from loader.errors import RejectedError, RetryableReadError, SourceError
from loader.filenames import not_a_workbook, printable
from loader.sources.base import Entry
from loader.sources.blob_access import Access, access
from loader.sources.blob_faults import explain, is_final, reason
from loader.sources.near import likest_first, listed

_CHUNK = 4 * 1024**2
_TRIES = 5
#: Seconds before a range is asked for again the first time.
_PAUSE = 0.2
_PAGE = 1_000
_REFUSED = 300
_LOOKED_AT = 200
_FOLDER = ("It is a folder, not a blob.", "Take it out of the source, or put the workbook in its place.")


@dataclass(frozen=True, slots=True)
class Container:
    """The blobs below a prefix, as a folder would be: blobs in folders below it are not entered."""

    name: str
    prefix: str = ""
    page_size: int = _PAGE
    chunk: int = _CHUNK

    @property
    def label(self) -> str:
        """As one gives it to ``--source``."""
        return printable(f"az://{self.name}/{self._folder}").rstrip("/")

    def entries(self) -> list[Entry]:
        """All blobs, sorted by path; as many pages as it takes. A folder named like a workbook is there as a fault."""
        way = None
        try:
            way = access(self.name)
            with way.container(self.name) as client:
                pages = client.walk_blobs(
                    name_starts_with=self._folder, delimiter="/", results_per_page=self.page_size, include=["metadata"]
                )
                found = {entry.path: entry for blob in pages if (entry := _entry(blob))}
        except ResourceNotFoundError as error:
            raise SourceError(
                f"There is no container '{self.name}'.", hint=f"Check az://container/prefix.{_containers(way, self)}"
            ) from error
        except (AzureError, ValueError) as error:
            said = explain(error, way, "l")
            raise SourceError(f"The container '{self.name}' cannot be listed: {said.cause}.", hint=said.hint) from error
        return sorted(found.values(), key=lambda entry: entry.path)

    def read(self, entry: Entry) -> bytes:
        """The blob's bytes, in ranges that belong to one version; a range that breaks off is asked for again."""
        if entry.fault:
            raise RejectedError(entry.fault[0], hint=entry.fault[1])
        data = bytearray()
        way = access(self.name)
        try:
            with way.container(self.name) as client:
                blob = client.get_blob_client(entry.path)
                try:
                    while len(data) < entry.size:
                        data += self._range(blob, entry, len(data))
                except ResourceModifiedError as error:
                    # a deleted blob does not match its etag either, says Azurite; Azure itself says it is not found
                    if blob.exists():
                        raise RetryableReadError(
                            "The blob is being written: it changed while it was read.",
                            hint="Run again once it is saved.",
                        ) from error
                    raise _vanished() from error
        except ResourceNotFoundError as error:
            raise _vanished() from error
        except AzureError as error:
            said = explain(error, way, "r")
            kind = RejectedError if is_final(error) else RetryableReadError
            raise kind(f"The blob cannot be read: {said.cause}.", hint=said.hint) from error
        return bytes(data)

    def around(self) -> str:
        """What the prefix may have meant: folders and blobs there, or on the nearest level that has some."""
        folder = self._folder
        while not (names := self._names_below(folder)) and folder:
            folder = folder.rstrip("/").rpartition("/")[0]
            folder += "/" if folder else ""
        if not names:
            return f"The container '{self.name}' is empty."
        folders = likest_first(self.prefix, [name for name in names if name.endswith("/")])
        blobs = likest_first(self.prefix, [name for name in names if not name.endswith("/")])
        return f"In the container '{self.name}' there are {listed([*folders, *blobs])}."

    @property
    def _folder(self) -> str:
        return self.prefix if not self.prefix or self.prefix.endswith("/") else self.prefix + "/"

    def _names_below(self, folder: str) -> list[str]:
        try:
            with self._client() as client:
                found = client.walk_blobs(name_starts_with=folder, delimiter="/", results_per_page=_LOOKED_AT)
                return [printable(item.name) for item in islice(found, _LOOKED_AT) if item.name != folder]
        except AzureError:  # it was listed a moment ago, and this is only a hint
            return []

    def _range(self, blob: Any, entry: Entry, start: int) -> bytes:
        length = min(self.chunk, entry.size - start)
        for attempt in range(_TRIES):
            heard = _Again(entry.file, start)
            try:
                stream = blob.download_blob(
                    offset=start, length=length, etag=entry.etag, match_condition=MatchConditions.IfNotModified,
                    raw_response_hook=heard,
                )  # fmt: skip
                piece: bytes = stream.readall()
            except AzureError as error:
                if is_final(error) or isinstance(error, ClientAuthenticationError):
                    raise
                if attempt == _TRIES - 1:
                    raise RetryableReadError(
                        f"The download broke off {_TRIES} times at byte {start:,} of {entry.size:,}: {reason(error)}.",
                        hint="Check the network, and run again.",
                    ) from error
                what = f"{entry.file} at byte {start:,}: {reason(error)}"
                wait(_PAUSE * (attempt + 1), what, retry=attempt + 1, of=_TRIES - 1, file=entry.file)
            else:
                if len(piece) == length:
                    return piece
        raise RetryableReadError(f"The download is short at byte {start:,} of {entry.size:,}.", hint="Run again.")

    def _client(self) -> ContainerClient:
        return access(self.name).container(self.name)


class _Again:
    """Says when the SDK asks for a range again whose answer broke off: it waits a second and tells nobody."""

    def __init__(self, file: str, start: int) -> None:
        self._what, self._file, self._answers = f"{file} at byte {start:,}: the download broke off", file, 0

    def __call__(self, response: Any) -> None:
        self._answers += response.http_response.status_code < _REFUSED
        if self._answers > 1:  # the pause lies behind us
            wait(1.0, self._what, sleep=lambda _: None, retry=self._answers - 1, file=self._file)


def _entry(blob: Any) -> Entry | None:
    """``None`` for a folder, and for the mark that keeps one."""
    path = str(blob.name)
    folder = not getattr(blob, "etag", None) or (blob.metadata or {}).get("hdi_isfolder", "").lower() == "true"
    if folder or path.endswith("/"):
        file = printable(posixpath.basename(path.rstrip("/")))
        return None if not_a_workbook(file) else Entry(path.rstrip("/"), file, "", 0, _FOLDER)
    return Entry(path, printable(posixpath.basename(path)), str(blob.etag).strip('"'), int(blob.size))


def _containers(way: Access | None, wanted: Container) -> str:
    """The containers that are there, as a hint; empty where the way in does not show them."""
    if way is None:
        return ""
    try:
        with way.service() as service:
            names = [item.name for item in islice(service.list_containers(), _LOOKED_AT)]
    except (AzureError, ValueError):
        return ""
    return f" There are {listed(likest_first(wanted.name, sorted(names)))}." if names else " The account has none."


def _vanished() -> RetryableReadError:
    return RetryableReadError(
        "The blob vanished between listing and reading.", hint="Run again once it is back in its place."
    )
