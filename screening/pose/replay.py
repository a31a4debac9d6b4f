"""Raw poses in a file, so that everything behind the network can be run again without it.

May import: numpy, the standard library and `core`.
"""

from __future__ import annotations

import os
import tempfile
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from screening.core.datatypes import LandmarkSequence, PoseVariant, RawPose, Step
from screening.core.errors import InputError, ScreeningError, StorageError
from screening.core.vocabulary import Frame

VERSION = 1


def save(raw: RawPose, path: Path) -> None:
    """Write a raw pose as a compressed .npz file (single precision: a thousandth of a pixel), in one move."""
    arrays: dict[str, Any] = {
        "version": np.array(VERSION),
        "names": np.array([v.name for v in raw.variants]),
        "time_s": raw.variants[0].image.time_s,
        "luma": raw.luma.astype(np.float32),
        "background_shift_px": raw.background_shift_px.astype(np.float32),
        "edge_roll_deg": np.array(raw.edge_roll_deg),
        "model": np.array([raw.model, raw.model_sha256]),
    }
    for variant in raw.variants:
        arrays[f"{variant.name}_image"] = variant.image.position.astype(np.float32)
        arrays[f"{variant.name}_world"] = variant.world.position.astype(np.float32)
        arrays[f"{variant.name}_visibility"] = variant.image.visibility.astype(np.float32)
    try:
        handle, name = tempfile.mkstemp(prefix=f"{path.stem}.", suffix=".part", dir=path.parent)
    except OSError as err:
        raise _unwritable(path, err) from err
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez_compressed(file, **arrays)
        part.chmod(0o644)
        part.replace(path)
    except OSError as err:
        raise _unwritable(path, err) from err
    finally:
        part.unlink(missing_ok=True)


def _unwritable(path: Path, err: OSError) -> ScreeningError:
    return StorageError(
        f"The landmarks cannot be written to {path}: {err.strerror}.", hint="Choose another folder, or make room."
    )


def load(path: Path) -> RawPose:
    """Read a raw pose back.

    Raises
    ------
    InputError
        If the file is missing, damaged, or of another version.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        version = int(arrays["version"])
        if version != VERSION:
            raise InputError(
                f"{path.name} has version {version} of saved landmarks, needed is {VERSION}.",
                hint="Run the video again.",
            )
        return _raw_pose(arrays)
    except (OSError, ValueError, KeyError, TypeError, EOFError, AttributeError, IndexError) as err:
        raise _damaged(path, err) from err
    except (zipfile.BadZipFile, zlib.error, NotImplementedError) as err:
        raise _damaged(path, err) from err


def _damaged(path: Path, err: Exception) -> InputError:
    return InputError(
        f"{path.name} cannot be read as saved landmarks ({type(err).__name__}: {err}).",
        hint="Give a file written by this program, or run the video again.",
    )


def _raw_pose(arrays: dict[str, Any]) -> RawPose:
    model, sha256 = (str(word) for word in arrays["model"])
    return RawPose(
        variants=tuple(_variant(str(name), arrays) for name in arrays["names"]),
        luma=arrays["luma"],
        background_shift_px=arrays["background_shift_px"],
        edge_roll_deg=float(arrays["edge_roll_deg"]),
        model=model,
        model_sha256=sha256,
    )


def _variant(name: str, arrays: dict[str, Any]) -> PoseVariant:
    def sequence(kind: str, frame: Frame) -> LandmarkSequence:
        return LandmarkSequence(
            position=arrays[f"{name}_{kind}"],
            visibility=arrays[f"{name}_visibility"],
            time_s=arrays["time_s"],
            frame=frame,
            history=(Step(name=f"blazepose_{name}"),),
        )

    return PoseVariant(name=name, image=sequence("image", Frame.IMAGE_PX), world=sequence("world", Frame.CAMERA_M))
