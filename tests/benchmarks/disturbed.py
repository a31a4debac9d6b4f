"""Changed copies of a rendered clip, with its truth changed alike: other hands, light and files than the clips have.

Everything random comes from a fixed seed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from screening.core.datatypes import FloatArray, IntArray
from screening.core.settings import DEFAULTS
from screening.core.vocabulary import Side
from screening.video.probe import probe
from screening.video.reader import VideoReader
from screening.video.writer import VideoWriter
from tests.benchmarks.truth import Truth

_SEED = 20261121
#: Quality of copies whose coding is not what is tried.
_FINE = 12
#: Angles whose sign names a side.
_TO_ONE_SIDE = ("pelvic_rotation_deg", "pelvic_obliquity_deg", "trunk_lateral_lean_deg")

Rgb = NDArray[np.uint8]
#: From a time in seconds and a size (width, height) in pixels to where points go, (2, 3).
Maps = Callable[[float, tuple[int, int]], FloatArray]


def _nowhere(_time_s: float, _size: tuple[int, int]) -> FloatArray:
    return np.eye(2, 3)


def _steady(_time_s: float) -> float:
    return 1.0


@dataclass(frozen=True, kw_only=True)
class Change:
    """One kind of copy.

    maps: where points of the picture go; gain: brightness against the original; noise: standard deviation of the
    camera's noise, 0-255; drop_every: each so many-th frame is left out, 0: none; half: half as wide and high; crf:
    quality of the coding; flipped: left and right exchanged, in the truth as well; post: width of something dark that
    passes in front of the person, share of the picture's width.
    """

    maps: Maps = field(default=_nowhere)
    gain: Callable[[float], float] = field(default=_steady)
    noise: float = 0.0
    drop_every: int = 0
    half: bool = False
    crf: int = _FINE
    flipped: bool = False
    post: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Copy:
    """What became of the original's frames: which are `kept`, (time,), and where their points went, (time, 2, 3)."""

    kept: IntArray
    maps: FloatArray


def _turned(deg: float, shift: tuple[float, float], size: tuple[int, int]) -> FloatArray:
    """Content turned clockwise about the picture's middle, then shifted by shares of its height."""
    matrix: FloatArray = cv2.getRotationMatrix2D((size[0] / 2, size[1] / 2), -deg, 1.0)
    matrix[:, 2] += np.array(shift) * size[1]
    return matrix


def _swaying(seed: int, time_s: float) -> float:
    """Slow sines of random phase, 0.3 to 2.5 Hz, as a hand moves; mostly between -1 and 1, 0 at the beginning."""
    rng = np.random.default_rng(_SEED + seed)
    rate, phase = rng.uniform(0.3, 2.5, 6), rng.uniform(0.0, 2 * np.pi, 6)
    return float((np.sin(2 * np.pi * rate * time_s + phase) - np.sin(phase)).sum() / np.sqrt(12.0))


def _hand(share: float, roll_deg: float) -> Maps:
    def maps(time_s: float, size: tuple[int, int]) -> FloatArray:
        shift = share * _swaying(1, time_s), share * _swaying(2, time_s)
        return _turned(roll_deg * _swaying(3, time_s), shift, size)

    return maps


def _leaning(deg: float) -> Maps:
    return lambda _time_s, size: _turned(deg, (0.0, 0.0), size)


CHANGES: dict[str, Change] = {
    "as filmed": Change(),
    "hand, a little": Change(maps=_hand(0.005, 0.15)),
    "hand": Change(maps=_hand(0.01, 0.3)),
    "roll 4 deg": Change(maps=_leaning(4.0)),
    "roll -4 deg": Change(maps=_leaning(-4.0)),
    "dark": Change(gain=lambda _t: 0.45, noise=4.0, crf=23),
    "compressed": Change(crf=38),
    "half size": Change(half=True, crf=20),
    "mirrored": Change(flipped=True),
    "exposure drifts": Change(gain=lambda t: float(1.0 + 0.25 * np.sin(2 * np.pi * t / 5.0))),
    "24 a second": Change(drop_every=5),
    "15 a second": Change(drop_every=2),
    "post passes": Change(post=0.1),
}


def make(video: Path, change: Change, out: Path) -> Copy:
    """Write the changed copy of a clip."""
    recording = probe(video, limits=DEFAULTS.video)
    full = recording.width, recording.height
    size = (full[0] // 2, full[1] // 2) if change.half else full
    noise = np.random.default_rng(_SEED)
    kept, maps = [], []
    with (
        VideoReader(video, recording=recording) as reader,
        VideoWriter(out, width=size[0], height=size[1], crf=change.crf, preset="medium") as writer,
    ):
        for index, picture in enumerate(reader):
            if change.drop_every and index % change.drop_every == change.drop_every - 1:
                continue
            kept.append(index)
            maps.append(_map(change, picture.time_s, full))
            rgb = _shown(picture.rgb, change, maps[-1], picture.time_s / recording.duration_s)
            rgb = _lit(rgb, change, picture.time_s, noise)
            writer.write(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), picture.time_s)
    share = size[0] / full[0]
    return Copy(kept=np.array(kept), maps=share * np.array(maps))


def _map(change: Change, time_s: float, size: tuple[int, int]) -> FloatArray:
    if change.flipped:
        return np.array([[-1.0, 0.0, size[0] - 1.0], [0.0, 1.0, 0.0]])
    return change.maps(time_s, size)


def _shown(rgb: Rgb, change: Change, matrix: FloatArray, share: float) -> Rgb:
    """Picture with its points moved, and the post where it stands when this share of the time has gone."""
    height, width = rgb.shape[:2]
    if not np.array_equal(matrix, np.eye(2, 3)):
        rgb = cv2.warpAffine(rgb, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    if change.post:
        # From one edge to the other within the third quarter of the take.
        middle = width * np.interp(share, [0.5, 0.75], [-change.post, 1 + change.post])
        half = change.post * width / 2
        rgb = rgb.copy()
        rgb[:, max(round(middle - half), 0) : max(round(middle + half), 0)] = 40
    return rgb


def _lit(rgb: Rgb, change: Change, time_s: float, noise: np.random.Generator) -> Rgb:
    gain = change.gain(time_s)
    if gain == 1.0 and not change.noise:
        return rgb
    grain = noise.normal(0.0, change.noise, rgb.shape) if change.noise else 0.0
    return np.clip(gain * rgb + grain, 0, 255).astype(np.uint8)


def truth_of(exact: Truth, change: Change, copy: Copy) -> Truth:
    """Truth of a copy: its frames, its pixels and, where it is flipped, its sides."""
    flip = change.flipped
    place = {int(k): n for n, k in enumerate(copy.kept)}
    legs = {side: _moved(points[copy.kept], copy.maps) for side, points in exact.legs_px.items()}
    return replace(
        exact,
        lead=exact.lead.other if flip else exact.lead,
        angles={
            (_other(name) if flip else name): (-1.0 if flip and name in _TO_ONE_SIDE else 1.0) * value[copy.kept]
            for name, value in exact.angles.items()
        },
        moving=exact.moving[copy.kept],
        bottoms=tuple(np.array([place[int(k)] for k in span if int(k) in place], int) for span in exact.bottoms),
        legs_px={(side.other if flip else side): points for side, points in legs.items()},
    )


def _moved(points: FloatArray, maps: FloatArray) -> FloatArray:
    """Points (time, joint, axis) moved by maps (time, 2, 3)."""
    out: FloatArray = np.einsum("tij,tkj->tki", maps[:, :, :2], points) + maps[:, None, :, 2]
    return out


def _other(name: str) -> str:
    """Name of the same angle of the other side."""
    for side in Side:
        if f"_{side.value}_" in name:
            return name.replace(f"_{side.value}_", f"_{side.other.value}_")
    return name


def copies(videos: list[Path], changes: list[str], folder: Path) -> Iterator[tuple[Path, str, Path, Copy]]:
    """Make the copies one after the other, each gone when the next is asked for: original, name, copy, what became."""
    for video in videos:
        for name in changes:
            path = folder / f"{video.stem}.mp4"
            copy = make(video, CHANGES[name], path)
            yield video, name, path, copy
            path.unlink()
