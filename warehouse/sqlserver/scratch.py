"""A schema for trials: a new one that is dropped, or one that an administrator made for it, which is emptied.

Each is held by a lock of its own as long as it is used: what a killed trial left is known by its lock, which is free.
"""

from __future__ import annotations

import dataclasses
import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING

from console import LockHeldError, OrderListError, say
from warehouse.errors import StatementFailedError
from warehouse.profile import Target
from warehouse.sqlserver import scratch_statements as sql
from warehouse.sqlserver.connect import APPLICATION_NAME, connect
from warehouse.sqlserver.lock import run_lock

if TYPE_CHECKING:
    from warehouse.sqlserver.warehouse import SQLServerWarehouse

#: Names of empty schemas for trials, with commas between, where the login may make none.
VARIABLE = "ORDER_LIST_SCRATCH_SCHEMAS"
_ROUNDS = 5
_NAMED = (
    f"An administrator makes an empty schema with the grants of docs/sqlserver.md; name it in {VARIABLE} "
    "(two with a comma between for a rehearsal of the cutover)."
)


@contextmanager
def scratch_schema(warehouse: SQLServerWarehouse) -> Iterator[Target]:
    """The target with such a schema in place of its own; nothing is in it, before and after.

    Raises:
        StatementFailedError: the login may make none and none is named, or all that are named are in use or not empty.
    """
    named = [name.strip() for name in os.environ.get(VARIABLE, "").split(",") if name.strip()]
    with ExitStack() as stack:
        schema = _one_of(named, warehouse, stack) if named else _new(warehouse, stack)
        yield _with(warehouse.target, schema)


def _with(target: Target, schema: str) -> Target:
    return dataclasses.replace(target, schema=schema, settings={**target.settings, "schema": schema})


def _new(warehouse: SQLServerWarehouse, stack: ExitStack) -> str:
    before = f"{warehouse.schema}_scratch_"
    schema = before + secrets.token_hex(4)
    stack.enter_context(_held(warehouse.target, schema))
    try:
        with warehouse.session() as session:
            for left in session.rows(sql.SCHEMAS_LIKE, [sql.beginning(before)]):
                _drop_left(warehouse, str(left[0]))
            session.execute(sql.make_schema(schema))
    except StatementFailedError as error:
        raise StatementFailedError(
            f"No schema could be made for a trial: {error.message}",
            hint=f"GRANT CREATE SCHEMA TO [the user of this login], for the trials only. Or: {_NAMED}",
        ) from error
    stack.callback(_cleared, warehouse, schema, drop=True)
    return schema


def _drop_left(warehouse: SQLServerWarehouse, schema: str) -> None:
    """Drop what a trial left that was killed; one that is at work holds its lock."""
    with suppress(LockHeldError), _held(warehouse.target, schema):
        _cleared(warehouse, schema, drop=True)


def _one_of(named: Sequence[str], warehouse: SQLServerWarehouse, stack: ExitStack) -> str:
    why = list[str]()
    for schema in named:
        if schema.lower() == warehouse.schema.lower():
            why.append(f"{schema} is the target's own")
            continue
        try:
            held = stack.enter_context(ExitStack())
            held.enter_context(_held(warehouse.target, schema))
        except LockHeldError:
            why.append(f"{schema} is in use")
            continue
        if fault := _made_ready(warehouse, schema):
            held.close()
            why.append(fault)
            continue
        stack.callback(_cleared, warehouse, schema, drop=False)
        return schema
    raise StatementFailedError(f"{VARIABLE} names no schema for a trial: {'; '.join(why)}.", hint=_NAMED)


def _made_ready(warehouse: SQLServerWarehouse, schema: str) -> str | None:
    """Empty it if it is for trials, mark it so if it is empty; else why not."""
    with warehouse.session() as session:
        if not session.rows(sql.SCHEMA, [schema]):
            return f"there is no schema {schema}"
        relations = [str(name) for name, _ in session.rows(sql.RELATIONS, [schema])]
        if not session.rows(sql.MARKED, [schema]):
            if relations:
                return f"{schema} has tables that no trial made ({', '.join(sorted(relations)[:3])})"
            session.execute(sql.MARK, [schema])
    if relations:  # a trial was killed
        _empty(warehouse, schema)
    return None


def _cleared(warehouse: SQLServerWarehouse, schema: str, *, drop: bool) -> None:
    """What cannot be taken away is said: the trial itself is over, and its result stands."""
    try:
        _empty(warehouse, schema)
        if drop:
            with warehouse.session() as session:
                session.execute(sql.drop_schema(schema))
    except OrderListError as error:
        say(f"The schema {schema} of the trials could not be taken away; the next trial does: {error}")


def _empty(warehouse: SQLServerWarehouse, schema: str) -> None:
    """Drop views and tables; one that another refers to goes once that is gone."""
    with warehouse.session() as session:
        for last in (False,) * (_ROUNDS - 1) + (True,):
            found = session.rows(sql.RELATIONS, [schema])
            if not found:
                return
            for name, kind in sorted(found, key=lambda row: row[1] != "VIEW"):
                try:
                    session.execute(sql.drop_relation(schema, str(name), str(kind)))
                except StatementFailedError:
                    if last:
                        raise


@contextmanager
def _held(target: Target, schema: str) -> Iterator[None]:
    """Hold the lock of a schema of trials, against this process as well."""
    resource = f"{APPLICATION_NAME}:scratch:{schema.lower()}"
    with run_lock(f"{resource}:{secrets.token_hex(4)}", resource, lambda: connect(target)):
        yield
