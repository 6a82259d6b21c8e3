"""Microsoft's driver is registered from its wheel, for this user only, and what was registered before is kept."""

from __future__ import annotations

import configparser
import stat
from pathlib import Path

import pytest

from console import ConfigurationError
from warehouse import driver

BEFORE = "[FreeTDS]\nDescription=100 % free; %(keep)s\nDriver=/usr/lib/libtdsodbc.so\nFileUsage=1\n"


def _entries(registry: Path) -> dict[str, dict[str, str]]:
    found = configparser.ConfigParser(interpolation=None)
    found.optionxform = str  # type: ignore[assignment,method-assign]
    found.read(registry, encoding="utf-8")
    return {name: dict(found[name]) for name in found.sections()}


def _wheel(folder: Path, *parts: str) -> Path:
    file = folder.joinpath(*parts, "libmsodbcsql-18.6.so.2.1")
    file.parent.mkdir(parents=True)
    file.touch()
    return file


def test_a_new_file_names_the_driver(tmp_path: Path) -> None:
    """Without a file one is written, which unixODBC can read."""
    registry = tmp_path / "odbcinst.ini"
    assert driver.register(Path("/somewhere/libmsodbcsql.so"), registry)
    assert _entries(registry)[driver.NAME]["Driver"] == "/somewhere/libmsodbcsql.so"
    assert "Driver=/somewhere/libmsodbcsql.so" in registry.read_text(encoding="utf-8").splitlines()


def test_other_drivers_are_kept_as_they_stand(tmp_path: Path) -> None:
    """The entries of other drivers survive with every value, percent signs and capitals included."""
    registry = tmp_path / "odbcinst.ini"
    registry.write_text(BEFORE, encoding="utf-8")
    before = _entries(registry)
    assert driver.register(Path("/somewhere/libmsodbcsql.so"), registry)
    after = _entries(registry)
    assert {name: after[name] for name in before} == before
    assert set(after) == {"FreeTDS", driver.NAME}
    assert [path.name for path in tmp_path.iterdir()] == ["odbcinst.ini"]


def test_an_older_entry_is_replaced_and_the_same_one_left_alone(tmp_path: Path) -> None:
    """A moved virtual environment is entered anew; a second registration writes nothing."""
    registry = tmp_path / "odbcinst.ini"
    driver.register(Path("/old/libmsodbcsql.so"), registry)
    assert driver.register(Path("/new/libmsodbcsql.so"), registry)
    assert _entries(registry)[driver.NAME]["Driver"] == "/new/libmsodbcsql.so"
    registry.chmod(stat.S_IRUSR)
    written = registry.stat().st_ino
    assert not driver.register(Path("/new/libmsodbcsql.so"), registry)
    assert registry.stat().st_ino == written


@pytest.mark.parametrize("content", [b"Driver=/no/section.so\n", b"\xff\xfe\x00"], ids=["no section", "not UTF-8"])
def test_a_file_that_cannot_be_read_is_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    """Something that is not an ini file is told, with a way out, and not overwritten."""
    registry = tmp_path / "odbcinst.ini"
    registry.write_bytes(content)
    with pytest.raises(ConfigurationError, match="cannot be written") as caught:
        driver.register(Path("/somewhere/libmsodbcsql.so"), registry)
    assert "ODBCSYSINI" in str(caught.value.hint)
    assert registry.read_bytes() == content


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """A folder that is not there (or not ours) is a sentence."""
    with pytest.raises(ConfigurationError, match="cannot be written"):
        driver.register(Path("/somewhere/libmsodbcsql.so"), tmp_path / "missing" / "odbcinst.ini")


def test_it_is_the_user_s_own_file_so_no_root_is_needed(tmp_path: Path) -> None:
    """The file is the user's own unless ODBCSYSINI names a folder; never the system's."""
    assert driver.registry_path({}, tmp_path) == tmp_path / ".odbcinst.ini"
    assert driver.registry_path({"ODBCSYSINI": ""}, tmp_path) == tmp_path / ".odbcinst.ini"
    assert driver.registry_path({"ODBCSYSINI": "/etc/mine"}, tmp_path) == Path("/etc/mine/odbcinst.ini")


@pytest.mark.parametrize(
    ("system", "machine", "distribution", "parts"),
    [
        ("Linux", "x86_64", "ubuntu debian", ("linux", "debian_ubuntu", "x86_64", "lib")),
        ("Linux", "x86_64", "", ("linux", "debian_ubuntu", "x86_64", "lib")),
        ("Linux", "aarch64", "alpine", ("linux", "alpine", "arm64", "lib")),
        ("Linux", "AMD64", "rocky rhel centos fedora", ("linux", "rhel", "x86_64", "lib")),
        ("Darwin", "arm64", "", ("macos", "arm64", "lib")),
    ],
)
def test_the_driver_of_this_machine_is_taken(
    tmp_path: Path, system: str, machine: str, distribution: str, parts: tuple[str, ...]
) -> None:
    """The wheel holds drivers for several systems; each machine gets its own."""
    wanted = _wheel(tmp_path, *parts)
    found = driver.bundled(tmp_path, system=system, machine=machine, distribution=distribution)
    assert found == wanted


@pytest.mark.parametrize(
    ("system", "machine", "hint"), [("Windows", "AMD64", "winget"), ("Linux", "riscv64", "FreeTDS")]
)
def test_a_machine_without_a_driver_is_told_the_other_way(tmp_path: Path, system: str, machine: str, hint: str) -> None:
    """On Windows an installer is the way; a machine that the wheel does not know may take FreeTDS."""
    _wheel(tmp_path, "linux", "debian_ubuntu", "x86_64", "lib")
    with pytest.raises(ConfigurationError) as caught:
        driver.bundled(tmp_path, system=system, machine=machine, distribution="debian")
    assert hint in str(caught.value.hint)
