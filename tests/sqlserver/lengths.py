"""Which columns of a compiled query are texts of any length, ``(max)``, and where a sort or a comparison meets one.

The server plans a sort, a hash or a merge with the width of what it carries, and takes a ``(max)`` for 4,000 bytes, so
a dozen of them over 20,000 rows is a memory grant of a gigabyte.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tests.sqlserver.lexer import Piece, pieces

#: By the name of a column: whether it is of any length.
Columns = Mapping[str, bool]
_CLAUSES = ("select", "from", "where", "group", "having", "order", "for")
_JOINS = frozenset({"join", "apply", ","})
_KINDS = frozenset({"inner", "left", "right", "full", "outer", "cross"})
#: What gives no text of any length whatever it is given.
_SHORT = frozenset({
    "count", "count_big", "sum", "row_number", "len", "datalength", "hashbytes", "floor", "nchar", "charindex",
    "patindex", "datefromparts", "exists", "over",
})  # fmt: skip


@dataclass
class Lengths:
    """Reads queries; remembers what they sort or compare (``met``) and what they carry through joins (``carried``)."""

    relations: Mapping[str, Columns]
    met: list[str] = field(default_factory=list)
    carried: set[str] = field(default_factory=set)

    def of(self, sql: str) -> Columns:
        """The columns of a query."""
        return self._query(pieces(sql), {}, {})

    def _query(self, here: Sequence[Piece], known: Mapping[str, Columns], outer: Mapping[str, Columns]) -> Columns:
        ctes = dict(known)
        place = 0
        if here and _word(here[0]) == "with":
            place = 1
            while True:
                name, opening = here[place], place + 2
                closing = _closing(here, opening)
                ctes[name.text.lower()] = self._query(here[opening + 1 : closing], ctes, outer)
                place = closing + 1
                if here[place].text != ",":
                    break
                place += 1
        found: dict[str, bool] = {}
        parts = list(_split(here[place:], {"union"}))
        for number, part in enumerate(parts):
            is_all = bool(part) and _word(part[0]) == "all"
            columns = self._select(part[1:] if is_all else part, ctes, outer)
            if number and not is_all:
                self._meet("union", [name for name, is_long in columns.items() if is_long])
            names = list(found) or list(columns)
            assert len(names) == len(columns), "both sides of a union have as many columns"
            found = {
                name: found.get(name, False) or is_long for name, is_long in zip(names, columns.values(), strict=True)
            }
        return found

    def _select(self, here: Sequence[Piece], ctes: Mapping[str, Columns], outer: Mapping[str, Columns]) -> Columns:
        clauses = _clauses(here)
        scope = {**outer}
        own: dict[str, Columns] = {}
        joins, reads = self._sources(clauses.get("from", []), ctes, scope, own)
        listed = clauses["select"]
        is_distinct = _word(listed[0]) == "distinct"
        columns: dict[str, bool] = {}
        for number, item in enumerate(_split(listed[1:] if is_distinct else listed, {","})):
            columns.update(self._item(item, scope, own, number))
        self._where(clauses.get("where", []), ctes, scope, is_compared=bool(outer) and reads)
        for clause in ("group", "order"):
            self._keys(clause, clauses.get(clause, []), scope)
        windows = list(_windows(listed))
        for window in windows:
            self._keys("window", window, scope)
        long = [name for name, is_long in columns.items() if is_long]
        if windows or is_distinct or "group" in clauses or "order" in clauses:
            self._meet("sorted", long)
        elif joins:
            self.carried |= set(long)
        return columns

    def _sources(
        self, here: Sequence[Piece], ctes: Mapping[str, Columns], scope: dict[str, Columns], own: dict[str, Columns]
    ) -> tuple[int, bool]:
        """Add the sources of a FROM to ``scope`` and ``own``; how many joins compare, and whether any is a relation."""
        joins, reads = 0, False
        for part in _split(here, _JOINS):
            rest = [piece for piece in part if _word(piece) not in _KINDS]
            reads = reads or (rest[0].text != "(" and _word(rest[0]) != "openjson")
            before_on, *conditions = _split(rest, {"on"})
            columns, alias = self._source(before_on, ctes, scope)
            scope[alias] = own[alias] = columns
            for condition in conditions:
                joins += 1
                self._keys("join", condition, scope)
        return joins, reads

    def _source(
        self, here: Sequence[Piece], ctes: Mapping[str, Columns], scope: Mapping[str, Columns]
    ) -> tuple[Columns, str]:
        first = here[0]
        if first.text == "(":
            closing = _closing(here, 0)
            inner = here[1:closing]
            alias, names = _alias(here[closing + 1 :])
            if _word(inner[0]) == "values":
                rows = [row[1:-1] for row in _split(inner[1:], {","})]
                cells = [[self._is_long(cell, scope) for cell in _split(row, {","})] for row in rows]
                return {name: any(row[at] for row in cells) for at, name in enumerate(names)}, alias
            return self._query(inner, ctes, scope), alias
        if _word(first) == "openjson":
            shape = _closing(here, 1) + 2
            closing = _closing(here, shape)
            typed = list(_split(here[shape + 1 : closing], {","}))
            return {one[0].text.lower(): _is_max(one[1:]) for one in typed}, _alias(here[closing + 1 :])[0]
        last = 0
        while last + 1 < len(here) and here[last + 1].text == ".":
            last += 2
        name = here[last].text.lower()
        alias, _ = _alias(here[last + 1 :])
        known = ctes[name] if not last and name in ctes else self.relations[name]
        return known, alias or name

    def _item(
        self, here: Sequence[Piece], scope: Mapping[str, Columns], own: Mapping[str, Columns], number: int
    ) -> Columns:
        if here[-1].text == "*":
            return (
                dict(own[here[0].text.lower()]) if len(here) > 1 else {n: v for c in own.values() for n, v in c.items()}
            )
        is_named = len(here) > 1 and _word(here[-2]) == "as"
        value = here[:-2] if is_named else here
        name = here[-1].text.lower() if is_named or here[-1].kind in {"word", "name"} else f"#{number}"
        return {name: self._is_long(value, scope)}

    def _where(
        self, here: Sequence[Piece], ctes: Mapping[str, Columns], scope: Mapping[str, Columns], *, is_compared: bool
    ) -> None:
        """Read the queries inside a WHERE; that of an inner one over a relation compares as a join does."""
        if is_compared and here:
            self._keys("join", here, scope)
        for place, piece in enumerate(here):
            if piece.text == "(" and _word(here[place + 1]) == "select":
                self._query(here[place + 1 : _closing(here, place)], ctes, scope)

    def _keys(self, what: str, here: Sequence[Piece], scope: Mapping[str, Columns]) -> None:
        for key in _split(here, {",", "and", "or", "=", "<", ">"}):
            if self._is_long(key, scope):
                self._meet(what, ["".join(piece.text for piece in key)[:60]])

    def _meet(self, what: str, names: Sequence[str]) -> None:
        self.met += [f"{what}: {name}" for name in names]

    def _is_long(self, here: Sequence[Piece], scope: Mapping[str, Columns]) -> bool:
        """Whether an expression is a text of any length: if what it takes its value from is."""
        here = list(_values(here))
        place = 0
        while place < len(here):
            piece = here[place]
            follows = here[place + 1].text if place + 1 < len(here) else ""
            if follows == "(" and piece.kind == "word":
                closing = _closing(here, place + 1)
                if self._call(_word(piece), here[place + 2 : closing], scope):
                    return True
                place = closing
            elif follows == "." and piece.kind in {"word", "name"}:
                if scope[piece.text.lower()][here[place + 2].text.lower()]:
                    return True
                place += 2
            elif piece.text == "(":
                closing = _closing(here, place)
                if self._brackets(here[place + 1 : closing], scope):
                    return True
                place = closing
            elif piece.kind in {"word", "name"} and any(c.get(piece.text.lower(), False) for c in scope.values()):
                return True
            place += 1
        return False

    def _brackets(self, inner: Sequence[Piece], scope: Mapping[str, Columns]) -> bool:
        if _word(inner[0]) != "select":
            return self._is_long(inner, scope)
        return "for" in _clauses(inner) or any(self._query(inner, {}, scope).values())  # FOR JSON

    def _call(self, name: str, inner: Sequence[Piece], scope: Mapping[str, Columns]) -> bool:
        if name in {"cast", "try_cast"}:
            return _is_max(list(_split(inner, {"as"}))[-1])
        if name in {"convert", "try_convert"}:
            return _is_max(next(_split(inner, {","})))
        return name not in _SHORT and any(self._is_long(part, scope) for part in _split(inner, {","}))


def _word(piece: Piece) -> str:
    return piece.text.lower() if piece.kind == "word" else piece.text if piece.kind == "sign" else ""


def _is_max(here: Sequence[Piece]) -> bool:
    return any(_word(piece) == "max" for piece in here)


def _closing(here: Sequence[Piece], opening: int) -> int:
    depth = 0
    for place in range(opening, len(here)):
        if here[place].kind == "sign":
            depth += {"(": 1, ")": -1}.get(here[place].text, 0)
        if not depth:
            return place
    raise AssertionError("a bracket is never closed")


def _outer(here: Sequence[Piece]) -> Iterator[tuple[int, Piece]]:
    """Pieces that stand in no bracket and no CASE, with their places."""
    depth = 0
    for place, piece in enumerate(here):
        step = {"(": 1, "case": 1, ")": -1, "end": -1}.get(_word(piece), 0)
        if not depth and step <= 0:
            yield place, piece
        depth += step


def _split(here: Sequence[Piece], words: set[str] | frozenset[str]) -> Iterator[Sequence[Piece]]:
    start = 0
    for place, piece in _outer(here):
        if _word(piece) in words:
            if place > start:
                yield here[start:place]
            start = place + 1
    if here[start:]:
        yield here[start:]


def _clauses(here: Sequence[Piece]) -> dict[str, Sequence[Piece]]:
    starts = [(place, _word(piece)) for place, piece in _outer(here) if _word(piece) in _CLAUSES]
    ends = [place for place, _ in starts[1:]] + [len(here)]
    return {
        word: here[place + (2 if word in {"group", "order"} else 1) : end]
        for (place, word), end in zip(starts, ends, strict=True)
    }


def _alias(here: Sequence[Piece]) -> tuple[str, list[str]]:
    """The name after ``as``, and the names of columns in brackets after it."""
    rest = here[1:] if here and _word(here[0]) == "as" else here
    if not rest:
        return "", []
    return rest[0].text.lower(), [piece.text.lower() for piece in rest[2:-1] if piece.kind in {"word", "name"}]


def _windows(here: Sequence[Piece]) -> Iterator[Sequence[Piece]]:
    """What stands in the brackets of each OVER, without the words around the keys."""
    for place, piece in enumerate(here):
        if _word(piece) == "over":
            inner = here[place + 2 : _closing(here, place + 1)]
            for part in _split(inner, {"partition", "order", "rows"}):
                if _word(part[0]) == "by":
                    yield part[1:]


def _values(here: Sequence[Piece]) -> Iterator[Piece]:
    """An expression without the conditions of its CASEs."""
    place = 0
    while place < len(here):
        if _word(here[place]) != "case":
            yield here[place]
            place += 1
            continue
        depth, is_value, kept = 1, False, []
        while depth:
            place += 1
            word = _word(here[place])
            depth += {"case": 1, "end": -1}.get(word, 0)
            if depth == 1 and word in {"when", "then", "else"}:
                is_value = word != "when"
            elif depth and is_value:
                kept.append(here[place])
        yield from _values(kept)
        place += 1
