"""What the contour of the back says: by the mask and by the picture's edge, from several heights up.

May import: numpy, `core` and `back_bend` of this room.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from screening.core.datatypes import BoolArray, FloatArray
from screening.motion.back_bend import bend

#: The contour from each of these heights up is used: the ensemble.
_LOWEST = (0.0, 0.025, 0.05)
#: Root mean square distance at which the bent contour no longer is the one seen, trunks.
_WORST_FIT = 0.03
#: Frames of worse quality or with a larger error of the extension show no back: an arm before it, cloth that slides.
#: Medians of takes: backs in fitted and loose clothes 0.8-0.95 and 1.5-3 deg; the belly in place of the back
#: 0.4-0.8 and 7-12 deg; repetitions with a hand on the hip 0.1-0.4 and 9-11 deg.
_MIN_QUALITY, _MAX_SD_DEG = 0.4, 5.0


@dataclass(frozen=True, kw_only=True)
class Ensemble:
    """What the contour says in every picture.

    angles_deg, error_deg (frame, 3): extension, tilt, thorax and standard errors; fits (frame,): quality of the fit;
    good (frame,): where a back is seen.
    """

    angles_deg: FloatArray
    error_deg: FloatArray
    fits: FloatArray
    good: BoolArray

    @staticmethod
    def of(lines: FloatArray, lean_deg: FloatArray, reference: BoolArray) -> Ensemble:
        """Fit all members to contours (frame, kind, height); lean of the hip-shoulder line (frame,).

        Where the mask and the picture's edge disagree, the truth lies between them and the error says so; whether it is
        a back at all, the picture's edge tells.
        """
        fits = [bend(lines[:, kind], reference, lowest) for kind in range(lines.shape[1]) for lowest in _LOWEST]
        angles = []
        for turn, _, _ in fits:
            extension, thorax = np.degrees(turn[:, 1]), lean_deg - np.degrees(turn[:, 0])
            found = np.stack([extension, thorax + extension, thorax], axis=1)
            angles.append(found - _median(found[reference]))
        formal = [np.degrees(each) for _, each, _ in fits]
        edge = slice(-len(_LOWEST), None)
        fit = np.clip(1.0 - np.median([misfit for _, _, misfit in fits], axis=0) / _WORST_FIT, 0.0, 1.0)
        return Ensemble(
            angles_deg=np.median(angles, axis=0),
            error_deg=_error(angles, formal),
            fits=fit,
            good=(fit >= _MIN_QUALITY) & (_error(angles[edge], formal[edge])[:, 0] <= _MAX_SD_DEG),
        )


def _error(angles: list[FloatArray], formal: list[FloatArray]) -> FloatArray:
    """Standard error (frame, angle) of members that are not independent: their spread and their usual formal error."""
    error: FloatArray = np.hypot(np.std(angles, axis=0, ddof=1), np.mean(formal, axis=0))
    return error


def _median(values: FloatArray) -> FloatArray:
    """Median of the rows that are known, NaN if there are none."""
    known = values[np.isfinite(values).all(axis=1)]
    return np.median(known, axis=0) if len(known) else np.full(values.shape[1], np.nan)
