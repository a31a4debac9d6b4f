"""A textured elliptic cylinder, turned by known angles and drawn as a camera behind it would see it."""

from __future__ import annotations

import cv2
import numpy as np

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
