"""The evidence of one take in a file: what the network saw and what was followed in the pictures.

May import: numpy, `motion`, `pose.replay` and `core`.

It is a .npz as `pose.replay` writes it, with more arrays. What the network saw is written as soon as it is known, so
that nobody has to hold it while the rest is computed.
"""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import numpy as np

from screening.core.corrections import Evidence, Hooks
from screening.core.datatypes import FloatArray, RawPose, Recording, Scene, Timeline, Track
from screening.core.errors import InputError, StorageError
from screening.core.serial import from_plain, to_plain
from screening.core.settings import TakeOptions
from screening.core.vocabulary import View
from screening.motion.pelvis_error import front_leg_pull_deg
from screening.pose import replay

#: Name of the file beside the results of a take.
EVIDENCE: Final = "evidence.npz"
_OBLIQUITY: Final = "pelvic_obliquity"


def keep(path: Path) -> Hooks:
    """Build the hooks that write the evidence of a take while it is measured.

    Parameters
    ----------
    path : Path
        The file; its folder must exist.
    """
    return Hooks(
        saw=lambda raw, recording, options: _write_seen(path, raw, recording, options),
        followed=lambda track, scene, timeline: _write_followed(path, track, scene, timeline),
    )


def write(evidence: Evidence, path: Path) -> None:
    """Write evidence that is there as a whole."""
    _write_seen(path, evidence.raw, evidence.recording, evidence.options)
    _append(path, _followed(evidence.track, evidence.view, evidence.pulled_deg))


def read(path: Path) -> Evidence:
    """Read the evidence of a take.

    Raises
    ------
    InputError
        If the file is missing or damaged.
    """
    raw = replay.load(path)
    try:
        with np.load(path, allow_pickle=False) as file:
            told = json.loads(str(file["take"]))
            names = tuple(str(name) for name in file["track_names"])
            return Evidence(
                raw=raw,
                recording=from_plain(Recording, told["recording"] | {"time_s": file["time_s_all"].tolist()}),
                options=from_plain(TakeOptions, to_plain(TakeOptions()) | told["options"]),
                view=View(str(file["track_view"])),
                track=_track(names, file) if file["track_there"] else None,
                pulled_deg=file["track_pulled_deg"],
            )
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as err:
        raise InputError(
            f"{path.name} does not hold the whole evidence of a take ({type(err).__name__}: {err}).",
            hint="Have the video measured again.",
        ) from err


def pulled_deg(track: Track | None, view: View, timeline: Timeline) -> FloatArray:
    """Tell what a track has in its obliquity for the pull of the front leg, (time,); zero where nothing was added."""
    there = track is not None and view is View.BACK and _OBLIQUITY in track.names
    return front_leg_pull_deg(timeline) if there else np.zeros(len(timeline.phase))


def _track(names: tuple[str, ...], file: Any) -> Track:
    return Track(
        names=names,
        value_deg=file["track_value_deg"],
        sd_deg=file["track_sd_deg"],
        withheld=str(file["track_withheld"]),
    )


def _write_seen(path: Path, raw: RawPose, recording: Recording, options: TakeOptions) -> None:
    replay.save(raw, path)
    plain = to_plain(recording)
    plain.pop("time_s")
    told = json.dumps({"recording": plain, "options": to_plain(asdict(options))})
    _append(path, {"take": np.array(told), "time_s_all": recording.time_s})


def _write_followed(path: Path, track: Track | None, scene: Scene, timeline: Timeline) -> None:
    _append(path, _followed(track, scene.view, pulled_deg(track, scene.view, timeline)))


def _followed(track: Track | None, view: View, pulled: FloatArray) -> dict[str, Any]:
    empty = np.zeros((len(pulled), 0))
    return {
        "track_there": np.array(track is not None),
        "track_names": np.array(track.names if track is not None else (), dtype=str),
        "track_value_deg": track.value_deg if track is not None else empty,
        "track_sd_deg": track.sd_deg if track is not None else empty,
        "track_withheld": np.array(track.withheld if track is not None else ""),
        "track_view": np.array(view.value),
        "track_pulled_deg": pulled,
    }


def _append(path: Path, arrays: dict[str, Any]) -> None:
    """Add arrays to a .npz, which is a zip of .npy files."""
    try:
        with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as pack:
            for name, array in arrays.items():
                held = io.BytesIO()
                np.save(held, np.asanyarray(array), allow_pickle=False)
                pack.writestr(f"{name}.npy", held.getvalue())
    except OSError as err:
        raise StorageError(
            f"The evidence cannot be written to {path}: {err.strerror}.", hint="Make room on this disk, then try again."
        ) from err
