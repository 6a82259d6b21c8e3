"""Asks the checks: one statement for each, or one look at the machine."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from console import OrderListError, redact
from monitoring.model import Check, Measure, Surroundings
from warehouse import Relations, Session, Warehouse

_LONG = re.compile(r"\d{4,}")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a check found; ``measures`` is ``None`` when it could not be asked, and ``why`` says why not."""

    measures: Sequence[Measure] | None
    why: str = ""


def ask(
    session: Session, warehouse: Warehouse, checks: Sequence[Check], around: Surroundings, there: Relations
) -> Mapping[str, Asked]:
    """What each check found, by name. What one check breaks on hides no other."""
    return {check.name: _ask(session, warehouse, check, around, there) for check in checks}


def statement_of(check: Check, warehouse: Warehouse) -> str:
    """A check's statement as the database takes it."""
    names = {name: warehouse.relation(name) for name in check.relations}
    return check.sql.format(**names, file=warehouse.quote("file"), rows=warehouse.quote("rows"))


def _ask(session: Session, warehouse: Warehouse, check: Check, around: Surroundings, there: Relations) -> Asked:
    if check.look is not None:
        return Asked(check.look(around))
    lacking = there.lacking(check.relations)
    if lacking and check.otherwise is not None and not there.lacking(check.otherwise[1]):
        check, lacking = replace(check, sql=check.otherwise[0], relations=check.otherwise[1]), []
    if lacking:
        return Asked(None, f"{', '.join(lacking)} is not there yet")
    parameters = check.parameters(around) if check.parameters else ()
    try:
        rows = session.rows(statement_of(check, warehouse), list(parameters))
    except OrderListError as error:  # a table of an earlier version, a right that is missing
        return Asked(None, redact(f"it could not be asked: {error.message}"))
    return Asked([
        Measure(str(subject or ""), str(customer or ""), value, _reason(check, str(reason or "")))
        for subject, customer, value, reason in rows
    ])  # fmt: skip


def _reason(check: Check, text: str) -> str:
    """Without secrets; counts with thousands separated, which SQL says otherwise in each engine."""
    return redact(_LONG.sub(lambda found: f"{int(found[0]):,}", text) if check.counts else text)
