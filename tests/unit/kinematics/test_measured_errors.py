"""Measured errors take the place of the stated ones, of the right leg and source only."""

import numpy as np
import pytest

from screening.core.errormodel import Basis, ErrorModel, FrameError, Leg, Source
from screening.core.vocabulary import Posture, View
from screening.kinematics.registry import REGISTRY, rows_of, with_errors

BASIS = Basis(takes=3, people=2, within_pct=95)


def known(angle, view, **sds):
    """Errors of one angle; `front_landmarks=2.0` and the like."""
    frames = {}
    for name, sd in sds.items():
        leg, source = (kind(word) for kind, word in zip((Leg, Source), name.split("_"), strict=True))
        error = FrameError(angle=angle, view=view, leg=leg, source=source, sd=sd, basis=BASIS)
        frames[angle, view, leg, source] = error
    return ErrorModel(frames=frames)


def seen(stem, view, *, tracked, errors, posture=Posture.UPRIGHT):
    row = next(r for r in rows_of(posture) if r.stem == stem)
    return with_errors(row, row.seen(view, tracked=tracked), view, tracked=tracked, errors=errors)


def test_each_leg_has_its_own_error():
    errors = known("knee_flexion", "side", front_landmarks=1.25, rear_landmarks=2.5)
    for view in (View.LEFT, View.RIGHT):
        found = seen("knee_flexion", view, tracked=False, errors=errors)
        assert (found.sd, found.rear_sd) == (1.25, 2.5)


def test_one_known_leg_leaves_the_other_as_stated():
    row = next(r for r in REGISTRY if r.stem == "knee_flexion")
    found = seen("knee_flexion", View.LEFT, tracked=False, errors=known("knee_flexion", "side", rear_landmarks=2.5))
    assert (found.sd, found.rear_sd) == (row.views["side"].sd, 2.5)


@pytest.mark.parametrize("tracked", [True, False])
def test_pictures_and_landmarks_are_different_things(tracked):
    row = next(r for r in REGISTRY if r.stem == "pelvic_obliquity")
    errors = known("pelvic_obliquity", "back", body_pictures=0.25)
    stated = row.seen(View.BACK, tracked=tracked).sd
    assert seen("pelvic_obliquity", View.BACK, tracked=tracked, errors=errors).sd == (0.25 if tracked else stated)


def test_another_view_is_not_touched():
    errors = known("pelvic_obliquity", "back", body_pictures=0.25)
    assert seen("pelvic_obliquity", View.FRONT, tracked=True, errors=errors).sd > 1.0


def test_a_posture_that_reads_the_angle_in_another_way_keeps_what_is_stated():
    errors = known("ankle_dorsiflexion", "side", front_landmarks=0.25)
    flat = seen("ankle_dorsiflexion", View.LEFT, tracked=False, errors=errors, posture=Posture.FOOT_FLAT)
    assert flat.sd > 1.0
    upright = seen("ankle_dorsiflexion", View.LEFT, tracked=False, errors=errors)
    assert np.isclose(upright.sd, 0.25)
