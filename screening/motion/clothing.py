"""What keeps the trunk's surface from showing the pelvis: hands on the hips, cloth that slides.

May import: numpy and `core`. Answers are keys of reasons, or "" where nothing is in the way.
"""

from __future__ import annotations

import numpy as np

from screening.core.datatypes import BoolArray, FloatArray, LandmarkSequence, Scene, Timeline
from screening.core.settings import SurfaceSettings
from screening.core.vocabulary import Side

HANDS_ON_HIPS = "reason.hands_on_hips"
LOOSE_CLOTHING = "reason.loose_clothing"


def hands_on_hips(image: LandmarkSequence, scene: Scene, timeline: Timeline, settings: SurfaceSettings) -> str:
    """Reason where a hand rests on a hip through much of the movement, else "".

    Parameters
    ----------
    image : LandmarkSequence
        Landmarks in IMAGE_PX, not levelled.
    scene, timeline, settings
        The share of the repetitions' frames that is too much stands in `hands_on_hips_share`.

    Notes
    -----
    A hand rests on the hip if the wrist lies beside the waist and the elbow further out than the wrist: an arm that
    hangs beside the body or is stretched forward does not look like this from any side.
    """
    reps = np.zeros(image.n_frames, bool)
    for rep in timeline.repetitions:
        reps[rep.start : rep.end] = True
    if not reps.any():
        return ""
    rest = slice(*(scene.standing or (timeline.reference[0], timeline.reference[-1] + 1)))
    width = float(np.nanmedian(np.abs(image.point("left_hip") - image.point("right_hip"))[rest, 0]))
    shares = [float(_on_hip(image, side, width)[reps].mean()) for side in Side]
    return HANDS_ON_HIPS if max(shares) > settings.hands_on_hips_share else ""


def _on_hip(image: LandmarkSequence, side: Side, width: float) -> BoolArray:
    """Frames in which a hand rests on its hip, (time,); `width` is the distance of the hip points, pixels."""
    middle = image.midpoint("left_hip", "right_hip")
    wrist = (image.point(f"{side}_wrist") - middle) / width
    elbow = (image.point(f"{side}_elbow") - middle) / width
    outwards = np.sign(image.point(f"{side}_shoulder")[:, 0] - middle[:, 0])
    with np.errstate(invalid="ignore"):
        beside = (np.abs(wrist[:, 0]) > 0.4) & (np.abs(wrist[:, 0]) < 1.4)
        at_waist = (wrist[:, 1] > -1.3) & (wrist[:, 1] < 0.15)
        out: BoolArray = beside & at_waist & (outwards * (elbow[:, 0] - wrist[:, 0]) > 0.45)
    return out


def slides(spread_deg: FloatArray, settings: SurfaceSettings) -> str:
    """Reason where the patches of the surface do not turn together as those of a body do, else "".

    Parameters
    ----------
    spread_deg : (time,)
        How far the rotations that the patches find lie apart in the repetitions' frames, standard deviation.
    settings : SurfaceSettings

    Notes
    -----
    Medians of a take: fitted clothes and bare backs 0.8-2.1 deg, in camera noise too; a loose shirt
    6.6-6.8 from behind and 3.8 from the front.
    """
    apart = spread_deg.size > 0 and float(np.median(spread_deg)) > settings.max_median_spread_deg
    return LOOSE_CLOTHING if apart else ""


def lost(share: FloatArray, settings: SurfaceSettings) -> str:
    """Reason where the pattern of the surface disappears in folds as the body moves, else "".

    Parameters
    ----------
    share : (time,)
        Share of the texture that is explained beside the reference and no longer in each frame of the repetitions.
    settings : SurfaceSettings

    Notes
    -----
    Medians of a take: fitted clothes and bare backs 0.07-0.20, in camera noise 0.23; a loose shirt 0.19 from behind
    and 0.47 from the front.
    """
    gone = share.size > 0 and float(np.median(share)) > settings.max_median_loss
    return LOOSE_CLOTHING if gone else ""
