"""What ``maintenance`` prints for people."""

from __future__ import annotations

from operations.backup import BroughtBack, Checked
from operations.maintenance import texts


def test_one_of_something_is_said_as_one() -> None:
    """A table and a row each; more of them as many."""
    one = texts.brought_back(BroughtBack("a", ("t",), (), 1, None, ()))
    assert one.splitlines()[0] == "a: 1 table restored, 0 as they were already; 1 row overwritten."
    more = texts.brought_back(BroughtBack("a", ("t", "u"), ("v",), 2_000, None, ()))
    assert more.splitlines()[0] == "a: 2 tables restored, 1 as they were already; 2,000 rows overwritten."
    assert texts.checked(Checked("a", 1, 1, 1, ())) == "a: 1 of 1 table came back exactly as before."
