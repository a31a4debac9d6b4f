"""A textured elliptic cylinder, turned by known angles and drawn as a camera behind it would see it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from screening.motion import surface

SIZE = 240
CENTRE = np.array([120.0, 150.0])
HIP_WIDTH = 60.0
FOCAL = 1200.0


def cloth(seed: int = 3) -> np.ndarray:
    """Random soft spots, (row, column, 3): height along the rows, angle around the trunk along the columns."""
    rng = np.random.default_rng(seed)
    spots = cv2.GaussianBlur(rng.uniform(0, 255, (200, 600, 3)).astype(np.float32), (0, 0), 3)
    low, high = spots.min(), spots.max()
    return (255 * (spots - low) / (high - low)).astype(np.uint8)


def rotation(yaw_deg: float, obliquity_deg: float, tilt_deg: float) -> np.ndarray:
    """Rotation, then obliquity, then tilt in body axes (left, up, forward)."""
    y, o, t = np.radians([yaw_deg, obliquity_deg, tilt_deg])
    turn = np.array([[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]])
    side = np.array([[np.cos(o), -np.sin(o), 0], [np.sin(o), np.cos(o), 0], [0, 0, 1]])
    forward = np.array([[1, 0, 0], [0, np.cos(t), -np.sin(t)], [0, np.sin(t), np.cos(t)]])
    return turn @ side @ forward


def draw(body_rotation: np.ndarray, texture: np.ndarray, *, shift: tuple[float, float] = (0.0, 0.0)) -> np.ndarray:
    """Picture from behind, far away: every picture point is followed back to the cylinder."""
    camera = surface.camera_from_body(180.0, 0.0)
    turned = camera @ body_rotation @ camera.T
    a, b = 0.85 * HIP_WIDTH, 0.56 * HIP_WIDTH
    x, y = np.meshgrid(np.arange(SIZE) - CENTRE[0] - shift[0], np.arange(SIZE) - CENTRE[1] - shift[1])
    # Ray (x, y, s) in camera axes, taken back to the unturned cylinder: |(X/a, Z/b)| = 1.
    base = np.stack([x, y, np.zeros_like(x)], axis=-1) @ turned
    along = turned.T @ np.array([0.0, 0.0, 1.0])
    scale = np.array([1 / a, 1 / b])
    p, d = base[..., [0, 2]] * scale, along[[0, 2]] * scale
    half, square = p @ d, (p * p).sum(-1)
    inside = half**2 - (d @ d) * (square - 1)
    s = (-half - np.sqrt(np.maximum(inside, 0))) / (d @ d)
    point = base + s[..., None] * along
    around = np.arctan2(point[..., 0] / a, -point[..., 2] / b)
    column = (around / np.pi + 1) / 2 * (texture.shape[1] - 1)
    row = point[..., 1] + 120
    picture = cv2.remap(texture, column.astype(np.float32), row.astype(np.float32), cv2.INTER_LINEAR)
    return np.where((inside > 0)[..., None], picture, 90).astype(np.uint8)


def angles(reference: np.ndarray, picture: np.ndarray) -> np.ndarray:
    """Median of the ensemble, degrees."""
    layers = surface.pyramid(surface.texture(reference))
    patches = surface.patches(layers, centre=CENTRE, hip_width_px=HIP_WIDTH, samples_per_hip_width=24.0)
    found = surface.pyramid(surface.texture(picture))
    body = surface.camera_from_body(180.0, 0.0)
    poses = [p.register(found, surface.Pose.rest(), surface.Pose.rest())[0] for p in patches]
    return np.median([surface.body_rotation_deg(p, CENTRE, body, (SIZE, SIZE), FOCAL) for p in poses], axis=0)


@pytest.mark.parametrize("truth", [(8, 0, 0), (-8, 0, 0), (0, 6, 0), (0, -6, 0), (0, 0, 5), (6, -5, 3)], ids=str)
def test_turned_cylinder_is_found_with_the_signs_of_the_project(truth):
    texture = cloth()
    found = angles(draw(np.eye(3), texture), draw(rotation(*truth), texture))
    assert found[:2] == pytest.approx(truth[:2], abs=1.0)
    assert found[2] == pytest.approx(truth[2], abs=2.0)


def test_shift_alone_is_no_rotation():
    texture = cloth()
    found = angles(draw(np.eye(3), texture), draw(np.eye(3), texture, shift=(5.0, 4.0)))
    assert np.abs(found).max() < 1.0


def test_mirrored_pictures_give_the_mirrored_pelvis():
    texture = cloth()
    pictures = [draw(np.eye(3), texture), draw(rotation(7, 5, 0), texture)]
    flipped = [np.ascontiguousarray(p[:, ::-1]) for p in pictures]
    there = angles(*pictures)
    # The middle of the flipped picture lies one pixel further left.
    back = angles(*[np.roll(p, 1, axis=1) for p in flipped])
    assert back == pytest.approx(there * [-1, -1, 1], abs=0.3)


def test_camera_axes_from_behind_and_from_the_front():
    left = np.array([1.0, 0.0, 0.0])
    assert surface.camera_from_body(180.0, 0.0) @ left == pytest.approx([-1, 0, 0])
    assert surface.camera_from_body(0.0, 0.0) @ left == pytest.approx([1, 0, 0])
    up = np.array([0.0, 1.0, 0.0])
    clockwise = surface.camera_from_body(0.0, 10.0) @ up
    assert clockwise[0] > 0 > clockwise[1]


def explained(reference: np.ndarray, picture: np.ndarray) -> float:
    layers, found = (surface.pyramid(surface.texture(p)) for p in (reference, picture))
    patch = surface.patches(layers, centre=CENTRE, hip_width_px=HIP_WIDTH, samples_per_hip_width=24.0)[0]
    return patch.register(found, surface.Pose.rest(), surface.Pose.rest())[1]


def test_texture_is_explained_and_noise_is_not():
    texture, rng = cloth(), np.random.default_rng(0)
    grey = [np.clip(128 + rng.normal(0, 3, (SIZE, SIZE, 3)), 0, 255).astype(np.uint8) for _ in range(2)]
    assert explained(draw(np.eye(3), texture), draw(rotation(6, -4, 2), texture)) > 0.9
    assert explained(*grey) < 0.0
