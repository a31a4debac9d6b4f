"""A folder of results that is there as a whole or not at all.

May import: `core` and the sibling file `process`.

Everything is written into a hidden folder beside the wanted one, which gets its name in the end. What a killed run
left there is removed by the next one.
"""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from screening.core.errors import OutputExistsError, ScreeningError, StorageError
from screening.jobs.process import process_alive

_DISK_ERRORS: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def check_free(out: Path, replaceable: Collection[Path], *, force: bool) -> None:
    """Refuse a folder that holds anything but earlier results, or, without `force`, anything at all.

    Parameters
    ----------
    out : Path
        Folder that is to be made.
    replaceable : collection of Path
        Files that may be replaced; folders on the way to them may be there too.
    force : bool
        Whether earlier results are replaced.

    Raises
    ------
    OutputExistsError
        Something is in the way.
    """
    if not os.path.lexists(out):
        return
    if not out.is_dir():
        raise OutputExistsError(f"{out} is a file; a folder is needed.", hint="Name another folder with -o.")
    top = {path.relative_to(out).parts[0] for path in replaceable}
    foreign = sorted(path.name for path in out.iterdir() if path.name not in top)
    found = [] if foreign else sorted(path for path in out.rglob("*") if path.is_symlink() or not path.is_dir())
    foreign += [str(path.relative_to(out)) for path in found if path not in replaceable]
    if foreign:
        raise OutputExistsError(
            f"{out} holds files that are not earlier results ({', '.join(foreign[:3])}); they are never replaced.",
            hint="Name a new folder with -o.",
        )
    if found and not force:
        raise OutputExistsError(
            f"{out} already holds results, and they are not overwritten unasked.",
            hint="Name a new folder with -o, or say --force.",
        )


@contextmanager
def complete_or_nothing(out: Path) -> Iterator[Path]:
    """Give a hidden folder that becomes `out` if the block ends well and vanishes if it does not."""
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        _clean_up_after_killed_runs(out)
        part = out.parent / _hidden_name(out, "part")
        part.mkdir()
    except OSError as err:
        raise _disk_trouble(out, err) from err
    try:
        yield part
        _replace(out, part)
    except OSError as err:
        if err.errno in _DISK_ERRORS:
            raise _disk_trouble(out, err) from err
        raise
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _hidden_name(out: Path, kind: str) -> str:
    return f".{out.name}.{kind}-{os.getpid()}-{secrets.token_hex(4)}"


def _replace(out: Path, part: Path) -> None:
    if out.exists():
        old = out.parent / _hidden_name(out, "old")
        out.rename(old)
        part.rename(out)
        shutil.rmtree(old, ignore_errors=True)
    else:
        part.rename(out)


def _clean_up_after_killed_runs(out: Path) -> None:
    for kind in ("part", "old"):
        prefix = f".{out.name}.{kind}-"
        for folder in out.parent.iterdir():
            pid = folder.name.removeprefix(prefix).partition("-")[0]
            if not folder.name.startswith(prefix) or not pid.isdecimal() or process_alive(int(pid)):
                continue
            if kind == "old" and not out.exists():
                folder.rename(out)  # killed between two renamings: the earlier results are still whole
            else:
                shutil.rmtree(folder, ignore_errors=True)


def _disk_trouble(out: Path, err: OSError) -> ScreeningError:
    if err.errno in _DISK_ERRORS:
        return StorageError(
            f"The disk that holds {out.parent} is full; the results found no room.",
            hint="Make room there or name a folder on another disk; nothing half-written was left.",
        )
    return OutputExistsError(
        f"The folder {out} cannot be made: {err.strerror or err}.",
        hint="Name a folder that you may write to.",
    )
