"""``python -m tests.sqlserver.played_dbt SENT <dbt's arguments>``: dbt on the stand-in for pyodbc, in a process.

Two relations stand in the schema: a table ``plain`` and a view ``contracted``. Every statement goes to the file SENT.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pyodbc

from tests.sqlserver.driver import Connection, Server

STANDING = [("order_list", "plain", "dbo", "table"), ("order_list", "contracted", "dbo", "view")]
TEXT = ("nvarchar", 40, 0, 0)
#: What the adapter asks, by its words, and what it is told: names of the columns, rows.
REPLIES: dict[str, tuple[list[str], list[tuple[Any, ...]]]] = {
    r"where t\.schema_id = @schema_id": (["database", "name", "schema", "table_type"], STANDING),
    r"(?i)select\s+name as \[schema\]": (["schema"], [("dbo",)]),
    r"as schema_exist": (["schema_exist"], [(1,)]),
    r"as character_maximum_length": (
        ["column_name", "data_type", "character_maximum_length", "numeric_precision", "numeric_scale"],
        [("order_key", *TEXT)],
    ),
    r"dm_exec_describe_first_result_set": (
        ["is_hidden", "name", "system_type_name", "error_number", "error_message"],
        [(0, "order_key", "nvarchar(40)", None, None)],
    ),
    r"where 1 = 0|where 0 = 1": (["order_key"], []),
}


def main(sent: Path, arguments: list[str]) -> int:
    """Run dbt; its exit status."""
    server = Server(answers={words: rows for words, (_, rows) in REPLIES.items()})
    names = {words: columns for words, (columns, _) in REPLIES.items()}
    server.names = names

    def connect(*_: object, **__: object) -> Connection:
        return Connection(server)

    pyodbc.connect = connect
    from dbt.cli.main import dbtRunner  # noqa: PLC0415 - it imports the driver

    done = dbtRunner().invoke(arguments)
    sent.write_text(json.dumps([each.sql for each in server.sent]), encoding="utf-8")
    return 0 if done.success else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
