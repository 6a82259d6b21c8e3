"""Writes the dbt files of a new customer, so that adding one is a minute's work."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from console import ConfigurationError
from loader.errors import RejectedError
from loader.filenames import SUFFIXES
from loader.limits import Limits
from loader.names import fold, table_name
from loader.reading import Job, reading_all
from loader.sources.folder import Folder
from loader.workbook import Sheet

_CUSTOMERS = Path("models/staging/customers")
_SOURCES = Path("models/staging/_sources.yml")
_UNION = Path("models/intermediate/int_orders__unioned.sql")
_SEED = Path("seeds/customer_names.csv")
_NAME_COLUMN = "CUSTOMER NAME"
#: What a customer's file may say, as it would be said (docs/customers.md tells more).
_WORDS = """\
    # What is special about this customer; docs/customers.md explains each word. Uncomment what holds, and say why.
    # config:
    #   meta:
    #     columns: {"SHIP WINDOW": ex_factory_date, "XL TALL": size, "SCRIBBLES": ignore}
    #     order_types: {ON HOLD: RECEIVED}
    #     dates: day_first
    #     numbers: decimal_comma
    #     key: [aag_order_number, planned_delivery_method, customer_style]
    #     group_season: aag_season
    #     item_name: [alias_related_item or customer_style, aag_order_number]
    #     paused: true
    #     expressions: {planner: 'concat(''Team '', "CATEGORY")'}
"""
# what dbt's Jinja would run, and what YAML cannot hold
_NO_NAME = re.compile(r"\{[{%#]|[\x00-\x1f\x7f]")
_PLAIN = re.compile(r"[A-Za-z0-9][\w .&-]*")
_REF = re.compile(r"^    ref\('(stg_\w+)'\),", re.MULTILINE)
_TABLE = re.compile(r"^      - name: (\w+)\n        description: .*\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Scaffold:
    """What was written, and the lines of the seed that a person must add (the canonical name is theirs to choose)."""

    raw_table: str
    customer: str
    files: tuple[str, ...]
    seed_file: str
    seed_lines: tuple[str, ...]

    def describe(self) -> str:
        """For people."""
        return "\n".join([
            f"{self.customer} ({self.raw_table}):",
            *(f"  wrote {file}" for file in self.files),
            f"Now add to {self.seed_file}:" if self.seed_lines else f"{self.seed_file} has all its names already.",
            *self.seed_lines,
            "then run: pipeline run",
        ])  # fmt: skip


def scaffold(path: Path, project_dir: Path, *, customer: str | None, force: bool, limits: Limits) -> Scaffold:
    """Write ``stg_<customer>.sql`` and ``.yml`` and list the model in the union of all customers.

    Raises:
        ConfigurationError: no such workbook, not a project, or the customer has its files already.
    """
    if not path.is_file() or path.suffix.lower() not in SUFFIXES:
        raise ConfigurationError(f"{path} is no workbook.", hint=f"Give a file that ends in {', '.join(SUFFIXES)}.")
    union = project_dir / _UNION
    if not union.is_file():
        raise ConfigurationError(f"{project_dir} is not the dbt project.", hint="Run it there, or give --project-dir.")
    try:
        raw_table = table_name(path.name)
        found = _customers(path, limits)
    except RejectedError as error:
        raise ConfigurationError(f"{path.name}: {error.message}", hint=error.hint) from error
    listed = _listed(project_dir / _SEED)
    customer = fold(customer) if customer else next(iter(found), None)
    if not customer:
        raise ConfigurationError(f"{path.name} has no CUSTOMER NAME in any row.", hint="Give one with --customer.")
    if _NO_NAME.search(customer):
        raise ConfigurationError(
            f"{customer!r} is no name for a customer: dbt would take it for a template.",
            hint="Give one with --customer.",
        )
    customer = listed.get(customer.upper(), (customer, ""))[0]
    model = "stg_" + re.sub(r"_?ORDER_LIST$", "", raw_table[1:].removesuffix("_RAW")).lower()
    sql, yml = (project_dir / _CUSTOMERS / f"{model}{suffix}" for suffix in (".sql", ".yml"))
    present = [file for file in (sql, yml) if file.exists()]
    if present and not force:
        raise ConfigurationError(f"{present[0]} is there already.", hint="Edit it, or overwrite it with --force.")
    sql.parent.mkdir(parents=True, exist_ok=True)
    sql.write_text(f"{{{{ order_list_of(source('workbooks', '{raw_table}')) }}}}\n", encoding="utf-8", newline="\n")
    yml.write_text(_properties(model, customer), encoding="utf-8", newline="\n")
    text = union.read_text(encoding="utf-8")
    union.write_text(_with_ref(text, model), encoding="utf-8", newline="\n")
    sources = project_dir / _SOURCES
    text = sources.read_text(encoding="utf-8")
    sources.write_text(_with_table(text, raw_table, customer), encoding="utf-8", newline="\n")
    return Scaffold(
        raw_table, customer, tuple(str(f) for f in (sql, yml, sources, union)), str(project_dir / _SEED),
        _seed_lines(listed, customer, raw_table, found, path.stem),
    )  # fmt: skip


def _customers(path: Path, limits: Limits) -> list[str]:
    """The customers in a workbook, which is read in a process of its own, as the loader does."""
    entry = next((e for e in Folder(path.parent).entries() if Path(e.path).name == path.name), None)
    if entry is None:
        raise ConfigurationError(f"{path} cannot be read.", hint="Give a file that this login may read.")
    with reading_all(Folder(path.parent), [Job(entry)], limits, processes=1) as readings:
        reading = next(readings)
        if reading.error or not reading.sheet:
            raise reading.error or RejectedError("It holds no order list.", hint="Give an order list.")
        return _names(reading.sheet)


def _names(sheet: Sheet) -> list[str]:
    """Customer names in the sheet, the commonest first."""
    column = next(h.column for h in sheet.headers if fold(h.text).upper() == _NAME_COLUMN)
    counts: Counter[str] = Counter()
    for _, data in sheet.pieces():
        texts = data.column(column).to_pylist() if column in data.column_names else []
        counts.update(fold(text) for text in texts if text and text.strip())
    return [name for name, _ in counts.most_common()]


def _properties(model: str, customer: str) -> str:
    quoted = customer.replace("'", "''")
    mark = "" if _PLAIN.fullmatch(customer) else "'"
    return f"""models:
  - name: {model}
    description: {mark}The order list of {quoted} under the canonical column names; one row per sheet row.{mark}
{_WORDS}"""


def _with_table(text: str, raw_table: str, customer: str) -> str:
    """The sources with one more table, in alphabetical position."""
    tables = list(_TABLE.finditer(text))
    if any(table[1] == raw_table for table in tables):
        return text
    quoted = customer.replace("'", "''")
    entry = (
        f"      - name: {raw_table}\n"
        f"        description: 'The order list of {quoted} as landed; one row per sheet row, every cell as text.'\n"
    )
    at = next((table.start() for table in tables if table[1] > raw_table), len(text))
    return f"{text[:at]}{entry}{text[at:]}"


def _with_ref(text: str, model: str) -> str:
    """The union with one more parent, in alphabetical position."""
    refs = list(_REF.finditer(text))
    if any(ref[1] == model for ref in refs):
        return text
    line = f"    ref('{model}'),"
    after = next((ref for ref in refs if ref[1] > model), None)
    if after:
        return f"{text[: after.start()]}{line}\n{text[after.start() :]}"
    return f"{text[: refs[-1].end()]}\n{line}{text[refs[-1].end() :]}"


def _listed(seed: Path) -> dict[str, tuple[str, str]]:
    """What the seed says: spelling in capitals to canonical name and landing table."""
    with seed.open(encoding="utf-8", newline="") as file:
        return {fold(row["spelling"]).upper(): (row["customer_name"], row["raw_table"]) for row in csv.DictReader(file)}


def _seed_lines(
    listed: dict[str, tuple[str, str]], customer: str, raw_table: str, found: list[str], book: str
) -> tuple[str, ...]:
    """Lines for the spellings that the seed does not have yet, as CSV.

    A second workbook of a customer may bring no new spelling; its table is then listed under the workbook's own name.
    """
    names = [name for name in dict.fromkeys([customer, *found]) if fold(name).upper() not in listed]
    if not names and raw_table not in {table for _, table in listed.values()}:
        names = [fold(re.sub(r"\(M3\)", "", book))]
    lines = []
    for name in names:
        buffer = io.StringIO()
        csv.writer(buffer, lineterminator="").writerow([customer, raw_table, name])
        lines.append(buffer.getvalue())
    return tuple(lines)
