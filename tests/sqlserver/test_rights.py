"""The doctor asks for exactly the rights that the documents name, and says what a login's default schema means."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import pytest

from console import Finding
from tests.project import ROOT
from tests.sqlserver.driver import warehouse
from warehouse.sqlserver import doctor, rights
from warehouse.sqlserver.session import SQLServerSession


class Asked:
    """Answers the doctor as a server whose login lacks ``lacking``."""

    def __init__(self, lacking: str = "", default: str = "dbo", owner: str | None = "dbo") -> None:
        self.lacking, self.default, self.owner = lacking, default, owner

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """The answer to one question."""
        if "has_perms_by_name" in sql:
            return [(0 if parameters[2] == self.lacking else 1,)]
        if "schema_name()" in sql:
            return [(self.default,)]
        return [(self.owner,)]


def _findings(server: Asked) -> dict[str, Finding]:
    session = cast("SQLServerSession", server)
    place = warehouse()
    return {f.check: f for check in (doctor._rights, doctor._schema) for f in check(session, place)}


@pytest.mark.parametrize("right", rights.RIGHTS, ids=lambda right: right.permission)
def test_the_doctor_names_the_grant_of_each_right_that_is_missing(right: rights.Right) -> None:
    """Whichever right the login lacks is missing, with the statement that gives it; the others are granted."""
    findings = _findings(Asked(right.permission))
    (missing,) = [finding for finding in findings.values() if finding.verdict == "missing"]
    assert missing.hint == rights.grant(right, warehouse().schema, "[the user of this login]")
    assert len([check for check in findings if check.startswith("right: ")]) == len(rights.RIGHTS)


def test_the_doctor_compares_the_default_schema() -> None:
    """Another default schema is told, with what it means; the target's own is too."""
    own = warehouse().schema
    assert _findings(Asked(default=own))["default schema"].found.endswith("as the target's")
    assert f"target's is {own}" in _findings(Asked(default="sales"))["default schema"].found


def test_the_doctor_warns_of_an_owner_that_the_login_may_not_see() -> None:
    """dbt's catalog joins the owner's name, and shows nothing of a schema whose owner is hidden."""
    assert _findings(Asked(owner=None))["schema owner"].verdict == "warning"
    assert "schema owner" not in _findings(Asked())


def test_the_documents_name_exactly_these_rights() -> None:
    """docs/sqlserver.md shows the statements for a schema and a user, in their order and no others."""
    text = (ROOT / "docs" / "sqlserver.md").read_text(encoding="utf-8")
    shown = [line.strip().rstrip(";") for line in text.splitlines() if line.strip().startswith("GRANT ")]
    assert shown == rights.grants("order_list", "order_list_login")
