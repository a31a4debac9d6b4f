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
from screening.kinematics.vectors import wrapped_deg

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
            turn = _turn(formula, points, centre, k=k, axis=axis, step=step)
            # Where one step leads to where the angle is not seen, the step the other way is taken.
            back = _turn(formula, points, centre, k=k, axis=axis, step=-step) if np.isnan(turn).any() else turn
            total += (np.where(np.isnan(turn), back, turn) / step * points.sd[:, k]) ** 2
    out: FloatArray = np.sqrt(total)
    return out


def _turn(
    formula: Callable[[PlanePoints], FloatArray],
    points: PlanePoints,
    centre: FloatArray,
    *,
    k: int,
    axis: int,
    step: float,
) -> FloatArray:
    """Change of an angle when one coordinate moves by a step; a half turn's border may lie between."""
    moved = points.position.copy()
    moved[:, k, axis] += step
    return wrapped_deg(formula(replace(points, position=moved)) - centre)
