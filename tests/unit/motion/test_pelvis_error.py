"""From patches to angles with errors, and the reasons where nothing is shown."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from screening.core.datatypes import Recording
from screening.core.settings import DEFAULTS
from screening.core.vocabulary import Side, View
from screening.motion import pelvis_error
from screening.motion.pelvis_error import Found
from tests.factories import depth, make_timeline

SETTINGS = DEFAULTS.surface
TIMELINE = replace(make_timeline((Side.LEFT, Side.LEFT)), reference=tuple(range(20, 31)))
N = len(TIMELINE.phase)
#: The hips go down by 45 % of the trunk's length.
TIMELINE = replace(TIMELINE, signal_pct=-45.0 * depth(N))
PEAK = np.array([10.0, 5.0, 4.0])
#: What the surface shows of it.
SHOWN = PEAK * [1.0, 1.0 / pelvis_error._OBLIQUITY_GAIN, 1.0] - [pelvis_error._LEAK * PEAK[1], 0.0, 0.0]
OFFSETS = np.array([[0.0, 0.0, 0.0], [9.0, -4.0, 6.0], [0.0, 0.0, 0.0], [9.0, -4.0, 6.0]])
NOISE = np.array([-0.6, -0.2, 0.2, 0.6])[:, None]


def recording() -> Recording:
    return Recording(
        path="a.mp4", sha256="0", size_bytes=1, width=540, height=960, codec="h264", time_s=np.arange(N) / 30
    )


def found(
    *,
    apart: float = 1.0,
    explained: float = 0.85,
    worse_side: float = 0.7,
    beside: float = 0.93,
    roll_deg: float = 0.0,
    known: bool = True,
):
    """Rotation of 10 deg, obliquity of 5 and tilt of 4 at every bottom; patches with references of their own."""
    shown = depth(N)[:, None] * SHOWN
    return {
        k: Found(
            angles_deg=shown[k] + OFFSETS + apart * depth(N)[k] * NOISE,
            explained=np.full(4, explained),
            worse_side=np.full(4, worse_side),
            beside=np.full(4, beside),
            camera_known=known,
            camera_roll_rad=float(np.radians(roll_deg)),
        )
        for k in range(21, N, 3)
    }


def track(*, view: View = View.BACK, timeline=TIMELINE, **given):
    return pelvis_error.as_track(found(**given), recording=recording(), view=view, timeline=timeline, settings=SETTINGS)


def test_each_patch_is_zeroed_at_its_own_reference():
    free = replace(TIMELINE, repetitions=tuple(replace(r, lead=None) for r in TIMELINE.repetitions))
    value = track(timeline=free).value_deg
    assert value[60] == pytest.approx(PEAK, abs=0.4)
    assert np.abs(value[25]).max() < 0.3


def test_the_pull_of_the_front_leg_is_taken_out_for_either_side():
    shift = {}
    for side in Side:
        timeline = replace(TIMELINE, repetitions=tuple(replace(r, lead=side) for r in TIMELINE.repetitions))
        shift[side] = track(timeline=timeline).value_deg[60, 1] - 5.0
    assert shift[Side.LEFT] == pytest.approx(-shift[Side.RIGHT], abs=0.3)
    assert shift[Side.LEFT] == pytest.approx(1.6 * pelvis_error._OBLIQUITY_GAIN, abs=0.3)


def test_error_grows_with_disagreement_and_with_what_is_not_explained():
    good, apart, dim = (track(**given).sd_deg[60] for given in ({}, {"apart": 3.0}, {"explained": 0.6, "beside": 0.8}))
    assert (apart > 2.5 * good).all()
    lost = 0.2 * np.array([6.0, 3.0 * pelvis_error._OBLIQUITY_GAIN, 4.0])
    lost[0] = np.hypot(lost[0], pelvis_error._LEAK * lost[1])
    assert dim == pytest.approx(np.hypot(good, lost), rel=0.01)


def test_rotation_gets_back_what_obliquity_hid_and_its_error():
    without = {k: replace(f, angles_deg=f.angles_deg * [1.0, 0.0, 1.0]) for k, f in found().items()}
    free = replace(TIMELINE, repetitions=tuple(replace(r, lead=None) for r in TIMELINE.repetitions))
    level = pelvis_error.as_track(without, recording=recording(), view=View.BACK, timeline=free, settings=SETTINGS)
    hiked = track(timeline=free)
    assert level.value_deg[60, 0] == pytest.approx(SHOWN[0], abs=0.4)
    assert hiked.value_deg[60, 0] - level.value_deg[60, 0] == pytest.approx(pelvis_error._LEAK * PEAK[1], abs=0.2)
    assert hiked.sd_deg[60, 0] > level.sd_deg[60, 0]


@pytest.mark.parametrize(("beside", "more"), [(0.93, 0.0), (0.97, 0.0), (0.98, 0.5), (0.995, 1.0)])
def test_pictures_copied_by_the_compression_have_a_larger_error(beside, more):
    usual, copied = track(beside=0.9).sd_deg[60], track(beside=beside).sd_deg[60]
    wanted = more * pelvis_error._COPIED_DEG * [1.0, pelvis_error._OBLIQUITY_GAIN, 1.0]
    wanted[0] = np.hypot(wanted[0], pelvis_error._LEAK * wanted[1])
    assert np.sqrt(copied**2 - usual**2) == pytest.approx(wanted, abs=1e-6)


def test_from_the_front_tilt_is_not_told():
    assert track(view=View.FRONT).names == ("pelvic_rotation", "pelvic_obliquity")
    assert pelvis_error.withheld("reason.x", View.BACK, 5).value_deg.shape == (5, 3)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"apart": 20.0}, "reason.loose_clothing"),
        ({"explained": 0.5}, "reason.loose_clothing"),
        ({"explained": 0.1, "beside": 0.2}, "reason.poor_texture"),
        ({"roll_deg": 6.0}, "reason.moving_camera"),
        ({"roll_deg": 1.0, "known": False}, "reason.moving_camera"),
        ({"roll_deg": 1.0}, ""),
        ({"known": False}, ""),
        ({"explained": 0.55, "beside": 0.6}, ""),
    ],
    ids=str,
)
def test_what_cannot_be_trusted_is_withheld_as_a_whole(given, reason):
    out = track(**given)
    assert out.withheld == reason
    assert np.isfinite(out.value_deg).any() == (reason == "")


def test_a_take_that_is_mostly_lost_is_withheld():
    lost = {k: replace(f, explained=np.full(4, 0.85 if k % 9 == 0 or k < 32 else 0.3)) for k, f in found().items()}
    with_settings = replace(SETTINGS, max_median_loss=1.0)
    out = pelvis_error.as_track(lost, recording=recording(), view=View.BACK, timeline=TIMELINE, settings=with_settings)
    assert out.withheld == "reason.poor_texture"


def test_a_lost_stretch_stays_empty():
    lost = found()
    for k in list(lost):
        if 45 <= k < 66:
            lost[k] = replace(lost[k], explained=np.zeros(4))
    out = pelvis_error.as_track(lost, recording=recording(), view=View.BACK, timeline=TIMELINE, settings=SETTINGS)
    assert np.isnan(out.value_deg[48:63]).all()
    assert np.isfinite(out.value_deg[75:100]).all()


def test_a_picture_in_which_an_arm_covers_one_side_of_a_patch_is_not_believed():
    half_covered = found()
    for k in (48, 51, 54, 57, 60):
        half_covered[k] = replace(half_covered[k], worse_side=np.array([0.5, 0.4, -0.6, 0.3]))
    out = pelvis_error.as_track(
        half_covered, recording=recording(), view=View.BACK, timeline=TIMELINE, settings=SETTINGS
    )
    assert np.isnan(out.value_deg[48:61]).all()
    assert np.isfinite(out.value_deg[75:100]).all()
    assert track(worse_side=-0.2).withheld == "reason.poor_texture"


def test_nothing_found_gives_no_angle():
    out = pelvis_error.as_track({}, recording=recording(), view=View.BACK, timeline=TIMELINE, settings=SETTINGS)
    assert out.withheld == "reason.poor_texture"


def test_a_picture_in_which_the_patches_lost_each_other_is_not_shown():
    seen = found()
    frames = sorted(seen)
    for k in frames[-8:-5]:
        seen[k] = replace(seen[k], angles_deg=seen[k].angles_deg + np.array([60.0, 0.0, 0.0]) * (NOISE > 0))
    shown = pelvis_error.as_track(
        seen, recording=recording(), view=View.BACK, timeline=TIMELINE, settings=SETTINGS
    ).value_deg
    whole = track().value_deg
    lost = slice(frames[-9] + 1, frames[-5])
    assert np.isnan(shown[lost]).all()
    assert np.isfinite(whole[lost]).all()
    far = np.arange(frames[2], frames[-14])
    np.testing.assert_allclose(shown[far], whole[far], atol=0.6)
