"""Writes macros/_macros.yml, where dbt wants what it shows of macros, from the comments that stand above them.

A macro is explained once, where it is read: `{#- What it gives. Args: name, meaning; name, meaning. -#}`.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import yaml

MACROS = Path(__file__).parent
WRITTEN = MACROS / "_macros.yml"
_MACRO = re.compile(
    r"(?:\{#-?(?P<comment>(?:(?!#\}).)*?)-?#\}\s*)?\{%-?\s*macro (?P<name>\w+)\((?P<arguments>[^)]*)\)", re.DOTALL
)
_RAW = re.compile(r"\{\{.*?\}\}|\{%.*?%\}")  # dbt renders descriptions
_DIALECT = ("default__", "sqlserver__")
_HEAD = "# Written by `make contract` from the comments above the macros; change them there.\n"


def described() -> str:
    """What the file is to hold."""
    macros = [
        {
            "name": name,
            "description": _RAW.sub(r"{% raw %}\g<0>{% endraw %}", text) or f"Part of {path.stem}.",
            "arguments": [{"name": a, **({"description": m} if m else {})} for a, m in arguments.items()],
        }
        for path in sorted(MACROS.rglob("*.sql"))
        for name, text, arguments in _macros(path.read_text(encoding="utf-8"))
    ]
    macros.sort(key=lambda macro: str(macro["name"]))
    return _HEAD + yaml.safe_dump({"macros": macros}, sort_keys=False, allow_unicode=True, width=118)


def _macros(text: str) -> list[tuple[str, str, dict[str, str]]]:
    found = []
    for match in _MACRO.finditer(text):
        if match["name"].startswith(_DIALECT):
            continue
        comment = " ".join((match["comment"] or "").split())
        description, _, rest = comment.partition("Args: ")
        names = [argument.partition("=")[0].strip() for argument in match["arguments"].split(",") if argument.strip()]
        found.append((match["name"], description.strip(), _arguments(names, rest)))
    return found


def _arguments(names: list[str], text: str) -> dict[str, str]:
    """Each argument with what the comment says of it: the clause that begins with its name or names it with others."""
    clauses = [clause.strip() for clause in text.split("; ")]
    meanings = dict.fromkeys(names, "")
    for clause in clauses:
        for name in names:
            start = re.match(rf"(?:\w+, )*(?:\w+ and )?{name}\b(?: and \w+)?,? ?(.*)", clause)
            if start and not meanings[name]:
                meanings[name] = start[1].strip().rstrip(".")
    if len(names) == 1 and text and not meanings[names[0]]:
        meanings[names[0]] = text.strip().rstrip(".")
    return meanings


if __name__ == "__main__":
    sys.exit(WRITTEN.write_text(described(), encoding="utf-8", newline="\n") and None)
