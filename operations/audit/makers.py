"""Who made a relation: known by mark, name and columns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from loader import is_raw_table
from operations.audit.reader import Reader
from operations.names import BEFORE
from operations.retirement import State, Table, load_entries
from pipeline.ownership import FORMER, made_names
from warehouse import RelationFacts, Relations

NOBODY = "nobody"
LEFT_OVER = "dbt, earlier"
FOREIGN = "not us"
HALF = "half built"
RETIRING = "others, in retirement"
TAKEN = "others, renamed aside"
#: What is on their relations is for others to say.
OTHERS = frozenset({NOBODY, FOREIGN, RETIRING, TAKEN})
#: Names of what our programs keep; no release gave them others.
_BY_NAME = (
    ("monday_sync_", "ledger"),
    ("pipeline_", "pipeline"),
    ("loader_file_", "loader"),
    ("maintenance_", "operations"),
    ("cutover_", "operations"),
    ("order_list_versions", "our programs"),
)
#: How relations end that stand only while another is built.
_ENDS = ("__new", "__restored", "__dbt_tmp", "__dbt_backup", "__dbt_new")


@dataclass(frozen=True, slots=True)
class Made:
    """A relation, and who made it."""

    fact: RelationFacts
    maker: str


def makers(reader: Reader) -> list[Made]:
    """Who made each relation of the schema."""
    project_dir = reader.warehouse.target.project_dir
    names = Relations(made_names(project_dir))
    raw = set(reader.raw_tables)
    retired = [Table(name, entry, State.DECLARED, ()) for name, entry in load_entries(project_dir).items()]
    retiring = Relations(name for table in retired for name in (table.name, table.aside))

    def of(fact: RelationFacts) -> str:
        return next((said for is_so, said in _WAYS if is_so(fact)), NOBODY)

    node = reader.manifest.node
    _WAYS: tuple[tuple[Callable[[RelationFacts], bool], str], ...] = (  # noqa: N806 - a table, in the order of trust
        (lambda f: f.name in retiring, RETIRING),
        (lambda f: f.name.endswith(BEFORE), TAKEN),
        (lambda f: f.name.endswith(_ENDS), HALF),
        (lambda f: f.mark is not None and (f.name in names or node(f.name) is not None), "dbt"),
        (lambda f: f.mark is not None or f.name in FORMER, LEFT_OVER),
        (lambda f: f.name in names, FOREIGN),
        (lambda f: f.name in raw, "loader"),
        (lambda f: f.name.lower() == "order_list_failed_tests", "dbt"),
    )
    made = []
    for fact in reader.relations:
        maker = of(fact)
        if maker == "dbt" and (found := node(fact.name)):
            maker = f"dbt: {found.unique_id.split('.')[0]} {found.unique_id.rsplit('.', 1)[-1]}"
        elif maker == NOBODY and not is_raw_table(fact.name):
            maker = next((said for begin, said in _BY_NAME if fact.name.lower().startswith(begin)), NOBODY)
        made.append(Made(fact, maker))
    return made
