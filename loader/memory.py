"""What the database remembers of earlier loads. Nothing here is ordered by a clock: it may have been set back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from loader.results import Status
from loader.sources import Entry
from loader.tables import FILE_HEADERS, FILE_LOG, FORMAT
from warehouse import Relations, Session, Warehouse

_SEEN = "'landed', 'unchanged', 'rejected'"


@dataclass(frozen=True, slots=True)
class Content:
    """What a raw table holds: the workbook it came from, and the hash of its bytes (``None``: it must land anew)."""

    raw_table: str
    file: str
    sha256: str | None


@dataclass(frozen=True, slots=True)
class LastSeen:
    """What became of a workbook in the last load that found it, and what was said of it since.

    Args:
        source: where it was found.
        since: ``MISSING`` or ``FORGOTTEN`` when it has not been found since and that was the last word.
        expected_in: the source that it was missing in last, else the one where it was found.
    """

    file: str
    status: Status
    raw_table: str | None
    etag: str | None
    sha256: str | None
    source: str | None
    at: dt.datetime
    since: Status | None
    expected_in: str | None

    def is_same(self, entry: Entry, landed: str, source: str) -> bool:
        """Whether ``entry`` need not be read: it had the bytes that are ``landed``, and nothing of it has changed."""
        had = self.status is not Status.REJECTED and self.sha256 == landed
        return had and self.etag == entry.etag and self.source in (source, None)


@dataclass(frozen=True, slots=True)
class Memory:
    """The state before this load.

    Args:
        sequence: the number of this load.
        contents: by raw table, in small letters.
        files: by file.
    """

    sequence: int
    contents: Mapping[str, Content]
    files: Mapping[str, LastSeen]

    def content(self, table: str) -> Content | None:
        """What the raw table holds; ``None`` if it is not there."""
        return self.contents.get(table.casefold())


NOTHING = Memory(1, {}, {})


def recall(session: Session, warehouse: Warehouse, there: Relations) -> Memory:
    """Read the state from the log and from what is ``there`` (the loader's tables are prepared)."""
    return Memory(_next_sequence(session, warehouse), _contents(session, warehouse, there), _files(session, warehouse))


def missing_since(session: Session, warehouse: Warehouse) -> dict[str, dt.datetime]:
    """When a load first missed each workbook that is missing, since it was there last."""
    log, file = warehouse.relation(FILE_LOG), warehouse.quote("file")
    rows = session.rows(
        f"select l.{file}, min(l.logged_at) from {log} l "  # noqa: S608 - quoted names
        f"join (select {file}, max(load_seq) as seen from {log} where status in ({_SEEN}) group by {file}) m "
        f"on m.{file} = l.{file} and l.load_seq > m.seen where l.status = 'missing' group by l.{file}"
    )
    return dict(rows)


def ignored_before(session: Session, warehouse: Warehouse) -> set[str]:
    """The files that the log has as ignored: they are logged once."""
    log, file = warehouse.relation(FILE_LOG), warehouse.quote("file")
    return {row[0] for row in session.rows(f"select distinct {file} from {log} where status = 'ignored'")}  # noqa: S608


def _next_sequence(session: Session, warehouse: Warehouse) -> int:
    """The number of the next load. Lines without one (a version before wrote them) get theirs, in their order."""
    log = warehouse.relation(FILE_LOG)
    last, without = session.rows(f"select max(load_seq), count(*) - count(load_seq) from {log}")[0]  # noqa: S608
    if without:
        session.execute(
            f"update {log} set load_seq = (select ? + n.place from (select load_id as load_ref, "  # noqa: S608
            f"row_number() over (order by min(logged_at), load_id) as place from {log} where load_seq is null "
            "group by load_id) n where n.load_ref = load_id) where load_seq is null",
            [last or 0],
        )
        (last,) = session.rows(f"select max(load_seq) from {log}")[0]  # noqa: S608
    return int(last or 0) + 1


def _contents(session: Session, warehouse: Warehouse, there: Relations) -> dict[str, Content]:
    """The headers are replaced with the table, in one transaction: they say whose rows it has."""
    log, headers, file = warehouse.relation(FILE_LOG), warehouse.relation(FILE_HEADERS), warehouse.quote("file")
    rows = session.rows(
        f"select h.raw_table, h.{file}, l.sha256, l.format from (select raw_table, min({file}) as {file}, "  # noqa: S608
        f"min(load_id) as load_id from {headers} group by raw_table) h "
        f"left join {log} l on l.load_id = h.load_id and l.{file} = h.{file} and l.status = 'landed'"
    )
    return {
        table.casefold(): Content(table, name, sha256 if form == FORMAT else None)
        for table, name, sha256, form in rows if table in there
    }  # fmt: skip


def _files(session: Session, warehouse: Warehouse) -> dict[str, LastSeen]:
    log, file = warehouse.relation(FILE_LOG), warehouse.quote("file")
    rows = session.rows(
        f"select l.{file}, l.status, l.raw_table, l.etag, l.sha256, l.source, l.logged_at, "  # noqa: S608
        f"case when m.forgotten > m.seen then 'forgotten' when m.missed > m.seen then 'missing' end as since, "
        "case when m.missed > m.seen then g.source else l.source end as expected_in "
        f"from {log} l join (select {file}, max(case when status in ({_SEEN}) then load_seq end) as seen, "
        "max(case when status = 'missing' then load_seq end) as missed, "
        f"max(case when status = 'forgotten' then load_seq end) as forgotten from {log} group by {file}) m "
        f"on m.{file} = l.{file} and m.seen = l.load_seq "
        f"left join {log} g on g.{file} = l.{file} and g.load_seq = m.missed and g.status = 'missing' "
        f"where l.status in ({_SEEN})"
    )
    return {
        name: LastSeen(name, Status(status), table, etag, sha256, source, at, Status(since) if since else None, where)
        for name, status, table, etag, sha256, source, at, since, where in rows
    }  # fmt: skip
