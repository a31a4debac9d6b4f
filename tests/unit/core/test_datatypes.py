from dataclasses import FrozenInstanceError, fields, replace

import numpy as np
import pytest

from screening.core.arrays import given
from screening.core.datatypes import LandmarkSequence, Recording, Step
from screening.core.settings import DEFAULTS
from screening.core.skeleton import INDEX, LANDMARKS, PARTNER, leg_indices, side_of
from screening.core.vocabulary import Frame, Side, View
from tests import factories

N = 12


def sequence(**changed):
    plain = {
        "position": np.arange(N * 33 * 2, dtype=float).reshape(N, 33, 2),
        "visibility": np.ones((N, 33)),
        "time_s": np.arange(N) / 30,
        "frame": Frame.IMAGE_PX,
    }
    return LandmarkSequence(**{**plain, **changed})


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (
            {"position": np.zeros((N, 2, 33))},
            r"position must be \(time, landmark, axis\) = \(12, 33, 2\).*\(12, 2, 33\)",
        ),
        ({"frame": Frame.BODY_M}, r"position must be \(time, landmark, axis\) = \(12, 33, 3\).*\(12, 33, 2\)"),
        ({"visibility": np.zeros((33, N))}, r"visibility must be \(time, landmark\) = \(12, 33\).*\(33, 12\)"),
        ({"valid": np.ones((N, 32), bool)}, "valid"),
        ({"sd": np.zeros(N)}, r"sd must be \(time, landmark\)"),
        ({"filled": np.zeros((1, 33), bool)}, "filled"),
    ],
)
def test_a_wrong_shape_is_refused_and_the_axes_are_named(changed, said):
    with pytest.raises(ValueError, match=said):
        sequence(**changed)


def test_angle_table_and_recording_check_their_axes():
    table = factories.make_angles(30, View.LEFT)
    with pytest.raises(ValueError, match=r"sd must be \(time, angle\) = \(30, 21\), got \(21, 30\)"):
        replace(table, sd=table.sd.T)
    with pytest.raises(ValueError, match="strictly rising"):
        replace(factories.make_result().recording, time_s=np.array([0.0, 0.1, 0.1]))


def test_all_arrays_of_a_result_are_read_only():
    result = factories.make_result()
    seen = 0
    for holder in (result.recording, result.image, result.angle_table, result.timeline, result.measurements[0]):
        for field in fields(holder):
            array = getattr(holder, field.name)
            if isinstance(array, np.ndarray) and array.size:
                seen += 1
                with pytest.raises(ValueError, match="read-only"):
                    array[(0,) * array.ndim] = 0
        with pytest.raises(FrozenInstanceError):
            setattr(holder, fields(holder)[0].name, None)
    assert seen >= 12


def test_a_sequence_does_not_share_memory_with_what_it_was_made_from():
    mine = np.zeros((N, 33, 2))
    made = sequence(position=mine)
    mine[:] = 7
    assert (made.position == 0).all()


def test_valid_is_the_one_authority_over_nan():
    position = np.zeros((N, 33, 2))
    position[3, 5, 1] = np.nan
    told = np.ones((N, 33), bool)
    told[4, 6] = False
    made = sequence(position=position, valid=told, filled=np.ones((N, 33), bool))
    assert not made.valid[3, 5]
    assert not made.valid[4, 6]
    assert made.valid.sum() == N * 33 - 2
    assert np.array_equal(np.isnan(made.position).all(axis=2), ~made.valid)
    assert np.array_equal(np.isnan(made.position).any(axis=2), ~made.valid)
    assert np.array_equal(made.filled, made.valid)


def test_a_change_is_a_new_object_with_one_more_step():
    first = sequence(valid=np.zeros((N, 33), bool))
    second = first.changed(Step(name="made_up", parameters={"x": 1}), position=np.ones((N, 33, 2)))
    assert first.history == ()
    assert [s.name for s in second.history] == ["made_up"]
    assert not first.valid.any()
    assert second.valid.all()


def test_frame_rate_is_the_median_and_duration_includes_the_last_frame():
    times = np.concatenate([np.arange(10) / 30, [0.8]])
    recording = Recording(
        path="a.mp4", sha256="", size_bytes=1, width=2, height=2, codec="h264", time_s=times, rotation_deg=90
    )
    assert recording.fps == pytest.approx(30)
    assert recording.duration_s == pytest.approx(0.8 + 1 / 30)
    assert sequence().fps == pytest.approx(30)


def test_rep_and_lead_of_each_frame_are_half_open():
    timeline = factories.make_timeline((Side.LEFT, Side.RIGHT))
    reps, leads = timeline.rep_of_frame(), timeline.lead_of_frame()
    first, second = timeline.repetitions
    assert reps[first.start - 1] == 0
    assert reps[first.start] == 1
    assert reps[first.end] == 2
    assert leads[first.start - 1] is None
    assert (leads[first.end - 1], leads[second.start]) == (Side.LEFT, Side.RIGHT)


def test_angle_columns_stand_beside_their_errors_in_the_order_of_the_contract():
    frame = factories.make_result().angles
    pelvis = [c for name in factories.ANGLES[:6] for c in (name, f"{name[:-4]}_sd_deg")]
    assert list(frame.columns) == ["frame", "time_s", "phase", "rep", "lead", *pelvis, *factories.ANGLES[6:]]
    assert frame["rep"].isna().sum() == factories.LEAD_IN


def test_partner_of_every_landmark_is_on_the_other_side():
    assert np.array_equal(PARTNER[PARTNER], np.arange(33))
    for k, name in enumerate(LANDMARKS):
        side = side_of(name)
        assert side_of(LANDMARKS[PARTNER[k]]) is (side.other if side else None)
    assert [LANDMARKS[k] for k in leg_indices(Side.RIGHT)] == [
        "right_knee",
        "right_ankle",
        "right_heel",
        "right_foot_index",
    ]
    assert INDEX["left_hip"] == 23


def test_fingerprint_of_the_settings_follows_what_can_change_a_result():
    filter_changed = replace(DEFAULTS, cleaning=replace(DEFAULTS.cleaning, cutoff_hz=5.0))
    port_changed = replace(DEFAULTS, web=replace(DEFAULTS.web, port=1))
    assert filter_changed.sha256() != DEFAULTS.sha256()
    assert port_changed.sha256() == DEFAULTS.sha256()


def test_what_came_in_single_precision_stays_in_it_and_everything_else_is_double():
    seen = sequence(position=np.zeros((N, 33, 2), np.float32))
    assert (seen.position.dtype, seen.visibility.dtype, seen.sd.dtype) == (np.float32,) * 3
    assert sequence(position=np.zeros((N, 33, 2), int)).position.dtype == np.float64
    gone = sequence(position=np.zeros((N, 33, 2), np.float32), valid=np.zeros((N, 33), bool))
    assert gone.position.dtype == np.float32
    assert np.isnan(gone.position).all()


def test_an_array_that_was_given_away_is_shared_and_read_only():
    position = given(np.zeros((N, 33, 2)))
    assert sequence(position=position).position is position
    with pytest.raises(ValueError, match="read-only"):
        position[0, 0, 0] = 1.0
