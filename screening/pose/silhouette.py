"""The person's mask in single pictures of a take.

May import: numpy, the standard library, `core` and the modules of this room; mediapipe through `libraries`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from screening.core.ahead import ahead
from screening.core.settings import PoseSettings
from screening.pose import bundle
from screening.pose.blazepose import as_image, create_network, quiet
from screening.pose.estimator import Picture, Rgb
from screening.pose.libraries import give_back_memory

Mask = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Silhouette:
    """A picture with the mask of the person in it.

    `mask` (row, column) has the picture's size and tells for each pixel how much it belongs to the person, 0 to 1;
    it is None where nobody was found.
    """

    index: int
    time_s: float
    rgb: Rgb
    mask: Mask | None


def person_masks(pictures: Iterable[Picture], *, settings: PoseSettings, flipped: bool = False) -> Iterator[Silhouette]:
    """Masks of the followed person, one for each picture, in the same order.

    Parameters
    ----------
    pictures : iterable of Picture
        In the order of time; each has index, time_s and rgb.
    settings : PoseSettings
    flipped : bool
        Show the network the mirror images. It draws them a little differently; who shows it everybody facing the same
        way gets the mirrored mask of a mirrored picture.

    Yields
    ------
    Silhouette
        The picture with its mask. The network is closed when the pictures are used up or the iterator is closed.

    Raises
    ------
    ModelError
    """
    model = bundle.ensure(settings.model)
    with ExitStack() as stack:
        stack.callback(give_back_memory)
        # The native library talks while it starts and when it first sees a body.
        silence = stack.enter_context(ExitStack())
        silence.enter_context(quiet())
        network = stack.enter_context(
            closing(create_network(model, "VIDEO", people=1, confidence=settings.min_confidence, masks=True))
        )
        last_ms = -1
        for picture in ahead(pictures):
            last_ms = max(round(picture.time_s * 1000.0), last_ms + 1)
            shown = picture.rgb[:, ::-1] if flipped else picture.rgb
            mask = _mask(network, shown, last_ms)
            if flipped and mask is not None:
                mask = np.ascontiguousarray(mask[:, ::-1])
            # Before the picture is handed out: what others write to stderr in the meantime is none of our business.
            silence.close()
            yield Silhouette(index=picture.index, time_s=picture.time_s, rgb=picture.rgb, mask=mask)


def _mask(network: Any, rgb: Rgb, time_ms: int) -> Mask | None:
    found = network.detect_for_video(as_image(np.ascontiguousarray(rgb)), time_ms)
    if not found.segmentation_masks:
        return None
    # The view belongs to the network, which writes the next mask into the same memory.
    seen = np.array(found.segmentation_masks[0].numpy_view(), dtype=np.float32, copy=True)
    return seen.reshape(rgb.shape[:2])
