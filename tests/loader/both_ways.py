"""A sheet read by proof and calamine, and by our own reader: what each makes of the same bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from loader.cells import text_of
from loader.errors import RejectedError
from loader.formats import canonical, sheet_xml
from loader.formats.base import Row
from loader.formats.moments import Moment
from loader.formats.package import Package
from loader.formats.sheet_chunks import UnprovenError
from loader.formats.strings import strings_of
from loader.formats.styles import Styles

SHEET, STRINGS = "sheet.xml", "strings.xml"
#: What a sheet comes to: the texts of its cells by row, or why it was refused.
Outcome = dict[int, list[str | None]] | str
#: A built-in format of each kind.
FORMATS = {None: 0, Moment.DATE: 14, Moment.DURATION: 46}
_TOO_LARGE = "too large to sort"


class Parts(Package):
    """Parts that lie in memory, and come in pieces of ``step`` bytes."""

    def __init__(self, parts: Mapping[str, bytes], step: int = 1024**2) -> None:
        self._contents, self._step = parts, step

    def __contains__(self, part: str) -> bool:
        return part in self._contents

    def size(self, part: str) -> int:
        return len(self._contents[part])

    def pieces(self, part: str) -> Iterator[bytes]:
        data = self._contents[part]
        return (data[at : at + self._step] for at in range(0, len(data), self._step))


@dataclass(frozen=True)
class Content:
    """A sheet's part, and what its cells refer to."""

    sheet: bytes
    styles: Sequence[Moment | None] = ()
    strings: bytes | None = None
    date_1904: bool = False
    step: int = 1024**2

    @property
    def package(self) -> Package:
        parts = {SHEET: self.sheet} | ({} if self.strings is None else {STRINGS: self.strings})
        return Parts(parts, self.step)

    @property
    def settings(self) -> Styles:
        settings = Styles()
        settings.date_1904 = self.date_1904
        settings.formats += [FORMATS[kind] for kind in self.styles]
        return settings

    @property
    def strings_part(self) -> str | None:
        return None if self.strings is None else STRINGS

    def proven(self) -> Iterator[Row]:
        """The rows the fast way."""
        return canonical.rows(self.package, SHEET, self.settings, self.strings_part)

    def parsed(self) -> Iterator[Row]:
        """The rows the sure way."""
        texts = strings_of(self.package, self.strings_part)
        yield from sheet_xml.read_rows(self.package, SHEET, "S", self.settings, texts)

    def is_proven(self) -> bool:
        """Whether the whole sheet goes the fast way."""
        try:
            list(self.proven())
        except (UnprovenError, RejectedError):
            return False
        return True

    def together(self) -> Iterator[Row]:
        last = 0
        try:
            for row in self.proven():
                last = row[0]
                yield row
        except UnprovenError:
            yield from (row for row in self.parsed() if row[0] > last)


def outcome(rows: Iterable[Row]) -> Outcome:
    """Texts without the emptiness behind the last of them, or the refusal."""
    found: dict[int, list[str | None]] = {}
    last = 0
    try:
        for number, cells in rows:
            assert number > last, "rows must ascend"
            last = number
            texts = list(map(text_of, cells))
            while texts and texts[-1] is None:
                texts.pop()
            if texts:
                found[number] = texts
    except RejectedError as error:
        return str(error) if error.hint else "a refusal without anything to do"
    return found


def difference(content: Content) -> str | None:
    """In what the two ways differ; ``None`` when both say the same."""
    sure, fast = outcome(content.parsed()), outcome(content.together())
    if fast == sure or (isinstance(fast, str) and _TOO_LARGE in fast):
        return None
    return f"{content}\nproven: {fast}\nparsed: {sure}"
