"""What would have been seen in the same pictures flipped left to right.

May import: numpy and `core`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from screening.core.corrections import Evidence
from screening.core.datatypes import FloatArray, LandmarkSequence, PoseVariant, RawPose, Track
from screening.core.skeleton import PARTNER

#: Followed angles whose sign changes when left and right are exchanged.
_SIGNED: Final = ("pelvic_rotation", "pelvic_obliquity")


def flipped(evidence: Evidence) -> Evidence:
    """Exchange left and right of everything that was seen and told; done twice it changes nothing."""
    track = None if evidence.track is None else _track(evidence.track)
    raw = _raw(evidence.raw, evidence.recording.width)
    told = evidence.options
    options = replace(told, lead=told.lead.other if told.lead else None, view=told.view.mirrored if told.view else None)
    return replace(
        evidence,
        raw=raw,
        track=track,
        options=options,
        view=evidence.view.mirrored,
        pulled_deg=-evidence.pulled_deg,
    )


def _raw(raw: RawPose, width: int) -> RawPose:
    variants = tuple(
        PoseVariant(
            name=v.name,
            image=_sequence(v.image, np.array([-1.0, 1.0]), np.array([float(width), 0.0])),
            world=_sequence(v.world, np.array([-1.0, 1.0, 1.0]), np.zeros(3)),
        )
        for v in raw.variants
    )
    return replace(raw, variants=variants, edge_roll_deg=-raw.edge_roll_deg)


def _sequence(seen: LandmarkSequence, sign: FloatArray, shift: FloatArray) -> LandmarkSequence:
    # Pixels count from the left edge of the picture, so x becomes width - x.
    return LandmarkSequence(
        position=(seen.position * sign + shift)[:, PARTNER],
        visibility=seen.visibility[:, PARTNER],
        time_s=seen.time_s,
        frame=seen.frame,
        history=seen.history,
    )


def _track(track: Track) -> Track:
    sign = np.array([-1.0 if name in _SIGNED else 1.0 for name in track.names])
    return replace(track, value_deg=track.value_deg * sign)
