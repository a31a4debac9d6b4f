"""What the pictures tell besides the body: brightness, a moving camera, vertical edges.

May import: numpy, the standard library, `core`, `estimator`, `people`; OpenCV on demand through `libraries`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from screening.core.datatypes import BoolArray, FloatArray
from screening.core.settings import PoseSettings
from screening.core.skeleton import INDEX
from screening.pose.estimator import Body, Rgb
from screening.pose.libraries import load
from screening.pose.people import silhouette

LUMA_STEP = 8
LUMA_WEIGHTS = np.array([0.299, 0.587, 0.114])
MOTION_SIDE_PX = 320
EDGE_SIDE_PX = 720
#: A level phone is the usual thing, and so is one that is hardly pitched: both weigh among unclear edges.
ROLL_PRIOR_DEG, CONVERGENCE_PRIOR_DEG = 8.0, 12.0
EDGE_WIDTH_DEG = 0.6
RIVAL_DEG = 1.5
MAX_EDGE_DEG = 20.0
MIN_EDGE_LENGTH = 0.05
KNEES = [INDEX["left_knee"], INDEX["right_knee"]]
MAX_EDGES = 400
MIN_POINTS = 8
CELLS = 4
MIN_CELLS = 4
MIN_POINT_SHARE = 0.5
MAX_RETURN_PX = 0.5
MARGIN_TORSOS = 0.4


def luma(rgb: Rgb) -> float:
    """Mean brightness, 0-255, from every eighth pixel each way."""
    return float(rgb[::LUMA_STEP, ::LUMA_STEP].reshape(-1, 3).mean(axis=0) @ LUMA_WEIGHTS)


def _grey(rgb: Rgb, longest: int) -> tuple[Rgb, float]:
    cv2: Any = load("cv2")
    scale = min(1.0, longest / max(rgb.shape[:2]))
    size = (max(round(rgb.shape[1] * scale), 1), max(round(rgb.shape[0] * scale), 1))
    small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA) if scale < 1 else rgb
    grey: Rgb = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    return grey, scale


class BackgroundMotion:
    """Compares the background with the one measured before, outside of the person's box."""

    def __init__(self) -> None:
        self._before: tuple[Rgb, Rgb] | None = None

    @staticmethod
    def prepare(rgb: Rgb) -> tuple[Rgb, float]:
        """Return the small grey picture to keep until the body in it is known, and its scale."""
        return _grey(rgb, MOTION_SIDE_PX)

    def shift_px(self, grey: Rgb, scale: float, body: Body | None) -> float:
        """Typical displacement of background points since the last call, pixels of this picture; NaN if unknown."""
        if body is None:  # whoever is about to step in would pass for the background
            self._before = None
            return float("nan")
        free = _outside(grey.shape, body, scale)
        before, self._before = self._before, (grey, free)
        if before is None or before[0].shape != grey.shape:
            return float("nan")
        cv2: Any = load("cv2")
        points = cv2.goodFeaturesToTrack(before[0], maxCorners=150, qualityLevel=0.02, minDistance=6, mask=before[1])
        if points is None:
            return float("nan")
        moved, found, _ = cv2.calcOpticalFlowPyrLK(before[0], grey, points, None, winSize=(15, 15), maxLevel=2)
        back, found_back, _ = cv2.calcOpticalFlowPyrLK(grey, before[0], moved, None, winSize=(15, 15), maxLevel=2)
        ends = np.round(moved[:, 0]).astype(int).clip(0, np.array(grey.shape[::-1]) - 1)
        returned = np.linalg.norm((back - points)[:, 0], axis=1) < MAX_RETURN_PX
        usable = (found[:, 0] == 1) & (found_back[:, 0] == 1) & returned & (free[ends[:, 1], ends[:, 0]] > 0)
        if usable.sum() < max(MIN_POINTS, MIN_POINT_SHARE * len(points)):
            return float("nan")  # hardly any texture that stays: noise would pass for motion
        return _typical(points[usable, 0], (moved - points)[usable, 0], grey.shape) / scale


def _typical(points: FloatArray, motion: FloatArray, shape: tuple[int, ...]) -> float:
    """Median over the quarters of quarters of the picture, so that no single moving thing has the majority."""
    cells = (points * CELLS / np.array(shape[1::-1])).astype(int) @ np.array([1, CELLS])
    length = np.linalg.norm(motion, axis=1)
    typical = [float(np.median(length[cells == cell])) for cell in np.unique(cells)]
    return float(np.median(typical)) if len(typical) >= MIN_CELLS else float("nan")


def _outside(shape: tuple[int, ...], body: Body, scale: float) -> Rgb:
    cv2: Any = load("cv2")
    # Wider than the body: its shadow and what it hides and uncovers move, too.
    margin = max(int(MARGIN_TORSOS * body.torso_px * scale), 3)
    body_mask = cv2.dilate(silhouette(shape, [body], scale), np.ones((margin, margin), np.uint8))
    outside: Rgb = np.where(body_mask > 0, 0, 255).astype(np.uint8)
    return outside


@dataclass(frozen=True, kw_only=True)
class Edges:
    """Nearly vertical edges of one picture.

    angle_deg (edge,): 0 = vertical, positive turned clockwise; length (edge,): in picture heights;
    centre (edge, 2): pixels of the picture given; shape: its rows and columns.
    """

    angle_deg: FloatArray
    length: FloatArray
    centre: FloatArray
    shape: tuple[int, int]

    def off_body(self, body: Body) -> Edges:
        """Return those that could be vertical in the room: not on the body, and above the knees.

        Notes
        -----
        Boards and mats on the floor run away from the camera and look steep: below the knees there is mostly floor.
        """
        scale = min(1.0, EDGE_SIDE_PX / max(self.shape))
        mask = silhouette((round(self.shape[0] * scale) + 1, round(self.shape[1] * scale) + 1), [body], scale)
        column, row = (self.centre * scale).astype(int).T
        return self._only((mask[row, column] == 0) & (self.centre[:, 1] < body.pixels[KNEES, 1].min()))

    def _only(self, good: BoolArray) -> Edges:
        return replace(self, angle_deg=self.angle_deg[good], length=self.length[good], centre=self.centre[good])


def vertical_edges(rgb: Rgb) -> Edges:
    """Nearly vertical edges of a picture."""
    grey, scale = _grey(rgb, EDGE_SIDE_PX)
    cv2: Any = load("cv2")
    found = cv2.createLineSegmentDetector(cv2.LSD_REFINE_STD).detect(grey)[0]
    lines = np.zeros((0, 4)) if found is None else found[:, 0].astype(np.float64)
    along, centre = lines[:, 2:] - lines[:, :2], 0.5 * (lines[:, 2:] + lines[:, :2])
    along = np.where(along[:, 1:] > 0, -along, along)  # from the lower end to the upper one
    length = np.linalg.norm(along, axis=1) / grey.shape[0]
    angle_deg = np.degrees(np.arctan2(along[:, 0], -along[:, 1]))
    edges = Edges(
        angle_deg=angle_deg,
        length=length,
        centre=(centre / scale).clip(0, [rgb.shape[1] - 1, rgb.shape[0] - 1]),
        shape=(rgb.shape[0], rgb.shape[1]),
    )
    return edges._only((length > MIN_EDGE_LENGTH) & (np.abs(angle_deg) < MAX_EDGE_DEG))


def edge_roll_deg(looks: Sequence[Edges], settings: PoseSettings) -> float:
    """Roll of the picture from vertical edges, degrees; positive if the content is turned clockwise.

    Notes
    -----
    A pitched camera lets vertical lines converge, so the angle is taken as `roll + convergence * x` and read in the
    middle of the picture. The pair on which most edge length agrees wins and is refined. NaN where the edges that
    agree are too few, too short or a minority, or another roll has nearly as many.
    """
    if sum(len(e.angle_deg) for e in looks) < 3:
        return float("nan")
    angle = np.concatenate([e.angle_deg for e in looks])
    length = np.concatenate([e.length for e in looks])
    x = np.concatenate([e.centre[:, 0] / e.shape[1] - 0.5 for e in looks])
    longest = np.argsort(-length)[:MAX_EDGES]
    angle, x, weight = angle[longest], x[longest], length[longest] / len(looks)
    roll, convergence, rival = _most_agreed(angle, weight, x)
    design = np.stack([np.ones_like(x), x], axis=1)
    best = np.array([roll, convergence])
    for _ in range(10):
        near = weight * np.exp(-(((angle - design @ best) / EDGE_WIDTH_DEG) ** 2))
        best = np.linalg.solve(design.T @ (near[:, None] * design) + np.diag([1e-9, 1e-3]), design.T @ (near * angle))
    residual = np.abs(angle - design @ best)
    agreed = float(np.sum(weight * np.exp(-((residual / EDGE_WIDTH_DEG) ** 2))))
    lines = float(np.sum(residual < 1.0)) / len(looks)
    enough = (
        agreed >= settings.edge_min_length
        and agreed >= settings.edge_min_share * float(weight.sum())
        and lines >= settings.edge_min_lines
        and rival <= settings.edge_max_rival
    )
    return float(best[0]) if enough else float("nan")


def _most_agreed(angle: FloatArray, weight: FloatArray, x: FloatArray) -> tuple[float, float, float]:
    """Roll and convergence with most votes, and the votes of the best other roll as a share of theirs."""
    roll, convergence = np.meshgrid(np.arange(-15.0, 15.1, 0.25), np.arange(-15.0, 15.1, 1.0), indexing="ij")
    votes = np.zeros_like(roll)
    for one_angle, one_weight, one_x in zip(angle, weight, x, strict=True):
        votes += one_weight * np.exp(-(((one_angle - roll - convergence * one_x) / EDGE_WIDTH_DEG) ** 2))
    votes *= np.exp(-0.5 * ((convergence / CONVERGENCE_PRIOR_DEG) ** 2 + (roll / ROLL_PRIOR_DEG) ** 2))
    best = np.unravel_index(int(votes.argmax()), votes.shape)
    far = np.abs(roll - roll[best]) > RIVAL_DEG
    return float(roll[best]), float(convergence[best]), float(votes[far].max() / votes[best])
