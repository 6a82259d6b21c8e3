"""Files with a few changed, lost or doubled bytes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hypothesis import strategies as st

from loader.errors import RejectedError
from loader.formats.base import Book

Change = tuple[int, str, bytes]
CHANGES = st.lists(
    st.tuples(
        st.integers(0, 2**20),
        st.sampled_from(("replace", "insert", "delete", "double", "cut")),
        st.one_of(st.binary(min_size=1, max_size=8), st.sampled_from((b"\xff" * 4, bytes(4), b"\x3c\0", b"\x0a\0"))),
    ),
    min_size=1,
    max_size=6,
)


def damaged(data: bytes, changes: Sequence[Change]) -> bytes:
    """``data`` after some changes, each with its place, what happens there, and bytes."""
    for place, what, content in changes:
        at = place % (len(data) or 1)
        after = at + len(content)
        match what:
            case "replace":
                data = data[:at] + content + data[after:]
            case "insert":
                data = data[:at] + content + data[at:]
            case "delete":
                data = data[:at] + data[after:]
            case "double":
                data = data[:after] + data[at:]
            case "cut" if place % 3 == 0:
                data = data[:at]
    return data


def read_or_refused(open_book: Callable[[], Book]) -> None:
    """The whole book is read, or refused in words and with something to do."""
    refused: RejectedError | None = None
    try:
        book = open_book()
        for sheet in book.sheets:
            list(book.rows(sheet))
    except RejectedError as error:
        refused = error
    assert refused is None or (refused.hint and "()" not in str(refused))
