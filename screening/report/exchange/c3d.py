"""Points as a C3D file for motion laboratories: millimetres, even time steps, residual -1 where a point is missing.

May import: ezc3d (an extra), numpy, core and the sibling files of `report`.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any

import numpy as np

from screening.core.datatypes import FloatArray, TakeResult
from screening.report.exchange.markers import named_points
from screening.report.exchange.optional import need


def write_c3d(result: TakeResult, path: Path) -> None:
    """Write the body's points of a take; it appears whole or not at all.

    A C3D file knows one rate and no times of its own: a recording of varying rate is brought to its median rate,
    linear between two frames, and a point that is missing in one of them stays missing.
    """
    ezc3d = need("ezc3d", what="C3D files")
    names, position = named_points(result.body)
    rate = result.body.fps
    even = even_steps(result.body.time_s, position, rate)
    file: Any = ezc3d.c3d()
    point = file["parameters"]["POINT"]
    point["RATE"]["value"] = [rate]
    point["LABELS"]["value"] = list(names)
    point["DESCRIPTIONS"]["value"] = [f"{name}, X to the front, Y up, Z to the right" for name in names]
    file.add_parameter("POINT", "UNITS", ["mm"])
    file.add_parameter("POINT", "X_SCREEN", ["+X"])
    file.add_parameter("POINT", "Y_SCREEN", ["+Y"])
    file["data"]["points"], file["data"]["meta_points"]["residuals"] = _points(even)
    part = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}.part.c3d")
    try:
        file.write(str(part))
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _points(even: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Homogeneous points (4, marker, time) in millimetres, and residuals (1, marker, time), -1 where missing."""
    millimetres = 1000.0 * even.transpose(2, 1, 0)
    missing = ~np.isfinite(millimetres).all(axis=0)
    points = np.concatenate([millimetres, np.ones((1, *missing.shape))])
    points[:3, missing] = np.nan
    return points, np.where(missing, -1.0, 0.0)[None]


def even_steps(time_s: FloatArray, position: FloatArray, rate_hz: float) -> FloatArray:
    """Bring points (time, marker, axis) to even time steps from the first frame on, linear, NaN beside a gap."""
    n = int(np.floor((time_s[-1] - time_s[0]) * rate_hz + 1e-6)) + 1
    at = np.clip(time_s[0] + np.arange(n) / rate_hz, time_s[0], time_s[-1])
    high = np.clip(np.searchsorted(time_s, at), 1, len(time_s) - 1)
    low = high - 1
    share = ((at - time_s[low]) / (time_s[high] - time_s[low]))[:, None, None]
    # Where a step falls on a frame, that frame alone is asked.
    share = np.where(share < 1e-6, 0.0, np.where(share > 1.0 - 1e-6, 1.0, share))
    before = np.where(share == 1.0, position[high], position[low])
    after = np.where(share == 0.0, position[low], position[high])
    out: FloatArray = (1.0 - share) * before + share * after
    return out
