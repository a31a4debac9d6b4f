import numpy as np
import pytest

from screening.core.skeleton import INDEX
from screening.kinematics.frames import PlanePoints
from screening.kinematics.uncertainty import propagated_sd
from screening.kinematics.vectors import wrapped_deg

KNEE = INDEX["left_knee"]


def at(x, y, sd=1.0):
    position = np.zeros((1, 33, 2))
    position[0, KNEE] = (x, y)
    return PlanePoints(position=position, sd=np.full((1, 33), sd))


def direction(points):
    return wrapped_deg(np.degrees(np.arctan2(points.at("left_knee")[:, 1], points.at("left_knee")[:, 0])))


@pytest.mark.parametrize("angle", [0.0, 45.0, 90.0, 179.9999, -179.9999])
def test_an_error_does_not_explode_where_the_angle_goes_once_round(angle):
    points = at(100 * np.cos(np.radians(angle)), 100 * np.sin(np.radians(angle)))
    assert propagated_sd(direction, points, ["left_knee"]) == pytest.approx(np.degrees(0.01), rel=0.01)


def test_beside_the_edge_of_what_is_seen_there_is_still_an_error():
    def seen_left_of_100(points):
        return np.where(points.at("left_knee")[:, 0] <= 100.0, direction(points), np.nan)

    assert propagated_sd(seen_left_of_100, at(100.0, 100.0), ["left_knee"]) == pytest.approx(
        np.degrees(0.01) / np.sqrt(2), rel=0.01
    )
