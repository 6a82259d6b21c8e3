"""Whether code names a table: this project's, and that of folders that somebody names. In doubt it does."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path

from console import ConfigurationError
from operations.retirement.entries import FILE
from warehouse import Use, Uses, word_of

#: What people write SQL, code and settings in.
_CODE = frozenset({
    ".sql", ".py", ".yml", ".yaml", ".json", ".csv", ".toml", ".ini", ".cfg", ".sh", ".bash", ".ps1", ".psm1", ".bat",
    ".cmd", ".js", ".ts", ".cs", ".vb", ".vba", ".bas", ".java", ".r", ".rb", ".go", ".php", ".pl", ".ipynb", ".xml",
    ".dtsx", ".rdl", ".dax", ".m", ".pq", ".odc", ".config", ".env", ".j2", ".jinja", ".tf", ".md", ".txt",
})  # fmt: skip
#: Nobody's code: made by machines, or kept by them.
_SKIPPED = frozenset({
    ".git", ".hg", ".venv", "venv", "node_modules", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache",
    "target", "logs", "data", "dbt_packages",
})  # fmt: skip
_PROSE = frozenset({".md", ".txt"})
_LARGEST = 20 * 2**20
_SHOWN = 160
_MANIFEST = Path("target/manifest.json")


def uses_in_code(
    table: str, project_dir: Path, folders: Sequence[Path], *, ignore: Iterable[str] = (), archives: Iterable[str] = ()
) -> Uses:  # fmt: skip
    """Lines that name ``table``, and what dbt's manifest says of it.

    Args:
        folders: of other projects; in these prose counts as well, for who keeps queries in notes.
        ignore: patterns of paths, relative to their folder, that do not count.
        archives: folders with archives, which name what they hold.

    Raises:
        ConfigurationError: a folder does not exist.
    """
    found, unread = list[Use](), list[str]()
    ignored = [*ignore, FILE.as_posix()]
    for folder in [project_dir, *folders]:
        if not folder.is_dir():
            raise ConfigurationError(f"There is no folder {folder}.", hint="Correct --code.")
        own = folder == project_dir
        for file in _files(folder, set(archives)):
            path = file.relative_to(folder).as_posix()
            if (own and file.suffix.lower() in _PROSE) or any(fnmatch(path, pattern) for pattern in ignored):
                continue
            try:
                found += _lines(table, file, path if own else str(file))
            except (OSError, ValueError) as error:
                unread.append(f"{file}: {error}")
    manifest = _manifest(table, project_dir / _MANIFEST)
    return Uses(tuple(found), tuple(unread)) + manifest


def _files(folder: Path, archives: set[str]) -> Iterator[Path]:
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(n for n in folders if n not in _SKIPPED and str(Path(root) / n) not in archives)
        for name in sorted(names):
            file = Path(root) / name
            if file.suffix.lower() in _CODE or name.lower() in {"makefile", "dockerfile", "crontab"}:
                yield file


def _lines(table: str, file: Path, shown: str) -> Iterator[Use]:
    if file.stat().st_size > _LARGEST:
        raise ValueError(f"it is larger than {_LARGEST:,} bytes")
    data = file.read_bytes()
    text = data.decode("utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8", errors="replace")
    word = word_of(table)
    if word.search(text):
        for number, line in enumerate(text.splitlines(), 1):
            if word.search(line):
                yield Use("code", f"{shown}:{number}", line.strip()[:_SHOWN])


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
