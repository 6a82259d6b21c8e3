"""What SQL Server 2019 refuses although a T-SQL parser may take it, each with an example that must be caught.

The patterns look at code without comments, string literals and quoted names (see :func:`bare`). They are words of
DuckDB and its kin that slip into SQL which is written once for both engines.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_NOISE = re.compile(
    r"--[^\n]*|/\*.*?\*/|[nN]?'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|\[(?:[^\]\n]|\]\])*\]",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Refused:
    """A pattern, why SQL Server refuses what it finds, and an example of it."""

    name: str
    pattern: str
    why: str
    example: str


def _word(name: str, why: str, example: str) -> Refused:
    return Refused(name, rf"\b{re.escape(name)}\b", why, example)


def _function(name: str, instead: str) -> Refused:
    return Refused(name, rf"(?<![.\w]){name}\s*\(", f"use {instead}", f"select {name}(a, b) from t")


_OPERAND = r"[\w.]+(?:\([^()]*\))?"

REFUSED = (
    Refused("cast by ::", r"::", "use cast()", "select a::int from t"),
    Refused(
        "reserved word as a column",
        r"(?:\bselect|\bby|,)\s+(?:\w+\.)?(?:file|user|plan|percent|rule|save|public|backup|national|external)\s*(?:,|\bfrom\b|$)",
        "quote it, as the parser does not ask for",
        "select file, status from t",
    ),
    Refused("limit", r"\blimit\s+(?:\d|\?)", "use top or offset ... fetch", "select a from t limit 5"),
    Refused("group by a number", r"\bgroup\s+by\s+\d", "name the expression", "select a from t group by 1"),
    Refused("order by all", r"\b(?:group|order)\s+by\s+all\b", "name the columns", "select a from t order by all"),
    Refused("trailing comma", r",\s*(?:\bfrom\b|\))", "drop the comma", "select a, from t"),
    Refused(
        "boolean in a select list",
        rf"(?:\bselect|,)\s*(?:not\s+)?\(?{_OPERAND}\s*(?:=|<>|<=|>=|<|>|\bis\s+(?:not\s+)?null)\s*(?:{_OPERAND})?\s*\)?"
        r"\s+as\s+\w+",
        "use case when ... then 1 else 0 end",
        "select a.x > count(b) as is_more from t",
    ),
    Refused("true or false", r"(?<![.\w])(?:true|false)\b", "use 1 and 0", "select a from t where b = true"),
    Refused("is true", r"\bis\s+(?:not\s+)?(?:true|false|unknown)\b", "use = 1", "select a from t where b is true"),
    Refused("condition without comparison", r"\bwhere\s+[\w.]+\s*(?:\)|;|$)", "compare it", "select a from t where b"),
    Refused("concatenation by ||", r"\|\|", "use concat()", "select a || b from t"),
    Refused("integer division by //", r"//", "use /", "select a // b from t"),
    Refused("equality by ==", r"==", "use =", "select a from t where b == c"),
    Refused(
        "stuff() compared",
        r"\bstuff\s*\([^()]*\)\s*(?:(?:not\s+)?(?:like|in|between)\b|=|<|>)",
        "it is NULL where it starts behind the end of its text, and no comparison holds: compare the text itself",
        "select 1 as a from t where stuff(b, 1, 1, '') not like '%x%'",
    ),
    Refused("lambda", r"->", "use openjson", "select x -> 1 from t"),
    Refused(
        "on conflict", r"\bon\s+conflict\b", "use Session.upsert", "insert into t values (1) on conflict do nothing"
    ),
    Refused("returning", r"\breturning\b", "use output", "delete from t returning a"),
    Refused(
        "create or replace",
        r"\bcreate\s+or\s+replace\b",
        "use create or alter",
        "create or replace view v as select 1 a",
    ),
    Refused(
        "create if not exists",
        r"\bcreate\s+table\s+if\s+not\b",
        "use Session.create_table",
        "create table if not exists t (a int)",
    ),
    Refused(
        "typed literal", r"\b(?:date|timestamp|time)\s*''", "use cast('...' as date)", "select date '2026-01-01' as d"
    ),
    Refused("interval", r"\binterval\s*(?:''|\d)", "use dateadd()", "select a + interval '1' day from t"),
    Refused(
        "filter clause",
        r"\bfilter\s*\(\s*where\b",
        "use case inside the aggregate",
        "select count(*) filter (where a = 1) from t",
    ),
    Refused(
        "join using",
        r"\bjoin\s+[\w.']+(?:\s+(?:as\s+)?\w+)?\s+using\s*\(",
        "use on",
        "select a from t join u using (id)",
    ),
    Refused("natural join", r"\bnatural\s+join\b", "use on", "select a from t natural join u"),
    Refused(
        "row tuple comparison",
        r"\bwhere\s*\([\w.]+\s*,\s*[\w.]+[^)]*\)\s*(?:=|in\b)",
        "use exists",
        "select a from t where (a, b) in (select a, b from u)",
    ),
    Refused(
        "count of several columns",
        r"\bcount\s*\(\s*distinct\s+[\w.]+\s*,",
        "count a subquery",
        "select count(distinct a, b) from t",
    ),
    Refused(
        "string_agg distinct",
        r"\bstring_agg\s*\(\s*distinct\b",
        "aggregate a subquery",
        "select string_agg(distinct a, ',') from t",
    ),
    Refused("select distinct on", r"\bdistinct\s+on\s*\(", "use row_number()", "select distinct on (a) a, b from t"),
    Refused("star except", r"\*\s*(?:exclude|except|replace)\s*\(", "name the columns", "select * exclude (a) from t"),
    Refused(
        "nulls last",
        r"\bnulls\s+(?:first|last)\b",
        "order by case when ... is null",
        "select a from t order by a nulls last",
    ),
    Refused(
        "null-safe comparison",
        r"\bis\s+(?:not\s+)?distinct\s+from\b",
        "2022 and later only; spell it out",
        "select a from t where a is distinct from b",
    ),
    Refused(
        "with recursive",
        r"\bwith\s+recursive\b",
        "leave out recursive",
        "with recursive r as (select 1 a) select a from r",
    ),
    Refused("lateral", r"\blateral\b", "use cross apply", "select a from t cross join lateral (select 1) x"),
    Refused("array", r"\barray\s*\[|\bunnest\s*\(", "use openjson or values", "select unnest(a) from t"),
    Refused(
        "set operation with all",
        r"\b(?:except|intersect)\s+all\b",
        "leave out all",
        "select a from t except all select a from u",
    ),
    Refused(
        "window without order",
        r"\brow_number\s*\(\s*\)\s*over\s*\(\s*\)",
        "order it",
        "select row_number() over () from t",
    ),
    Refused(
        "type of another engine",
        r"\bas\s+(?:text|varchar|boolean|bool|timestamp|double|real\[\]|string|hugeint|blob)\s*\)",
        "sized nvarchar, bit, datetime2(6), float",
        "select cast(a as varchar) from t",
    ),
    Refused(
        "order by in a view",
        r"\(\s*select\s+(?!top\b)(?:(?!\bselect\b|\btop\b|\boffset\b|\bfor\b|\bover\b|[()]).)*\border\s+by\b(?:(?!\boffset\b|\bfor\b)[^()])*\)",
        "order only the outermost query",
        "select a from (select a from t order by a) x",
    ),
    _word("qualify", "filter a subquery", "select a from t qualify row_number() over (order by a) = 1"),
    _word("ilike", "like is case-insensitive already", "select a from t where a ilike 'b'"),
    _word("similar to", "use like", "select a from t where a similar to 'b'"),
    _word("current_date", "2025 only; cast(getdate() as date)", "select current_date as d"),
    _word("rowid", "there is none", "select rowid from t"),
    *(
        _function(name, instead)
        for name, instead in {
            "date_trunc": "datetrunc is 2022 and later; use dateadd and datediff",
            "strftime": "convert with a style",
            "extract": "datepart()",
            "to_char": "convert with a style",
            "now": "sysutcdatetime()",
            "length": "len()",
            "strlen": "datalength()",
            "substr": "substring()",
            "lpad": "right(concat())",
            "rpad": "left(concat())",
            "ifnull": "coalesce()",
            "nvl": "coalesce()",
            "if": "case or iif()",
            "greatest": "2022 and later only; use case",
            "least": "2022 and later only; use case",
            "generate_series": "2022 and later only; use values",
            "regexp_matches": "2025 only; use like or patindex",
            "regexp_replace": "2025 only; use translate or replace",
            "regexp_extract": "2025 only; use substring",
            "regexp_full_match": "2025 only; use like",
            "split_part": "parsename() or openjson",
            "list_filter": "openjson",
            "from_json": "openjson",
            "to_json": "for json",
            "sha256": "hashbytes()",
            "md5": "hashbytes()",
            "position": "charindex()",
            "starts_with": "like",
            "contains": "charindex()",
            "any_value": "max()",
            "arg_max": "row_number()",
            "bool_or": "max() of 0 and 1",
            "bool_and": "min() of 0 and 1",
            "count_if": "sum(case ...)",
            "epoch": "datediff()",
            "make_date": "datefromparts()",
            "try_strptime": "try_convert()",
        }.items()
    ),
)


def bare(sql: str) -> str:
    """``sql`` in which literals are ``''``, quoted names are ``q`` and comments are blanks."""

    def plain(match: re.Match[str]) -> str:
        text = match[0]
        if text.startswith(("--", "/*")):
            return " "
        return " q " if text.startswith(('"', "[")) else "''"

    return _NOISE.sub(plain, sql)


def refused_in(sql: str) -> list[str]:
    """What of ``sql`` SQL Server refuses, in words; empty if nothing."""
    code = bare(sql)
    found = []
    for entry in REFUSED:
        match = re.search(entry.pattern, code, re.IGNORECASE | re.DOTALL)
        if match:
            around = " ".join(code[max(match.start() - 40, 0) : match.end() + 40].split())
            found.append(f"{entry.name} ({entry.why}): ... {around} ...")
    return found
