import numpy as np
import pytest

from screening.core.datatypes import LandmarkSequence
from screening.core.settings import DEFAULTS
from screening.core.vocabulary import Frame
from screening.motion.cleaning import clean, fill_gaps, remove_spikes, resample, smooth

SETTINGS = DEFAULTS.cleaning


def sequence(track, *, fps=30.0, time_s=None):
    """All landmarks on one track, (time,) in x; y rests."""
    position = np.zeros((len(track), 33, 2))
    position[..., 0] = np.asarray(track, float)[:, None]
    time_s = np.arange(len(track)) / fps if time_s is None else time_s
    return LandmarkSequence(
        position=position, visibility=np.ones((len(track), 33)), time_s=time_s, frame=Frame.IMAGE_PX
    )


def x(seq):
    return seq.position[:, 0, 0]


def amplitude_and_lag(track, time_s, hz):
    """Amplitude and phase in degrees of one frequency in the middle of a track."""
    inner = slice(len(track) // 5, -len(track) // 5)
    basis = np.stack([np.sin(2 * np.pi * hz * time_s[inner]), np.cos(2 * np.pi * hz * time_s[inner])], axis=1)
    sine, cosine = np.linalg.lstsq(basis, track[inner], rcond=None)[0]
    return np.hypot(sine, cosine), np.degrees(np.arctan2(cosine, sine))


def wave(hz, fps, seconds=10.0):
    time_s = np.arange(round(seconds * fps)) / fps
    return np.sin(2 * np.pi * hz * time_s), time_s


@pytest.mark.parametrize("fps", [30, 50, 60])
def test_both_passes_together_lose_three_decibels_at_six_hertz(fps):
    track, time_s = wave(6.0, fps)
    amplitude, _ = amplitude_and_lag(x(smooth(sequence(100 * track, fps=fps), SETTINGS)), time_s, 6.0)
    assert 20 * np.log10(amplitude / 100) == pytest.approx(-3.01, abs=0.1)


@pytest.mark.parametrize(("hz", "kept"), [(0.5, (0.999, 1.001)), (1.5, (0.99, 1.001)), (12.0, (0.0, 0.1))])
def test_movement_passes_without_lag_and_tremor_does_not(hz, kept):
    track, time_s = wave(hz, 60)
    amplitude, lag = amplitude_and_lag(x(smooth(sequence(100 * track, fps=60), SETTINGS)), time_s, hz)
    assert kept[0] <= amplitude / 100 <= kept[1]
    assert lag == pytest.approx(0, abs=0.01)


def test_a_variable_frame_rate_is_filtered_at_its_true_times():
    rng = np.random.default_rng(3)
    time_s = np.cumsum(np.where(rng.random(300) < 0.3, 0.066, 0.025))
    truth = 100 * np.sin(2 * np.pi * time_s)
    smoothed = x(smooth(sequence(truth, time_s=time_s), SETTINGS))
    assert np.abs(smoothed - truth)[10:-10].max() < 2.0


@pytest.mark.parametrize("size", [1.0, 4.0])
@pytest.mark.parametrize("frames", [[40], [40, 41], [0], [119]])
def test_a_spike_is_removed_and_nothing_else(size, frames):
    """Also in fast motion, in large pictures, and at either end."""
    track, _ = wave(0.5, 30, 4.0)
    track = 60 * size * track
    track[frames] += 60 * size
    cleaned = remove_spikes(sequence(track), SETTINGS)
    assert np.flatnonzero(~cleaned.valid[:, 0]).tolist() == frames
    assert cleaned.history[-1].parameters["removed"] == 33 * len(frames)


def test_the_trembling_of_a_resting_body_is_no_spike():
    track = np.zeros(60)
    track[30] = 5.5
    assert remove_spikes(sequence(track), SETTINGS).valid.all()
    track[30] = 6.5
    assert not remove_spikes(sequence(track), SETTINGS).valid[30].any()


def test_a_spike_is_replaced_by_what_lies_around_it():
    track, _ = wave(0.7, 30, 4.0)
    truth = 80 * track
    spiked = truth.copy()
    spiked[40] += 60
    assert np.abs(x(clean(sequence(spiked), SETTINGS)) - truth)[10:-10].max() < 1.0


@pytest.mark.parametrize(("missing", "filled"), [(1, True), (5, True), (6, False), (12, False)])
def test_gaps_up_to_a_fifth_of_a_second_are_filled_and_longer_ones_stay_empty(missing, filled):
    """Five missing frames at 30 a second leave 0.2 s between what was seen before and after."""
    track = np.arange(40.0)
    track[10 : 10 + missing] = np.nan
    result = fill_gaps(sequence(track), SETTINGS)
    inside = slice(10, 10 + missing)
    assert result.valid[inside].all() == filled
    assert result.filled.sum() == (33 * missing if filled else 0)
    if filled:
        np.testing.assert_allclose(x(result), np.arange(40.0))
    else:
        assert np.isnan(x(result)[inside]).all()


def test_gaps_are_measured_in_seconds_and_interpolated_in_time():
    time_s = np.array([0.0, 0.1, 0.12, 0.3, 0.4, 0.6, 0.7])
    track = 10 * time_s
    track[[2, 5]] = np.nan
    result = fill_gaps(sequence(track, time_s=time_s), SETTINGS)
    assert x(result)[2] == pytest.approx(1.2)
    assert np.isnan(x(result)[5])


def test_beginning_and_end_are_never_made_up():
    track = np.arange(30.0)
    track[:2] = track[-1:] = np.nan
    result = fill_gaps(sequence(track), SETTINGS)
    assert np.flatnonzero(~result.valid[:, 0]).tolist() == [0, 1, 29]


def test_what_lies_behind_a_gap_does_not_reach_over_it():
    track, _ = wave(0.5, 30, 4.0)
    track = 50 * track
    track[50:70] = np.nan
    other = track.copy()
    other[70:] += 500
    first, second = (clean(sequence(t), SETTINGS) for t in (track, other))
    assert np.isnan(x(first)[50:70]).all()
    np.testing.assert_allclose(x(first)[:50], x(second)[:50])
    np.testing.assert_allclose(x(first)[70:] + 500, x(second)[70:])


def test_noise_that_the_filter_removes_becomes_part_of_the_error():
    rng = np.random.default_rng(0)
    noisy = smooth(sequence(rng.normal(0, 4.0, 300)), SETTINGS)
    still = smooth(sequence(np.zeros(300)), SETTINGS)
    remaining = float(np.std(x(noisy)))
    assert np.median(noisy.sd[:, 0]) == pytest.approx(remaining / np.sqrt(2), rel=0.5)  # y rests: half the noise
    assert still.sd.max() == pytest.approx(0, abs=1e-9)


def test_slow_motion_is_read_at_all_frames_of_the_camera():
    track, time_s = wave(0.8, 60, 2.0)
    slow = sequence(100 * track, fps=60)
    every = np.arange(4 * (len(time_s) - 1) + 1) / 240
    dense = resample(slow, every)
    assert dense.n_frames == len(every)
    np.testing.assert_allclose(x(dense)[::4], x(slow), atol=1e-9)
    assert np.abs(x(dense) - 100 * np.sin(2 * np.pi * 0.8 * every)).max() < 0.2
    assert not dense.filled[::4].any()
    assert dense.filled[1::4].all()


def test_a_gap_stays_as_long_as_it_was_when_read_at_more_times():
    track = np.arange(20.0)
    track[8:12] = np.nan
    dense = resample(sequence(track, fps=60), np.arange(77) / 240)
    empty = np.flatnonzero(~dense.valid[:, 0])
    assert empty.tolist() == list(range(4 * 7 + 1, 4 * 12))


def test_reading_at_the_same_times_changes_nothing():
    seq = sequence(np.arange(9.0))
    assert resample(seq, seq.time_s) is seq
