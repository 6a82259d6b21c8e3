"""What a statement must not hold although it parses: faults that only a Microsoft server would show."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from sqlfluff.dialects.dialect_tsql_keywords import RESERVED_KEYWORDS

from tests.sqlserver.lexer import Piece, batches, pieces

#: Catalog views and procedures, with what a login needs for them beyond the rights of warehouse/sqlserver/rights.py:
#: nothing. They show what the login may see, and the names of its own schema it may.
FREE = frozenset({
    "sys.tables", "sys.views", "sys.schemas", "sys.objects", "sys.columns", "sys.types", "sys.indexes",
    "sys.index_columns", "sys.partitions", "sys.extended_properties", "sys.database_principals", "sys.databases",
    "sys.dm_exec_describe_first_result_set", "sys.sp_addextendedproperty", "sys.sp_updateextendedproperty",
    "information_schema.tables", "information_schema.columns", "information_schema.table_privileges",
})  # fmt: skip
_READS = re.compile(r"(?:sys|information_schema)\.\w+", re.IGNORECASE)
_CATALOG_COLUMNS = frozenset({
    "table_name", "table_schema", "table_type", "column_name", "data_type", "ordinal_position",
    "character_maximum_length", "numeric_precision", "numeric_scale", "datetime_precision",
})  # fmt: skip
_FOLLOWED = frozenset({"from", "join", "into", "update", "apply", "table", "view"})
_SKIPPED = frozenset({"if", "exists", "not", "only", "or", "alter"})


def code_page_losses(sql: str) -> list[str]:
    """Texts that a code page may lose: outside ``N'...'`` stands nothing but ASCII, and no statement stands there."""
    found = []
    for text, kind in batches(sql):
        if kind == "literal":
            found.append(f"EXEC without N: {text[:60]!r}")
        found += [
            f"without N: {piece.text[:60]!r}"
            for piece in pieces(text)
            if piece.kind == "literal" and not piece.text.isascii()
        ]
    return found


def rights_wanted(sql: str) -> set[str]:
    """Catalog views that need more than the rights which the documents name."""
    return {
        name.lower() for text, _ in batches(sql) for name in _READS.findall(_code(text)) if name.lower() not in FREE
    }


def misspelt_catalog(sql: str) -> set[str]:
    """Names of the catalog in a case that a case-sensitive database does not know."""
    found = set()
    for text, _ in batches(sql):
        code = _code(text)
        for name in _READS.findall(code):
            if name != (name.upper() if name.lower().startswith("information_schema") else name.lower()):
                found.add(name)
        if "INFORMATION_SCHEMA" in code:
            found |= _CATALOG_COLUMNS & {piece.text for piece in pieces(text) if piece.kind == "word"}
    return found


def unqualified(sql: str) -> set[str]:
    """Relations named without their schema: which one is meant would hang on the login."""
    found: set[str] = set()
    for text, _ in batches(sql):
        here = pieces(text)
        local = set(_local_names(here))
        for place, piece in enumerate(here):
            if piece.kind != "word" or piece.text.lower() not in _FOLLOWED:
                continue
            follows = place + 1
            while follows < len(here) and here[follows].text.lower() in _SKIPPED and here[follows].kind == "word":
                follows += 1
            if follows >= len(here) or here[follows].kind not in {"word", "name"}:
                continue
            name = here[follows]
            after = here[follows + 1].text if follows + 1 < len(here) else ""
            if after in {".", "("} and not (piece.text.lower() == "into" and after == "("):
                continue
            if _is_statement_word(here, place) or name.text.lower() in local or name.text.startswith(("@", "#")):
                continue
            found.add(name.text)
    return found


def misspelt(sql: str, known: Mapping[str, str]) -> set[str]:
    """Names spelled otherwise than they are declared. ``known``: {in lower case: as declared}.

    A case-sensitive database tells them apart, and one name with two spellings is one too many there.
    """
    return {
        piece.text
        for text, _ in batches(sql)
        for piece in pieces(text)
        if piece.kind in {"word", "name"}
        and known.get(piece.text.lower(), piece.text) != piece.text
        and (piece.kind == "name" or piece.text.upper() not in RESERVED_KEYWORDS)
    }


def _code(text: str) -> str:
    return " ".join(piece.text for piece in pieces(text) if piece.kind in {"word", "name", "sign"}).replace(" . ", ".")


def _local_names(here: list[Piece]) -> Iterator[str]:
    """Names of CTEs, aliases and the like: words after ``as``, and before ``as (``."""
    for place, piece in enumerate(here):
        if piece.kind == "word" and piece.text.lower() == "as":
            if place + 1 < len(here):
                yield here[place + 1].text.lower()
            if place and place + 1 < len(here) and here[place + 1].text == "(":
                yield here[place - 1].text.lower()


def _is_statement_word(here: list[Piece], place: int) -> bool:
    """Whether the word is no verb here: ``table`` in ``schema.table``, ``from`` in ``is distinct from``."""
    before = here[place - 1].text.lower() if place else ""
    return before in {".", "@", "distinct"} or (here[place].text.lower() == "view" and before == "n")
