"""What the loads say of the files, in the order of the loads: a clock may be set back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline.records import MissingFile, RejectedFile
from warehouse import Warehouse

FILE_LOG = "loader_file_log"

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Files:
    """The files of a run.

    Args:
        now: (file, raw table, status) of each workbook that the run looked at.
        counts: files of the run by what became of them.
        rejected: workbooks whose last load rejected them, be it in this run or an earlier one.
        missing: workbooks that used to come from the source and are not there.
        expected: how many workbooks the source has, or should have; ``None`` when no log says so.
    """

    now: tuple[Row, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    rejected: tuple[RejectedFile, ...] = ()
    missing: tuple[MissingFile, ...] = ()
    expected: int | None = None


def last_load(warehouse: Warehouse) -> int:
    """The number of the last load; those of a run that begins now are greater."""
    with warehouse.session(read_only=True) as session:
        columns = session.columns(FILE_LOG)
        if not columns:
            return 0
        log = warehouse.relation(FILE_LOG)
        if "load_seq" not in columns:  # the next load numbers them, each by its id
            return int(session.rows(f"select count(distinct load_id) from {log}")[0][0])  # noqa: S608 - quoted name
        last, without = session.rows(
            f"select max(load_seq), count(distinct case when load_seq is null then load_id end) from {log}"  # noqa: S608
        )[0]
        return int(last or 0) + int(without)


def read_files(
    rows: Callable[[str, Iterable[str], Iterable[object]], list[Row]], columns: Sequence[str], file: str,
    after: int | None,
) -> Files:  # fmt: skip
    """What the log says; ``file`` is that column, quoted. Nothing while the log is of a version before."""
    if "load_seq" not in columns:
        return Files()
    now = [] if after is None else rows(
        f"select {file}, raw_table, status from {{loader_file_log}} where load_seq > ? order by 1",  # noqa: S608
        [FILE_LOG], [after],
    )  # fmt: skip
    last = rows(
        f"select l.{file}, l.status, l.reason, l.source, l.load_seq from {{loader_file_log}} l "  # noqa: S608
        f"join (select {file}, max(load_seq) as load_seq from {{loader_file_log}} where status <> 'ignored' "
        f"group by {file}) m on m.{file} = l.{file} and m.load_seq = l.load_seq where l.status <> 'ignored' order by 1",
        [FILE_LOG], [],
    )  # fmt: skip
    # a rejected workbook of another source is nothing that who looks after this one could fix
    source = max(((row[4], row[3]) for row in last if row[3]), default=(0, None))[1]
    ours = [row for row in last if row[3] in (source, None)]
    return Files(
        now=tuple(row for row in now if row[2] != "ignored"),
        counts=Counter(str(row[2]) for row in now),
        rejected=tuple(RejectedFile(str(r[0]), str(r[2] or "")) for r in ours if r[1] == "rejected"),
        missing=tuple(MissingFile(str(r[0]), str(r[2] or "")) for r in ours if r[1] == "missing"),
        expected=sum(1 for r in ours if r[1] != "forgotten"),
    )
