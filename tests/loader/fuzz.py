"""Workbooks of the corpus, changed at random: in the archive, in the XML, in the values. None may part what we promise.

``make fuzz`` (``python -m tests.loader.fuzz --seconds 60 --seed 1``) prints each finding with its seed, and keeps the
workbook. The rounds run in a child: a workbook that kills its reader, or that takes too long, is a finding too. A few
rounds run in ``make test``.
"""

from __future__ import annotations

import argparse
import io
import multiprocessing
import re
import secrets
import sys
import time
import warnings
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random
from unittest import mock

from loader.errors import RejectedError
from loader.formats import package, sheet_chunks, sheet_xml
from loader.formats.content import open_book
from loader.formats.xlsx import XlsxBook
from loader.limits import Limits
from loader.workbook import read_sheet
from tests.loader.both_ways import outcome
from tests.loader.corpus import xlsx

KEPT = Path("target/fuzz")
LIMITS = Limits(unpacked_bytes=64 * 1024**2)
#: One round takes milliseconds.
_PATIENCE = 30.0
_LEVELS = ("archive", "XML", "values")
_VALUES = (
    "", "0", "1", "-1", "7", "60", "1.0", "00", "-0", "1e5", "1E+400", "45357", "45357.5", "2958466", "0.99999999999",
    "NaN", "99999999999999999999", "4294967296", "A1", "A0", "XFD1048576", "XFE1", "ZZZ9999999", "A99999999", "$B$2",
    "a1", "1A", "B2:A1", "true", "s", "n", "e", "b", "d", "str", "inlineStr", "x", "#N/A", "#", "_x000D_", "_xD83D_",
    "_x005F_", " ", "\t", "\n", "&#13;", "&amp;", "&lt;", "&#x10FFFF;", "\u00a0", "é", "\U0001f600", "\ue0001",
    "MASTER", "veryHidden", "preserve", "default", "rId1", "rId2", "rId9", "../../x", "/xl/workbook.xml",
    "sharedStrings.xml", "External", "UTF-8", "utf-16", "General", "yyyy", "[h]:mm", "[", '"', ";;;", "0;yyyy",
    "[$-409]d", "14", "46", "164", "x" * 5_000,
)  # fmt: skip
_WORDS = (
    "<", ">", "/>", "</c>", "</row>", "<c>", "<row>", "3", "A3", "<v>", "</v>", "<v/>", "<f>", "</f>", "<f/>", "<is>",
    "</is>", "<t>", "</t>", "<si>", "</si>", "<si/>", "<r>", "</r>", "<sheetData>", "</sheetData>", "<sheetData/>",
    "<!--", "-->", "<![CDATA[", "]]>", "<?x", "?>", "&", ";", "&#0;", "&x;", "<!DOCTYPE x>", "x:", ":", "=", '"', "'",
    " t='e'", "s", "str", "1", "B2", "x", "preserve", "\0", "\r", "\ufeff",
)  # fmt: skip


def base(random: Random) -> bytes:
    """A workbook of the corpus."""
    makers: list[Callable[[], bytes]] = [case.data for case in xlsx.LISTS]
    makers += [case.data for case in xlsx.REFUSALS]
    make = random.choice(makers)
    return make()


def _cut_and_pasted(random: Random, data: bytes, words: Sequence[bytes]) -> bytes:
    at, to = random.randrange(len(data) + 1), random.randrange(len(data) + 1)
    end = min(at + random.randint(1, 40), len(data))
    word = random.choice(words) if random.random() < 0.6 else data[at:end]
    match random.choice(("insert", "replace", "delete", "copy", "flip")):
        case "insert":
            return data[:at] + word + data[at:]
        case "replace":
            return data[:at] + word + data[end:]
        case "delete":
            return data[:at] + data[end:]
        case "copy":
            return data[:to] + word + data[to:]
    return data[:at] + bytes(byte ^ 1 << random.randrange(8) for byte in data[at : at + 1]) + data[at + 1 :]


def _in_archive(random: Random, data: bytes) -> bytes:
    words = [b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06", bytes(4), b"\xff" * 4, random.randbytes(3), b"\0" * 300]
    data = _cut_and_pasted(random, data, words)
    return data[: random.randrange(len(data) + 1)] if random.random() < 0.05 else data


def _in_xml(random: Random, part: bytes) -> bytes:
    return _cut_and_pasted(random, part, [word.encode() for word in _WORDS])


def _in_values(random: Random, part: bytes) -> bytes:
    places = list(re.finditer(rb'(?<=>)[^<>]+(?=</)|(?<==")[^"<>]*(?=")', part))
    if not places:
        return part
    place = random.choice(places)
    value = random.choice(_VALUES).encode() if random.random() < 0.8 else random.choice(places)[0]
    return part[: place.start()] + value + part[place.end() :]


def changed(random: Random, data: bytes) -> tuple[str, bytes]:
    """A workbook after some changes at one level."""
    level = random.choice(_LEVELS)
    try:
        source = zipfile.ZipFile(io.BytesIO(data))
        parts = [(info.filename, source.read(info)) for info in source.infolist()]
    except (zipfile.BadZipFile, EOFError):
        parts = []
    if level == "archive" or not parts:
        for _ in range(random.randint(1, 3)):
            data = _in_archive(random, data)
        return "archive", data
    change = _in_xml if level == "XML" else _in_values
    for _ in range(random.randint(1, 3)):
        index = random.randrange(len(parts))
        if random.random() < 0.6:
            index = next((at for at, (name, _) in enumerate(parts) if "sheet1" in name.lower()), index)
        parts[index] = (parts[index][0], change(random, parts[index][1]))
    buffer = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as target:
        warnings.simplefilter("ignore")  # of names that are there twice
        for name, content in parts:
            target.writestr(zipfile.ZipInfo(name), content)
    return level, buffer.getvalue()


def workbook(seed: int) -> tuple[str, bytes]:
    """The workbook of a round, and at which level it was changed."""
    random = Random(seed)  # noqa: S311 - chance that can be repeated, no secret
    return changed(random, base(random))


def problem(data: bytes) -> str | None:
    """What is wrong with how a workbook is read: neither rows nor a refusal with a hint, or two ways that differ."""
    try:
        read_sheet("A.xlsx", data, LIMITS)
    except RejectedError as error:
        if not error.hint:
            return f"a refusal without anything to do: {error}"
    except BaseException as error:
        return f"{type(error).__name__}: {error}"
    try:
        book = open_book(data, LIMITS)
        return _difference(book) if isinstance(book, XlsxBook) else None
    except RejectedError:
        return None
    except BaseException as error:
        return f"the two ways: {type(error).__name__}: {error}"


@contextmanager
def _in_small_pieces() -> Iterator[None]:
    """Sheets are read as if they were large."""
    with (
        mock.patch.object(package, "_PIECE", 100),
        mock.patch.object(sheet_chunks, "_CHUNK", 250),
        mock.patch.object(sheet_xml, "_SORTABLE", 0),
    ):
        yield


def _difference(book: XlsxBook) -> str | None:
    for sheet in book.sheets:
        fast = outcome(book.rows(sheet))
        try:
            rows = sheet_xml.read_rows(book._package, str(sheet.key), sheet.name, book._styles, book._strings)
        except RejectedError as error:
            sure: object = str(error)
        else:
            sure = outcome(rows)
        if isinstance(fast, str) and isinstance(sure, str):
            continue  # of two damaged parts each way names the one that it meets first
        with _in_small_pieces():
            pieces = outcome(book.rows(sheet))
        if isinstance(pieces, dict) and pieces != sure:
            return f"sheet {sheet.name} in pieces: proven {pieces!r:.300}, parsed {sure!r:.300}"
        if fast != sure:
            return f"sheet {sheet.name}: proven {fast!r:.300}, parsed {sure!r:.300}"
    return None


def _rounds(first: int, pipe: Connection) -> None:
    seed = first
    while True:
        pipe.send((seed, None))
        if found := problem(workbook(seed)[1]):
            pipe.send((seed, found))
        seed += 1


def _found(seed: int, what: str) -> None:
    level, data = workbook(seed)
    path = KEPT / f"{seed}.xlsx"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    print(f"seed {seed} ({level}): {what}\n  kept in {path}", flush=True)


def fuzz(first: int, seconds: float) -> tuple[int, int]:
    """Rounds from a seed on, for some time: how many there were, and how many found something."""
    end = time.monotonic() + seconds
    seed, findings = first, 0
    context = multiprocessing.get_context("spawn")
    while time.monotonic() < end:
        ours, theirs = context.Pipe()
        child = context.Process(target=_rounds, args=(seed, theirs), daemon=True)
        child.start()
        theirs.close()
        what = None
        try:
            while time.monotonic() < end and what is None:
                if not ours.poll(_PATIENCE):
                    what = f"takes longer than {_PATIENCE:.0f} s"
                    break
                seed, said = ours.recv()
                if said:
                    findings += 1
                    _found(seed, said)
        except EOFError:
            child.join()
            what = f"kills its reader (exit status {child.exitcode})"
        child.kill()
        child.join()
        if what:
            findings += 1
            _found(seed, what)
            seed += 1
    return seed - first, findings


def main() -> int:
    """Fuzz for some time; 1 when something was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, help="of the first round; default: one by chance, which is printed")
    parser.add_argument("--again", type=Path, help="a kept workbook to read once more, in this process")
    options = parser.parse_args()
    if options.again:
        found = problem(options.again.read_bytes())
        print(found or "nothing wrong")
        return int(found is not None)
    first = secrets.randbelow(10**9) if options.seed is None else options.seed
    print(f"{options.seconds:.0f} s of rounds from seed {first} on", flush=True)
    rounds, findings = fuzz(first, options.seconds)
    print(f"{rounds:,} rounds, {findings} findings (seeds {first} to {first + rounds})")
    return int(findings > 0)


if __name__ == "__main__":
    sys.exit(main())
