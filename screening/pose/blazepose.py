"""MediaPipe's BlazePose behind the protocols of `estimator`; the only place that loads mediapipe.

May import: numpy, the standard library, `core`, `estimator`, `libraries`.
"""

from __future__ import annotations

import hashlib
import io
import os
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np

from screening.core.errors import ModelError
from screening.core.settings import PoseSettings
from screening.pose.estimator import Body, Rgb
from screening.pose.libraries import load, load_mediapipe

#: Parts of the model inside the installed package, with the checksums of the pinned version.
DETECTOR: Final = "pose_detection/pose_detection.tflite"
LANDMARKER: Final = "pose_landmark/pose_landmark_full.tflite"
PART_SHA256: Final = {
    DETECTOR: "9ba9dd3d42efaaba86b4ff0122b06f29c4122e756b329d89dca1e297fd8f866c",
    LANDMARKER: "e9a5c5cb17f736fafd4c2ec1da3b3d331d6edbe8a0d32395855aeb2cdfd64b9f",
}
#: Pixels are divided by 255. With 1 the network runs and misses two frames in five.
MEAN: Final = 0.0
STD: Final = 255.0

#: So much slower than it was the network is told that time goes by.
SLOWER: Final = 30000.0

#: Lines the native library always writes when a network starts; anything else is passed on.
NOISE: Final = (
    b"absl::InitializeLog()",
    b"GPU suport is not available",
    b"TensorFlow Lite XNNPACK delegate",
    b"Feedback manager requires a model",
    b"Using NORM_RECT without IMAGE_DIMENSIONS",
)


class BlazePoseTracker:
    """Follows one person: the landmarker in video mode, on the processor."""

    def __init__(self, model: Path, settings: PoseSettings) -> None:
        self._network = create_network(model, "VIDEO", people=1, confidence=settings.min_confidence)
        self._last_ms = -1

    def track(self, rgb: Rgb, time_s: float) -> Body | None:
        """Find the followed person in the next picture.

        Notes
        -----
        The network wants whole, strictly rising milliseconds: two pictures of one millisecond are moved apart.

        It smooths its landmarks with a filter (1 euro) that looks back only: they lag behind a moving knee by half a
        frame and creep after it stops. Its memory is counted in seconds: told that a quarter of an hour lies between
        two pictures, it forgets, and the landmarks are where they are seen. `motion.cleaning` smooths without lag.
        """
        self._last_ms = max(round(time_s * 1000.0 * SLOWER), self._last_ms + 1)
        bodies = _bodies(self._network.detect_for_video(as_image(rgb), self._last_ms), rgb)
        return bodies[0] if bodies else None

    def close(self) -> None:
        """Give the network's memory back."""
        self._network.close()


class BlazePoseFinder:
    """Looks for everybody in single pictures: the landmarker in image mode."""

    def __init__(self, model: Path, settings: PoseSettings) -> None:
        self._network = create_network(model, "IMAGE", people=settings.max_people, confidence=settings.min_confidence)

    def find(self, rgb: Rgb) -> tuple[Body, ...]:
        """All bodies that the network reports."""
        return _bodies(self._network.detect(as_image(rgb)), rgb)

    def close(self) -> None:
        """Give the network's memory back."""
        self._network.close()


def create_network(model: Path, mode: str, *, people: int, confidence: float, masks: bool = False) -> Any:
    """A landmarker in a running mode (VIDEO or IMAGE), with or without the mask of the person."""
    tasks = load_mediapipe().tasks
    vision, base = tasks.vision, tasks.BaseOptions
    options = vision.PoseLandmarkerOptions(
        base_options=base(model_asset_path=str(model), delegate=base.Delegate.CPU),
        running_mode=vision.RunningMode[mode],
        num_poses=people,
        min_pose_detection_confidence=confidence,
        min_pose_presence_confidence=confidence,
        min_tracking_confidence=confidence,
        output_segmentation_masks=masks,
    )
    try:
        return vision.PoseLandmarker.create_from_options(options)
    except (RuntimeError, ValueError) as err:
        raise ModelError(
            f"The pose model {model.name} cannot be used: {err}.",
            hint="Build it again: screening models build pose_landmarker_full",
        ) from err


def as_image(rgb: Rgb) -> Any:
    """Picture as the library wants it."""
    media = load_mediapipe()
    return media.Image(image_format=media.ImageFormat.SRGB, data=rgb)


def _bodies(found: Any, rgb: Rgb) -> tuple[Body, ...]:
    height, width = rgb.shape[:2]
    bodies = []
    for image, world in zip(found.pose_landmarks, found.pose_world_landmarks, strict=True):
        bodies.append(
            Body(
                pixels=np.array([[p.x * width, p.y * height] for p in image]),
                world=np.array([[p.x, p.y, p.z] for p in world]),
                visibility=np.array([p.visibility for p in image]),
            )
        )
    return tuple(bodies)


def assemble() -> bytes:
    """Content of the model bundle, made from the parts inside the installed package.

    Raises
    ------
    ModelError
        If the package is missing or holds other parts than the pinned version.
    """
    folder = Path(load_mediapipe().__file__).parent / "modules"
    parts = {name: _part(folder, name) for name in (DETECTOR, LANDMARKER)}
    module = load("mediapipe.tasks.python.metadata.metadata_writers.metadata_writer")
    writer = module.MetadataWriter.create(bytearray(parts[LANDMARKER]))
    writer.add_image_input([MEAN], [STD])
    landmarker, _ = writer.populate()
    out = io.BytesIO()
    # Stored, because the native library maps the parts; fixed times, so that the same parts give the same bytes.
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as bundle:
        bundle.writestr(zipfile.ZipInfo("pose_detector.tflite"), parts[DETECTOR])
        bundle.writestr(zipfile.ZipInfo("pose_landmarks_detector.tflite"), bytes(landmarker))
    return out.getvalue()


def _part(folder: Path, name: str) -> bytes:
    path = folder / name
    content = path.read_bytes() if path.is_file() else b""
    if hashlib.sha256(content).hexdigest() != PART_SHA256[name]:
        raise ModelError(
            f"The installed mediapipe does not hold the expected {path.name} (version 0.10.21 was expected).",
            hint="Install the pinned version again: pip install --force-reinstall mediapipe==0.10.21",
        )
    return content


@contextmanager
def quiet() -> Iterator[None]:
    """Keep the native library's usual lines off stderr; whatever else is written there comes out afterwards."""
    sys.stderr.flush()
    try:
        saved = os.dup(2)
    except OSError:  # there is no stderr
        yield
        return
    with tempfile.TemporaryFile() as caught:
        os.dup2(caught.fileno(), 2)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(saved, 2)
            os.close(saved)
            caught.seek(0)
            rest = [line for line in caught if not any(noise in line for noise in NOISE)]
            if rest:
                os.write(2, b"".join(rest))
