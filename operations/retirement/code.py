"""Whether code names a table: this project's, and that of folders that somebody names. In doubt it does."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path

from console import ConfigurationError, counted, refused
from operations.retirement.entries import FILE
from operations.retirement.texts import texts_of
from warehouse import Use, Uses, word_of

#: What this project writes SQL, code and settings in; in folders of others every file is looked at.
_CODE = frozenset({
    ".sql", ".py", ".yml", ".yaml", ".json", ".csv", ".toml", ".ini", ".cfg", ".sh", ".bash", ".ps1", ".psm1", ".bat",
    ".cmd", ".js", ".ts", ".cs", ".vb", ".vba", ".bas", ".java", ".r", ".rb", ".go", ".php", ".pl", ".ipynb", ".xml",
    ".dtsx", ".rdl", ".dax", ".m", ".pq", ".odc", ".config", ".env", ".j2", ".jinja", ".tf",
})  # fmt: skip
#: Nobody's code: made by machines, or kept by them.
_SKIPPED = frozenset({
    ".git", ".hg", ".venv", "venv", "node_modules", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache",
    "dbt_packages",
})  # fmt: skip
#: What our own programs write: copies of what is in the sources, and rows.
_WRITTEN = frozenset({"target", "logs", "data"})
_SHOWN = 160
_MANIFEST = Path("target/manifest.json")


def uses_in_code(
    table: str, project_dir: Path, folders: Sequence[Path], *, ignore: Iterable[str] = (), archives: Iterable[str] = ()
) -> Uses:  # fmt: skip
    """Lines that name ``table``, and what dbt's manifest says of it.

    Args:
        folders: of other projects, or single files. In these everything counts: prose, for who keeps queries in notes,
            and workbooks, for who keeps them in a connection.
        ignore: patterns of paths, relative to their folder, that do not count.
        archives: folders with archives, which name what they hold.

    Raises:
        ConfigurationError: a folder or file does not exist.
    """
    ignored, away = [*ignore, FILE.as_posix()], set(archives)
    unread = list[str]()
    uses = _uses(table, _own_files(project_dir, away, unread), project_dir, ignored)
    for folder in folders:
        if not folder.exists():
            raise ConfigurationError(f"There is no folder or file {folder}.", hint="Correct --code.")
        files = iter([folder]) if folder.is_file() else _files(folder, _SKIPPED, away, unread)
        base = folder.parent if folder.is_file() else folder
        uses += _uses(table, files, base, ignored, foreign=True)
    return uses + Uses((), tuple(unread)) + _manifest(table, project_dir / _MANIFEST)


def _own_files(folder: Path, away: set[str], unread: list[str]) -> Iterator[Path]:
    for file in _files(folder, _SKIPPED | _WRITTEN, away, unread):
        if file.suffix.lower() in _CODE or file.name.lower() in {"makefile", "dockerfile", "crontab"}:
            yield file


def _files(folder: Path, skipped: frozenset[str], away: set[str], unread: list[str]) -> Iterator[Path]:
    """The files to look at; a folder that may not be listed goes to ``unread``."""
    for root, folders, names in os.walk(folder, onerror=lambda error: unread.append(refused(error).message)):
        folders[:] = sorted(n for n in folders if n not in skipped and str(Path(root) / n) not in away)
        yield from (Path(root) / name for name in sorted(names))


def _uses(
    table: str, files: Iterable[Path], base: Path, ignored: Sequence[str], *, foreign: bool = False
) -> Uses:  # fmt: skip
    found, unread, textless = list[Use](), list[str](), Counter[str]()
    for file in files:
        path = file.relative_to(base).as_posix()
        if any(fnmatch(path, pattern) for pattern in ignored):
            continue
        here, plain = list[Use](), True
        try:
            for use, is_plain in _uses_in(table, file, str(file) if foreign else path):
                plain &= is_plain
                here += [use] if use else []
        except (OSError, ValueError) as error:  # what was found before counts all the same
            unread.append(f"{file}: {error}")
        found += dict.fromkeys(here)
        if not (plain or here):
            textless[file.suffix.lower() or file.name] += 1
    if textless:
        kinds = ", ".join(f"{kind} {count:,}" for kind, count in textless.most_common())
        files_said = counted(textless.total(), "file")
        unread.append(f"{base}: {files_said} with parts that are no text, where a name may be packed: {kinds}")
    return Uses(tuple(found), tuple(unread))


def _uses_in(table: str, file: Path, shown: str) -> Iterator[tuple[Use | None, bool]]:
    """Where the file names the table, and of each of its texts whether it is one."""
    word = word_of(table)
    for text in texts_of(file):
        yield None, text.plain
        place = f"{shown}:{text.part}" if text.part else shown
        if not text.plain:
            if hit := word.search(text.text):
                yield Use("code", place, hit.group()), False
        elif word.search(text.text):
            for number, line in enumerate(text.text.splitlines(), 1):
                if hit := word.search(line):
                    begin = max(0, hit.start() - _SHOWN // 2) if len(line) > _SHOWN else 0
                    yield Use("code", f"{place}:{number}", line[begin:].strip()[:_SHOWN]), True


def _manifest(table: str, path: Path) -> Uses:
    """dbt's own word: a node or a source of that name."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        nodes = [*document["nodes"].items(), *document["sources"].items()]
        found = [
            Use("dbt", key, str(node.get("original_file_path", "")))
            for key, node in nodes
            if table.lower() in {str(node.get(name) or "").lower() for name in ("alias", "identifier", "name")}
        ]
    except FileNotFoundError:
        return Uses((), ("dbt's manifest: there is none (`dbt parse` makes it)",))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        return Uses((), (f"dbt's manifest: {error}",))
    return Uses(tuple(found))
