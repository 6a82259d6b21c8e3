"""A stage that could not be done: what it failed of in one sentence, and what another program said beside it, once."""

from __future__ import annotations

import re

from console import Finding, OrderListError, redact
from pipeline.model import Stage, Status

_WHERE = re.compile(r" \((all it said: [^\n]*?)\):?$")
_CUSTOMER = re.compile(r"\bstg_(\w+)")
_CAUSE = 260
_LINES = 4


def failed_stage(name: str, error: OrderListError) -> Stage:
    """The stage that ``error`` ended."""
    first, _, words = redact(error.message).partition("\n")
    where = _WHERE.search(first)
    message = _WHERE.sub("", first).rstrip(": ") if words else first
    if cause := cause_in(words):
        message = f"{message.rstrip('.')}: {cause}"
    hint = redact(error.hint) if error.hint else None
    log = "\n".join(part for part in (where[1] if where else "", words.strip()) if part)
    finding = Finding(
        name, "failed", message, hint or ("Correct what it names, then:" if words else None),
        customers=customers_in(message), command=None if hint and "`" in hint else "pipeline run",
    )  # fmt: skip
    return Stage(name, Status.FAILED, message=f"{message} {hint}" if hint else message, findings=(finding,), log=log)


def cause_in(words: str) -> str:
    """The first error that dbt names, with the line that says what is wrong; empty when it names none."""
    lines = [" ".join(line.split()) for line in words.splitlines() if line.strip()]
    at = next((n for n, line in enumerate(lines) if re.search(r"\b\w*Error\b", line)), None)
    if at is None:
        lines, at = [line for line in lines if not line.startswith(("Running with", "Encountered"))], 0
    first, *more = lines[at : at + _LINES] or [""]
    return short(f"{first.rstrip(':')}{': ' if more else ''}{' '.join(more)}")


def customers_in(text: str) -> tuple[str, ...]:
    """The customers whose models an error names, as their files call them."""
    return tuple(dict.fromkeys(name.upper().replace("_", " ") for name in _CUSTOMER.findall(text)[:1]))


def short(text: str) -> str:
    """As much of a text as a person reads at once."""
    return text if len(text) <= _CAUSE else f"{text[:_CAUSE].rstrip()} ..."
