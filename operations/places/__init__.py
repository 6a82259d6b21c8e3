"""Where archives and backups lie: folders, or prefixes in Azure Blob storage."""

from operations.places.base import Place
from operations.places.open import open_place

__all__ = ["Place", "open_place"]
