"""Where workbooks lie: a folder, or a prefix in Azure Blob storage."""

from loader.sources.base import Entry, Source
from loader.sources.open import open_source

__all__ = ["Entry", "Source", "open_source"]
