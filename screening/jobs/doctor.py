"""What works on this machine, one line each.

May import: `pose`, `store`, `core` and the standard library; other libraries on demand, which is the point.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Final

from screening.core.errors import ScreeningError
from screening.core.settings import DEFAULTS

_DECODERS: Final = ("h264", "hevc", "vp8", "vp9", "av1")
_ENCODER: Final = "libx264"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One line: what was looked at, whether it works, and what was seen or has to be done."""

    name: str
    ok: bool
    text: str


def examine(data: Path) -> list[Finding]:
    """Look at everything the program needs; `data` is the folder of the page's videos and results."""
    return [
        _try("python", _python),
        _try("opencv", _opencv),
        _try("model", _model),
        _try("codecs", _codecs),
        _try("camera", _camera),
        _try("data folder", partial(_data, data)),
        _try("database", partial(_database, data)),
        _try("disk", partial(_disk, data)),
    ]


def _try(name: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(name=name, ok=True, text=look())
    except ScreeningError as err:
        return Finding(name=name, ok=False, text=" ".join(err.lines))
    except (ImportError, OSError) as err:
        return Finding(name=name, ok=False, text=f"{type(err).__name__}: {err}")


def _python() -> str:
    text = f"{sys.version.split()[0]}"
    if not (3, 10) <= sys.version_info[:2] <= (3, 12):
        raise ScreeningError(f"Python {text} is here, 3.10 to 3.12 is needed.", hint="Install with one of these.")
    return text


def _opencv() -> str:
    from screening.pose.libraries import load  # noqa: PLC0415

    return f"{load('cv2').__version__}, libGL found"


def _model() -> str:
    from screening.pose import bundle  # noqa: PLC0415

    path = bundle.ensure(DEFAULTS.pose.model)
    return f"{path} (mediapipe {version('mediapipe')}, checksum right)"


def _codecs() -> str:
    import av  # noqa: PLC0415

    missing = [name for name in (*_DECODERS, _ENCODER) if name not in av.codecs_available]
    if missing:
        raise ScreeningError(
            f"PyAV {av.__version__} lacks the codecs {', '.join(missing)}.", hint="Install PyAV from its own wheel."
        )
    return f"PyAV {av.__version__}: reads {', '.join(_DECODERS)}; writes H.264"


def _camera() -> str:
    cameras = sorted(p.name for p in Path("/dev").glob("video*")) if Path("/dev").is_dir() else []
    found = f"found {', '.join(cameras)}" if cameras else "none on this machine"
    return f"{found}; not needed for videos that are uploaded"


def _data(folder: Path) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder):
        return f"{folder} can be written"


def _database(folder: Path) -> str:
    from screening.store.database import FILE_NAME, Database  # noqa: PLC0415
    from screening.store.schema import HEAD  # noqa: PLC0415

    database = Database(folder)
    try:
        kind = "SQLite" if database.is_sqlite else "PostgreSQL"
        if database.url.database == str(folder / FILE_NAME) and not (folder / FILE_NAME).exists():
            return f"{kind}, made when the page is first opened"
        version = database.version()
    finally:
        database.close()
    if version is not None and version > HEAD:
        raise ScreeningError(
            f"A newer version of the program made the {kind} database (tables {version}, known here: up to {HEAD}).",
            hint="Install the newer version, or name another data folder.",
        )
    return f"{kind} answers, tables {'not made yet' if version is None else version}"


def _disk(folder: Path) -> str:
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    if free < DEFAULTS.web.min_free_bytes:
        raise ScreeningError(
            f"{free / 1e9:.1f} GB are free at {folder}, {DEFAULTS.web.min_free_bytes / 1e9:.1f} GB are needed.",
            hint="Make room on this disk or choose another data folder with SCREENING_DATA.",
        )
    return f"{free / 1e9:.0f} GB free at {os.fspath(folder)}"
