"""What a terminal shows of progress, with lines said meanwhile."""

from __future__ import annotations

import io
import re
import sys

import pytest

from console import progress, say

LINE = "landed SPIRITUAL GANGSTER ORDER LIST (M3).xlsx: 7 rows [in] 0.05 s"
_STEP = re.compile(r"\x1b\[(\?25[lh]|[0-9;]*m|(\d*)([AK]))|([\r\n])|([^\x1b\r\n]+)")


class Terminal(io.StringIO):
    """Takes what is written for a terminal."""

    def isatty(self) -> bool:
        return True

    def screen(self, columns: int) -> list[str]:
        """The lines as they stand in the end: carriage returns, line ends, erased lines, and nothing else."""
        lines, row, column = [""], 0, 0
        for _, _, letter, move, text in _STEP.findall(self.getvalue()):
            if letter == "K":
                lines[row] = ""
            elif letter == "A":
                row -= 1
            elif move == "\r":
                column = 0
            elif move == "\n":
                row, column = row + 1, 0
                lines += [""] * (row + 1 - len(lines))
            for character in text:
                if column == columns:
                    row, column = row + 1, 0
                    lines += [""] * (row + 1 - len(lines))
                lines[row] = lines[row].ljust(column)[:column] + character + lines[row][column + 1 :]
                column += 1
        return [line.rstrip() for line in lines]


@pytest.mark.parametrize("columns", [30, 40, 80, 200])
def test_a_line_said_meanwhile_is_not_torn(monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    """On a narrow and on a wide terminal each line begins at its left edge, whole, and nothing stays of the bar."""
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("TERM", "xterm-256color")
    with progress("rows sent", None) as advance:
        for _ in range(3):
            advance(1, 3_009, "dbt build reads the whole project anew")
            say(LINE)
    shown = [line for line in terminal.screen(columns) if line]
    whole = [LINE[start : start + columns].rstrip() for start in range(0, len(LINE), columns)]
    assert shown == whole * 3


def test_the_bar_counts_in_one_way_and_fits_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counts have thousands; no line of the bar is longer than the terminal is wide."""
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("TERM", "xterm-256color")
    with progress("a description that is far too long for it", 3_009) as advance:
        advance(1_200)
    lines = re.split(r"[\r\n]+", re.sub(r"\x1b\[[?0-9;]*[A-Za-z]", "", terminal.getvalue()))
    assert any("1,200 of 3,009" in line for line in lines)
    assert max(map(len, lines)) <= 40
