"""Words for people: what they copy into a shell is what it says."""

from __future__ import annotations

import shlex

import pytest

from console import argument, joined, shortened


@pytest.mark.parametrize(
    "text",
    [
        "GREYSON ORDER LIST (M3).xlsx",
        "B'HOOD",
        'say "x".xlsx',
        "$(touch x).xlsx",
        "`touch x`.xlsx",
        "wow!.xlsx",
        "in\\",
    ],
)
def test_an_argument_is_one_word_to_a_shell(text: str) -> None:
    """Whatever a file is called: nothing of its name is run, and the program gets the name as it is."""
    assert shlex.split(argument(text)) == [text]


def test_an_argument_is_quoted_as_every_system_knows_it() -> None:
    """Not at all where nothing needs it, else in double quotes wherever they do."""
    assert argument("ORDER_LIST_DELTA") == "ORDER_LIST_DELTA"
    assert argument("") == '""'
    assert argument("-1") == '"-1"'
    assert argument("B'HOOD ORDER LIST.xlsx") == '"B\'HOOD ORDER LIST.xlsx"'


def test_what_a_shell_would_run_stands_in_single_quotes() -> None:
    """Between double quotes it would be run."""
    assert argument("$(touch x) `y`") == "'$(touch x) `y`'"


def test_a_text_that_was_cut_says_so() -> None:
    """A reader sees that there is more; what fits stays as it is, and the sign counts."""
    assert shortened("runs go well", 12) == "runs go well"
    assert shortened("runs go well", 11) == "runs go we…"
    assert shortened("runs go well", 6) == "runs…"


def test_all_of_a_few_names_are_joined_as_people_do() -> None:
    """Commas, and one "and"."""
    assert [joined(names) for names in ([], ["A"], ["A", "B"], ["A", "B", "C"])] == [
        "", "A", "A and B", "A, B and C",
    ]  # fmt: skip
