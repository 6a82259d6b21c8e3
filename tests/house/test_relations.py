"""docs/architecture.md says who writes and reads each relation that programs share, and it is true."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROGRAMS = ("loader", "monday_sync", "monitoring", "pipeline", "operations")
_ROW = re.compile(r"^\| (`[^|]+`) \| ([^|]+) \| ([^|]+) \|$", re.M)
# one writes dbt's files and names a model in them, the other lists what dbt makes or once made; neither has SQL for it
_NO_SQL = {ROOT / "loader/scaffold.py", ROOT / "pipeline/ownership.py"}


def told() -> dict[str, tuple[str, set[str]]]:
    """By relation: its writer, and all that read it."""
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8").partition("## Who writes what")[2]
    text = text.partition("\n## ")[0]
    return {
        name: (writer.split()[0].strip(), {reader.strip() for reader in readers.split(",")})
        for names, writer, readers in _ROW.findall(text)
        for name in re.findall(r"`(\w+)`", names)
    }


def texts(program: str) -> str:
    """Every text in a program's code that is no docstring; of dbt, the code of its models and macros."""
    if program == "dbt":
        files = [path for folder in ("models", "macros", "snapshots") for path in (ROOT / folder).rglob("*.sql")]
        files += [ROOT / "models/sync/_ledger__sources.yml", ROOT / "models/staging/_sources.yml"]
        return re.sub(
            r"\{#.*?#\}", "", "\n".join(f"{path.stem}\n{path.read_text('utf-8')}" for path in files), flags=re.S
        )
    found = []
    for path in set((ROOT / program).rglob("*.py")) - _NO_SQL:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        found += [
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in alone
        ]
    return "\n".join(found)


def test_who_uses_a_relation_is_who_may() -> None:
    """Each program's SQL names the shared relations that the table gives it to write or to read, and no others."""
    relations = told()
    assert len(relations) > 20
    for program in (*PROGRAMS, "dbt"):
        text = texts(program)
        named = {name for name in relations if re.search(rf"\b{name}\b", text, re.I if program == "dbt" else 0)}
        may = {name for name, (writer, readers) in relations.items() if program in {writer, *readers}}
        assert named == may, program


def test_no_shared_relation_is_left_out() -> None:
    """What a program asks for by name and does not keep itself stands in the table."""
    relations = told()
    prefixes = (
        r"\b(?:monday_sync_[a-z]+|loader_file_[a-z]+|pipeline_(?:runs|stages|statements|index_usage)"
        r"|pipeline_(?:figures|alerts|outbox)|maintenance_log|cutover_log"
        r"|order_list_[a-z_]+|sync_monday__[a-z]+)\b"
    )
    for program in PROGRAMS:
        asked = set(re.findall(prefixes, texts(program))) - {"order_list_doctor_", "sync_only"}
        assert asked <= relations.keys(), program


def test_nobody_writes_what_another_keeps() -> None:
    """A statement that changes a table stands in the program whose table it is."""
    changing = re.compile(r"(?:insert into|update|delete from|drop table|alter table) \{?(\w+)", re.I)
    for program in PROGRAMS:
        written = {name for name in changing.findall(texts(program)) if name in told()}
        assert {told()[name][0] for name in written} <= {program}
