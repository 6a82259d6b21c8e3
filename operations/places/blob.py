"""A prefix in a container of Azure Blob storage."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from azure.core.exceptions import AzureError, ResourceNotFoundError
from azure.storage.blob import ContainerClient

from loader import SourceError
from loader.sources.blob_access import access
from loader.sources.blob_faults import reason
from operations.errors import PlaceError


@dataclass(frozen=True, slots=True)
class Blobs:
    """The blobs below a prefix. The container has to be there; the environment says how we get in."""

    container: str
    prefix: str = ""

    @property
    def label(self) -> str:
        """As one writes it."""
        return f"az://{self.container}/{self.prefix}".rstrip("/")

    def put(self, name: str, file: Path) -> None:
        """Upload; a blob is there once all of it is."""
        with self._client("written") as client, file.open("rb") as source:
            client.upload_blob(self._path(name), source, overwrite=True, max_concurrency=1)

    def get(self, name: str, file: Path) -> None:
        """Download in pieces."""
        with self._client("read") as client, file.open("wb") as target:
            client.download_blob(self._path(name)).readinto(target)

    def names(self, prefix: str) -> list[str]:
        """Blobs below the prefix, without it."""
        base = self._path("")
        with self._client("listed") as client:
            return sorted(name.removeprefix(base) for name in client.list_blob_names(name_starts_with=base + prefix))

    def remove(self, name: str) -> None:
        """Delete the blob."""
        with self._client("cleaned up") as client:
            try:
                client.delete_blob(self._path(name))
            except ResourceNotFoundError:
                return

    def device(self) -> str:
        """The account: its containers fail together."""
        with self._client("reached") as client:
            return f"account {client.account_name}"

    def _path(self, name: str) -> str:
        return f"{self.prefix.rstrip('/')}/{name}".lstrip("/")

    @contextmanager
    def _client(self, what: str) -> Iterator[ContainerClient]:
        try:
            with access(self.container).container(self.container) as client:
                yield client
        except SourceError as error:
            raise PlaceError(f"{self.label} cannot be {what}: {error.message}", hint=error.hint) from error
        except ResourceNotFoundError as error:
            raise PlaceError(
                f"{self.label}: what was looked for is missing ({reason(error)}).",
                hint="Make the container, use another place, or back up anew.",
            ) from error
        except (AzureError, ValueError) as error:
            raise PlaceError(
                f"{self.label} cannot be {what}: {reason(error)}.",
                hint="Check the address, the rights (read, write, list, delete) and the network.",
            ) from error
