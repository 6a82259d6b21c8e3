"""What the system says when it refuses a file or a folder, as a person can use it; and files that are their owner's."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from console.errors import ConfigurationError, OrderListError, SystemRefusedError

#: What is wrong with the disk of a file, or with the number of files that are open; not with the file itself.
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EMFILE, errno.ENFILE})
#: Who may read what the programs write, as a umask: by default nobody but the owner.
UMASK = "ORDER_LIST_UMASK"
_OWNER_ONLY = 0o077
_FOLDER, _FILE = 0o777, 0o666
_RIGHTS = "Give whoever runs this the right to write there (`ls -ld` shows who has it), or name another place."
_CAUSES = {
    errno.EACCES: ("this user may not", _RIGHTS),
    errno.EPERM: ("this user may not", _RIGHTS),
    errno.EROFS: ("it lies on a read-only file system", "Mount it writable, or name a place on another disk."),
    errno.ENOSPC: ("its disk is full", "Make room there and run the command again."),
    errno.EDQUOT: ("the quota of its disk is used up", "Make room there and run the command again."),
    errno.ENOTDIR: ("a file stands where a folder must be", "Name another place, or move that file away."),
    errno.EEXIST: ("a file stands where a folder must be", "Name another place, or move that file away."),
    errno.EISDIR: ("a folder stands where a file must be", "Name another place, or move that folder away."),
    errno.ENOENT: ("it is not there", "Check the path, and that its disk is mounted."),
    errno.ENAMETOOLONG: ("its path is too long", "Name a shorter place."),
    errno.ELOOP: ("its links lead in a circle", "Name the place without links."),
    errno.EIO: ("its disk or network share failed", "Look at the disk, then run the command again."),
    errno.ESTALE: ("its network share is gone", "Mount it again, then run the command again."),
    errno.EMFILE: ("too many files are open", "Raise the limit (`ulimit -n`) and run the command again."),
    errno.ENFILE: ("too many files are open on this machine", "Close other programs and run the command again."),
    errno.ENOMEM: ("there is too little memory", "Close other programs and run the command again."),
    errno.EAGAIN: ("the system has no more processes or locks to give", "Close other programs and run it again."),
}


def why(error: OSError) -> tuple[str, str | None]:
    """The cause in a few words, and what to do; the system's own words for a cause that is not known here."""
    return _CAUSES.get(error.errno or 0, (error.strerror or str(error) or type(error).__name__, None))


def refused(error: OSError, what: str = "") -> SystemRefusedError:
    """The error for a person.

    Args:
        what: the thing and what was to be done with it ("The report folder /x cannot be written"); the path that the
            system names when empty.
    """
    cause, hint = why(error)
    path = "" if error.filename is None else os.fsdecode(error.filename)
    subject = what or (f"{path} cannot be used" if path else f"The system refused an operation ({error.strerror})")
    return SystemRefusedError(f"{subject}: {cause}.", hint=hint)


def as_told(error: Exception) -> OrderListError | None:
    """What the system refused as an error for a person; one that is for a person already as it is; no other."""
    if isinstance(error, OrderListError):
        return error
    if isinstance(error, MemoryError):
        return SystemRefusedError("There is too little memory.", hint="Close other programs and run the command again.")
    return refused(error) if isinstance(error, OSError) else None


@contextmanager
def needed(what: str) -> Iterator[None]:
    """The block needs a file or folder before anything is done; ``what`` says which, and what for.

    Raises:
        ConfigurationError: the system refuses it.
    """
    try:
        yield
    except OSError as error:
        told = refused(error, what)
        raise ConfigurationError(told.message, hint=told.hint) from error


def umask() -> int:
    """The umask for what the programs write.

    Raises:
        ConfigurationError: ``ORDER_LIST_UMASK`` is no umask that leaves the owner's own rights.
    """
    text = os.environ.get(UMASK, "").strip()
    if not text:
        return _OWNER_ONLY
    try:
        mask = int(text, 8)
    except ValueError:
        mask = -1
    if not 0 <= mask <= _OWNER_ONLY:
        raise ConfigurationError(
            f"{UMASK} is {text!r}, which is no umask.", hint="077 is for the owner alone, 027 lets the group read."
        )
    return mask


@contextmanager
def private() -> Iterator[None]:
    """Whatever the block writes, child processes and libraries included, is for its owner unless told otherwise."""
    before = os.umask(umask())
    try:
        yield
    finally:
        os.umask(before)


def private_folder(path: Path) -> Path:
    """Make a folder, with those above it, for the owner; one that is there stays as it is."""
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir(mode=_FOLDER & ~umask(), exist_ok=True)
    if not path.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(path))
    return path


def write_private(path: Path, text: str) -> None:
    """Write a file for its owner by way of a second one, so that nobody ever reads half of it."""
    draft = path.with_name(path.name + ".part")
    draft.unlink(missing_ok=True)
    with os.fdopen(
        os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _FILE & ~umask()), "w", encoding="utf-8", newline="\n"
    ) as file:
        file.write(text)
    draft.replace(path)


def seen_by_others(path: Path) -> bool:
    """Whether more people may read or write it than the umask lets; never on Windows, which has no such rights."""
    return os.name == "posix" and bool(path.stat().st_mode & umask() & 0o077)
