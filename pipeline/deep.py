"""``pipeline doctor --deep``: every kind of statement once, in a place of its own; it takes minutes.

Nothing is read from the target's own tables and nothing is written there.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa

from console import Finding, OrderListError, counted, redact, say
from pipeline.dbt import run_dbt
from pipeline.errors import StageFailedError
from pipeline.scratch import Scratch, scratch
from warehouse import Column, Target

_CUSTOMER = "GREYSON"
_ROWS = 40
_REQUIRED = ("AAG ORDER NUMBER", "CUSTOMER NAME", "CUSTOMER STYLE", "TOTAL QTY")
HARD_NAMES = ("∆", "Größe", "尺码", "it's", "30]32", 'a "b"', "100 %", "select", "A", "a.b", "?", "[x]")
HARD_TEXTS = ("é", "😀😀", "尺码", "a'b\"c]d%", "x" * 4_000, "y" * 9_000, "ä" * 5_000, "tab\tand\nbreak", "N'∆'", "?")
_READS = 4
_WAIT_SECONDS = 10.0


def examine_deep(target: Target) -> Iterator[Finding]:
    """One finding for each kind of statement; a trial that fails hides none of the others."""
    try:
        with scratch(target) as place:
            for name, trial, hint in _TRIALS:
                say(f"{name} ...")
                yield _tried(name, lambda trial=trial: trial(place), hint)  # type: ignore[misc]
    except OrderListError as error:
        yield Finding("scratch schema", "failed", error.message, error.hint)


def _tried(name: str, trial: Callable[[], str], hint: str) -> Finding:
    began = time.monotonic()
    try:
        said = trial()
    except OrderListError as error:
        return Finding(name, "failed", error.message, error.hint or hint)
    except Exception as error:  # a driver's own, or a defect of ours: the person wants to hear of the other trials too
        return Finding(name, "failed", redact(f"{type(error).__name__}: {error}"), hint)
    return Finding(name, "passed", f"{said} ({time.monotonic() - began:.1f} s)")


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise StageFailedError(otherwise)


def _landing(place: Scratch) -> str:
    """Three workbooks: a customer's, one of hard names and texts, one whose names are one in many collations."""
    import loader  # noqa: PLC0415 - its libraries are needed here only

    folder = place.folder / "workbooks"
    _write(folder / "DOCTOR HARD ORDER LIST.xlsx", HARD_NAMES, [HARD_TEXTS[n:] + HARD_TEXTS[:n] for n in range(5)])
    _write(folder / "DOCTOR EQUAL ORDER LIST.xlsx", ("2", "²"), [("1", "2")])
    command = [sys.executable, "-m", "samples", "generate", "--customers", _CUSTOMER, "--rows", str(_ROWS)]
    done = subprocess.run(  # noqa: S603 - our own program
        [*command, "--out", str(folder / "customer")], capture_output=True, text=True, check=False
    )
    _require(done.returncode == 0, f"No workbook could be generated: {done.stderr[-300:]}")
    for path in (folder / "customer").glob("*.xls*"):
        path.rename(folder / path.name)
    result = loader.land(place.warehouse, str(folder), select=("*.xls*",))
    states = {file.file.split(" ")[1] if file.file.startswith("DOCTOR") else "CUSTOMER": file for file in result.files}
    for name in ("CUSTOMER", "HARD"):
        file = states[name]
        _require(file.status.value == "landed", f"{file.file} was rejected: {file.reason}")
    _compare_hard(place, str(states["HARD"].raw_table))
    equal = states["EQUAL"]
    told = "landed whole" if equal.status.value == "landed" else f"rejected alone ({equal.reason})"
    return f"{result.rows} rows as they were sent; '2' beside '²' was {told}"


def _compare_hard(place: Scratch, table: str) -> None:
    warehouse = place.warehouse
    names = ", ".join(map(warehouse.quote, HARD_NAMES[: len(HARD_TEXTS)]))
    order = warehouse.quote("_source_row")
    with warehouse.session(read_only=True) as session:
        found = session.rows(f"select {names} from {warehouse.relation(table)} order by {order}")  # noqa: S608 - quoted
    for index, row in enumerate(found):
        expected = HARD_TEXTS[index:] + HARD_TEXTS[:index]
        for name, text, wanted in zip(HARD_NAMES, row, expected, strict=False):
            _require(text == wanted, f"Column '{name}' came back as {str(text)[:40]!r} and not as {wanted[:40]!r}.")


def _write(path: Path, headers: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    import xlsxwriter  # noqa: PLC0415 - only here

    path.parent.mkdir(exist_ok=True)
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet("MASTER")
        sheet.write_row(0, 0, [*_REQUIRED, *headers])
        for number, row in enumerate(rows, start=1):
            sheet.write_row(number, 0, [f"D{number}", "DOCTOR", "ST1", 1, *row])


def _build(place: Scratch) -> str:
    """The whole of dbt on the workbook of one customer: views, tables, indexes, snapshot, tests."""
    target = place.warehouse.target
    result = run_dbt(["build"], target=target.name, project_dir=target.project_dir, environment=place.environment)
    first = (*result.failures, result.said)[0]
    _require(result.exit_code == 0, f"{counted(len(result.failures), 'node')} failed. First: {first}")
    with place.warehouse.session(read_only=True) as session:
        (orders,) = session.rows(f"select count(*) from {place.warehouse.relation('ORDER_LIST')}")[0]  # noqa: S608
    _require(int(orders) > 0, "ORDER_LIST is empty although a customer's workbook was landed.")
    return f"{result.ran:,} nodes, {orders} orders of {_CUSTOMER}"


def _upsert(place: Scratch) -> str:
    """Long texts, inserted and overwritten by key."""
    warehouse, name = place.warehouse, "doctor_upserted"
    keys = [f"{number:064x}" for number in range(len(HARD_TEXTS))]
    with warehouse.session() as session:
        session.create_table(name, [Column("k", "key", nullable=False), Column("t")], key=["k"])
        session.upsert(name, pa.table({"k": keys[:5], "t": ["before"] * 5}), ["k"])
        session.upsert(name, pa.table({"k": keys, "t": list(HARD_TEXTS)}), ["k"])
        found = dict(session.rows(f"select k, t from {warehouse.relation(name)}"))  # noqa: S608 - our name
        one = session.rows(f"select t from {warehouse.relation(name)} where t = ?", [HARD_TEXTS[5]])  # noqa: S608
    _require(found == dict(zip(keys, HARD_TEXTS, strict=True)), "The texts did not come back as they were sent.")
    _require(len(one) == 1, "A text of 9,000 characters was not found by itself.")
    return f"{len(keys)} texts of up to {max(map(len, HARD_TEXTS)):,} characters"


def _rename(place: Scratch) -> str:
    """A table is replaced again and again while somebody reads it: who reads waits how long, and sees what?"""
    warehouse, name = place.warehouse, "doctor_renamed"
    waits: list[float] = []
    seen: set[tuple[object, ...]] = set()
    errors: list[Exception] = []
    over = threading.Event()

    def build(version: int, table: str) -> None:
        session.drop_table(table)
        session.create_table(table, [Column("version", "integer")])
        session.insert(table, pa.table({"version": pa.array([version] * 500, pa.int32())}))

    def read() -> None:
        with warehouse.session() as reader:
            while not over.is_set():
                began = time.monotonic()
                try:
                    seen.update(
                        reader.rows(f"select count(*), max(version) - min(version) from {warehouse.relation(name)}")  # noqa: S608
                    )
                except Exception as error:  # whatever it is, a reader must not meet it
                    errors.append(error)
                waits.append(time.monotonic() - began)

    with warehouse.session() as session:
        build(0, name)
        thread = threading.Thread(target=read)
        thread.start()
        try:
            for version in range(1, _READS + 1):
                with session.building():
                    build(version, f"{name}__new")
                    session.briefly(lambda: session.replace_table(name, f"{name}__new"))
        finally:
            over.set()
            thread.join()
    _require(not errors, f"A reader met an error: {errors[0] if errors else ''}")
    _require(seen == {(500, 0)}, f"A reader saw a table that was not whole: {sorted(map(str, seen))}")
    _require(max(waits) < _WAIT_SECONDS, f"A reader waited for {max(waits):.1f} s.")
    return f"{_READS} times under {len(waits)} reads, the longest of which waited {max(waits):.2f} s"


def _lock(place: Scratch) -> str:
    """The run lock keeps others out; where it lives in a session, the end of that session stops the run."""
    warehouse = place.warehouse
    if warehouse.target.kind == "sqlserver":
        from warehouse.sqlserver import lock_trial  # noqa: PLC0415 - needs the ODBC library

        return lock_trial(warehouse.target)
    file = str(warehouse.target.settings["path"])
    code = (
        "import sys; from pathlib import Path; from warehouse import Target, open_warehouse\n"
        "target = Target('local', 'duckdb', 'main', {'path': sys.argv[1]}, Path())\n"
        "with open_warehouse(target).lock(): pass"
    )
    with warehouse.lock():
        other = subprocess.run([sys.executable, "-c", code, file], capture_output=True, text=True, check=False)  # noqa: S603
    _require("LockHeldError" in other.stderr, "Another process could take the lock that we held.")
    return "another process was kept out; a file's lock is lost with its process only"


_TRIALS: tuple[tuple[str, Callable[[Scratch], str], str], ...] = (
    ("landing of hard names and texts", _landing, "Send us the line above: it names what the server did not take."),
    ("build of one customer", _build, "`dbt build` tells more; logs/dbt.log has the statement."),
    ("upsert of long texts", _upsert, "Check the driver: `make sqlserver-driver` registers Microsoft's."),
    ("rename under a reader", _rename, "Look for queries that run for minutes, and switch READ_COMMITTED_SNAPSHOT on."),
    ("run lock and its loss", _lock, "Look for what ends sessions of this server: a gateway, a pooler, a firewall."),
)
