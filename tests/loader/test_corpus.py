"""Every workbook of the corpus lands as the file format's specification says, or is refused for the true reason."""

from __future__ import annotations

import pytest

from loader.errors import RejectedError
from loader.limits import Limits
from loader.workbook import read_sheet
from tests.loader.corpus import xlsx
from tests.loader.corpus.lists import NoList, OrderList


@pytest.mark.parametrize("case", xlsx.LISTS, ids=str)
def test_what_lands(case: OrderList) -> None:
    """Each order list lands with the right columns, rows and texts, from the right sheet."""
    sheet = read_sheet("ACME ORDER LIST.xlsx", case.data(), Limits())
    assert sheet.name == case.sheet
    assert sheet.data.to_pydict() == {name: list(column) for name, column in case.columns.items()}


@pytest.mark.parametrize("case", xlsx.REFUSALS, ids=str)
def test_what_is_refused(case: NoList) -> None:
    """Each refusal says what is wrong, where it can the cell, and what to do."""
    with pytest.raises(RejectedError) as caught:
        read_sheet("ACME ORDER LIST.xlsx", case.data(), Limits())
    assert caught.value.hint
    assert [words for words in case.reason if words not in caught.value.message] == []
