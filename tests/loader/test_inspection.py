"""The short cuts of the look into a sheet's XML find what the long way finds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from loader import inspection

MARKS = st.sampled_from([(b't="e"', b"e"), (b"<f", b"f"), (b"<ef:f", b"f"), (b"<ff", b"f")])
XML = st.lists(st.sampled_from([b"<f", b"f", b"e", b't="e"', b"<ef:f", b"<", b" ", b"1" * 150, b"<ff"])).map(b"".join)


@given(rows=XML, mark=MARKS)
def test_marks_are_found_wherever_they_stand(rows: bytes, mark: tuple[bytes, bytes]) -> None:
    """By their rare letter in long rows of numbers, as a whole where that letter is frequent."""
    sought, rare = mark
    naive = [at for at in range(len(rows)) if rows.startswith(sought, at)]
    assert list(inspection._positions(rows, sought, rare)) == naive
