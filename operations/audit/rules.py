"""What must hold of the rows, as data: one query a rule, which gives the rows for which it does not.

In a query ``{NAME}`` stands for a relation and ``"name"`` for a column whose name is a word of SQL. Each is written
once for both engines.
"""
# ruff: noqa: S608 - all names are ours

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from operations.constraints import Constraint
from operations.kept import KEPT
from warehouse import Kept

_RELATION = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Args:
        name: what holds, as a sentence without a full stop.
        subject: the relation whose rows are looked at, or a query of them.
        faults: the query.
        columns: what it gives; the first one orders the examples.
        hint: what to do about what is found.
    """

    name: str
    subject: str
    faults: str
    columns: tuple[str, ...]
    hint: str = ""

    @property
    def relations(self) -> list[str]:
        """What must be there."""
        return list(dict.fromkeys(_RELATION.findall(f"{self.faults} {self.subject}")))


@dataclass(frozen=True, slots=True)
class Reference:
    """A column whose values stand in another table.

    Args:
        key: what they are there; ``{0}`` stands for the table.
    """

    child: str
    column: str
    parent: str
    key: str
    where: str = "1 = 1"
    hint: str = ""

    @property
    def rule(self) -> Rule:
        """That they do."""
        return Rule(
            f"each {self.column} of {self.child} is one of {self.parent}",
            f"select 1 as one from {{{self.child}}} as c where {self.where} and c.{self.column} is not null",
            f"select c.{self.column}, count(*) as rows_with_it from {{{self.child}}} as c where {self.where} "
            f"and c.{self.column} is not null and not exists (select 1 from {{{self.parent}}} as p "
            f"where {self.key.format('p')} = c.{self.column}) group by c.{self.column}",
            (self.column, "rows_with_it"),
            self.hint,
        )


_BUILD = "Build anew: `dbt build`. If it comes back, report this defect."
_RESTORE = "Restore it: `maintenance restore`."
_VERIFY = "Run `monday-sync verify`: it says how the board stands."
LINES, REJECTS, WORKBOOKS = "int_order_lines__keyed", "order_list_rejects", "order_list_workbooks"
ITEMS, SUBITEMS, HISTORY_TABLE = "monday_sync_items", "monday_sync_subitems", "order_list_history"

#: Keys that dbt builds by; those of the tables that programs keep are declared with them.
_KEYS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("ORDER_LIST", ("order_key",), _BUILD),
    (LINES, ("line_key",), _BUILD),
    (WORKBOOKS, ("raw_table",), _BUILD),
    ("order_list_headers", ("raw_table", "position"), _BUILD),
    (HISTORY_TABLE, ("dbt_scd_id",), _RESTORE),
    ("swp_ORDER_LIST_SYNC", ("order_key",), _BUILD),
    ("customer_names", ("spelling", "raw_table"), "Take the second line out of seeds/customer_names.csv."),
    ("loader_file_headers", ("raw_table", "position"), "Land the workbook again: `loader land --full`."),
)
#: Part of a key that may be missing: a customer that only appears in other files has no workbook.
_MAY_BE_NULL = {("customer_names", "raw_table")}

REFERENCES = (
    Reference(LINES, "order_key", "ORDER_LIST", "{0}.order_key", hint=_BUILD),
    Reference("ORDER_LIST", "_source_file", WORKBOOKS, "{0}._source_file", hint=_BUILD),
    Reference("ORDER_LIST", "customer_name", "customer_names", "trim({0}.customer_name)", hint=_BUILD),
    Reference(REJECTS, "_source_file", WORKBOOKS, "{0}._source_file", hint=_BUILD),
    Reference("order_list_headers", "raw_table", WORKBOOKS, "{0}.raw_table", hint=_BUILD),
    Reference(
        SUBITEMS, "order_key", ITEMS, "{0}.order_key", "c.monday_subitem_id is not null",
        "The order's own row is lost: `monday-sync verify --repair`, or restore the ledger: `maintenance restore`.",
    ),
    Reference("monday_sync_attempts", "run_id", "monday_sync_runs", "{0}.run_id", hint=_RESTORE),
    Reference("pipeline_stages", "run_id", "pipeline_runs", "{0}.run_id", hint=_RESTORE),
)  # fmt: skip
#: Where NULL would be read as something else.
_NEVER_NULL = {
    "ORDER_LIST": ("row_hash", "aag_order_number", "customer_name", "_source_file", "_source_row"),
    LINES: ("order_key", "size_code", "ordered_qty", "qty", "row_hash"),
    REJECTS: ("reject_level", "reason_code", "reason"),
    ITEMS: ("board_id",),
    SUBITEMS: ("board_id", "order_key"),
    "monday_sync_attempts": ("run_id", "board_id", "outcome", "kind"),
    "loader_file_log": ("load_seq",),
}


def keys() -> list[Rule]:
    """Every key is there, and once."""
    found = list(_KEYS)
    found += [(table.name, tuple(table.key), _RESTORE) for table in declared_tables() if table.key]
    return [_key(relation, columns, hint) for relation, columns, hint in found]


def references() -> list[Rule]:
    """Every foreign key that the model implies."""
    return [
        *(reference.rule for reference in REFERENCES),
        Rule(
            "each order of the ledger stands, or stood once",
            f"{{{ITEMS}}}",
            f"select i.order_key, i.monday_item_id, i.item_name from {{{ITEMS}}} as i "
            "where i.monday_item_id is not null "
            "and not exists (select 1 from {ORDER_LIST} as o where o.order_key = i.order_key) "
            f"and not exists (select 1 from {{{HISTORY_TABLE}}} as h where h.order_key = i.order_key)",
            ("order_key", "monday_item_id", "item_name"),
            "An item that no order explains: `monday-sync why` and `monday-sync verify` say what it is.",
        ),
    ]


def missing_values() -> list[Rule]:
    """No NULL where none may be."""
    return [
        Rule(
            f"{relation} has no row without {', '.join(columns)}",
            f"{{{relation}}}",
            "select "
            + ", ".join(f"case when t.{c} is null then 1 else 0 end as no_{c.strip('_')}" for c in columns)
            + f" from {{{relation}}} as t where {' or '.join(f't.{c} is null' for c in columns)}",
            tuple(f"no_{column.strip('_')}" for column in columns),
        )
        for relation, columns in _NEVER_NULL.items()
    ]


def states() -> list[Rule]:
    """What the ledger says of a row fits together, and no item of the board stands for two."""
    found = []
    for table, key, item in ((ITEMS, "order_key", "monday_item_id"), (SUBITEMS, "line_key", "monday_subitem_id")):
        found += [
            Rule(
                f"no {item} stands for two rows of {table}",
                f"{{{table}}}",
                f"select t.{item}, t.board_id, count(*) as rows_with_it, min(t.{key}) as first_key, "
                f"max(t.{key}) as last_key from {{{table}}} as t where t.{item} is not null "
                f"group by t.{item}, t.board_id having count(*) > 1",
                (item, "board_id", "rows_with_it", "first_key", "last_key"),
                "Two rows would write to one item. Find the right one with `monday-sync why`, and restore the ledger.",
            ),
        ]
    found += [
        Rule(
            "no id is an item's and a subitem's",
            f"{{{ITEMS}}}",
            f"select i.monday_item_id, i.order_key, s.line_key from {{{ITEMS}}} as i inner join {{{SUBITEMS}}} as s "
            "on s.monday_subitem_id = i.monday_item_id and s.board_id = i.board_id",
            ("monday_item_id", "order_key", "line_key"),
            _VERIFY,
        ),
        Rule(
            "each group of the board stands for one name",
            "{monday_sync_groups}",
            "select g.group_id, g.board_id, count(*) as names from {monday_sync_groups} as g "
            "group by g.group_id, g.board_id having count(*) > 1",
            ("group_id", "board_id", "names"),
            _VERIFY,
        ),
        Rule(
            "no order has two versions that hold now",
            f"{{{HISTORY_TABLE}}}",
            f"select h.order_key, count(*) as versions from {{{HISTORY_TABLE}}} as h where h.dbt_valid_to is null "
            "group by h.order_key having count(*) > 1",
            ("order_key", "versions"),
            "Restore the snapshot: `maintenance restore`.",
        ),
    ]
    return found


def declared(constraints: Sequence[Constraint]) -> list[Rule]:
    """What operations/constraints.yml says, in the data, whatever of it the engine holds them to."""
    return [_declared(one) for one in constraints]


def _declared(one: Constraint) -> Rule:
    columns, hint = tuple(dict.fromkeys(one.columns)), "`maintenance plan` shows all of its rows and how far it is."
    listed = ", ".join(f't."{column}"' for column in columns)
    name, subject = f"{one.subject} holds", f"{{{one.table}}}"
    if one.unique is None:
        where = one.broken(lambda column: f't."{column}"')
        return Rule(name, subject, f"select {listed} from {subject} as t where {where}", columns, hint)
    there = " and ".join(f't."{column}" is not null' for column in columns)
    query = f"select {listed}, count(*) as rows_with_it from {subject} as t where {there} group by {listed}"
    return Rule(name, subject, f"{query} having count(*) > 1", (*columns, "rows_with_it"), hint)


def _key(relation: str, columns: Sequence[str], hint: str) -> Rule:
    listed = ", ".join(f't."{column}"' for column in columns)
    absent = [f't."{column}" is null' for column in columns if (relation, column) not in _MAY_BE_NULL]
    return Rule(
        f"{', '.join(columns)} of {relation} {'is' if len(columns) == 1 else 'are'} there and unique",
        f"{{{relation}}}",
        f"select {listed}, count(*) as copies from {{{relation}}} as t group by {listed} "
        f"having count(*) > 1 or {' or '.join(absent)}",
        (*columns, "copies"),
        hint,
    )


def declared_tables() -> list[Kept]:
    """The tables that the programs keep, with keys and indexes."""
    return list(KEPT)
