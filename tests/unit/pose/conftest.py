"""Pictures of the sample clips for the tests of the pose room."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from screening.core.datatypes import Recording
from screening.core.settings import DEFAULTS, PoseSettings
from screening.pose import bundle
from screening.pose.blazepose import BlazePoseFinder, quiet
from screening.video.probe import probe
from screening.video.reader import VideoReader

SAMPLES = Path(__file__).resolve().parents[3] / "sample_videos"


@dataclass(frozen=True, kw_only=True)
class Still:
    """A picture as the pose room wants it."""

    index: int
    time_s: float
    rgb: NDArray[np.uint8]


@lru_cache(maxsize=4)
def sample_pictures(name: str, stop: int, step: int = 1) -> tuple[Still, ...]:
    """Pictures [0, stop) of a sample clip, every `step`-th."""
    path = SAMPLES / f"{name}.mp4"
    with VideoReader(path, recording=probe(path, limits=DEFAULTS.video)) as reader:
        chosen = itertools.islice(reader, 0, stop, step)
        return tuple(Still(index=i, time_s=p.time_s, rgb=p.rgb) for i, p in enumerate(chosen))


def stills(rgb: list[NDArray[np.uint8]], fps: float = 30.0) -> tuple[Still, ...]:
    """Pictures at a constant rate."""
    return tuple(Still(index=i, time_s=i / fps, rgb=np.ascontiguousarray(p)) for i, p in enumerate(rgb))


def recording_of(pictures: tuple[Still, ...], scale: float = 1.0) -> Recording:
    """Recording that fits pictures which were downsized by `scale`."""
    height, width = pictures[0].rgb.shape[:2]
    return Recording(
        path="made.mp4",
        sha256="0" * 64,
        size_bytes=1,
        width=round(width * scale),
        height=round(height * scale),
        codec="h264",
        time_s=np.array([p.time_s for p in pictures]),
    )


def beside(big: NDArray[np.uint8], small: NDArray[np.uint8], share: float) -> NDArray[np.uint8]:
    """Two pictures of equal size in one, the right one shrunk onto a grey ground, at the same floor line."""
    height, width = big.shape[:2]
    right = np.full_like(big, 170)
    shrunk = cv2.resize(small, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
    top, left = height - shrunk.shape[0], (width - shrunk.shape[1]) // 2
    right[top:, left : left + shrunk.shape[1]] = shrunk
    return np.hstack([big, right])


@pytest.fixture(scope="session")
def model() -> Path:
    """The built model."""
    return bundle.ensure(bundle.BUILT)


@pytest.fixture(scope="session")
def finder(model: Path) -> BlazePoseFinder:
    """One finder for all tests."""
    with quiet():
        return BlazePoseFinder(model, PoseSettings())
