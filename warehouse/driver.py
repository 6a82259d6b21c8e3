"""Microsoft's ODBC Driver 18 without an installer: it lies inside a wheel of the package index.

``python -m warehouse.driver`` (``make sqlserver-driver``) tells unixODBC where it lies: one entry in the user's own
``~/.odbcinst.ini`` (or in ``$ODBCSYSINI/odbcinst.ini``), so neither root nor another download is needed. unixODBC
itself must be there; on Windows and for a system-wide driver, Microsoft's installer remains the way.
"""

from __future__ import annotations

import configparser
import importlib.util
import os
import platform
import sys
from collections.abc import Mapping
from pathlib import Path

import click

from console import CONTEXT_SETTINGS, ConfigurationError, ExitCode, OneCommand, command, json_option, print_result

NAME = "ODBC Driver 18 for SQL Server"
_PACKAGE = "mssql_python_odbc"
_MACHINES = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}
_DISTRIBUTIONS = {"alpine": "alpine", "suse": "suse", "rhel": "rhel", "fedora": "rhel", "centos": "rhel"}


def bundled(libraries: Path, *, system: str, machine: str, distribution: str) -> Path:
    """The driver's file among the wheel's ``libraries``.

    Args:
        libraries: the wheel's ``libs`` folder.
        system: as ``platform.system()`` says.
        machine: as ``platform.machine()`` says.
        distribution: ``ID`` and ``ID_LIKE`` of ``/etc/os-release``, in one text.

    Raises:
        ConfigurationError: there is none for this machine.
    """
    architecture = _MACHINES.get(machine.lower(), machine)
    if system == "Windows":
        raise ConfigurationError(
            "On Windows an ODBC driver is registered by its installer only.",
            hint="Run `winget install Microsoft.msodbcsql.18`, as administrator.",
        )
    if system == "Darwin":
        folder = libraries / "macos" / architecture / "lib"
    else:
        named = next((name for word, name in _DISTRIBUTIONS.items() if word in distribution.lower()), "debian_ubuntu")
        folder = libraries / "linux" / named / architecture / "lib"
    found = sorted(folder.glob("libmsodbcsql*"))
    if not found:
        raise ConfigurationError(
            f"The wheel mssql-python-odbc has no driver for {system} on {machine} ({folder} holds none).",
            hint="Install Microsoft's ODBC Driver 18 by its own installer, or FreeTDS (`tdsodbc`).",
        )
    return found[0]


def register(driver: Path, registry: Path) -> bool:
    """Enter ``driver`` under :data:`NAME` in ``registry``, which keeps its other entries; False if it is there already.

    Raises:
        ConfigurationError: the file cannot be read or written.
    """
    entries = configparser.ConfigParser(interpolation=None, strict=False)
    entries.optionxform = str  # type: ignore[assignment,method-assign]  # unixODBC writes keys in capitals
    try:
        entries.read(registry, encoding="utf-8")
        wanted = {"Description": "Microsoft's driver, from the wheel mssql-python-odbc", "Driver": str(driver)}
        if entries.has_section(NAME) and dict(entries[NAME]) == wanted:
            return False
        entries[NAME] = wanted
        new = registry.with_name(registry.name + ".new")
        with new.open("w", encoding="utf-8") as file:
            entries.write(file, space_around_delimiters=False)
        new.replace(registry)
    except (OSError, UnicodeDecodeError, configparser.Error) as error:
        raise ConfigurationError(
            f"{registry} cannot be written: {error}.", hint="Set ODBCSYSINI to a folder of yours and run this again."
        ) from error
    return True


def registry_path(environment: Mapping[str, str], home: Path) -> Path:
    """The file in which unixODBC looks for drivers: the folder that ``ODBCSYSINI`` names, else the user's own."""
    folder = environment.get("ODBCSYSINI")
    return Path(folder) / "odbcinst.ini" if folder else home / ".odbcinst.ini"


@click.command(cls=OneCommand, context_settings=CONTEXT_SETTINGS)
@json_option
@command
def main(*, as_json: bool) -> ExitCode:
    """Register Microsoft's ODBC Driver 18 for SQL Server from its wheel, for this user."""
    package = importlib.util.find_spec(_PACKAGE)
    if package is None or package.origin is None:
        raise ConfigurationError("The wheel mssql-python-odbc is not installed.", hint="Run `make sqlserver-driver`.")
    driver = bundled(
        Path(package.origin).parent / "libs",
        system=platform.system(),
        machine=platform.machine(),
        distribution=_distribution(),
    )
    registry = registry_path(os.environ, Path.home())
    new = register(driver, registry)
    _prove()
    print_result(
        {"driver": NAME, "file": str(driver), "registry": str(registry), "new": new},
        as_json=as_json,
        human=lambda: f"'{NAME}' {'is' if new else 'was'} registered in {registry}:\n  {driver}",
    )
    return ExitCode.OK


def _distribution() -> str:
    try:
        release = platform.freedesktop_os_release()
    except OSError:
        return ""
    return f"{release.get('ID', '')} {release.get('ID_LIKE', '')}"


def _prove() -> None:
    """Load the driver by asking it for a server that is not there: its own answer shows that it works."""
    try:
        import pyodbc  # noqa: PLC0415 - it needs unixODBC, and its lack is told in a sentence
    except ImportError as error:
        raise ConfigurationError(
            f"unixODBC is missing: {error}.", hint="Install it: `apt-get install unixodbc`, `brew install unixodbc`."
        ) from error
    try:
        pyodbc.connect(f"DRIVER={{{NAME}}};SERVER=127.0.0.1,1;UID=nobody;PWD=none;LoginTimeout=1", timeout=1).close()
    except pyodbc.Error as error:
        if "[Microsoft]" not in str(error):
            raise ConfigurationError(
                f"unixODBC cannot load the driver: {error.args[-1]}.",
                hint="Its own libraries may be missing (Kerberos: `apt-get install libgssapi-krb5-2`).",
            ) from error


if __name__ == "__main__":
    sys.exit(main())
