"""Model files: where they lie, whether they are whole, how to build or fetch them.

May import: the standard library, `core`, `blazepose`.
"""

from __future__ import annotations

import hashlib
import http.client
import os
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from screening.core.errors import ConfigError, ModelError
from screening.pose import blazepose

BUILT: Final = "pose_landmarker_full"
OFFICIAL: Final = {f"official_{kind}": kind for kind in ("lite", "full", "heavy")}
SITE: Final = "https://storage.googleapis.com/mediapipe-models/pose_landmarker"

#: Checksums known beforehand. The built bundle has two: the metadata library lays its bytes out in two ways.
#: For other files the checksum of the first build or fetch is kept beside them.
KNOWN_SHA256: Final[dict[str, tuple[str, ...]]] = {
    BUILT: (
        "83ca42af7ac00288dd5675331a56aed7f0cf9e2e7198b30ed57be3d670ef0f66",
        "f0685c82181126fe58e8e9df7dd9b95c1a70f0b51b5bc4c6bd3ae39cb8abb1db",
    ),
    "official_lite": ("59929e1d1ee95287735ddd833b19cf4ac46d29bc7afddbbf6753c459690d574a",),
}
BLOCK: Final = 1 << 20
TIMEOUT_S: Final = 30.0


@dataclass(frozen=True, kw_only=True)
class ModelInfo:
    """One model file; `state` is present, damaged, can be built, or can be fetched."""

    name: str
    path: Path
    state: str
    size_bytes: int = 0
    sha256: str = ""


def models_folder() -> Path:
    """Folder of the model files: told by SCREENING_MODELS, else `models/` of a checkout, else the user's cache."""
    told = os.environ.get("SCREENING_MODELS")
    if told:
        return Path(told).expanduser()
    root = Path(__file__).resolve().parents[2]
    if (root / "pyproject.toml").is_file() and os.access(_existing(root / "models"), os.W_OK):
        return root / "models"
    cache = os.environ.get("XDG_CACHE_HOME")
    return (Path(cache) if cache else Path.home() / ".cache") / "movement-screen" / "models"


def _existing(folder: Path) -> Path:
    return folder if folder.exists() else folder.parent


def list_models() -> tuple[ModelInfo, ...]:
    """All models that the program knows, with what is there of them."""
    return tuple(_info(name) for name in (BUILT, *OFFICIAL))


def _info(name: str) -> ModelInfo:
    path = path_of(name)
    if not path.is_file():
        return ModelInfo(name=name, path=path, state="can be built" if name == BUILT else "can be fetched")
    digest = sha256_of(path)
    state = "present" if digest in _expected(name, path) else "damaged"
    return ModelInfo(name=name, path=path, state=state, size_bytes=path.stat().st_size, sha256=digest)


def path_of(name: str) -> Path:
    """Where the file of a model lies or would lie.

    Raises
    ------
    ConfigError
        If no model has this name.
    """
    if name != BUILT and name not in OFFICIAL:
        raise ConfigError(
            f"There is no pose model named {name!r}; known are {', '.join((BUILT, *OFFICIAL))}.",
            hint="List them: screening models list",
        )
    return models_folder() / f"{name}.task"


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _note_path(path: Path) -> Path:
    return path.with_suffix(".sha256")


def _expected(name: str, path: Path) -> tuple[str, ...]:
    note = _note_path(path)
    noted = note.read_text(encoding="ascii", errors="replace").strip() if note.is_file() else ""
    known = KNOWN_SHA256.get(name, ())
    # Where the publisher's checksum is known, nothing that was noted on this machine may replace it.
    if known and name != BUILT:
        return known
    return (*known, noted) if noted else known


def ensure(name: str) -> Path:
    """Path of a whole model file; the one that can be built is built if it is missing or damaged.

    Raises
    ------
    ModelError
        If the model has to be fetched first, or cannot be built here.
    """
    info = _info(name)
    if info.state == "present":
        return info.path
    if name == BUILT:
        return build(name, force=True).path
    problem = "does not match its checksum" if info.state == "damaged" else "is not on this machine"
    raise ModelError(
        f"The pose model {name} {problem} ({info.path}).",
        hint=f"Fetch it: screening models fetch {name}",
    )


def build(name: str = BUILT, *, force: bool = False) -> ModelInfo:
    """Assemble the bundle from the installed package; two processes may do so at once.

    Raises
    ------
    ModelError
        If the package is missing or changed, or the folder cannot be written.
    """
    path = path_of(name)
    if name != BUILT:
        raise ConfigError(
            f"The pose model {name} is not built but fetched.", hint=f"Fetch it: screening models fetch {name}"
        )
    if not force and _info(name).state == "present":
        return _info(name)
    content = blazepose.assemble()
    # A third layout is possible with a future metadata library; the parts that went in were checked already.
    _store(path, lambda file: file.write(content), (), KNOWN_SHA256[name])
    return _info(name)


def fetch(name: str, *, site: str = SITE, force: bool = False) -> ModelInfo:
    """Download an official model; the only place of the program that opens the network, and only when asked.

    Parameters
    ----------
    name : str
        As listed, for example `official_heavy`; `heavy` does too.
    site : str
        Address of the folder that holds the models.

    Raises
    ------
    ModelError
        If it cannot be reached, ends early, or has another checksum than expected.
    """
    name = name if name in OFFICIAL or name == BUILT else f"official_{name}"
    path = path_of(name)
    if name == BUILT:
        raise ConfigError(f"The pose model {name} is not fetched but built.", hint="Build it: screening models build")
    if not force and _info(name).state == "present":
        return _info(name)
    kind = OFFICIAL[name]
    address = f"{site}/pose_landmarker_{kind}/float16/1/pose_landmarker_{kind}.task"
    # A checksum that was noted here at the first fetch binds later ones, unless a new file is asked for.
    expected = KNOWN_SHA256.get(name, ()) if force else _expected(name, path)
    _store(path, lambda file: _download(name, address, file), expected, KNOWN_SHA256.get(name, ()))
    return _info(name)


def _download(name: str, address: str, file: BinaryIO) -> None:
    try:
        with urllib.request.urlopen(address, timeout=TIMEOUT_S) as answer:
            wanted = int(answer.headers.get("Content-Length") or -1)
            got = 0
            while block := answer.read(BLOCK):
                got += len(block)
                file.write(block)
    except (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError, ValueError) as err:
        raise ModelError(
            f"The pose model {name} could not be fetched from {address}: {err}.",
            hint=f"Check the connection, or work with {BUILT}, which needs none: screening models build",
        ) from err
    if got < max(wanted, 1):
        raise ModelError(
            f"The pose model {name} ended early: {got} of {max(wanted, 1)} bytes came.",
            hint=f"Try again: screening models fetch {name}",
        )


def _store(path: Path, write: Callable[[BinaryIO], object], expected: tuple[str, ...], known: tuple[str, ...]) -> None:
    """Write beside the final name, check, then move: nobody ever sees half a model."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, part_name = tempfile.mkstemp(prefix=f"{path.stem}.", suffix=".part", dir=path.parent)
    except OSError as err:
        raise _unwritable(path.parent, err) from err
    part = Path(part_name)
    try:
        with os.fdopen(handle, "wb") as file:
            write(file)
        part.chmod(0o644)
        digest = sha256_of(part)
        if expected and digest not in expected:
            raise ModelError(
                f"The pose model {path.stem} has the checksum {digest[:12]}..., expected was {expected[0][:12]}...",
                hint=f"Nothing was kept. Try again later: screening models fetch {path.stem}",
            )
        if digest not in known:
            _write_note(_note_path(path), digest)
        part.replace(path)
    except OSError as err:
        raise _unwritable(path.parent, err) from err
    finally:
        part.unlink(missing_ok=True)


def _write_note(note: Path, digest: str) -> None:
    part = note.with_name(f"{note.name}.{os.getpid()}.part")
    part.write_text(digest + "\n", encoding="ascii")
    part.replace(note)


def _unwritable(folder: Path, err: OSError) -> ModelError:
    return ModelError(
        f"The folder for pose models, {folder}, cannot be written: {err.strerror}.",
        hint="Name another one in the environment variable SCREENING_MODELS, or make room on the disk.",
    )
