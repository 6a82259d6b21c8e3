"""What the numbers of a workbook are under its cells' styles. Pure."""

from __future__ import annotations

from loader.formats.base import Value
from loader.formats.moments import Moment, moment, moment_of_format


class Styles:
    """Number formats and styles of a workbook.

    Args:
        built_in: whether the numbers of formats that the file does not spell out mean something.
    """

    def __init__(self, *, built_in: bool = True) -> None:
        self.date_1904 = False
        #: Codes of formats by their number, as far as the file says them.
        self.codes: dict[int, str | None] = {}
        #: Number of each style's format; styles are called by their place here.
        self.formats: list[int] = []
        self._built_in = built_in
        self._moments: dict[int, Moment | None] = {}

    def moments(self) -> tuple[Moment | None, ...]:
        """What each style makes of numbers; ``None`` where they stay numbers."""
        return tuple(map(self._moment, self.formats))

    def value(self, number: float, style: int) -> Value:
        """What a number is in a cell of this style; the number itself where there is no such style."""
        try:
            kind = self._moments[style]
        except KeyError:
            kind = self._moment(self.formats[style]) if style < len(self.formats) else None
            self._moments[style] = kind
        return number if kind is None else moment(number, kind, date_1904=self.date_1904)

    def value_of_format(self, number: float, format_: int) -> Value:
        """The same where a cell names its format itself."""
        kind = self._moment(format_)
        return number if kind is None else moment(number, kind, date_1904=self.date_1904)

    def _moment(self, format_: int) -> Moment | None:
        code = self.codes.get(format_)
        if code is None and not self._built_in:
            return None
        return moment_of_format(format_, code)
