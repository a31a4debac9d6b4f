"""Marker files (.trc) as OpenSim, Sports2D and Pose2Sim write and read them.

May import: numpy, core and the sibling files of `report`.

Five header lines, tabs, one line a frame; X to the front, Y up, Z to the person's right, metres. The origin lies
between the hips in every frame: no path through the room can be read from these points.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from screening.core.arrays import freeze, frozen_array
from screening.core.datatypes import FloatArray, TakeResult
from screening.core.errors import InputError, UnreadableVideoError
from screening.report.atomic import writing
from screening.report.exchange.markers import named_points

_HEADER: Final = (
    "DataRate", "CameraRate", "NumFrames", "NumMarkers", "Units", "OrigDataRate", "OrigDataStartFrame", "OrigNumFrames",
)  # fmt: skip
_HINT: Final = "Give a .trc file as Sports2D, Pose2Sim or OpenSim write it: five header lines, tabs, one line a frame."
#: Metres in one of the units a file may name; pixels stay what they are.
_UNITS: Final = {"m": 1.0, "mm": 0.001, "cm": 0.01, "px": 1.0}
_MAX_BYTES: Final = 512 * 1024**2


@dataclass(frozen=True, kw_only=True)
class MarkerFile:
    """Content of a marker file: position (time, marker, 3) in metres, or in pixels if `unit` is "px"; Y up.

    time_s (time,) from the first frame; NaN where a marker was not seen; `rate_hz` as the header states it.
    """

    names: tuple[str, ...]
    time_s: FloatArray
    position: FloatArray
    unit: str
    rate_hz: float

    def __post_init__(self) -> None:
        """Check shapes and freeze."""
        time_s, position = frozen_array(self.time_s, np.float64), frozen_array(self.position, np.float64)
        expected = (len(time_s), len(self.names), 3)
        if position.shape != expected:
            raise ValueError(f"position must be (time, marker, axis) = {expected}, got {position.shape}")
        freeze(self, time_s=time_s, position=position)


def write_trc(result: TakeResult, path: Path) -> None:
    """Write the body's points of a take; an empty cell is a point that was not found."""
    names, position = named_points(result.body)
    n, rate = result.body.n_frames, f"{result.body.fps:.6g}"
    values = (rate, rate, str(n), str(len(names)), "m", rate, "1", str(n))
    axes = [f"{axis}{k + 1}" for k in range(len(names)) for axis in "XYZ"]
    with writing(path) as file:
        file.write(f"PathFileType\t4\t(X/Y/Z)\t{path.name}\n")
        file.write("\t".join(_HEADER) + "\n" + "\t".join(values) + "\n")
        file.write("Frame#\tTime\t" + "\t\t\t".join(names) + "\t\t\n")
        file.write("\t\t" + "\t".join(axes) + "\n")
        for k, (time_s, row) in enumerate(zip(result.body.time_s.tolist(), position, strict=True), start=1):
            cells = ["" if np.isnan(v) else f"{v:.6f}" for v in row.reshape(-1).tolist()]
            file.write(f"{k}\t{time_s:.6f}\t" + "\t".join(cells) + "\n")


def read_trc(path: Path) -> MarkerFile:
    """Read a marker file.

    Raises
    ------
    InputError
        If it is missing, too large, or not a marker file.
    """
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise InputError(f"{path.name} is larger than {_MAX_BYTES >> 20} MB.", hint=_HINT)
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as err:
        raise UnreadableVideoError(f"{path.name} cannot be read as a marker file: {err}.", hint=_HINT) from err
    if len(lines) < 6 or not lines[0].startswith("PathFileType"):
        raise UnreadableVideoError(f"{path.name} does not begin as a marker file does (PathFileType).", hint=_HINT)
    head = dict(zip(lines[1].split("\t"), lines[2].split("\t"), strict=False))
    unit = head.get("Units", "").strip().lower()
    if unit not in _UNITS:
        raise UnreadableVideoError(f"{path.name} is in {unit or 'no unit'}; m, mm, cm or px are known.", hint=_HINT)
    names = tuple(name.strip() for name in lines[3].rstrip("\t\r").split("\t")[2::3])
    if len(set(names)) != len(names) or not names:
        raise UnreadableVideoError(f"{path.name} names no markers, or one of them twice.", hint=_HINT)
    table = _numbers(path, lines[5:], 2 + 3 * len(names))
    position = table[:, 2:].reshape(len(table), len(names), 3) * _UNITS[unit]
    return MarkerFile(
        names=names,
        time_s=table[:, 1] - table[0, 1],
        position=position,
        unit="px" if unit == "px" else "m",
        rate_hz=_rate(path, head.get("DataRate", "")),
    )


def _rate(path: Path, text: str) -> float:
    try:
        rate = float(text)
    except ValueError as err:
        raise UnreadableVideoError(f"{path.name} states no data rate ({text!r}).", hint=_HINT) from err
    return rate


def _numbers(path: Path, lines: list[str], width: int) -> FloatArray:
    rows = []
    for number, line in enumerate(lines, start=6):
        if not line.strip():
            continue
        cells = line.rstrip("\r\n").split("\t")
        cells = (cells + [""] * width)[:width]
        try:
            rows.append([float(c) if c.strip() else np.nan for c in cells])
        except ValueError as err:
            raise UnreadableVideoError(f"{path.name}, line {number}: {err}.", hint=_HINT) from err
    table = np.array(rows, dtype=np.float64).reshape(-1, width)
    if len(table) < 2 or not np.isfinite(table[:, 1]).all() or np.any(np.diff(table[:, 1]) <= 0):
        raise UnreadableVideoError(f"{path.name} has no frames with rising times.", hint=_HINT)
    return table
