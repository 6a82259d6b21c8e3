"""Parts are unpacked by another library than zipfile's own: they come out whole, or not at all."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loader import package as package_module
from loader.errors import RejectedError
from loader.limits import Limits
from loader.package import open_package, unpack

_TEXTS = st.lists(st.sampled_from([b"<c r='A1'><v>", b"</v></c>", b"\x00" * 700, b"12"]) | st.binary(max_size=40)).map(
    b"".join
)


@pytest.fixture(autouse=True)
def in_small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a large part is unpacked: some packed bytes at a time, and what they give in pieces."""
    monkeypatch.setattr(package_module, "_PIECE", 64)
    monkeypatch.setattr(package_module, "_PACKED", 16)


def packed(part: bytes, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", method) as writer:
        writer.writestr("other.xml", b"other" * 20)
        writer.writestr("part.xml", part)
    return archive.getvalue()


@given(_TEXTS, st.sampled_from([zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED, zipfile.ZIP_BZIP2]))
def test_a_part_is_what_was_packed(part: bytes, method: int) -> None:
    """Whatever method it was packed by, empty parts and long runs included."""
    assert unpack(open_package(packed(part, method), Limits()), "part.xml") == part


@given(_TEXTS, st.data())
def test_a_damaged_part_is_refused(part: bytes, data: st.DataObject) -> None:
    """A changed byte before the directory gives the part as it was, if it is not the part's, or no part at all."""
    archive = bytearray(packed(part))
    at = data.draw(st.integers(0, archive.index(b"PK\x01\x02") - 1))
    archive[at] ^= data.draw(st.integers(1, 255))
    package = open_package(bytes(archive), Limits())
    try:
        assert unpack(package, "part.xml") == part
    except RejectedError as error:
        assert "part.xml of the file is damaged" in str(error)  # noqa: PT017 - both outcomes are right


@pytest.mark.parametrize("promised", [0, 63, 64, 65, 999])
def test_no_more_is_unpacked_than_promised(promised: int) -> None:
    """The limits were compared with what the directory promises: a part that holds more is refused at that size."""
    package = open_package(packed(b"x" * 1000), Limits())
    package.getinfo("part.xml").file_size = promised
    given_out = 0
    with pytest.raises(RejectedError, match="damaged"):
        for piece in package_module.xml_pieces(package, "part.xml"):
            given_out += len(piece)
    assert given_out == promised


def test_a_part_that_ends_early_is_refused() -> None:
    """The directory promises more than there is."""
    package = open_package(packed(b"x" * 1000), Limits())
    package.getinfo("part.xml").file_size = 1001
    with pytest.raises(RejectedError, match="damaged"):
        unpack(package, "part.xml")


def test_a_part_that_is_promised_to_be_endless_is_refused() -> None:
    """The length of the packed bytes is the directory's word too; reading ends where the file does."""
    package = open_package(packed(b"x" * 1000), Limits())
    info = package.getinfo("part.xml")
    info.file_size, info.compress_size = 1001, 2**63
    with pytest.raises(RejectedError, match="damaged"):
        unpack(package, "part.xml")
