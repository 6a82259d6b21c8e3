"""Who names a table: in code, in notes, in workbooks that read the database; and what nobody can look into is said."""

from __future__ import annotations

import base64
import io
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from console import ConfigurationError
from operations.retirement import texts
from operations.retirement.code import uses_in_code
from warehouse import Uses

TABLE = "OLD_DELTA"
SQL = "select * from dbo.Old_Delta"


def packed(parts: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def queries(formulas: str) -> bytes:
    """Power Query's part of a document: a version, a length, a zip file, and permissions behind it."""
    package = packed({"Formulas/Section1.m": formulas.encode()})
    return bytes(4) + len(package).to_bytes(4, "little") + package + bytes(100_000)


def in_workbook(formulas: str) -> bytes:
    text = f'<?xml version="1.0"?><DataMashup xmlns="x">{base64.b64encode(queries(formulas)).decode()}</DataMashup>'
    return packed({"xl/workbook.xml": b"<workbook/>", "customXml/item1.xml": text.encode("utf-16")})


@pytest.fixture
def other(tmp_path: Path) -> Path:
    folder = tmp_path / "other"
    folder.mkdir()
    return folder


def look(other: Path, tmp_path: Path, **options: list[str]) -> Uses:
    """What is found in the other folder; the project is empty, and nobody parsed it."""
    (tmp_path / "project").mkdir(exist_ok=True)
    found = uses_in_code(TABLE, tmp_path / "project", [other], **options)
    assert found.not_looked_at[-1] == "dbt's manifest: there is none (`dbt parse` makes it)"
    return Uses(found.found, found.not_looked_at[:-1])


@pytest.mark.parametrize(
    ("name", "data", "place"),
    [
        ("q.sql", f"-- report\n{SQL}\n".encode(), ":2"),
        ("ssms.sql", f"{SQL}\n".encode("utf-16"), ":1"),
        ("latin.qvs", f"-- Größe\n{SQL}".encode("latin-1"), ":2"),
        ("load", f"#!/bin/sh\nsqlcmd -Q '{SQL}'".encode(), ":2"),
        ("notes.md", b"We read OLD_DELTA each Monday.", ":1"),
        ("view.sqlproj", b'<Build Include="dbo\\OLD_DELTA.sql"/>', ":1"),
        ("stock.xlsx", packed({"xl/connections.xml": f'<dbPr command="{SQL}"/>'.encode()}), ":xl/connections.xml:1"),
        ("stock.xlsm", in_workbook(f'let a = Q("{SQL}") in a'), ":customXml/item1.xml/Formulas/Section1.m:1"),
        ("board.pbix", packed({"DataMashup": queries(SQL)}), ":DataMashup/Formulas/Section1.m:1"),
        ("board2.pbix", packed({"Report/Layout": SQL.encode("utf-16-le")}), ":Report/Layout"),
        ("all.zip", packed({"in/stock.xlsx": packed({"xl/connections.xml": SQL.encode()})}),
         ":in/stock.xlsx/xl/connections.xml:1"),
        ("old.xls", b"\xd0\xcf\x11\xe0\0" + SQL.encode("utf-16-le"), ""),
        ("old2.xls", b"\xd0\xcf\x11\xe0\0\0" + SQL.encode("utf-16-le"), ""),
        ("tool.exe", b"MZ\0\0" + SQL.encode() + b"\0", ""),
        ("data/in.sql", SQL.encode(), ":1"),
        ("logs/in.log", SQL.encode(), ":1"),
    ],
)  # fmt: skip
def test_a_name_in_any_kind_of_file_is_a_use(other: Path, tmp_path: Path, name: str, data: bytes, place: str) -> None:
    """Whatever the file is called and however it is written."""
    file = other / name
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(data)
    found = look(other, tmp_path)
    assert [use.name for use in found.found] == [f"{file}{place}"]
    assert "old_delta" in found.found[0].detail.lower()
    assert found.not_looked_at == ()


def test_a_long_line_is_shown_where_the_name_is(other: Path, tmp_path: Path) -> None:
    """Of a document that is one line of a million letters."""
    (other / "layout.json").write_text("x" * 500_000 + f" {SQL} " + "y" * 500_000, "utf-8")
    (use,) = look(other, tmp_path).found
    assert SQL in use.detail
    assert len(use.detail) < 200


def test_one_file_can_be_named(other: Path, tmp_path: Path) -> None:
    """A single script is looked at like a folder; one that is not there is wrong use."""
    file = other / "q.sql"
    file.write_text(SQL, "utf-8")
    assert [use.name for use in look(file, tmp_path).found] == [f"{file}:1"]
    with pytest.raises(ConfigurationError, match=r"There is no folder or file .*p\.sql"):
        look(other / "p.sql", tmp_path)


def test_what_cannot_be_looked_into_is_said(other: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Packed macros, locked and damaged documents, endless ones, links to nothing, pipes; pictures hold no queries."""
    monkeypatch.setattr(texts, "_LARGEST_UNPACKED", 1_000_000)
    (other / "longer.sql").write_text("select * from OLD_DELTA_2, VERY_OLD_DELTA", "utf-8")
    (other / "plain.xlsx").write_bytes(packed({"xl/workbook.xml": b"<workbook/>", "xl/media/a.png": b"\0\1"}))
    (other / "macros.xlsm").write_bytes(packed({"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0\0packed"}))
    (other / "picture.PNG").write_bytes(b"\x89PNG\0")
    (other / "damaged.xlsx").write_bytes(packed({"a.xml": b"x" * 1000})[:60])
    (other / "bomb.zip").write_bytes(packed({"a.txt": b" " * 2_000_000}))
    (other / "queries.xml").write_text("<DataMashup>not base64</DataMashup>", "utf-8")
    (other / "nothing").symlink_to(other / "gone")
    os.mkfifo(other / "pipe")
    found = look(other, tmp_path)
    assert found.found == ()
    assert sorted(said.removeprefix(f"{other}/").removeprefix(f"{other}: ") for said in found.not_looked_at) == [
        "1 file with parts that are no text, where a name may be packed: .xlsm 1",
        "bomb.zip: it unpacks to more than 1,000,000 bytes",
        "damaged.xlsx: it cannot be unpacked: File is not a zip file",
        "nothing: it is no file, or a link to nothing",
        "pipe: it is no file, or a link to nothing",
        "queries.xml: its queries cannot be read",
    ]
    assert look(other, tmp_path, ignore=["*"]).not_looked_at == ()


def test_what_was_found_before_a_document_cannot_be_read_further_counts(other: Path, tmp_path: Path) -> None:
    """It is in use, and it is said that the rest was not looked at; code that writes of queries is whole."""
    (other / "a.xml").write_text(f"<a>{SQL}<DataMashup>not base64</DataMashup></a>", "utf-8")
    (other / "b.py").write_text("text = '<DataMashup>not base64</DataMashup>'", "utf-8")
    found = look(other, tmp_path)
    assert [use.name for use in found.found] == [f"{other / 'a.xml'}:1"]
    assert found.not_looked_at == (f"{other / 'a.xml'}: its queries cannot be read",)


def test_of_this_project_only_code_counts(tmp_path: Path) -> None:
    """Its documents, its rows and what dbt made of its sources name tables for other reasons."""
    project = tmp_path / "project"
    for name in ("docs/a.md", "data/a.sql", "target/a.sql", "order_list.duckdb", ".venv/a.py"):
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(SQL, "utf-8")
    assert uses_in_code(TABLE, project, []).found == ()
    (project / "models").mkdir()
    (project / "models/a.sql").write_text(SQL, "utf-8")
    assert [use.name for use in uses_in_code(TABLE, project, []).found] == ["models/a.sql:1"]
