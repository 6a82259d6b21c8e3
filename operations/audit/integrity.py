"""Section integrity: every rule, looked at by one statement each."""

from __future__ import annotations

from operations.audit import rules
from operations.audit.model import SHOWN, Check, Section, Verdict, verdict_on
from operations.audit.reader import Reader
from operations.audit.rules import Rule
from operations.audit.totals import totals
from warehouse import StatementFailedError


def look_at_integrity(reader: Reader) -> Section:
    """Keys, references, missing values, totals, and what the ledger says. Nothing is repaired."""
    every = [
        *rules.keys(), *rules.references(), *rules.missing_values(), *totals(reader.raw_tables), *rules.states(),
        *rules.declared(reader.declared),
    ]  # fmt: skip
    return Section("integrity", tuple(look(reader, rule) for rule in every))


def look(reader: Reader, rule: Rule, *, otherwise: Verdict = Verdict.FAILED) -> Check:
    """Count what a rule finds, with some examples. ``otherwise``: what it is when something was found."""
    if absent := reader.names.lacking(rule.relations):
        return Check(rule.name, Verdict.NOTHING, message=f"there is no {', no '.join(absent)}")
    query = reader.written(rule.faults, rule.relations)
    try:
        rows = reader.rows(reader.written(statement(rule), rule.relations))
    except StatementFailedError as error:
        return Check(
            rule.name, Verdict.FAILED, message=f"it could not be looked at: {error.message}", hint=error.hint or "",
            query=query,
        )  # fmt: skip
    looked_at, found = int(rows[0][0]), int(rows[0][1] or 0)
    return Check(
        rule.name, verdict_on(found, looked_at, otherwise=otherwise), found, looked_at, hint=rule.hint if found else "",
        columns=rule.columns if found else (), examples=tuple(tuple(row[2:]) for row in rows) if found else (),
        query=query,
    )  # fmt: skip


def statement(rule: Rule) -> str:
    """One statement: how many rows were looked at, how many are wrong, and some of those."""
    subject = f"({rule.subject})" if " " in rule.subject else rule.subject
    listed = ", ".join(f'q."{column}"' for column in rule.columns)
    shown = ", ".join(f'f."{column}"' for column in rule.columns)
    return (
        f"select looked.looked_at, f.found, {shown} from (select count(*) as looked_at from {subject} as t) as looked "  # noqa: S608
        f'left join (select {listed}, count(*) over () as found, row_number() over (order by q."{rule.columns[0]}") '
        f"as place from ({rule.faults}) as q) as f on f.place <= {SHOWN} order by f.place"
    )
