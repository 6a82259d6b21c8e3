"""Folders as places: whole files or none, private, and every fault with the place's name."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from operations.errors import PlaceError, PlaceUnknownError
from operations.places import open_place


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "source"
    file.write_bytes(b"x" * 3_000_000)
    return file


def test_what_was_put_is_got(tmp_path: Path, file: Path) -> None:
    """A file goes to a folder that did not exist, is listed, comes back, and goes again with its folder."""
    place = open_place("kept/here", tmp_path)
    assert place.names("") == []
    place.put("a/b.parquet", file)
    place.put("a/b.parquet", file)
    assert (place.names(""), place.names("a/"), place.names("x")) == (["a/b.parquet"], ["a/b.parquet"], [])
    place.get("a/b.parquet", tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == file.read_bytes()
    place.remove("a/b.parquet")
    place.remove("a/b.parquet")
    assert place.names("") == []
    assert not (tmp_path / "kept/here/a").exists()


@pytest.mark.skipif(os.name == "nt", reason="Windows has rights of another kind")
def test_files_are_for_their_owner(tmp_path: Path, file: Path) -> None:
    """Prices are not for everyone on the machine."""
    open_place("kept", tmp_path).put("a/b", file)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "kept").rglob("*")}
    assert modes == {"a": 0o700, "b": 0o600}


def test_half_a_file_never_stands_there(tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy that breaks off leaves what was there before."""
    place = open_place("kept", tmp_path)
    place.put("a", file)
    file.write_bytes(b"new")
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(PlaceError, match=r"kept cannot be written: its disk is full") as raised:
        place.put("a", file)
    assert raised.value.hint
    assert (tmp_path / "kept/a").stat().st_size == 3_000_000
    assert place.names("") == ["a"]


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    """A file that is gone is told with its place."""
    with pytest.raises(PlaceError, match=r"kept: b is missing"):
        open_place("kept", tmp_path).get("a/b", tmp_path / "back")


@pytest.mark.parametrize("name", ["../x", "a/../../x", "/x", "a//b", "a\\b", ""])
def test_no_name_leads_out_of_a_place(tmp_path: Path, file: Path, name: str) -> None:
    """A manifest comes from outside, and could name anything."""
    with pytest.raises(PlaceError, match="no name within a place"):
        open_place("kept", tmp_path).put(name, file)


@pytest.mark.parametrize("text", ["", " ", "https://x/y", "az://", "az://A_b/c"])
def test_a_text_that_names_no_place(tmp_path: Path, text: str) -> None:
    """A mistyped place is said before anything is done."""
    with pytest.raises(PlaceUnknownError):
        open_place(text, tmp_path)


def test_places_on_one_disk_are_known_as_such(tmp_path: Path) -> None:
    """Two folders of one disk fail together, also while they do not exist."""
    assert open_place("a", tmp_path).device() == open_place("b/c", tmp_path).device()
