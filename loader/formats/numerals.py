"""Numbers within bounds as regular expressions, and columns as letters. Pure."""

from __future__ import annotations

_LETTERS = 26
_FIRST_LETTER = ord("A")


def column_number(letters: str) -> int:
    """1 for ``A``, 27 for ``AA``; in either case."""
    number = 0
    for letter in letters.upper():
        number = number * _LETTERS + ord(letter) - _FIRST_LETTER + 1
    return number


def column_letters(number: int) -> str:
    """``A`` for 1, ``AA`` for 27."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, _LETTERS)
        letters = chr(_FIRST_LETTER + rest) + letters
    return letters


def between(first: int, last: int) -> str:
    """A pattern of the whole numbers from ``first`` to ``last``, without zeros in front."""
    choices: list[str] = []
    for digits in range(len(str(first)), len(str(last)) + 1):
        low, high = max(first, 10 ** (digits - 1)), min(last, 10**digits - 1)
        choices += _same_length(str(low), str(high), "0", "9")
    return "|".join(choices)


def up_to_column(number: int) -> str:
    """A pattern of the letters of columns up to ``number``."""
    last = column_letters(number)
    choices: list[str] = []
    for length in range(1, len(last) + 1):
        choices += _same_length("A" * length, last if length == len(last) else "Z" * length, "A", "Z")
    return "|".join(choices)


def _same_length(low: str, high: str, least: str, most: str) -> list[str]:
    """Patterns of the numerals between two of one length."""
    if low == least * len(low) and high == most * len(high):
        return [f"[{least}-{most}]{{{len(low)}}}" if low else ""]
    if low[0] == high[0]:
        return [low[0] + rest for rest in _same_length(low[1:], high[1:], least, most)]
    rest = len(low) - 1
    choices = [low[0] + tail for tail in _same_length(low[1:], most * rest, least, most)]
    choices += [high[0] + tail for tail in _same_length(least * rest, high[1:], least, most)]
    if ord(high[0]) - ord(low[0]) > 1:
        any_rest = f"[{least}-{most}]{{{rest}}}" if rest else ""
        choices.append(f"[{chr(ord(low[0]) + 1)}-{chr(ord(high[0]) - 1)}]{any_rest}")
    return choices
