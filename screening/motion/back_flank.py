"""The flank from the side: the surface beside the waistband, registered to the top of the split.

May import: numpy, OpenCV and `core`.

What a back's contour cannot tell is whether the pelvis turned about the vertical: the contour then belongs to other
skin, and looks like another tilt (0.2-0.6 deg per degree). The surface between the contour and the arm can: towards
the camera it moves forward or back against the contour, by 8 px for 10 deg where the trunk is 140 px long. A piece of
an elliptic cylinder around the trunk's axis is registered directly to the picture (as from behind, METHOD), held by
two things that the contour says: where the back edge is, and tilt minus leak times turn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import cv2 as _cv2
import numpy as np
from numpy.typing import NDArray

from screening.core.datatypes import BoolArray, FloatArray

cv2: Any = _cv2  # its type stubs know neither dtypes nor defaults
Texture = NDArray[np.float32]

#: Pixels in a trunk's length in the cut-outs, and how far they reach from the hip point: behind, in front, up, down.
SCALE = 150.0
_BEHIND, _AHEAD, _ABOVE, _BELOW = 0.62, 0.20, 0.56, 0.28
#: Column and row of the hip point in a cut-out (0 = middle of the first pixel).
HIP = np.array([_BEHIND * SCALE - 0.5, _ABOVE * SCALE - 0.5])
#: Half axes of the trunk seen from the side, trunks: front to back, and towards the camera.
_HALF_WIDTH, _HALF_DEPTH = 0.24, 0.34
#: Lower and upper edge of the patches, trunks above the waistband, and how far back from the trunk's middle they reach,
#: half widths (1 is the back's edge): what each takes for a turn differs, and their mean errs less than most of them.
_PATCHES = ((-0.10, 0.10, 0.65), (-0.06, 0.14, 0.95), (-0.10, 0.16, 0.8))
_STEP_PX = 1.6
#: Apparent tilt of the contour for each degree that the pelvis turns its near side backwards. Fitted to all other
#: people it is 0.3-0.5 for each of three in fitted clothes.
_LEAK = 0.45
#: Standard errors of what holds the patch: forward, up (pixels), log scale, turns about x and y (radians), and the
#: contour's tilt after the leak.
_PRIOR_SD, _TILT_SD = np.array([2.0, 8.0, 0.03, 0.03, 0.3, 1e3]), 0.05
#: Neighbouring texture is not independent evidence: weight of one sample.
_EVIDENCE = 0.5
_LARGEST_STEP = np.array([4.0, 4.0, 0.05, 0.08, 0.08, 0.08])
_SMALL_STEP = np.array([0.1, 0.1, 0.001, 0.0015, 0.0015, 0.0015])
_BLUR, _ITERATIONS, _MIN_SAMPLES = (3.0, 0.0), 6, 60
#: A turn may be mistaken for a tilt. Each patch is also started with this much more and less turn, degrees, and where
#: that ends elsewhere, an answer counts less the less of the texture it explains: by e for this share.
_OTHER_TURNS, _AS_GOOD = (-8.0, 8.0), 0.03
#: Answers whose turn and tilt differ by less than this (radians) are the same one.
_SAME = np.radians(0.5)
#: A reference picture joins the patch's mean texture if the patch explains so much of it.
_MIN_ALIKE = 0.5
#: Half the arm's thickness, trunks: samples nearer to it than this are left out.
_ARM = 0.10
_TEXTURE_SIGMA, _TEXTURE_FLOOR = 7.0, 500.0


@dataclass(frozen=True, kw_only=True)
class View:
    """What one picture shows of the flank, with the person looking to the right.

    picture (row, column, 3): cut-out around the hip point, RGB; back (2, point): the contour, forward and up from the
    hip point, trunks, rising; arm (point, 2): shoulder to hand of the near arm in the cut-out, pixels, NaN where
    unknown; tilt_deg: anterior tilt against the reference as the contour tells it.
    """

    picture: NDArray[np.uint8]
    back: FloatArray
    arm: FloatArray
    tilt_deg: float


def cut(rgb: NDArray[np.uint8], hip: FloatArray, trunk_px: float, facing: int) -> NDArray[np.uint8]:
    """Cut the surroundings of the hip point out (2,), pixels from the corner; flipped if the person faces left."""
    size = (round((_BEHIND + _AHEAD) * SCALE), round((_ABOVE + _BELOW) * SCALE))
    forward, down = (np.arange(n) - at for n, at in zip(size, HIP, strict=True))
    column = hip[0] - 0.5 + facing * trunk_px / SCALE * forward
    row = hip[1] - 0.5 + trunk_px / SCALE * down
    if trunk_px > 1.3 * SCALE:
        low = np.maximum(np.floor([column.min() - 4, row.min() - 4]).astype(int), 0)
        rgb = np.ascontiguousarray(rgb[low[1] : int(row.max()) + 6, low[0] : int(column.max()) + 6])
        rgb = cv2.GaussianBlur(rgb, (0, 0), 0.4 * trunk_px / SCALE)
        column, row = column - low[0], row - low[1]
    x, y = np.meshgrid(column.astype(np.float32), row.astype(np.float32))
    out: NDArray[np.uint8] = cv2.remap(rgb, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return out


def follow(views: Sequence[View], anchors: Sequence[int], waistband: float) -> tuple[FloatArray, FloatArray]:
    """Register the flank of every view to that of the reference.

    Parameters
    ----------
    views : in the order of time
    anchors : which of them are the reference; the patches lie on the middle one and have the mean texture of all
    waistband : its height above the hip point there, trunks

    Returns
    -------
    angles : (patch, view, 2)
        Anterior tilt, and turn of the near side backwards, against the reference, degrees; NaN where too little of the
        patch is seen.
    explained : (view,)
        Share of the texture that is found again, median over the patches; 1 is a perfect match, NaN where not seen.
    """
    angles = np.full((len(_PATCHES), len(views), 2), np.nan)
    explained = np.full((len(_PATCHES), len(views)), np.nan)
    anchor = anchors[len(anchors) // 2]
    patches = [_Patch(views[anchor], waistband, extent) for extent in _PATCHES]
    for patch in patches:
        patch.learn([views[i] for i in anchors if i != anchor])
    for order in (range(anchor, len(views)), range(anchor, -1, -1)):
        poses = [np.zeros(6) for _ in patches]
        before = views[anchor]
        for i in order:
            layers = _pyramid(views[i].picture)
            for k, patch in enumerate(patches):
                start = patch.carried_on(poses[k], before, views[i])
                found = patch.answers(layers, views[i], start)
                if not found:
                    continue
                poses[k], explained[k, i] = found[0]
                angles[k, i] = _mean_angles(found)
            before = views[i]
    seen = np.isfinite(explained).any(axis=0)
    share = np.full(len(views), np.nan)
    share[seen] = np.nanmedian(explained[:, seen], axis=0)
    return angles, share


def _mean_angles(answers: list[tuple[FloatArray, float]]) -> FloatArray:
    """Tilt and turn of poses, degrees (2,), weighted by what they explain."""
    share = np.array([explained for _, explained in answers])
    weight = np.exp((share - share.max()) / _AS_GOOD)
    mean: FloatArray = np.degrees(np.average([pose[[5, 4]] for pose, _ in answers], axis=0, weights=weight))
    return mean


def _texture(picture: NDArray[np.uint8]) -> Texture:
    """Lab colour freed of local brightness and contrast, (row, column, 3)."""
    lab = cv2.GaussianBlur(cv2.cvtColor(picture, cv2.COLOR_RGB2LAB).astype(np.float32), (0, 0), 1.0)
    detail = lab - cv2.GaussianBlur(lab, (0, 0), _TEXTURE_SIGMA)
    power = cv2.GaussianBlur((detail * detail).sum(axis=2), (0, 0), _TEXTURE_SIGMA)
    out: Texture = detail / np.sqrt(power + _TEXTURE_FLOOR)[..., None]
    return out


def _pyramid(picture: NDArray[np.uint8]) -> list[Texture]:
    fine = _texture(picture)
    return [cv2.GaussianBlur(fine, (0, 0), s) if s else fine for s in _BLUR]


def _sample(image: Texture, at: FloatArray) -> FloatArray:
    x, y = at.astype(np.float32)
    out: FloatArray = cv2.remap(image, x[None], y[None], cv2.INTER_LINEAR)[0].astype(np.float64)
    return out


def _behind_arm(at: FloatArray, arm: FloatArray) -> BoolArray:
    """Samples (2, sample) that the near arm covers."""
    covered = np.zeros(at.shape[1], bool)
    for a, b in pairwise(arm):
        if np.isfinite(a + b).all():
            along = b - a
            share = np.clip((at.T - a) @ along / max(float(along @ along), 1e-9), 0.0, 1.0)
            covered |= np.linalg.norm(at.T - a - share[:, None] * along, axis=1) < _ARM * SCALE
    return covered


class _Patch:
    """One piece of the flank in the reference picture.

    A pose is shift forward and down (pixels), log scale, and rotation vector (x, y, z) in radians, against the
    reference. Inverse compositional (Baker and Matthews 2004): gradients belong to the reference.
    """

    def __init__(self, anchor: View, waistband: float, extent: tuple[float, float, float]) -> None:
        a, b = _HALF_WIDTH * SCALE, _HALF_DEPTH * SCALE
        self._rows = HIP[1] - SCALE * (waistband + np.linspace(-0.05, 0.05, 7))
        self._edge = self._edge_of(anchor, 0.0)
        columns = -np.arange(0.0, extent[2] * a, _STEP_PX)
        x, y = np.meshgrid(columns, np.arange(-extent[1] * SCALE, -extent[0] * SCALE, _STEP_PX))
        self._points = np.stack([x.ravel(), y.ravel(), -b * np.sqrt(1.0 - (x.ravel() / a) ** 2)])
        self._centre = np.array([float(np.median(self._edge)) + a, HIP[1] - SCALE * waistband])
        at = self._project(np.zeros(6))
        self._seen = ~_behind_arm(at, anchor.arm)
        self._levels = [self._level(image, at) for image in _pyramid(anchor.picture)]
        lean = np.array([0.0, 0.0, 0.0, 0.0, -_LEAK, 1.0])
        self._stiff = np.diag(1.0 / _PRIOR_SD**2) + np.outer(lean, lean) / _TILT_SD**2

    def _edge_of(self, view: View, down: float) -> FloatArray:
        """Column of the back's contour in the patch's rows moved down, pixels."""
        up = (HIP[1] - self._rows - down) / SCALE
        column: FloatArray = HIP[0] + SCALE * np.interp(up, view.back[1], view.back[0])
        return column

    def learn(self, views: Sequence[View]) -> None:
        """Average texture and edge with those of more pictures of the reference: noise of one is not looked for."""
        levels, edges = [self._levels], [self._edge]
        for view in views:
            layers = _pyramid(view.picture)
            found = self.register(layers, view, np.zeros(6))
            if found is not None and found[1] >= _MIN_ALIKE:
                pose = found[0]
                levels.append([self._level(image, self._project(pose)) for image in layers])
                edges.append(self._edge_of(view, pose[1]) - pose[0])
        self._levels = [
            (np.mean([values for values, _ in level], axis=0), np.mean([slopes for _, slopes in level], axis=0))
            for level in zip(*levels, strict=True)
        ]
        self._edge = np.median(edges, axis=0)

    def answers(self, layers: list[Texture], view: View, start: FloatArray) -> list[tuple[FloatArray, float]]:
        """Poses with what they explain: the one found from the start, then those from other turns; [] if not seen."""
        first = self.register(layers, view, start)
        if first is None:
            return []
        out = [first]
        for turn in np.radians(_OTHER_TURNS):
            turned = first[0] + turn * np.array([0.0, 0.0, 0.0, 0.0, 1.0, _LEAK])
            found = self.register(layers, view, turned)
            if found is not None:
                out.append(first if (np.abs(found[0] - first[0])[4:] < _SAME).all() else found)
        return out

    def _level(self, image: Texture, at: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Texture and its change with the pose at the samples."""
        gx = _sample(cv2.Sobel(image, cv2.CV_32F, 1, 0, ksize=3, scale=0.125), at)
        gy = _sample(cv2.Sobel(image, cv2.CV_32F, 0, 1, ksize=3, scale=0.125), at)
        x, y, z = self._points
        nil, one = np.zeros_like(x), np.ones_like(x)
        dx = np.stack([one, nil, x, nil, z, -y], axis=1)
        dy = np.stack([nil, one, y, -z, nil, x], axis=1)
        return _sample(image, at), gx[:, :, None] * dx[:, None] + gy[:, :, None] * dy[:, None]

    def _project(self, pose: FloatArray) -> FloatArray:
        turned = cv2.Rodrigues(pose[3:])[0] @ self._points
        out: FloatArray = self._centre[:, None] + pose[:2, None] + np.exp(pose[2]) * turned[:2]
        return out

    def carried_on(self, pose: FloatArray, before: View, now: View) -> FloatArray:
        """Where the patch is expected: cut-outs follow the hip point, the contour's tilt tells how it turned."""
        start = pose.copy()
        start[5] += np.radians(now.tilt_deg - before.tilt_deg)
        return start

    def register(self, layers: list[Texture], view: View, start: FloatArray) -> tuple[FloatArray, float] | None:
        """Pose in a picture and the share of the texture explained there; None where too little is seen."""
        pose = start
        for once_more in range(3):
            forward = float(np.median(self._edge_of(view, pose[1]) - self._edge))
            prior = np.array([forward, 0.0, 0.0, 0.0, 0.0, np.radians(view.tilt_deg)])
            pose = np.concatenate([[forward], pose[1:]])
            levels = range(len(layers)) if once_more == 0 else [len(layers) - 1]
            for k in levels:
                found = self._descend(layers[k], self._levels[k], (pose, prior), view.arm)
                if found is None:
                    return None
                pose, explained = found
        return pose, explained

    def _descend(
        self,
        image: Texture,
        level: tuple[FloatArray, FloatArray],
        poses: tuple[FloatArray, FloatArray],
        arm: FloatArray,
    ) -> tuple[FloatArray, float] | None:
        """Gauss-Newton steps on one level from a start, held by a prior."""
        (pose, prior), (values, jacobian) = poses, level
        use = self._seen & ~_behind_arm(self._project(pose), arm)
        if use.sum() < _MIN_SAMPLES:
            return None
        values, jacobian = values[use], jacobian[use]
        for _ in range(_ITERATIONS):
            residual = _sample(image, self._project(pose)[:, use]) - values
            error = np.sqrt((residual * residual).sum(axis=1))
            spread = max(1.2 * float(np.median(error)), 0.15)
            weight = _EVIDENCE / spread**2 / (1.0 + (error / spread) ** 2) ** 2
            weighted = (jacobian * weight[:, None, None]).reshape(-1, 6)
            normal = weighted.T @ jacobian.reshape(-1, 6) + self._stiff
            wanted = weighted.T @ residual.ravel() + self._stiff @ (pose - prior)
            # numpy's solver wakes threads for six equations, which costs more than they do.
            step = np.clip(cv2.solve(normal, wanted[:, None])[1].ravel(), -_LARGEST_STEP, _LARGEST_STEP)
            pose = _undone(pose, step)
            if (np.abs(step) < _SMALL_STEP).all():
                break
        power = max(float(np.median((values * values).sum(axis=1))), 1e-9)
        return pose, 1.0 - float(np.median(error)) ** 2 / power


def _undone(pose: FloatArray, step: FloatArray) -> FloatArray:
    """Pose after undoing a small motion of the surface in its own axes."""
    rotation = cv2.Rodrigues(pose[3:])[0]
    moved = np.exp(pose[2]) * (rotation @ np.array([step[0], step[1], 0.0]))
    turn = cv2.Rodrigues(rotation @ cv2.Rodrigues(-step[3:])[0])[0].ravel()
    return np.concatenate([pose[:2] - moved[:2], [pose[2] - step[2]], turn])
