"""Takes of whole screens made by hand: the bottom of each repetition holds what is asked for, all else is zero."""

from dataclasses import replace

import numpy as np

from screening import movements
from screening.core.screen import TakeEntry
from screening.core.vocabulary import Observability, Side, View
from screening.findings.metrics import measure
from screening.findings.sets import Filmed
from screening.screens import MeasuredTake
from tests.factories import ANGLES, LEAD_IN, REP_FRAMES, make_result

BOTTOM = slice(24, 37)  # of a repetition, as the factory makes them
#: Angles that change their sign when left and right are exchanged.
SIGNED = ("pelvic_rotation_deg", "pelvic_obliquity_deg", "trunk_lateral_lean_deg")


def result(side, view, values, *, sd=1.0, trend=(), depth=(), movement="split_squat"):
    """Measured take of one side.

    `values` holds the angle at the bottom of each repetition by angle; `depth` the drop of each in percent of the
    trunk's length; angles in `trend` are seen as a trend only.
    """
    n = len(next(iter(values.values())))
    made = make_result(view=view, leads=(side,) * n, movement=movement)
    table = made.angle_table
    track = np.full(table.value.shape, np.nan)
    for name, at_bottom in values.items():
        k = ANGLES.index(name)
        track[:, k] = 0.0
        for rep, value in enumerate(at_bottom):
            start = LEAD_IN + rep * REP_FRAMES
            track[start + BOTTOM.start : start + BOTTOM.stop, k] = value
    seen = {name: Observability.NONE for name in ANGLES} | {name: Observability.GOOD for name in values}
    seen |= {name: Observability.TREND for name in trend}
    table = replace(
        table,
        value=track,
        sd=np.where(np.isfinite(track), sd, np.nan),
        observability=seen,
        reason={name: "reason.needs_surface" for name in ANGLES if name not in values}
        | {name: "reason.back_contour_trend" for name in trend},
    )
    reps = tuple(
        replace(r, drop_pct=float(drop)) for r, drop in zip(made.timeline.repetitions, depth or [40.0] * n, strict=True)
    )
    timeline = replace(made.timeline, repetitions=reps)
    specs = movements.load(movement).metrics
    return replace(made, angle_table=table, timeline=timeline, measurements=measure(specs, table, timeline))


def filmed(name, *arguments, **named):
    """The same as the findings room takes it."""
    made = result(*arguments, **named)
    return Filmed(name=name, result=made, specs=movements.load(made.movement).metrics)


def measured(name, *arguments, pain=None, **named):
    """The same as a screen takes it."""
    made = result(*arguments, **named)
    entry = TakeEntry(video=f"{name}.mp4", lead=made.timeline.lead, view=made.scene.view, pain=pain)
    return MeasuredTake(name=name, entry=entry, result=made)


def mirrored(side, view, values):
    """The arguments of the take that a mirror image of the person would give."""
    swap = {"left": "right", "right": "left"}
    out = {}
    for name, at_bottom in values.items():
        words = [swap.get(word, word) for word in name.split("_")]
        out["_".join(words)] = [-v if name in SIGNED else v for v in at_bottom]
    return side.other, view.mirrored, out


#: A person whose left hip rises and whose back arches when the right leg is in front.
PERSON = (
    (
        "left_back",
        Side.LEFT,
        View.BACK,
        {"pelvic_obliquity_deg": [-1, 0, 1, 0, -1], "pelvic_rotation_deg": [4, 3, 5, 4, 4]},
    ),
    (
        "right_back",
        Side.RIGHT,
        View.BACK,
        {"pelvic_obliquity_deg": [9, 10, 11, 10, 9], "pelvic_rotation_deg": [-9, -8, -9, -10, -9]},
    ),
    (
        "left_side",
        Side.LEFT,
        View.LEFT,
        {"lumbar_extension_deg": [4, 5, 5, 6, 5], "knee_flexion_left_deg": [90, 91, 92, 90, 91]},
    ),
    (
        "right_side",
        Side.RIGHT,
        View.RIGHT,
        {"lumbar_extension_deg": [14, 15, 15, 16, 15], "knee_flexion_right_deg": [91, 90, 91, 92, 90]},
    ),
)
#: The same person's takes from behind alone, three repetitions each: quick to write.
BRIEF = tuple((name, side, view, {k: v[:3] for k, v in values.items()}) for name, side, view, values in PERSON[:2])
