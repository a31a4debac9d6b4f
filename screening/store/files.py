"""Videos and results beside the database: moved or copied whole, with their checksums, or not at all.

May import: `core` and the standard library.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from screening.core.errors import StorageError

_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_CHUNK: Final = 1 << 20
#: Beginning of the names of what is not whole yet.
PART: Final = ".part-"


class Files:
    """The folder of files of one store.

    Parameters
    ----------
    root : Path
        `files` in the data folder: videos lie in `videos/TAKE/`, results in `results/RESULT/`.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def prepare(self) -> None:
        """Make the folders, for this user alone."""
        for folder in (self.root, self.root / "videos", self.root / "results"):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def path(self, inside: str) -> Path:
        """Where a file or folder of the store lies.

        Raises
        ------
        ValueError
            If the path leads out of the store.
        """
        found = (self.root / inside).resolve()
        if not inside or not found.is_relative_to(self.root.resolve()):
            raise ValueError(f"{inside!r} is no path inside the store")
        return found

    def move_in(self, source: Path, inside: str) -> None:
        """Move a finished file into the store; from another disk it is copied first."""
        target = self.path(inside)
        with full_disk(self.root):
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            try:
                sync(source)
                source.replace(target)
            except OSError as err:
                if err.errno != errno.EXDEV:
                    raise
                copy_whole(source, target)
                source.unlink(missing_ok=True)
            sync_folder(target.parent)

    def copy_folder_in(self, source: Path, inside: str) -> dict[str, str]:
        """Copy a finished folder into the store, which must not have it yet.

        Returns
        -------
        dict
            SHA-256 of each file by its path inside the folder.
        """
        target = self.path(inside)
        part = target.with_name(PART + target.name)
        with full_disk(self.root):
            shutil.rmtree(part, ignore_errors=True)
            try:
                sums = {}
                for path in _files_of(source):
                    name = path.relative_to(source).as_posix()
                    sums[name] = copy_whole(path, part / name)
                part.mkdir(parents=True, exist_ok=True)
                part.rename(target)
            finally:
                shutil.rmtree(part, ignore_errors=True)
            sync_folder(target.parent)
        return sums

    def changed(self, inside: str, sums: Mapping[str, str]) -> list[str]:
        """Compare a folder with its checksums; give what is missing, was added, or holds other bytes."""
        folder = self.path(inside)
        found = {path.relative_to(folder).as_posix() for path in _files_of(folder)} if folder.is_dir() else set()
        wrong = {name for name in found & set(sums) if sha256_of_file(folder / name) != sums[name]}
        return sorted(wrong | (found ^ set(sums)))

    def remove(self, inside: str) -> bool:
        """Delete a file with its own folder, or a whole folder; False if it was not there."""
        path = self.path(inside)
        if path.is_dir():
            shutil.rmtree(path)
            return True
        there = path.exists()
        path.unlink(missing_ok=True)
        with suppress(OSError):  # its folder holds something else, or has gone
            path.parent.rmdir()
        return there


def sha256_of_file(path: Path) -> str:
    """Hash a file piece by piece."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_CHUNK):
            digest.update(piece)
    return digest.hexdigest()


def manifest_sha256(sums: Mapping[str, str]) -> str:
    """One checksum of many files with their names.

    Examples
    --------
    >>> manifest_sha256({"b": "2", "a": "1"}) == manifest_sha256({"a": "1", "b": "2"})
    True
    """
    lines = "".join(f"{sums[name]}  {name}\n" for name in sorted(sums))
    return hashlib.sha256(lines.encode()).hexdigest()


def copy_whole(source: Path, target: Path) -> str:
    """Copy a file so that its name appears only once it is complete; return its SHA-256."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(PART + target.name)
    digest = hashlib.sha256()
    try:
        with source.open("rb") as read, part.open("wb") as write:
            while piece := read.read(_CHUNK):
                digest.update(piece)
                write.write(piece)
            write.flush()
            os.fsync(write.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return digest.hexdigest()


def sync(path: Path) -> None:
    """Wait until a file is on the disk."""
    handle = os.open(path, os.O_RDWR if sys.platform == "win32" else os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_folder(path: Path) -> None:
    """Wait until a folder's names are on the disk, where the system knows how."""
    if sys.platform != "win32":
        sync(path)


@contextmanager
def full_disk(folder: Path) -> Iterator[None]:
    """Say in two lines that a disk is full or may not be written to."""
    try:
        yield
    except OSError as err:
        if err.errno in _FULL:
            raise StorageError(
                f"The disk that holds {folder} is full; the last file found no room.",
                hint="Make room on this disk and do it again; nothing finished was lost.",
            ) from err
        if isinstance(err, FileNotFoundError):
            raise
        raise StorageError(
            f"A file in {folder} cannot be written: {err.strerror or err}.",
            hint="Check that this folder may be written to.",
        ) from err


def _files_of(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink())
