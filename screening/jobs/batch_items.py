"""What a batch finds below a folder: videos, landmarks of other trackers, and files that describe whole screens.

May import: `core`, the standard library and the sibling file `landmark_file`.

Results of a file lie in a folder of the same relative path and name, ending included: no two files share one, and the
folder of one never lies inside that of another.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from screening.core.errors import UsageError
from screening.jobs.landmark_file import is_landmark_file

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

#: Endings of files that are taken for videos.
VIDEO_SUFFIXES: Final = frozenset(
    (".3gp", ".avi", ".m2ts", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".mts", ".ts", ".webm", ".wmv")
)
_TOML: Final = ".toml"
#: A file of this name is meant to describe a screen, whatever it holds.
_USUAL_NAME: Final = "screen.toml"


@dataclass(frozen=True, kw_only=True)
class Item:
    """One piece of work: a take or a whole screen.

    `name` is its path below the searched folder with slashes, for people; `out` the folder of its results; `size_bytes`
    that of its videos, which tells about how long it will take.
    """

    name: str
    source: Path
    out: Path
    is_screen: bool
    size_bytes: int


def find_items(folder: Path, out: Path) -> tuple[Item, ...]:
    """Find every take and screen below a folder, in the order of their names.

    Parameters
    ----------
    folder : Path
        Searched with everything below it, but for hidden names and symbolic links to folders.
    out : Path
        Folder of the results; it may lie below `folder` and is not searched.

    Returns
    -------
    tuple of Item
        Videos that a screen file names belong to that screen and are no takes of their own.

    Raises
    ------
    UsageError
        There is no such folder, nothing to measure in it, or the results would lie among the recordings.
    """
    folder, out = Path(os.path.abspath(folder)), Path(os.path.abspath(out))  # noqa: PTH100  (keeps links as named)
    if not folder.is_dir():
        raise UsageError(f"{folder} is no folder.", hint="Name a folder with videos or screen files.")
    if folder.resolve().is_relative_to(out.resolve()):
        raise UsageError(
            f"The results would lie among the recordings: {out} holds {folder}.",
            hint="Name another folder with -o; it may be a new one below the recordings.",
        )
    files = sorted(_files(folder, out))
    screens = {path: described for path in files if (described := _described(path)) is not None}
    taken = {video.resolve() for videos in screens.values() for video in videos}
    found = [
        Item(
            name=_readable(path.relative_to(folder)),
            source=path,
            out=out / path.relative_to(folder),
            is_screen=path in screens,
            size_bytes=sum(video.stat().st_size for video in screens.get(path, (path,)) if video.is_file()),
        )
        for path in files
        if path in screens or (_is_take(path) and path.resolve() not in taken)
    ]
    if not found:
        raise UsageError(
            f"There is nothing to measure below {folder}: no video, no landmarks (.trc) and no screen file.",
            hint="Name a folder with videos, landmarks or screen files (.toml with [[takes]]).",
        )
    return tuple(found)


def _is_take(path: Path) -> bool:
    return path.suffix.lower() in VIDEO_SUFFIXES or is_landmark_file(path)


def _files(folder: Path, out: Path) -> Iterator[Path]:
    """Files below a folder that are not hidden, and not in the results."""
    results = out.resolve()
    for top, folders, names in os.walk(folder):
        here = Path(top)
        folders[:] = [n for n in folders if not n.startswith(".") and (here / n).resolve() != results]
        yield from (here / n for n in names if not n.startswith(".") and (here / n).is_file())


def _described(path: Path) -> tuple[Path, ...] | None:
    """Videos that a screen file names; None for any other file.

    A file that cannot be read but seems to be meant is one too: its measuring says what is wrong with it.
    """
    if path.suffix.lower() != _TOML:
        return None
    meant = path.name.lower() == _USUAL_NAME
    try:
        text = path.read_bytes().decode(errors="replace")
    except OSError:
        return () if meant else None
    try:
        plain = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return () if meant or "[[takes]]" in text else None
    if "takes" not in plain:
        return () if meant else None
    return tuple(_videos(plain["takes"], path.parent))


def _videos(takes: Any, folder: Path) -> Iterator[Path]:
    for take in takes if isinstance(takes, list) else ():
        video = take.get("video") if isinstance(take, dict) else None
        if isinstance(video, str) and "\0" not in video:
            yield folder / video


def _readable(path: Path) -> str:
    """Name that can be printed and written whatever bytes the file system holds."""
    return path.as_posix().encode("utf-8", "replace").decode("utf-8")
