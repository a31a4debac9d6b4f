"""Standard errors of angles.

May import: numpy and `core`.

Two parts are added as variances: the errors of the points, carried through the angle's formula, and the error that
the points share in every frame (the network's bias, camera height, perspective), measured on people with exact truth
for each angle and kind of view. The second part stands in the registry.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from screening.core.datatypes import FloatArray
from screening.core.skeleton import INDEX
from screening.kinematics.frames import PlanePoints

_STEP = 1e-4


def propagated_sd(
    formula: Callable[[PlanePoints], FloatArray], points: PlanePoints, landmarks: Sequence[str]
) -> FloatArray:
    """Standard error of an angle from those of its points, first order, (time,) in the angle's unit.

    Parameters
    ----------
    formula : callable
        From points to an angle, (time,).
    points : PlanePoints
        Positions and standard errors.
    landmarks : sequence of str
        The points the angle is made of; errors of different points and axes count as independent.

    Examples
    --------
    >>> import numpy as np
    >>> position = np.zeros((1, 33, 2)); position[0, INDEX["left_hip"]] = (0.0, 1.0)
    >>> still = PlanePoints(position=position, sd=np.full((1, 33), 0.01))
    >>> lean = lambda p: np.degrees(np.arctan2(p.at("left_hip")[:, 0], p.at("left_hip")[:, 1]))
    >>> bool(np.allclose(propagated_sd(lean, still, ["left_hip"]), np.degrees(0.01), rtol=1e-3))
    True
    """
    centre = formula(points)
    size = np.nanmax(np.abs(points.position)) or 1.0
    step = _STEP * size
    total = np.zeros_like(centre)
    for name in landmarks:
        k = INDEX[name]
        for axis in range(points.position.shape[2]):
            moved = points.position.copy()
            moved[:, k, axis] += step
            slope = (formula(replace(points, position=moved)) - centre) / step
            total += (slope * points.sd[:, k]) ** 2
    out: FloatArray = np.sqrt(total)
    return out
