"""The data file: SQLite, one transaction per request, so that a killed emulator loses nothing it has answered for."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict
from itertools import islice
from pathlib import Path

from board_emulator.errors import DataFileError
from board_emulator.model import Board, Column, Group, Item, Label
from board_emulator.world import World
from console import private_folder, refused, say

#: What SQLite says of the place and not of the file: deleting the file would help nobody.
_OF_THE_PLACE = (
    ("unable to open", "Check that its folder is there and may be written, or give another file with --data."),
    ("readonly", "Give whoever runs this the right to write it, or give another file with --data."),
    ("full", "Make room on its disk; what was answered before stands."),
    ("locked", "Another emulator uses it: stop that one, or give another file with --data."),
    ("disk i/o", "Look at the disk, or give another file with --data."),
)
_APPLICATION_ID = 0x0B0A2D01
_SCHEMA = """
create table if not exists boards (id text primary key, body text not null) without rowid;
create table if not exists columns (board_id text, id text, body text not null,
                                    primary key (board_id, id)) without rowid;
create table if not exists labels (board_id text, column_id text, id integer, body text not null,
                                   primary key (board_id, column_id, id)) without rowid;
create table if not exists items (id integer primary key, body text not null);
create table if not exists notes (name text primary key, body text not null) without rowid;
"""


class Store:
    """Keeps a world in a file. ``notes`` keep small things that must outlive a restart (counters, replies)."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._saved_labels: dict[tuple[str, str], tuple[int, int]] = {}
        where = ":memory:" if path is None else str(path)
        try:
            if path is not None:
                private_folder(path.parent)
            self._db = sqlite3.connect(where, isolation_level=None, check_same_thread=False, timeout=0.5)
            self._prepare()
        except (sqlite3.Error, OSError) as error:
            raise _cannot_be_used(where, error) from error

    def _prepare(self) -> None:
        used = self._db.execute("select count(*) from sqlite_master").fetchone()[0]
        kind = self._db.execute("pragma application_id").fetchone()[0]
        if used and kind != _APPLICATION_ID:
            raise DataFileError(f"The data file {self._path} is a database, but not a board emulator's.",
                                hint="Give another file with --data.")  # fmt: skip
        self._db.execute("pragma journal_mode=wal")
        self._db.execute("pragma synchronous=normal")  # a killed process loses nothing; only a power cut might
        self._db.execute("pragma locking_mode=exclusive")  # two emulators on one file would overwrite each other
        self._db.executescript(f"begin immediate; {_SCHEMA} pragma application_id={_APPLICATION_ID}; commit;")

    def load(self, world: World) -> None:
        """Fill ``world``; a fresh file leaves it as the board file made it.

        Raises:
            DataFileError: the file is damaged.
        """
        try:
            for board_id, body in self._db.execute("select id, body from boards"):
                if board_id in world.boards:
                    _restore_board(world.boards[board_id], json.loads(body))
            for board_id, column_id, body in self._db.execute("select board_id, id, body from columns"):
                if board_id in world.boards and column_id in world.boards[board_id].columns:
                    _restore_column(world.boards[board_id].columns[column_id], json.loads(body))
            self._load_labels(world)
            for board in world.boards.values():
                for column in board.columns.values():
                    column.index_labels()
            items = (Item(**json.loads(body)) for (body,) in self._db.execute("select body from items order by id"))
            world.restore(item for item in items if item.board_id in world.boards)
        except (sqlite3.Error, ValueError, TypeError, KeyError) as error:
            raise DataFileError(f"The data file {self._path} is damaged: {error}.",
                                hint="Delete it to start with empty boards, and push again.") from error  # fmt: skip

    def _load_labels(self, world: World) -> None:
        """A column whose labels ever changed has all of them in the file; the board file says those of the others."""
        kept: dict[tuple[str, str], dict[int, Label]] = {}
        for board_id, column_id, body in self._db.execute("select board_id, column_id, body from labels order by id"):
            label = Label(**json.loads(body))
            kept.setdefault((board_id, column_id), {})[label.id] = label
        for (board_id, column_id), labels in kept.items():
            if board_id in world.boards and column_id in world.boards[board_id].columns:
                world.boards[board_id].columns[column_id].labels = labels

    def save(self, world: World, notes: dict[str, object] | None = None) -> None:
        """Write everything touched since the last save, and ``notes``, in one transaction."""
        items = [world.items[number] for number in world.touched_items]
        boards = [world.boards[board_id] for board_id in world.touched_boards]
        columns = [
            (board_id, world.boards[board_id].columns[column_id]) for board_id, column_id in world.touched_columns
        ]
        if not (items or boards or columns or notes):
            return
        try:
            self._write(items, boards, columns, notes or {})
        except sqlite3.Error as error:  # what changed stays in memory, and the next save writes it too
            if self._db.in_transaction:
                self._db.execute("rollback")
            told = _cannot_be_used(str(self._path), error)
            say(f"error: {told}")
            raise told from error
        world.touched_items.clear()
        world.touched_boards.clear()
        world.touched_columns.clear()

    def _write(
        self, items: list[Item], boards: list[Board], columns: list[tuple[str, Column]], notes: dict[str, object]
    ) -> None:
        self._db.execute("begin immediate")
        self._db.executemany("insert or replace into items values (?, ?)", ((i.id, _dump_item(i)) for i in items))
        self._db.executemany("insert or replace into boards values (?, ?)", ((b.id, _dump_board(b)) for b in boards))
        for board_id, column in columns:
            self._save_column(board_id, column)
        self._db.executemany("insert or replace into notes values (?, ?)",
                             ((name, json.dumps(note)) for name, note in notes.items()))  # fmt: skip
        self._db.execute("commit")

    def _save_column(self, board_id: str, column: Column) -> None:
        body = {"title": column.title, "description": column.description, "revision": column.revision,
                "limit_select": column.limit_select}  # fmt: skip
        self._db.execute("insert or replace into columns values (?, ?, ?)", (board_id, column.id, json.dumps(body)))
        where = (board_id, column.id)
        saved, count = self._saved_labels.get(where, (0, 0))
        if saved != id(column.labels):
            # the whole list is another one: labels may be gone
            self._db.execute("delete from labels where board_id = ? and column_id = ?", where)
            count = 0
        self._db.executemany(
            "insert or replace into labels values (?, ?, ?, ?)",
            ((*where, label.id, json.dumps(asdict(label))) for label in islice(column.labels.values(), count, None)),
        )
        self._saved_labels[where] = (id(column.labels), len(column.labels))

    def notes(self, prefix: str) -> dict[str, object]:
        """Notes whose name begins with ``prefix``."""
        rows = self._db.execute("select name, body from notes where substr(name, 1, ?) = ?", (len(prefix), prefix))
        return {name: json.loads(body) for name, body in rows}

    def forget(self, names: list[str]) -> None:
        """Drop notes."""
        self._db.executemany("delete from notes where name = ?", ((name,) for name in names))

    def wipe(self) -> None:
        """Empty the file: the next load finds fresh boards."""
        self._saved_labels.clear()
        self._db.executescript(
            "begin; delete from boards; delete from columns; delete from labels; delete from items; delete from notes; "
            "commit;"
        )

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()


def _cannot_be_used(where: str, error: sqlite3.Error | OSError) -> DataFileError:
    if isinstance(error, OSError):
        told = refused(error, f"The data file {where} cannot be used")
        return DataFileError(told.message, hint=told.hint or "Give another file with --data.")
    said = str(error).lower()
    hint = next((hint for words, hint in _OF_THE_PLACE if words in said), None)
    return DataFileError(
        f"The data file {where} cannot be used: {error}.",
        hint=hint or "Give another with --data, or delete it to start with empty boards.",
    )


def _dump_item(item: Item) -> str:
    return json.dumps({name: getattr(item, name) for name in Item.__slots__}, ensure_ascii=False)


def _dump_board(board: Board) -> str:
    return json.dumps({
        "name": board.name, "permissions": board.permissions, "items_limit": board.items_limit,
        "updated_at": board.updated_at, "groups": [asdict(group) for group in board.groups.values()],
    }, ensure_ascii=False)  # fmt: skip


def _restore_board(board: Board, body: dict[str, object]) -> None:
    groups = body.pop("groups")
    if not isinstance(groups, list):
        raise TypeError(f"groups of board {board.id}")
    board.groups = {group["id"]: Group(**group) for group in groups}
    for name, value in body.items():
        setattr(board, name, value)


def _restore_column(column: Column, body: dict[str, object]) -> None:
    for name, value in body.items():
        setattr(column, name, value)
