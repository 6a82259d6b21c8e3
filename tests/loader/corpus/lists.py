"""Order lists of the corpus: workbooks that are read to the columns that land, or refused for a reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tests.loader.corpus.parts import REQUIRED, Parts, list_of, pack, parts_of

Column = Sequence[str | None]


@dataclass(frozen=True, repr=False)
class OrderList:
    """A workbook that lands.

    Args:
        build: makes its parts, or its bytes.
        columns: what lands in each column, by the file format's specification.
        sheet: that was read.
    """

    name: str
    build: Callable[[], Parts | bytes]
    columns: Mapping[str, Column]
    sheet: str = "MASTER"

    def __repr__(self) -> str:
        return self.name

    def data(self) -> bytes:
        """The workbook's bytes."""
        built = self.build()
        return built if isinstance(built, bytes) else pack(built)


@dataclass(frozen=True, repr=False)
class NoList:
    """A workbook that is refused, and what the reason must say."""

    name: str
    build: Callable[[], Parts | bytes]
    reason: Sequence[str]

    def __repr__(self) -> str:
        return self.name

    def data(self) -> bytes:
        """The workbook."""
        built = self.build()
        return built if isinstance(built, bytes) else pack(built)


def orders(*rows: int) -> dict[str, Column]:
    """What lands of ``order(row)`` in each of these rows."""
    texts = zip(*((f"O-{row}", "ACME", "ST1", "5") for row in rows), strict=True)
    return dict(zip(REQUIRED, texts, strict=True))


class Corpus:
    """Cases as they are named one after another."""

    def __init__(self) -> None:
        self.lists: list[OrderList] = []
        self.refusals: list[NoList] = []

    def lands(
        self,
        name: str,
        build: Callable[[], Parts | bytes],
        columns: Mapping[str, Column] | None = None,
        sheet: str = "MASTER",
    ) -> None:
        """A workbook that lands; with one order in row 2 unless told otherwise."""
        self.lists.append(OrderList(name, build, orders(2) if columns is None else columns, sheet))

    def refused(self, name: str, build: Callable[[], Parts | bytes], *reason: str) -> None:
        """A workbook that is refused for a reason with these words."""
        self.refusals.append(NoList(name, build, reason))

    def cell(
        self,
        name: str,
        cell: str,
        value: str | None,
        strings: str | None = None,
        *,
        formats: Sequence[int | str] = (),
        properties: str = "",
    ) -> None:
        """An order with one more cell, E2, below the header ``E``, and what lands of it."""
        self.lands(
            name,
            lambda: parts_of(list_of(cell), strings=strings, formats=formats, properties=properties),
            orders(2) | {"E": [value]},
        )

    def bad_cell(self, name: str, cell: str, *reason: str, strings: str | None = None) -> None:
        """An order with one more cell, E2, that cannot be read without loss; the reason names it."""
        self.refused(name, lambda: parts_of(list_of(cell), strings=strings), *(reason or ("cell E2",)))
