"""What a table is on SQL Server: the questions to the catalog views."""

from __future__ import annotations

import re

import pytest

from tests.sqlserver.refused import refused_in
from tests.sqlserver.tsql import errors_in
from warehouse.sqlserver import catalog_statements as sql

_OF_COLUMNS = (sql.COLUMNS, sql.DEFAULTS, sql.INDEXES, sql.FOREIGN_KEYS, sql.RIGHTS, sql.PROPERTIES)


@pytest.mark.parametrize("question", _OF_COLUMNS)
def test_the_name_of_a_column_is_asked_for_as_the_text_that_it_is(question: str) -> None:
    """``nvarchar``, so that ``∆`` comes as such from every endpoint, and a copy of the table can be made."""
    asked = question.partition(" from ")[0]
    assert re.search(r"cast\(p?r?c\.name as nvarchar\(128\)\)", asked)
    assert not re.search(r"(?<!cast\()\b(?:c|pc|rc)\.name\b", asked)
    assert (errors_in(question.replace("?", "@p")), refused_in(question)) == ([], [])
